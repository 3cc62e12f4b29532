"""`edi-router new layout`: a sample becomes a layout that reads it, and says what is left to its reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_router.config import shipped_directory
from edi_router.formats.records import Layout, read, read_layout
from edi_router.library.layout_guess import Unguessable, layout_text
from tests.support.cli import edi_router, process

SHEET = (
    "编号;日期;到货;箱号;Gross weight;价值;2nd;备注\n"
    '1;2016-07-01;05.07.2016;CSQU3054383;1.5;1.250,50;x;"急\n""A"""\n'
    "2;2016-07-02;06.07.2016;TRLU7654321;20.0;3,00;;\n"
)


def guessed(text: str, encoding: str = "gb18030") -> tuple[str, Layout]:
    data = text.encode(encoding)
    made = layout_text("it", data)
    layout, faults = read_layout(made, "it.yaml")
    assert layout is not None, faults
    return made, layout


def test_a_spreadsheet() -> None:
    text, layout = guessed(SHEET.replace("\n", "\r\n"))
    assert (layout.kind, layout.delimiter, layout.encoding, layout.each) == ("csv", ";", "gb18030", "Row")
    [record] = layout.records
    seen = {field.name: (field.heading, field.type, field.form) for field in record.fields}
    assert seen == {
        "编号": ("编号", "text", "yyyyMMdd"),
        "日期": ("日期", "date", "yyyy-MM-dd"),
        "到货": ("到货", "date", "dd.MM.yyyy"),
        "箱号": ("箱号", "text", "yyyyMMdd"),
        "Gross-weight": ("Gross weight", "number", "yyyyMMdd"),
        "价值": ("价值", "text", "yyyyMMdd"),
        "C7": ("2nd", "text", "yyyyMMdd"),
        "备注": ("备注", "text", "yyyyMMdd"),
    }
    assert '{name: 价值}  # a comma: in a mapping as: [{remove: "."}, decimal]' in text
    assert "form: yyyy-MM-dd}  # guess" in text
    documents, faults = read(SHEET.encode("gb18030"), layout)
    assert (len(documents), faults, [list(each.faults) for each in documents]) == (2, [], [[], []])


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("a,b\n1,2\n", "ascii", {"delimiter": ",", "encoding": "gb18030", "header": True}),
        ("a\tb\n1\t2\n", "ascii", {"delimiter": "\t"}),
        ("1,2\n3,4\n", "ascii", {"header": False}),
        ("a,a\nx,y\n", "ascii", {"header": False}),
        ("号,b\n1,2\n", "utf-8", {"encoding": "utf-8"}),
        ("号,b\n1,2\n", "utf-8-sig", {"encoding": "utf-8"}),
        (
            "00:A'\n50:B:1'\n50:C:2'\n99:4'\n",
            "ascii",
            {"kind": "delimited", "terminator": "'", "delimiter": ":"},
        ),
        ("HABC 1\nD001X\nD002Y\nT2\n", "ascii", {"kind": "fixed"}),
    ],
)
def test_what_is_seen_in_a_sample(text: str, encoding: str, expected: dict[str, object]) -> None:
    _, layout = guessed(text, encoding)
    assert {name: getattr(layout, name) for name in expected} == expected
    documents, faults = read(text.encode(encoding), layout)
    assert faults == []
    assert [fault for document in documents for fault in document.faults] == []


@pytest.mark.parametrize(
    "name", ["certificate-origin", "ciq-declaration-csv", "crew-list", "licence-csv", "trusted-firms"]
)
def test_a_layout_of_a_shipped_sample_reads_it(name: str) -> None:
    data = (shipped_directory() / f"samples/good/{name}.csv").read_bytes()
    layout, _ = read_layout(layout_text("it", data), "it.yaml")
    assert layout is not None
    documents, faults = read(data, layout)
    assert (faults, [fault for document in documents for fault in document.faults]) == ([], [])


@pytest.mark.parametrize("text", ["", "\n\n", "UNB+UNOA:1+A+B+1:1+1'", "<a/>", "(x)\n[y]\n"])
def test_what_is_no_flat_file_is_refused(text: str) -> None:
    with pytest.raises(Unguessable) as error:
        layout_text("it", text.encode())
    assert error.value.zh


@given(st.binary(max_size=200))
def test_any_bytes_are_a_layout_or_refused(data: bytes) -> None:
    try:
        text = layout_text("it", data)
    except Unguessable:
        return
    assert read_layout(text, "it.yaml")[0] is not None


def test_the_verb(tmp_path: Path) -> None:
    place = tmp_path / "ws"
    assert edi_router("new", "project", place).code == 0
    sample = tmp_path / "sheet.csv"
    sample.write_bytes(SHEET.encode("gb18030"))
    made = edi_router("--workspace", place, "new", "layout", "sheet", "--sample", sample)
    assert made.code == 0, made.err
    assert made.out.splitlines() == [
        str(place / "schemas/records/sheet.yaml"),
        f"next: edi-router validate --layout sheet {sample}",
    ]
    assert edi_router("--workspace", place, "validate", "--layout", "sheet", sample).code == 0
    assert edi_router("lint", place).code == 0
    again = edi_router("--workspace", place, "new", "layout", "sheet", "--sample", sample)
    assert (again.code, "is there already" in again.err) == (2, True)
    assert edi_router("--workspace", place, "new", "layout", "A", "--sample", sample).code == 2
    sample.write_text("<a/>")
    refused = process("--workspace", place, "new", "layout", "other", "--sample", sample, lang="zh")
    assert refused.code == 2
    assert "样例不是平面文件" in refused.err
