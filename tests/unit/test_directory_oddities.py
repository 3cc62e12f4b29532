"""What other releases have been seen to do, or may do: read all the same, and told with file and line."""

import re
import struct
from pathlib import Path

import pytest

from edi_router.formats.edifact.import_text import lines_of
from edi_router.formats.edifact.import_zip import Member
from edi_router.formats.edifact.importer import Imported, import_release
from tests.support.releases import (
    CODES,
    ELEMENTS,
    MESSAGE,
    SEGMENTS,
    Files,
    codes_of,
    edit,
    pack,
    parts,
    same,
    small,
)

GROUP_1 = "Segment group 1  ────────────────── C   999999──────┐"


def told(imported: Imported) -> list[tuple[str, str, int | None]]:
    """The findings: code, file without its folders, line."""
    return [
        (fault.code, (fault.place.file or "").rpartition("/")[2], fault.place.line)
        for fault in imported.findings
    ]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith(start))


WRAPPED = "Segment group 1\n           ────────────────── C   999999──────┐"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (GROUP_1, WRAPPED),
        (GROUP_1, GROUP_1.replace("C   999999──────┐", "C   x999999─────┐")),
        ("UNH Message header                            M   1", "UNH Message header                            M   x1"),
        ("0030 +     ─────", "0030 | ─────────"),
        ("0060 * LOC", "0060 # LOC"),
        ("0060 * LOC", "0060 + LOC"),
        ("0060 * LOC", "0060 X LOC"),
        ("0060 * LOC", "0060 | LOC"),
        ("0080   UNT", "\n\x0c\n0080   UNT"),
        ("0080   UNT", "        │\n0080   UNT"),
    ],
)  # fmt: skip
def test_tables_drawn_otherwise_are_read_without_findings(old: str, new: str) -> None:
    whole = import_release(pack(small()), "d96b.zip").release
    imported = import_release(pack(small(message=edit(MESSAGE, old, new))), "d96b.zip")
    assert imported.release.messages == whole.messages
    assert not codes_of(imported) - {"import-group-nesting"}


def test_a_group_whose_second_line_never_comes_is_a_finding_and_not_guessed() -> None:
    text = edit(MESSAGE, GROUP_1, "Segment group 1")
    found = told(import_release(pack(small(message=text)), "d96b.zip"))
    assert ("import-line-unread", "testit_D.96b", line_of(text, "0030")) in found


def test_service_segments_in_a_table_need_no_definition() -> None:
    rows = "".join(
        f"00{at}   {tag} Section control                               M   1     \n"
        for at, tag in ((25, "UNS"), (26, "UGH"), (27, "UGT"), (28, "UGS"))
    )
    text = edit(MESSAGE, "0030 +", rows + "0030 +")
    imported = import_release(pack(small(message=text)), "d96b.zip")
    assert imported.findings == []
    assert imported.release.messages["TESTIT"].content[3].position == "0026"


@pytest.mark.parametrize("mark", ["*", "+", "#", "|", "X", "*|", "X|"])
def test_change_marks_in_front_of_any_entry_are_passed_over(mark: str) -> None:
    margin = f"{mark:4}"
    changes = {
        "sd": edit(edit(SEGMENTS, "      BGM    ", f" {margin} BGM    "), "010 * 3225", f"010 {mark:3}3225"),
        "ed": ELEMENTS.replace("     1153  ", f"{margin} 1153  "),
        "cl": edit(edit(CODES, "+     AAB", f"{margin}  AAB"), "        1 One", f"{margin}    1 One"),
    }
    whole = import_release(pack(small()), "d96b.zip")
    imported = import_release(pack(small(**changes)), "d96b.zip")
    assert imported.files == whole.files
    assert imported.findings == []


@pytest.mark.parametrize("code", ["X", "A", "1", "Z"])
def test_codes_of_one_letter_are_no_marks(code: str) -> None:
    text = edit(CODES, "   X      Three", f"        {code} Three") if code != "1" else CODES
    imported = import_release(pack(small(cl=text)), "d96b.zip")
    assert code in imported.release.codes["1153"]
    assert imported.findings == []


def test_long_descriptions_are_not_names() -> None:
    wrapped = "".join(
        f"             line {number} of what the first one is for, word by word\n" for number in range(40)
    )
    text = edit(CODES, "             The first.\n", wrapped)
    imported = import_release(pack(small(cl=text)), "d96b.zip")
    assert imported.release.codes["1153"]["1"] == "One"
    assert imported.findings == []


def test_a_message_in_its_own_file_goes_before_one_in_another_file() -> None:
    files = small()
    other = MESSAGE.replace("Place/location of some kind that needs", "Other").replace("99──", "98──")
    files["d96b/AAAAAA_D.96B"] = other.replace("\n", "\r\n").encode("cp437")
    imported = import_release(pack(files), "d96b.zip")
    assert imported.release.messages == import_release(pack(small()), "d96b.zip").release.messages
    table = line_of(other, "0010")
    assert told(imported) == [
        ("import-name-differs", "AAAAAA_D.96B", table),
        ("import-duplicate", "AAAAAA_D.96B", table),
    ]


def test_a_part_with_another_release_in_its_name_is_used_and_told() -> None:
    files = {name.replace("TRSD", "x"): data for name, data in small().items()}
    files["d96b/x.zip"] = pack({"TRSD.96A": SEGMENTS.encode()})
    imported = import_release(pack(files), "d96b.zip")
    assert imported.counts["segments"] == 4
    assert told(imported) == [("import-release-differs", "TRSD.96A", None)]


def test_releases_packed_together_are_not_mixed() -> None:
    def one(release: str, names: list[str], most: str) -> Files:
        text = MESSAGE.replace("96B", release).replace("999999──", f"{most}──")
        texts = {f"{name}_D.{release}": text.replace("TESTIT", name) for name in names}
        texts |= {f"EDSD.{release}": SEGMENTS, f"EDED.{release}": ELEMENTS, f"UNCL.{release}": CODES}
        return {f"{release}/{name}": f"D.{release}\n{text}".encode() for name, text in texts.items()}

    files = one("96B", ["FIRSTA", "SECOND", "THIRDA", "FOURTH"], "999999")
    later = one("99A", ["FIRSTA", "SECOND", "THIRDA"], "555555")
    later["99A/UNCL.99A"] = later["99A/UNCL.99A"].replace(b"Three", b"Tri").replace(b"1 One", b"9 Nine")
    together = import_release(pack(later | files), "both.zip")
    alone = import_release(pack(files), "both.zip")
    assert together.release == alone.release
    apart = [file for code, file, _ in told(together) if code == "import-other-release"]
    assert sorted(apart) == [
        "EDED.99A", "EDSD.99A", "FIRSTA_D.99A", "SECOND_D.99A", "THIRDA_D.99A", "UNCL.99A",
    ]  # fmt: skip


def test_a_zip_that_was_cut_off_gives_what_is_whole() -> None:
    inner = pack({"EDSD.96B": SEGMENTS.encode(), "EDED.96B": ELEMENTS.encode(), "UNCL.96B": CODES.encode()})
    cut = inner[: inner.rindex(b"UNCL.96B", 0, inner.index(b"PK\x01\x02")) + 30]
    imported = import_release(pack({"parts.zip": cut}), "d96b.zip")
    assert imported.counts["segments"] == 4
    assert imported.counts["elements"] == 5
    assert imported.counts["code lists"] == 0
    assert ("import-damaged", "parts.zip", None) in told(imported)


def test_a_member_without_a_name_is_passed_over() -> None:
    data = pack({"EDSD.96B": SEGMENTS.encode(), "nameless": b"y"})
    imported = import_release(data.replace(b"nameless", b"\0ameless"), "d96b.zip")
    assert imported.counts["segments"] == 4


def test_a_broken_stream_leaves_out_its_member_only() -> None:
    files = {"EDSD.96B": SEGMENTS.encode(), "EDED.96B": ELEMENTS.encode()}
    data = bytearray(pack(files))
    name, extra = struct.unpack_from("<HH", data, 26)
    data[30 + name + extra] = 0xFF
    imported = import_release(bytes(data), "d96b.zip")
    assert imported.counts["elements"] == 5
    assert ("import-damaged", "EDSD.96B", None) in told(imported)


ENDS = {
    "crcrlf": lambda data: data.replace(b"\r\n", b"\r\r\n"),
    "end-of-file sign in the middle": lambda data: data.replace(b"\r\n\r\n", b"\r\n\x1a\r\n", 1),
    "end-of-file sign at the end": lambda data: data + b"\x1a" * 100,
    "nulls at the end": lambda data: data + b"\0" * 128,
}


@pytest.mark.unece
@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("name", ["d93a", "d96b", "d21b"])
def test_however_lines_and_files_end_the_import_is_the_same(unece: Path, name: str, ends: str) -> None:
    path = unece / f"{name}.zip"
    assert same(import_release(pack({n: ENDS[ends](d) for n, d in parts(path).items()}), path.name), path)


@pytest.mark.unece
@pytest.mark.parametrize("name", ["d96b", "d99b", "d21b"])
def test_tabs_for_spaces_are_told_and_the_import_is_the_same(unece: Path, name: str) -> None:
    path = unece / f"{name}.zip"

    def tabbed(data: bytes) -> bytes:
        return re.sub(rb"(?m)^( {8})+", lambda found: b"\t" * (len(found[0]) // 8), data)

    imported = import_release(pack({n: tabbed(data) for n, data in parts(path).items()}), path.name)
    assert same(imported, path)
    assert "import-control" in codes_of(imported)


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "cp852", "utf-8", "utf-8-sig", "utf-16"])
def test_boxes_are_read_in_every_encoding_that_has_them(encoding: str) -> None:
    findings: list[object] = []
    lines = lines_of(Member("a.zip/x", MESSAGE.encode(encoding)), findings)  # type: ignore[arg-type]
    assert lines[line_of(MESSAGE, "0030") - 1].endswith("C   999999------+")
    assert lines[line_of(MESSAGE, "0070") - 1].endswith("C   5----------++")
    assert findings == []
