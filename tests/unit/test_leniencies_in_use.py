"""Leniencies of a partner: from its file through process, ledger, books and commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import is_error
from edi_router.formats.edifact import read
from edi_router.formats.edifact.lenient import Leniency
from edi_router.partners import expired_leniencies
from edi_router.partners.model import Grant
from edi_router.pipeline.configuration import Configuration, load_configuration
from edi_router.pipeline.model import Decision
from tests.support.cli import edi_router
from tests.support.workspaces import Place, deployment
from tests.unit.test_pipeline import CUSDEC, NOW, answer, changed, one, run

WRONG = CUSDEC.replace(b"'UNT+", b"'UNT+9").replace(b"\nUNT+", b"\nUNT+9")
NO_UNZ = WRONG[: WRONG.rindex(b"UNZ+")]
ENT_A = (shipped_directory() / "partners" / "ENT-A.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    tree = Tree.over_shipped()
    configuration, faults = load_configuration(tree, tree)
    assert configuration is not None, faults
    return configuration


def granting(shipped: Configuration, until: date, *names: Leniency) -> Configuration:
    """The configuration with leniencies for ENT-A."""
    return changed(shipped, "ENT-A", leniencies={name: Grant(until=until) for name in names})


TODAY = NOW.date()
BOTH = (Leniency.WRONG_UNT_COUNT, Leniency.MISSING_UNZ)


def test_without_a_leniency_the_interchange_is_rejected(shipped: Configuration) -> None:
    assert b"UNZ" not in NO_UNZ
    interchange = one(run(NO_UNZ, shipped))
    assert interchange.decision is Decision.REJECTED
    assert answer(interchange)["UCI"][0][3] == "4"


def test_what_is_tolerated_is_accepted_acknowledged_and_mapped(shipped: Configuration) -> None:
    interchange = one(run(NO_UNZ, granting(shipped, TODAY, *BOTH)))
    assert interchange.decision is Decision.ACCEPTED
    assert [fault.code for fault in interchange.faults] == ["tolerated-missing-unz"]
    [message] = interchange.messages
    assert [fault.code for fault in message.faults if "tolerated" in fault.code] == [
        "tolerated-wrong-unt-count"
    ]
    assert not [fault for fault in message.faults if is_error(fault)]
    [right] = one(run(CUSDEC, shipped)).messages
    assert [output.content for output in message.outputs] == [output.content for output in right.outputs]
    told = answer(interchange)
    assert told["UCI"][0][3] == "7"
    assert "UCM" not in told


def test_a_leniency_that_has_ended_tolerates_nothing(shipped: Configuration) -> None:
    yesterday = TODAY.replace(day=TODAY.day - 1)
    interchange = one(run(NO_UNZ, granting(shipped, yesterday, *BOTH)))
    assert interchange.decision is Decision.REJECTED
    assert [fault.code for fault in interchange.faults] == ["interchange-trailer-missing"]


def test_lengths_are_bytes_where_the_partner_counts_so(shipped: Configuration) -> None:
    name = "口岸" * 17  # 34 characters, 68 bytes in gb18030
    data = CUSDEC.decode().replace("UNT+", f"NAD+ZZ+++{name}'UNT+").encode("gb18030")
    codes = {}
    for lengths in ("characters", "bytes"):
        as_agreed = changed(shipped, "ENT-A", encoding="gb18030", lengths=lengths)
        [message] = one(run(data, as_agreed)).messages
        codes[lengths] = [fault.code for fault in message.faults if fault.code == "element-too-long"]
    assert codes == {"characters": [], "bytes": ["element-too-long"]}


@contextmanager
def place(folder: Path, until: str) -> Iterator[Place]:
    partners = folder / "partners"
    partners.mkdir(parents=True)
    grants = f"leniencies:\n  wrong-unt-count: {{until: {until}}}\n  missing-unz: {{until: {until}}}\n"
    (partners / "ENT-A.yaml").write_text(ENT_A + grants, encoding="utf-8")
    with deployment(folder) as opened:
        yield opened


def test_the_ledger_has_every_use_and_the_books_count_them(tmp_path: Path) -> None:
    with place(tmp_path / "ws", "2026-12-31") as there:
        there.drop("ENT-A", "a.edi", NO_UNZ)
        there.engine.until_idle()
        [row] = there.ledger.ls("message")
        assert row["state"] == "completed"
        [contrl] = list(read(there.inbox("ENT-A").popitem()[1]))
        [message] = list(contrl.messages())
        assert [segment.get(4) for segment in message.segments if segment.tag == "UCI"] == ["7"]
        books = there.ledger.books("2026-03-14")
        assert books.leniencies == {"ENT-A": {"missing-unz": 1, "wrong-unt-count": 1}}
        assert "leniencies" not in books.page()  # pages closed before there were leniencies stay as they are
        assert there.ledger.books("2026-03-15").leniencies == {}
        there.clock.forward(days=1)
        there.ledger.close_books("2026-03-14")
        assert there.ledger.verify_books() == []
        there.ledger.close()
    ran = edi_router("--workspace", tmp_path / "ws", "books", "2026-03-14")
    assert "leniencies used by ENT-A: missing-unz 1, wrong-unt-count 1" in ran.out
    ran = edi_router("--workspace", tmp_path / "ws", "books", "2026-03-14", "--json")
    assert ran.json["leniencies"] == {"ENT-A": {"missing-unz": 1, "wrong-unt-count": 1}}


def test_lint_tells_of_a_leniency_that_has_ended(tmp_path: Path) -> None:
    (tmp_path / "partners").mkdir()
    grants = "leniencies:\n  missing-unz: {until: 2026-03-13, note: until spring}\n  lower-case: {until: 2026-03-14}\n"
    (tmp_path / "partners" / "ENT-A.yaml").write_text(ENT_A + grants, encoding="utf-8")
    [fault] = expired_leniencies(Tree((tmp_path,)), TODAY)
    assert (fault.code, fault.values["leniency"]) == ("leniency-expired", "missing-unz")
    assert fault.place.line == ENT_A.count("\n") + 2
    assert not expired_leniencies(Tree((tmp_path,)), date(2026, 3, 13))


@pytest.mark.parametrize("grants", ["{nonsense: {until: 2026-03-13}}", "{missing-unz: {}}", "[missing-unz]"])
def test_a_leniency_has_a_known_name_and_a_date(tmp_path: Path, grants: str) -> None:
    (tmp_path / "partners").mkdir()
    text = f"{ENT_A}leniencies: {grants}\n"
    (tmp_path / "partners" / "ENT-A.yaml").write_text(text, encoding="utf-8")
    _, faults = load_configuration(Tree.over_shipped(tmp_path))
    assert [fault.place.line for fault in faults if fault.place.line] == [ENT_A.count("\n") + 1]
    assert all(is_error(fault) for fault in faults)


@pytest.mark.parametrize("verb", [["validate"], ["show"], ["convert", "--map", "cusdec-eciq"]])
def test_the_commands_tolerate_what_they_are_told(tmp_path: Path, verb: list[str]) -> None:
    file = tmp_path / "a.edi"
    file.write_bytes(NO_UNZ)
    assert edi_router(*verb, file).code == 1
    ran = edi_router(*verb, "--lenient", "wrong-unt-count", "--lenient", "missing-unz", file)
    assert ran.code == 0
    assert "tolerated-missing-unz" in ran.out + ran.err


def test_a_leniency_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    file = tmp_path / "a.edi"
    file.write_bytes(CUSDEC)
    ran = edi_router("validate", "--lenient", "nonsense", file)
    assert ran.code == 2
    assert "junk-before-una" in ran.err


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe", b"\r\n", b""])
def test_a_file_of_only_a_byte_order_mark_is_empty(
    tmp_path: Path, content: bytes, shipped: Configuration
) -> None:
    file = tmp_path / "a.edi"
    file.write_bytes(content)
    assert [fault["code"] for fault in edi_router("validate", "--json", file).json["faults"]] == [
        "file-empty"
    ]
    assert [fault.code for fault in run(content, shipped).faults] == ["file-empty"]
