"""Many files in parts that share their transactions: nothing is left out, and what comes over a part's limit waits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_router.config import shipped_directory
from edi_router.engine import parting, receive, work
from edi_router.engine.parting import parts
from edi_router.ledger import Drop, Receipt
from tests.support.workspaces import deployment

SIZES = st.lists(st.integers(0, 50), max_size=60)


@given(SIZES, st.integers(1, 80), st.integers(1, 7))
def test_every_part_is_as_large_as_it_may_be(sizes: list[int], most: int, many: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parting, "MANY", many)
        made = list(parts(sizes, lambda size: size, most))
    assert [size for part in made for size in part] == sizes
    for part in made:
        assert 1 <= len(part) <= many
        assert sum(part[:-1]) < most
    for part in made[:-1]:
        assert len(part) == many or sum(part) >= most


@pytest.mark.parametrize(("most", "together"), [(1_000_000, [3, 3, 2]), (2000, [2, 2, 2, 2])])
def test_files_of_many_parts_are_received_processed_and_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, together: list[int]
) -> None:
    monkeypatch.setattr(parting, "MANY", 3)
    monkeypatch.setattr(work, "FILES", 3)
    monkeypatch.setattr(receive, "BYTES", most)
    sample = (shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()
    with deployment(tmp_path / "place") as place:
        taken: list[int] = []
        receive_all = place.ledger.receive_all

        def counted(drops: Sequence[Drop], digest: str, fence: int | None = None) -> list[Receipt]:
            taken.append(len(drops))
            return receive_all(drops, digest, fence)

        monkeypatch.setattr(place.ledger, "receive_all", counted)
        for number in range(8):
            place.drop("ENT-A", f"{number}.edi", sample.replace(b"0800", b"%04d" % number))
        report = place.engine.until_idle()
        assert (report.received, report.processed, report.problems) == (8, 8, [])
        assert report.delivered == len(place.inbox("CIQ-QD")) + len(place.inbox("ENT-A"))
        assert taken == together
        assert place.outbox("ENT-A") == []
