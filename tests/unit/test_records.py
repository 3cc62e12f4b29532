"""Flat files: cut into cells with their places, built into documents, checked and written by their layout."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_router.config import Tree, shipped_directory
from edi_router.faults import Fault, render
from edi_router.formats.records import Layout, Row, load_layout, read, read_layout, write
from edi_router.formats.records.reader import likeness
from edi_router.paths import Node, parse

SHIPPED = Tree((shipped_directory(),))
GOODS = """
id: goods
kind: csv
encoding: gb18030
each: Item
by: [Order]
records:
  - name: Item
    fields:
      - {name: Order, column: 订单, mandatory: yes}
      - {name: Name, column: 品名, length: 8}
      - {name: Qty, type: number, decimals: 2}
"""
FIXED = """
id: fixed
kind: fixed
records:
  - name: Head
    min: 1
    max: 1
    fields:
      - {name: Kind, length: 1, const: H}
      - {name: Name, length: 8}
      - {name: Count, length: 3, align: right, pad: "0", count: Line}
  - name: Line
    fields: [{name: Kind, length: 1, const: L}, {name: No, at: 4, length: 3, align: right}, {name: Text, length: 4}]
"""
FLAT = """
id: flat
kind: delimited
delimiter: ":"
terminator: "'"
quote: ""
release: "?"
each: Head
records:
  - {name: Head, min: 1, max: 1, fields: [{name: R, const: "00"}, {name: To}]}
  - name: Box
    fields: [{name: R, const: "50"}, {name: No}, {name: Weight, type: number}]
    records:
      - {name: Bill, fields: [{name: R, const: "12"}, {name: No}]}
  - {name: End, min: 1, max: 1, fields: [{name: R, const: "99"}, {name: Records, count: records}, {name: Weight, sum: Box/Weight}]}
"""  # noqa: E501


def layout(text: str) -> Layout:
    found, faults = read_layout(text, "layout.yaml")
    assert found is not None, faults
    return found


def values(root: Node, path: str) -> list[str]:
    return [value for value, _ in parse(path).values(root)]


def codes(data: bytes, text: str) -> list[tuple[str, str]]:
    documents, faults = read(data, layout(text))
    found: list[Fault] = [*faults, *(fault for document in documents for fault in document.faults)]
    return [(fault.code, str(fault.place)) for fault in found]


def test_csv_rows_of_one_order_are_one_document() -> None:
    text = '订单,品名,Qty\r\n1,酵母,2\r\n1,"草, ""鲜""",3.5\r\n\r\n2,"two\r\nrow",1\r\n'
    documents, faults = read(text.encode("gb18030"), layout(GOODS))
    assert faults == []
    first, second = documents
    assert values(first.root, "Item/Name") == ["酵母", '草, "鲜"']
    assert values(second.root, "Item[1]/Name") == ["two\r\nrow"]
    assert values(first.root, "Item[Name='酵母']/Qty") == ["2"]
    _, node = parse("Item/Qty").values(second.root)[0]
    place = node.place()
    data = text.encode("gb18030")
    assert data[place.offset or 0 :] == b"1\r\n"
    assert (place.line, place.column, place.segment, place.tag, place.element) == (6, 6, 3, "Item", 3)
    assert data[second.offset :].startswith(b'2,"two')
    assert second.length == len(data) - second.offset
    assert [str(each) for each in (first.faults, second.faults)] == ["[]", "[]"]


def test_lengths_are_bytes_of_the_encoding() -> None:
    row = "订单,品名,Qty\n1,活性酵母,1\n2,活性干酵母,1\n"
    assert codes(row.encode("gb18030"), GOODS) == [("field-too-long", "3:3 Item(2) element 2")]
    assert codes(row.encode("gb18030"), GOODS.replace("encoding", "lengths: characters\nencoding")) == []
    longer = [("field-too-long", "2:3 Item(1) element 2"), ("field-too-long", "3:3 Item(2) element 2")]
    assert codes(row.encode("utf-8"), GOODS.replace("gb18030", "utf-8")) == longer


def test_a_byte_order_mark_says_that_it_is_utf_8() -> None:
    documents, faults = read("订单,品名,Qty\n1,酵母,1\n".encode("utf-8-sig"), layout(GOODS))
    assert (faults, values(documents[0].root, "Item/Name")) == ([], ["酵母"])
    assert documents[0].offset == 21


def test_columns_are_found_by_name_in_any_order() -> None:
    documents, _ = read("Qty,订单\n7,1\n".encode("gb18030"), layout(GOODS))
    assert values(documents[0].root, "Item/Qty") == ["7"]
    assert values(documents[0].root, "Item/Name") == []


def test_another_file_is_told_once() -> None:
    assert codes(b"a,b\n1,2\n3,4\n", GOODS) == [("record-unknown", "1:1")]
    assert not likeness(b"a,b\n1,2\n", layout(GOODS))
    assert likeness("订单,品名,Nr\n1,酵母,1\n".encode("gb18030"), layout(GOODS)) == 2
    assert likeness(b"00:A'", layout(FLAT)) == 2


def test_without_a_header_fields_stand_in_their_order() -> None:
    text = GOODS.replace("kind: csv", "kind: csv\nheader: no")
    documents, _ = read(b"1,yeast,2\n1,yeast\n", layout(text))
    assert values(documents[0].root, "Item/Qty") == ["2"]


def test_bytes_that_are_no_text() -> None:
    assert codes(b"\xb6\xa9\xb5\xa5,Qty\n1,\xff\n", GOODS)[0] == ("byte-not-decodable", "2:3")


def test_an_open_quote_does_not_swallow_the_file() -> None:
    data = '订单,品名,Qty\n1,"酵母,1\n2,草莓,2\n'.encode("gb18030")
    documents, faults = read(data, layout(GOODS))
    assert [fault.code for fault in faults] == ["quote-open"]
    assert [values(each.root, "Item/Order") for each in documents] == [["1"], ["2"]]


def test_fixed_width_by_bytes() -> None:
    data = "H酵母    002\nL  0 1beer\nL  0 2酒\n".encode("gb18030")
    documents, faults = read(data, layout(FIXED))
    assert faults == []
    [document] = documents
    assert [fault.code for fault in document.faults] == []
    assert values(document.root, "Head/Name") == ["酵母"]
    assert values(document.root, "Head/Count") == ["2"]
    assert values(document.root, "Line/No") == ["0 1", "0 2"]
    assert values(document.root, "Line/Text") == ["beer", "酒"]
    _, node = parse("Line/Text").values(document.root)[1]
    assert (node.place().column, data[node.place().offset or 0 :]) == (7, "酒\n".encode("gb18030"))


def test_a_character_across_the_end_of_a_field() -> None:
    data = "Habcdefg酵001\n".encode("gb18030")
    assert codes(data, FIXED)[0] == ("character-split", "1:2 Head(1) element 2")


def test_nested_records_and_several_documents() -> None:
    text = "00:A?:B'\r\n50:X1:1.5'\r\n12:B1'\r\n12:B2'\r\n50:X2:2'\r\n99:6:3.5'\r\n00:C'\r\n99:2:0'\r\n"
    documents, faults = read(text.encode(), layout(FLAT))
    assert faults == []
    assert [list(each.faults) for each in documents] == [[], []]
    assert values(documents[0].root, "Head/To") == ["A:B"]
    assert values(documents[0].root, "Box[1]/Bill/No") == ["B1", "B2"]
    assert values(documents[0].root, "Box[2]/Bill/No") == []
    assert values(documents[0].root, "Box/Bill[No='B2']/../No") == ["X1"]
    assert values(documents[1].root, "Head/To") == ["C"]


def test_a_wrong_total_and_a_wrong_sum() -> None:
    assert codes(b"00:A'50:X1:1.5'99:4:1'", FLAT) == [
        ("record-total", "1:19 End(3) element 2"),
        ("record-total", "1:21 End(3) element 3"),
    ]


def test_written_in_the_order_of_the_layout_with_totals() -> None:
    rows = [
        Row("Box", {"No": "X:1", "Weight": "1.10"}, [Row("Bill", {"No": "B'1?"})]),
        Row("Head", {"To": "酵"}),
    ]
    done = write(rows, layout(FLAT))
    assert done.faults == []
    assert done.content.decode("gb18030") == "00:酵'\r\n50:X?:1:1.10'\r\n12:B?'1??'\r\n99:4:1.10'\r\n"
    assert [row.name for row in done.rows] == ["Head", "Box", "Bill", "End"]


def test_fixed_width_is_written_by_bytes() -> None:
    rows = [Row("Head", {"Name": "酵母"}), Row("Line", {"No": "7", "Text": "酒"})]
    assert write(rows, layout(FIXED)).content == "H酵母    001\r\nL    7酒  \r\n".encode("gb18030")


@pytest.mark.parametrize(
    ("text", "rows", "code"),
    [
        (FIXED, [Row("Head", {"Name": "活性干酵母"})], "field-too-long"),
        (FIXED, [Row("Head", {"Name": "a\nb"})], "separator-in-data"),
        (FLAT, [Row("Head", {"To": "a\nb"})], "separator-in-data"),
        (
            GOODS.replace("gb18030", "ascii").replace("订单", "No").replace("品名", "Goods"),
            [Row("Item", {"Name": "酵"})],
            "character-not-encodable",
        ),
    ],
)
def test_what_cannot_be_written(text: str, rows: list[Row], code: str) -> None:
    done = write(rows, layout(text))
    assert ([fault.code for fault in done.faults], done.content) == ([code], b"")


TEXTS = st.text(st.sampled_from(string.ascii_letters + "0 ,;:'?\"\r\n酵母é€"), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_csv_reads_back(rows: list[tuple[str, str]]) -> None:
    text = GOODS.replace("by: [Order]\n", "").replace("each: Item\n", "").replace(", length: 8", "")
    made = layout(text)
    done = write([Row("Item", {"Order": f"x{order}", "Name": name}) for order, name in rows], made)
    documents, faults = read(done.content, made)
    assert (done.faults, faults) == ([], [])
    items = documents[0].root.records
    assert [(item.cells["Order"].text[1:], item.cells["Name"].text) for item in items] == rows


FLAT_TEXTS = st.text(st.sampled_from(string.ascii_letters + "0 ,;:'?\"酵母é€"), min_size=1, max_size=12)


@given(st.lists(FLAT_TEXTS, min_size=1, max_size=5))
def test_delimited_reads_back(numbers: list[str]) -> None:
    made = layout(FLAT)
    done = write([Row("Head", {"To": "A"}), *(Row("Box", {"No": number}) for number in numbers)], made)
    documents, faults = read(done.content, made)
    assert (done.faults, faults, list(documents[0].faults)) == ([], [], [])
    assert values(documents[0].root, "Box/No") == numbers


@given(st.binary(max_size=200))
def test_any_bytes_give_faults_only(data: bytes) -> None:
    for text in (GOODS, FIXED, FLAT):
        documents, faults = read(data, layout(text))
        assert documents or faults or not data.strip()
        for document in documents:
            for fault in document.faults:
                assert 0 <= (fault.place.offset or 0) <= len(data)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("name: Qty", "name: Name", "Name stands twice in Item"),
        ("by: [Order]", "by: [No]", "Item has no field No"),
        ("each: Item", "each: Row", "there is no record Row"),
        ("each: Item\n", "", "`by` needs `each`"),
        ("encoding: gb18030", "encoding: utf-16", "cannot be used"),
        ("length: 8", "at: 3", "`at` is for fixed layouts"),
        ("decimals: 2", "count: Row", "there is no record Row to count"),
        ("decimals: 2", "sum: Item/No", "there is no Item/No to sum up"),
        ("kind: csv", "kind: fixed", "needs a length"),
        ("name: Order", "name: 1", "must be a name"),
        ("decimals: 2}", "decimals: 2}\n  - {name: Other, fields: [{name: X}]}", "told apart"),
        ("decimals: 2}", "decimals: 2}\n  - {name: Item, fields: [{name: X, const: A}]}", "stands twice"),
        ("name: Qty", "column: 品名, name: Qty", "the column 品名 stands twice in Item"),
        ("type: number, decimals: 2", "type: date, form: DD.MM.YYYY", "`DD` is no part of a date"),
        ("encoding: gb18030", "encoding: ascii", "the character 订 does not exist in ascii"),
        ("type: number, decimals: 2", "const: é", "the character é does not exist in ascii"),
    ],
)
def test_layouts_that_are_wrong(old: str, new: str, problem: str) -> None:
    assert old in GOODS
    text = GOODS.replace("gb18030", "ascii") if "é" in new else GOODS
    found, faults = read_layout(text.replace(old, new), "layout.yaml")
    assert found is None
    assert any(problem in fault.values["problem"] for fault in faults), faults
    told = [render(fault, "zh") for fault in faults]
    assert not any(fault.values["problem"] in text for fault, text in zip(faults, told, strict=True)), told


def test_everything_wrong_with_a_layout_is_told_at_once_each_at_its_place() -> None:
    text = (
        GOODS.replace("by: [Order]", "by: [No]")
        .replace("name: Qty", "name: Name")
        .replace("2}", "2, sum: Item/No}")
    )
    _, faults = read_layout(text, "layout.yaml")
    assert [(fault.place.line, fault.place.column, fault.values["key"]) for fault in faults] == [
        (12, 16, "records.0.fields.2.name"),
        (6, 6, "by.0"),
        (12, 54, "records.0.fields.2.sum"),
    ]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2016/6/3", True),
        ("2016/12/31", True),
        ("2016/06/03", False),
        ("2016/13/3", False),
        ("2016-6-3", False),
    ],
)
def test_days_and_months_of_one_digit(text: str, right: bool) -> None:
    made = layout(GOODS.replace("type: number, decimals: 2", "type: date, form: yyyy/M/d"))
    documents, _ = read(f"订单,品名,Qty\r\nA,B,{text}\r\n".encode("gb18030"), made)
    assert [fault.code for fault in documents[0].faults] == ([] if right else ["field-type"])


def test_a_layout_must_be_there_and_named_after_its_file(tmp_path: Path) -> None:
    _, [missing] = load_layout(SHIPPED, "codeco-flit")
    assert (missing.code, missing.hint) == ("config-unknown-name", "codeco-flat")
    folder = tmp_path / "schemas/records"
    folder.mkdir(parents=True)
    (folder / "other.yaml").write_text(GOODS, encoding="utf-8")
    _, [named] = load_layout(Tree((tmp_path,)), "other")
    assert named.code == "config-value"


def _layout(text: str) -> Layout:
    layout, faults = read_layout(text, "layout.yaml")
    assert layout is not None, faults
    return layout


WEST = FIXED.replace("kind: fixed", "kind: fixed\nencoding: iso-8859-1")


def test_a_fixed_file_in_utf8_with_characters_that_the_layout_cannot_count() -> None:
    """A byte order mark says that it is UTF-8; the layout's Latin-1 has no Chinese to count its bytes by."""
    content = "H冻牛  001\r\nL    1ab\r\n".encode("utf-8-sig")
    [document], faults = read(content, _layout(WEST))
    assert faults == []
    [name] = parse("Head/Name").select(document.root)
    assert name.value() == "冻牛"


@pytest.mark.parametrize("text", ["１２", "٣", "9" * 501, "1." + "9" * 501])
def test_a_number_has_digits_of_ascii_and_not_too_many(text: str) -> None:
    [document], _ = read(f"订单,品名,Qty\n1,a,{text}\n".encode("gb18030", "replace"), _layout(GOODS))
    assert [fault.code for fault in document.faults] == ["field-type"]


@pytest.mark.parametrize(
    ("weights", "total"),
    [
        (["123456789012345678901234567890", "0.1"], "123456789012345678901234567890.1"),
        (["9" * 500, "1"], "1" + "0" * 500),
        (["-5", "5"], "0"),
    ],
)
def test_control_totals_are_exact(weights: list[str], total: str) -> None:
    layout = _layout(FLAT)
    boxes = [Row("Box", {"No": "X", "Weight": weight}) for weight in weights]
    written = write([Row("Head", {"To": "Y"}), *boxes], layout)
    assert written.faults == []
    assert f":{total}'".encode() in written.content
    [document], faults = read(written.content, layout)
    assert (faults, list(document.faults)) == ([], [])
    [wrong], _ = read(written.content.replace(f":{total}'".encode(), b":7'"), layout)
    assert [(fault.code, fault.values["expected"]) for fault in wrong.faults] == [("record-total", total)]


def test_a_number_filled_with_zeros_keeps_its_sign_in_front() -> None:
    layout = _layout(FIXED.replace("{name: No, at: 4,", '{name: No, at: 4, type: number, pad: "0",'))
    written = write([Row("Head", {"Name": "x"}), Row("Line", {"No": "-5", "Text": "a"})], layout)
    assert written.content.splitlines()[1] == b"L  -05a   "
    [document], _ = read(written.content, layout)
    assert (list(document.faults), parse("Line/No").values(document.root)[0][0]) == ([], "-05")
