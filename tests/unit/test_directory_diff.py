"""Directories compared and explained, as functions and as `edi-router directory`."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.formats.edifact.directory import GroupUse, MessageDef, SegmentUse, definitions_over
from edi_router.formats.edifact.directory_diff import Change, changes
from edi_router.formats.edifact.directory_guide import Guide
from tests.support.cli import edi_router
from tests.support.releases import pack, small

DEFINITIONS = definitions_over(Tree.over_shipped())


def segment(tag: str, status: str = "C", repeat: int = 1) -> SegmentUse:
    return SegmentUse(tag, status, repeat, "")


def group(number: int, *content: SegmentUse | GroupUse, repeat: int = 9) -> GroupUse:
    return GroupUse(f"SG{number}", "C", repeat, content)


def compared(old: tuple[SegmentUse | GroupUse, ...], new: tuple[SegmentUse | GroupUse, ...]) -> list[Change]:
    before, after = (MessageDef("TESTIT", "D", "96B", "UN", "", content) for content in (old, new))
    return [each for each in changes(DEFINITIONS, "D96B", "D96B", before, after) if each.part == "structure"]


RFF, DTM, NAD, LOC = (segment(tag) for tag in ("RFF", "DTM", "NAD", "LOC"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((RFF, DTM), (RFF, DTM), []),
        ((RFF,), (RFF, DTM), [Change("structure", "added", "", "DTM", new="C 1")]),
        ((RFF, DTM), (DTM,), [Change("structure", "removed", "", "RFF", old="C 1")]),
        ((RFF, DTM, LOC), (DTM, LOC, RFF), [Change("structure", "moved", "", "RFF", "first", "after LOC")]),
        ((RFF,), (segment("RFF", "M", 5),),
         [Change("structure", "status", "", "RFF", "C", "M"), Change("structure", "repeat", "", "RFF", "1", "5")]),
        ((group(1, RFF, DTM),), (group(1, NAD), group(2, RFF, DTM, LOC)),
         [Change("structure", "added", "", "SG1 (NAD)", new="C 9"),
          Change("structure", "renumbered", "", "RFF", "SG1", "SG2"),
          Change("structure", "added", "SG2", "LOC", new="C 1")]),
        ((group(1, RFF, group(2, NAD, LOC)), group(3, DTM)), (group(1, RFF), group(2, DTM, group(3, NAD, LOC))),
         [Change("structure", "renumbered", "", "DTM", "SG3", "SG2"),
          Change("structure", "moved", "SG2", "SG3 (NAD-LOC)", "SG1", "SG2")]),
        ((LOC, group(1, RFF)), (group(1, RFF, LOC),),
         [Change("structure", "moved", "SG1", "LOC", "/", "SG1")]),
    ],
)  # fmt: skip
def test_changes_of_structure(
    old: tuple[SegmentUse | GroupUse, ...], new: tuple[SegmentUse | GroupUse, ...], expected: list[Change]
) -> None:
    assert compared(old, new) == expected


def test_cusdec_from_d96b_to_d01b() -> None:
    before, after = (DEFINITIONS.message_of(name, "CUSDEC") for name in ("D96B", "D01B"))
    assert before is not None
    assert after is not None
    found = changes(DEFINITIONS, "D96B", "D01B", before, after)
    assert Change("structure", "added", "SG10/SG21", "GIS", new="C 99") in found
    assert Change("structure", "repeat", "", "SG30", "9999", "99999") in found
    assert Change("segment", "status", "SEL", "9308", "M", "C", "Seal identifier") in found
    assert Change("element", "form", "3251", "3251", "an..9", "an..17", "Postal identification code") in found
    assert {each.change for each in found if each.part == "code"} == {"added", "removed"}
    assert changes(DEFINITIONS, "D96B", "D96B", before, before) == []


def test_diff_for_people_and_scripts() -> None:
    ran = edi_router("directory", "diff", "d96b", "D01B", "cusdec")
    assert ran.code == 1
    assert re.search(r"\+ SG10/SG21 +GIS +C 99", ran.out)
    assert "--codes" in ran.out
    assert len(edi_router("directory", "diff", "D96B", "D01B", "CUSDEC", "--codes").out) > len(ran.out) * 5
    report = edi_router("directory", "diff", "D96B", "D01B", "CUSDEC", "--json").json
    assert (report["message"], report["from"], report["to"]) == ("CUSDEC", "D96B", "D01B")
    assert {
        "part": "structure",
        "change": "added",
        "where": "SG10/SG21",
        "what": "LOC",
        "new": "C 1",
    } in report["changes"]
    same = edi_router("directory", "diff", "D96B", "D96B", "CUSDEC", "--json")
    assert (same.code, same.json["changes"]) == (0, [])


@pytest.mark.parametrize(
    "arguments", [("diff", "D96B", "D12A", "CUSDEC"), ("doc", "CUSDEC", "D12A"), ("doc", "CUSDEX", "D96B")]
)
def test_what_is_not_there_is_told(arguments: tuple[str, ...]) -> None:
    ran = edi_router("directory", *arguments)
    assert ran.code == 2
    assert not ran.out
    assert ("d12a.zip" in ran.err) == ("D12A" in arguments)
    assert edi_router("directory", "show", "D12A", "CUSDEC").code == 1


def test_service_directories_are_named_as_they_are() -> None:
    assert edi_router("directory", "show", "service-4", "CONTRL").code == 0
    assert edi_router("directory", "diff", "service-3", "service-4", "CONTRL").code == 1


def test_the_guide_as_text() -> None:
    text = edi_router("directory", "doc", "CUSCAR", "D21B").out
    assert text.startswith("CUSCAR D21B  Customs cargo report message")
    assert re.search(r"^ 00070   RFF M 1 +REFERENCE$", text, re.M)
    assert re.search(r"^ 00060 SG1 C 99 +RFF-DTM$", text, re.M)
    assert re.search(r"^ +010 +C506 +M 1 +REFERENCE$", text, re.M)
    assert re.search(r"^ +020 +1154 +C 1 +an\.\.70 +Reference identifier$", text, re.M)
    assert re.search(r"^  AAB +Proforma invoice document identifier$", text, re.M)


class Checker(HTMLParser):
    """Counts what is open, gathers identifiers and links."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        self.links.add((found.get("href") or "").removeprefix("#"))
        assert "src" not in found
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_guide_as_html(tmp_path: Path) -> None:
    file = tmp_path / "cusdec.html"
    ran = edi_router("directory", "doc", "CUSDEC", "D96B", "--html", "--out", file)
    assert (ran.code, ran.out) == (0, "")
    text = file.read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    assert checker.links <= checker.ids
    assert {"CST", "NAD", "e1001"} <= checker.ids
    assert "http" not in text
    assert "SG30" in text
    assert edi_router("directory", "doc", "CUSDEC", "D96B", "--out", tmp_path / "no/file").code == 3


def test_the_guide_in_chinese_has_our_words_in_chinese() -> None:
    message = DEFINITIONS.message_of("D95B", "CODECO")
    assert message is not None
    text = Guide(DEFINITIONS, "D95B", message, "zh").text()
    assert "结构" in text
    assert "M 必备" in text
    assert '<html lang="zh">' in Guide(DEFINITIONS, "D95B", message, "zh").html()


def test_list_tells_where_directories_come_from(tmp_path: Path) -> None:
    report = {line["directory"]: line for line in edi_router("directory", "list", "--json").lines}
    assert report["D96B"]["where"] == "shipped"
    assert report["D96B"]["counts"]["messages"] == len(report["D96B"]["messages"])
    assert "segments" in edi_router("directory", "list").out
    (line,) = edi_router("directory", "list", "d95b", "--json").lines
    assert line["messages"] == ["COARRI", "CODECO"]
    named = edi_router("directory", "list", "D95B").out
    assert re.search(r"^CODECO  Container gate-in/gate-out report message$", named, re.M)
    absent = edi_router("directory", "list", "D97A")
    assert (absent.code, absent.out) == (1, "")
    assert "directory import d97a.zip" in absent.err
    folder = tmp_path / "D07A" / "messages"
    folder.mkdir(parents=True)
    (folder / "TESTIT.json").write_text("{}")
    (line,) = edi_router("directory", "list", "--from", tmp_path, "--json").lines
    assert (line["directory"], line["where"], line["counts"]) == ("D07A", str(tmp_path / "D07A"), {})


@pytest.mark.unece
def test_import_list_show_and_diff_of_imported_releases(unece: Path, tmp_path: Path) -> None:
    ran = edi_router(
        "directory", "import", unece / "d93a.zip", unece / "d96b.zip", "--into", tmp_path, "--json"
    )
    assert ran.code == 0
    first, second = ran.lines
    assert (first["directory"], second["directory"]) == ("D93A", "D96B")
    assert second["counts"]["messages"] == 136
    assert {"code", "severity", "text", "file"} <= set(first["findings"][0])
    text = edi_router("directory", "import", unece / "d93a.zip", "--into", tmp_path).out
    assert re.search(r"55 (messages|个?报文)", text)
    assert "import-glued" in text
    assert len(text.splitlines()) < 40
    table = edi_router("directory", "list", "--from", tmp_path).out
    assert "131" in table
    assert "WKGRRE" not in table
    listed = {
        line["directory"]: line
        for line in edi_router("directory", "list", "--from", tmp_path, "--json").lines
    }
    assert set(listed) == {"D93A", "D96B"}
    shown = edi_router("directory", "show", "D93A", "CUSCAR", "--from", tmp_path, "--json").json
    assert shown[0] == {"tag": "UNH", "status": "M", "repeat": 1}
    assert {"group", "status", "repeat", "content"} == set(next(each for each in shown if "group" in each))
    assert edi_router("directory", "diff", "D93A", "D96B", "CUSCAR", "--from", tmp_path).code == 1
    assert "CUSCAR D93A" in edi_router("directory", "doc", "CUSCAR", "D93A", "--from", tmp_path).out


def test_changes_as_json_leave_out_what_does_not_apply() -> None:
    shape = Change("structure", "added", "", "DTM", new="C 1").as_json()
    assert (
        json.dumps(shape)
        == '{"part": "structure", "change": "added", "where": "", "what": "DTM", "new": "C 1"}'
    )


def test_what_a_damaged_release_lacks_does_not_hide_what_was_there(tmp_path: Path) -> None:
    """Else a message would be checked by no segments at all, and be without fault."""
    files = small()
    (tmp_path / "whole.zip").write_bytes(pack(files))
    del files["d96b/TRSD.zip"]
    (tmp_path / "part.zip").write_bytes(pack(files))
    for name in ("whole.zip", "part.zip"):
        edi_router("directory", "import", tmp_path / name, "--into", tmp_path / "un")
    edi_router("directory", "import", tmp_path / "part.zip", "--into", tmp_path / "new")
    assert json.loads((tmp_path / "un/D96B/segments.json").read_bytes())["LOC"]
    assert not (tmp_path / "new/D96B/segments.json").exists()
    assert (tmp_path / "new/D96B/messages/TESTIT.json").exists()
