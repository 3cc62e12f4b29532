"""Slips of people who type the command: each is told with what was meant, and nothing is passed over in silence."""

from pathlib import Path

import pytest

from tests.support.cli import edi_router


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = edi_router("new", "project", tmp_path / "ws")
    assert made.code == 0, made.err
    return tmp_path / "ws"


PARTNER = """\
id: {id}
name: {{en: One, zh: 一}}
status: live
role: terminal
channel: {{kind: folder, root: exchange/{id}}}
"""


def test_a_mistyped_partner_is_no_empty_list(workspace: Path) -> None:
    (workspace / "partners" / "YARD.yaml").write_text(PARTNER.format(id="YARD"), encoding="utf-8")
    there = edi_router("--workspace", workspace, "ls", "--partner", "YARD")
    assert there.code == 0, there.err
    told = edi_router("--workspace", workspace, "ls", "--partner", "YRAD")
    assert told.code == 2
    assert "there is no partner YRAD; did you mean YARD?" in told.err


def test_files_that_nothing_reads_are_told_by_lint(workspace: Path) -> None:
    for name in ("partners/YARD.yml", "mappings/tables/word.CSV", "schemas/xml/gate.XSD"):
        file = workspace / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    ran = edi_router("lint", workspace)
    for name, wanted in (("YARD.yml", "YARD.yaml"), ("word.CSV", "word.csv"), ("gate.XSD", "gate.xsd")):
        told = next(line for line in ran.out.splitlines() if name in line)
        assert "config-file-ignored" in told
        assert told.endswith(f"have to be {wanted}.")
    assert ran.code == 0, "a warning"


def test_what_follows_from_a_partner_that_cannot_be_read_is_not_told(workspace: Path) -> None:
    sender = PARTNER.format(id="HARBOUR") + (
        "agreements:\n  - id: gate\n    receives: CODECO D95B\n    deliver: {mapping: codeco-gate, to: YARD}\n"
    )
    (workspace / "partners" / "HARBOUR.yaml").write_text(sender, encoding="utf-8")
    unknown = edi_router("lint", workspace)
    assert "There is no partner `YARD`" in unknown.out
    broken = PARTNER.format(id="YARD").replace("status", "statsu")
    (workspace / "partners" / "YARD.yaml").write_text(broken, encoding="utf-8")
    ran = edi_router("lint", workspace)
    assert ran.code == 1
    assert "Unknown key `statsu`" in ran.out
    assert "There is no partner" not in ran.out


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["edi-router.yaml", "partners/YARD.yaml", "mappings/gate/mapping.yaml"])
def test_a_file_in_another_encoding_is_a_fault_wherever_it_is_read(
    workspace: Path, name: str, encoding: str
) -> None:
    file = workspace / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes("# 港口\nid: gate\n".encode(encoding))
    told = edi_router("lint", workspace)
    assert told.code == 1
    assert f"{name}:1:" in told.out
    assert "config-encoding" in told.out


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("xml/transfer-ordr.xsd", "did you mean xml/transfer-order.xsd"),
        ("zzz.xsd", "there is no schemas/zzz.xsd\n"),
    ],
)
def test_a_schema_that_there_is_not_is_told_with_the_nearest(
    workspace: Path, target: str, meant: str
) -> None:
    given = ("--from", "CUSDEC D96B", "--to", target)
    ran = edi_router("--workspace", workspace, "new", "mapping", "mine", *given)
    assert ran.code == 2
    assert meant in ran.err
    assert "there are:" not in ran.err


def test_a_schema_may_be_named_as_the_shell_completes_it(workspace: Path) -> None:
    given = ("--from", "CUSDEC D96B", "--to", "schemas/xml/transfer-order.xsd")
    ran = edi_router("--workspace", workspace, "new", "mapping", "mine", *given)
    assert ran.code == 0, ran.err
    written = (workspace / "mappings" / "mine" / "mapping.yaml").read_text(encoding="utf-8")
    assert "to: xml/transfer-order.xsd\n" in written


@pytest.mark.parametrize("reason", ["", " "])
@pytest.mark.parametrize("verb", [("release", "x"), ("reject", "x"), ("pause", "YARD"), ("waive", "x")])
def test_a_decision_without_a_reason_is_refused(workspace: Path, verb: tuple[str, str], reason: str) -> None:
    ran = edi_router("--workspace", workspace, *verb, "--reason", reason)
    assert ran.code == 2
    assert "say why" in ran.err


def test_a_date_that_is_none_is_told_with_an_example(workspace: Path) -> None:
    ran = edi_router("--workspace", workspace, "books", "14.03.2026")
    assert ran.code == 2
    assert "14.03.2026 is no date such as 2026-03-14" in ran.err


def test_an_xml_document_without_a_schema_is_not_said_to_be_right(tmp_path: Path) -> None:
    page = tmp_path / "page.xml"
    page.write_text("<html/>")
    ran = edi_router("validate", page)
    assert (ran.code, ran.out) == (
        0, f"{page}: XML: no faults; no schema is known for html, only its form was checked\n"
    )  # fmt: skip
    assert edi_router("validate", page, "--json").json["unknown_root"] == "html"


def test_a_known_document_has_a_schema(root: Path) -> None:
    ran = edi_router("validate", root / "samples" / "good" / "transfer-order.xml", "--json")
    assert "unknown_root" not in ran.json


def test_what_the_machine_refuses_is_told_without_numbers(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = edi_router("new", "project", tmp_path / "file" / "below")
    assert ran.code == 3
    assert ran.err == f"edi-router: {tmp_path}/file/below: Not a directory\n"


@pytest.mark.parametrize(
    ("arguments", "meant", "imports"),
    [
        (("D96B", "CUSDECC"), "\ndid you mean: CUSDEC\n", False),
        (("D69B", "CUSDEC"), "\ndid you mean: D96B\n", False),
        (("CUSDEC", "D96B"), "there is no directory CUSDEC; there are: ", False),
        (("D99A", "CUSDEC"), "there is no directory D99A; ", True),
    ],
)
def test_a_mistyped_directory_or_message(arguments: tuple[str, str], meant: str, imports: bool) -> None:
    ran = edi_router("directory", "show", *arguments)
    assert ran.code != 0
    assert meant in ran.err
    assert ("directory import d99a.zip" in ran.err) == imports
