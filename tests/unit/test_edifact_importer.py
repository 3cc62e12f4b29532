"""The importer of UN/EDIFACT releases on a small made-up one, whole and with one oddity at a time."""

import pytest

from edi_router.faults import CATALOGUE, Fault, is_error, render
from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.importer import import_release, subset
from tests.support.releases import CODES, ELEMENTS, MESSAGE, SEGMENTS, codes_of, edit, pack, small


def test_a_small_release_is_read_without_findings() -> None:
    imported = import_release(pack(small()), "d96b.zip")
    assert imported.findings == []
    assert imported.directory == "D96B"
    release = imported.release
    group = release.messages["TESTIT"].content[2]
    assert isinstance(group, GroupUse)
    assert (group.name, group.repeat, len(group.content)) == ("SG1", 999999, 2)
    inner = group.content[1]
    assert isinstance(inner, GroupUse)
    assert inner.content == (SegmentUse("LOC", "M", 1, "0060"), SegmentUse("DTM", "C", 5, "0070"))
    assert [use.ref for use in release.segments["RFF"].parts] == ["C506"]
    assert release.segments["DTM"].parts[0].ref == "2380"
    assert release.codes["1153"] == {"1": "One", "AAB": "Two with a name on two lines", "X": "Three"}
    assert release.elements["1153"].codes == "1153"
    assert imported.counts == {
        "messages": 1, "segments": 4, "composites": 1, "elements": 5, "code lists": 1, "codes": 3,
    }  # fmt: skip


def test_mac_files_and_other_files_are_reported() -> None:
    files = small() | {"__MACOSX/._x": b"x", "d96b/._TRSD.zip": b"x", "README.TXT": b"x"}
    imported = import_release(pack(files), "d96b.zip")
    unused = [fault.place.file for fault in imported.findings if fault.code == "import-file-unused"]
    assert sorted(name.rpartition("/")[2] for name in unused if name) == ["._TRSD.zip", "._x", "README.TXT"]


def test_a_damaged_member_is_an_error_and_the_rest_is_read() -> None:
    files = small()
    inner = bytearray(files["d96b/TRCD.zip"])
    inner[45:55] = b"damagedbyz"
    imported = import_release(pack(files | {"d96b/TRCD.zip": bytes(inner)}), "d96b.zip")
    damaged = [fault for fault in imported.findings if fault.code == "import-damaged"]
    assert len(damaged) == 1
    assert is_error(damaged[0])
    assert damaged[0].place.file == "d96b.zip/d96b/TRCD.zip/TRCD.96B"
    assert imported.counts["messages"] == 1
    assert "import-undefined" in codes_of(imported)


def test_what_is_no_zip_is_reported() -> None:
    imported = import_release(b"no zip", "d96b.zip")
    assert codes_of(imported) == {"import-damaged", "import-nothing"}


def test_an_appended_message_is_imported_too() -> None:
    both = MESSAGE + MESSAGE.replace("TESTIT", "SECOND").replace("BGM Beg", "XXX Beg")
    imported = import_release(pack(small(message=both)), "d96b.zip")
    assert set(imported.release.messages) == {"TESTIT", "SECOND"}
    appended = next(fault for fault in imported.findings if fault.code == "import-appended")
    assert appended.values["message"] == "SECOND"
    assert appended.place.line is not None
    assert any(f.code == "import-undefined" and f.values["what"] == "XXX" for f in imported.findings)


def test_interactive_messages_are_recognised_and_left_out() -> None:
    text = MESSAGE.replace("UNH Message header", "UIH Interactive   ").replace("UNT Message", "UIT Message")
    imported = import_release(pack(small(message=text) | {"IDSD.zip": pack({"IDSD.96B": b""})}), "d96b.zip")
    assert imported.release.messages == {}
    assert sum(fault.code == "import-interactive" for fault in imported.findings) == 2


REFERENCE = "RFF Reference                                 "
NUMBER = "1154   Reference number                              "
SECOND = "0055   COM Two                                       C   1          ││\n0060"


@pytest.mark.parametrize(
    ("part", "old", "new", "code"),
    [
        ("message", "0080   UNT", "what is this\n0080   UNT", "import-line-unread"),
        ("message", "5──────────┴┘", "5──────────┘│", "import-group-open"),
        ("message", "0060", SECOND, "import-undefined"),
        ("message", "Segment group 2 ", "Segment group 4 ", "import-group-number"),
        ("message", f"{REFERENCE}M", f"{REFERENCE}C", "import-group-trigger"),
        ("message", "4.3.1", "Segment group 1: RFF-FTX-SG2\n4.3.1", "import-group-differs"),
        ("sd", f"{NUMBER}C  an..35", f"{NUMBER}C  an..17", "import-form-differs"),
        ("sd", f"{NUMBER}C", f"{NUMBER}M", "import-composite-differs"),
        ("sd", "3225  PLACE", "9999  PLACE", "import-undefined"),
        ("cl", "AAB Two", "  1 Two", "import-duplicate"),
        ("ed", "Repr: an..25", "Repr: odd", "import-line-unread"),
        (
            "message",
            "Beginning of message                      M   1",
            "Beginning of message    M",
            "import-status-missing",
        ),
        (
            "message",
            "Beginning of message                      M   1",
            "Beginning of message    ",
            "import-status-missing",
        ),
        (
            "message",
            "Beginning of message                      M   1",
            "Beginning of messagM   1",
            "import-glued",
        ),
        ("message", "0080   UNT Message trailer                           M   1", "", "import-table-open"),
        ("message", "5──────────┴┘", "5────────────┴┘", "import-group-nesting"),
        ("message", "Release      : 96B", "Release      : 96A", "import-release-differs"),
        ("message", "Message Type : TESTIT", "Message Type : OTHERS", "import-name-differs"),
        ("message", "0020   BGM", "\t0020   BGM", "import-control"),
        ("message", "0020   BGM", "\x0cUN/EDIFACT DRAFT  page 3\n0020   BGM", "import-line-unread"),
        ("sd", "M  an..25", "M", "import-form-missing"),
        ("sd", "M  an..25", "   an..25", "import-status-missing"),
        ("ed", "Repr: an..25", "", "import-form-elsewhere"),
        ("ed", "Repr: an..25", "Repr: AN...25", "import-form-odd"),
        ("cl", "AAB Two", "A B Two", "import-code-space"),
        ("cl", "     AAB Two with a name\n          on two lines", " Two with a name", "import-line-unread"),
        ("cl", "AAB Two with a name\n          on two lines", "AAB", "import-name-missing"),
    ],
)
def test_oddities_are_findings_with_file_and_text(part: str, old: str, new: str, code: str) -> None:
    texts = {"message": MESSAGE, "sd": SEGMENTS, "cl": CODES, "ed": ELEMENTS}
    imported = import_release(pack(small(**{part: edit(texts[part], old, new)})), "d96b.zip")
    found = [fault for fault in imported.findings if fault.code == code]
    assert found, codes_of(imported)
    assert all(fault.place.file for fault in imported.findings)
    assert all("?" not in render(fault) and render(fault, "zh") for fault in imported.findings)
    assert all(fault.code in CATALOGUE for fault in imported.findings)


SHIFTED = [
    ("5──────────┴┘", "5────────────┴┘"),
    ("999999──────┐", "999,999──────┐"),
    ("0060 * LOC", "0060 S LOC"),
    (
        "DTM Date/time/period                          C   5",
        "DTM Date/time/period                          c   5",
    ),
]


@pytest.mark.parametrize(("old", "new"), SHIFTED)
def test_tables_drawn_otherwise_have_the_same_structure(old: str, new: str) -> None:
    whole = import_release(pack(small()), "d96b.zip").release
    changed = import_release(pack(small(message=edit(MESSAGE, old, new))), "d96b.zip").release
    assert changed.messages == whole.messages


def test_a_heading_without_a_rule_before_it_is_read() -> None:
    text = "\n".join(CODES.split("\n")[3:])
    assert import_release(pack(small(cl=text)), "d96b.zip").release.codes["1153"]["1"] == "One"


def test_an_element_whose_status_is_missing_keeps_its_place() -> None:
    text = edit(
        SEGMENTS,
        "DOCUMENT/MESSAGE NUMBER                        C",
        "DOCUMENT/MESSAGE NUMBER                         ",
    )
    imported = import_release(pack(small(sd=text)), "d96b.zip")
    assert [(use.ref, use.status) for use in imported.release.segments["BGM"].parts] == [("1004", "C")]
    assert codes_of(imported) == {"import-status-missing"}


def test_the_indexes_of_a_release_are_held_against_it() -> None:
    index = "  Tag  Name\n  BGM  Beginning\n  DTM  Date\n* LOC  Location\n  NAD  Name\n- ZZZ  Deleted\n"
    imported = import_release(pack(small() | {"TRSDI1.96B": index.encode()}), "d96b.zip")
    found = [(f.code, f.values["what"], f.place.line) for f in imported.findings]
    assert found == [("import-index-missing", "NAD", 5), ("import-index-unlisted", "RFF", None)]


def test_findings_of_one_kind_in_a_file_are_limited() -> None:
    text = edit(MESSAGE, "0080   UNT", "what is this\n" * 500 + "0080   UNT")
    imported = import_release(pack(small(message=text)), "d96b.zip")
    assert len(imported.findings) == 101
    assert imported.findings[-1].values["count"] == "400"


def test_a_subset_has_only_what_its_messages_use() -> None:
    imported = import_release(pack(small()), "d96b.zip")
    assert subset(imported, ["TESTIT", "NOSUCH"]).counts == imported.counts
    assert subset(imported, []).counts["elements"] == 0


def test_every_finding_code_is_harmless_but_damage() -> None:
    errors = [code for code in CATALOGUE if code.startswith("import-") and is_error(Fault(code))]
    assert errors == ["import-damaged"]
