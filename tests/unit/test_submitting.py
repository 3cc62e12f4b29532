"""Files handed over in a request: kept durably, once for each key; on both databases."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from edi_router.engine.submit import TooLarge, submit
from edi_router.ledger import Archive, Ledger, Receipt, Refused


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def hand_over(ledger: Ledger, archive: Archive) -> Callable[..., Receipt]:
    def give(data: bytes, key: str = "", name: str = "a.edi", maximum: int = 100) -> Receipt:
        return submit(ledger, archive, "ENT-A", io.BytesIO(data), name, "c", maximum, key)

    return give


def test_the_same_key_is_the_same_file(
    ledger: Ledger, archive: Archive, hand_over: Callable[..., Receipt]
) -> None:
    first, again = hand_over(b"one", "k1"), hand_over(b"one", "k1")
    assert (first.known, again.known) == (False, True)
    assert first.file_id == again.file_id
    shown = ledger.show(first.file_id)
    assert (shown["name"], shown["channel"], shown["state"]) == ("a.edi", "request", "in_work")
    assert shown["removed"] is not None
    assert archive.read(shown["sha256"]) == b"one"
    assert len(ledger.pending_work()) == 1
    assert ledger.books().balanced


def test_a_key_of_other_bytes_is_refused(ledger: Ledger, hand_over: Callable[..., Receipt]) -> None:
    hand_over(b"one", "k1")
    with pytest.raises(Refused, match="k1"):
        hand_over(b"two", "k1")
    with pytest.raises(ValueError, match="200"):
        hand_over(b"two", "k" * 201)
    assert len(ledger.ls("file")) == 1


def test_without_a_key_each_is_a_file(ledger: Ledger, hand_over: Callable[..., Receipt]) -> None:
    assert hand_over(b"one").file_id != hand_over(b"one").file_id
    assert len(ledger.pending_work()) == 2


def test_what_is_too_large_leaves_nothing(
    ledger: Ledger, archive: Archive, hand_over: Callable[..., Receipt]
) -> None:
    with pytest.raises(TooLarge):
        hand_over(b"x" * 101)
    assert ledger.ls("file") == []
    assert [path for path in archive.folder.rglob("*") if path.is_file()] == []
