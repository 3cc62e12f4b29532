"""Mappings: every key of the language, lineage, faults in terms of the input."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.faults import Fault, render
from edi_router.formats.xml.reader import parse
from edi_router.mapping import Context, Mapping, Result, load

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
targetNamespace="urn:out">
<xs:element name="Out"><xs:complexType><xs:sequence>
  <xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>
</xs:sequence><xs:attribute name="v"/></xs:complexType></xs:element></xs:schema>"""
STRICT = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="Out"><xs:complexType><xs:sequence>
  <xs:element name="No"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="3"/>
    </xs:restriction></xs:simpleType></xs:element>
  <xs:element name="Item" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
    <xs:element name="Qty" type="xs:decimal"/></xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
ORDER = """<Order ver="2"><No>A1</No><Day>20160701</Day><Empty/>
<Line><Hs>2102200000</Hs><Qty>1,5</Qty><Note>a</Note><Note>b</Note></Line>
<Line><Hs>0201300090</Hs><Qty>2</Qty><Void/></Line>
<Land>AU</Land></Order>"""
TABLE = """# source: test
code,value,valid_from,valid_to,note
AU,036,2016-01-01,,
AU,035,,2015-12-31,
NZ,554,,,
XX,554,,,
"""
CONTEXT = Context(
    now=datetime.datetime(2016, 7, 1, 20, 30, tzinfo=datetime.UTC),
    business_date=datetime.date(2016, 7, 2),
    message_id="m1",
    sender="ACME",
    settings={"office": "5300"},
)

Make = Callable[..., Mapping]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    for name, text in {
        "schemas/xml/out.xsd": XSD,
        "schemas/xml/strict.xsd": STRICT,
        "mappings/tables/country.csv": TABLE,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree((tmp_path,))


def write(tree: Tree, body: str, head: str = "to: xml/out.xsd") -> None:
    folder = tree.layers[0] / "mappings" / "m"
    folder.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(f"      {line}" for line in body.strip("\n").splitlines())
    text = f"id: m\nfrom: xml Order\n{head}\noutput:\n  Out:\n    do:\n{lines}\n"
    (folder / "mapping.yaml").write_text(text, encoding="utf-8")


def run(tree: Tree, body: str, head: str = "to: xml/out.xsd", order: str = ORDER) -> Result:
    write(tree, body, head)
    mapping, faults = load(tree, "m")
    assert (faults, mapping is None) == ([], False), [render(fault) for fault in faults]
    assert mapping is not None
    document, _ = parse(order.encode())
    assert document is not None
    return mapping.run(document.node(), CONTEXT)


def values(result: Result) -> list[tuple[str, str]]:
    return [(row.target.removeprefix("/Out/"), row.value) for row in result.lineage]


def told(faults: list[Fault]) -> list[str]:
    return [f"{fault.code} {fault.place} {fault.rule}" for fault in faults]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("A: No", [("A", "A1")]),
        ('A: {const: "24"}', [("A", "24")]),
        ("A: {from: Day, as: {date: yyyy-MM-dd}}", [("A", "2016-07-01")]),
        ("A: {from: Empty, default: X}", [("A", "X")]),
        ("A: Empty", []),
        ("A: {from: [Empty, No]}", [("A", "A1")]),
        ('A: {all: [No, Day], join: "-"}', [("A", "A1-20160701")]),
        ('A: {from: Line/Note, join: " "}', [("A", "a b")]),
        ("A: {from: Line/Note, first: yes}", [("A", "a")]),
        ("A: {from: Line/Qty, as: sum}", [("A", "3.5")]),
        ("A: {from: Line, as: count}", [("A", "2")]),
        ("A: {from: Nothing, as: count}", [("A", "0")]),
        ("A: {from: Empty, as: {flag: Y N}}", [("A", "N")]),
        ("A: {from: Line, as: flag}", [("A", "1")]),
        ('A: {from: "Line[1]/Hs", as: [{slice: "0:8"}, {suffix: "99"}]}', [("A", "2102200099")]),
        ("A: {from: Land, table: country}", [("A", "036")]),
        ("A: {from: No, table: country, default: '000'}", [("A", "000")]),
        ("A: {const: '036', table: {name: country, by: value, column: code}}", [("A", "AU")]),
        ("A: {const: '1', when: No}", [("A", "1")]),
        ("A: {const: '1', when: Empty}", []),
        ("A: {const: '1', when: {path: Empty, absent: yes}}", [("A", "1")]),
        ("A: {const: '1', when: {path: No, equals: A1}}", [("A", "1")]),
        ("A: {const: '1', when: {path: No, in: [B, A1]}}", [("A", "1")]),
        ("A: {const: '1', when: [No, {path: No, equals: B}]}", []),
        ('A: "@ver"', [("A", "2")]),
        ('"@v": {from: "@ver"}', [("@v", "2")]),
        ("A: $context/sender", [("A", "ACME")]),
        ("A: $context/settings/office", [("A", "5300")]),
        ("A: {from: $context/now, as: date}", [("A", "20160702")]),
        ("A: $context/business_date", [("A", "2016-07-02")]),
        ("A: $context/recipient", []),
        ("A: [{const: '1'}, No]", [("A[1]", "1"), ("A[2]", "A1")]),
        ("A: {each: Line/Note, from: .}", [("A[1]", "a"), ("A[2]", "b")]),
        ("A: {each: Line/Void, from: .}", []),
        ("A: {each: Line, do: {H: Hs, N: ../No, M: /No}}",
         [("A[1]/H", "2102200000"), ("A[1]/N", "A1"), ("A[1]/M", "A1"),
          ("A[2]/H", "0201300090"), ("A[2]/N", "A1"), ("A[2]/M", "A1")]),
        ("A: {each: Line, when: Void, do: {N: {as: sequence}, H: Hs}}", []),
        ("A: {each: Line, when: Note, do: {N: {as: sequence}}}", [("A/N", "1")]),
        ("A: {each: Line, do: {B: {do: {C: Void}}}}", []),
        ('A: {from: No, do: {"@u": {const: KGM}}}', [("A/@u", "KGM"), ("A", "A1")]),
    ],
)  # fmt: skip
def test_keys(tree: Tree, line: str, expected: list[tuple[str, str]]) -> None:
    result = run(tree, line)
    assert (values(result), told(result.faults)) == (expected, [])


def test_output_is_escaped_and_in_the_namespace(tree: Tree) -> None:
    result = run(tree, "A: No", order="<Order><No>a&lt;b&amp;\"c'</No></Order>")
    assert b'<Out xmlns="urn:out">' in result.output
    assert b"<A>a&lt;b&amp;\"c'</A>" in result.output


def test_uuid_is_derived(tree: Tree) -> None:
    first, again = run(tree, "A: $context/uuid"), run(tree, "A: $context/uuid")
    assert values(first) == values(again)
    assert len(values(first)[0][1]) == 32


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("A: Line/Note", "mapping-several-values 2 /Order/Line[1]/Note[2] mapping.yaml:7"),
        ("A: {from: Empty, required: yes}", "target-required 1 /Order mapping.yaml:7"),
        ("A: {each: Line/Void, required: yes, from: .}", "target-required 1 /Order mapping.yaml:7"),
        ("A: {required: yes, do: {B: Empty}}", "target-required 1 /Order mapping.yaml:7"),
        ("A: {from: No, table: country}", "table-missing-key 1 /Order/No mapping.yaml:7"),
        ("A: {const: '554', table: {name: country, by: value, column: code}}",
         "table-ambiguous 1 /Order mapping.yaml:7"),
        ("A: {from: No, as: date}", "function-value 1 /Order/No mapping.yaml:7"),
        ("A: {all: [Line/Qty, No], as: sum}", "function-value 1 /Order/No mapping.yaml:7"),
        ("A: {from: Day, as: {cut: '4'}}", "value-cut 1 /Order/Day mapping.yaml:7"),
        ('A: {from: "Line[1]/Qty", as: {decimal: "0"}}', "value-rounded 2 /Order/Line[1]/Qty mapping.yaml:7"),
    ],
)  # fmt: skip
def test_faults_at_the_input_place_and_mapping_line(tree: Tree, line: str, fault: str) -> None:
    result = run(tree, line)
    assert told(result.faults) == [fault]
    for language in ("en", "zh"):
        assert "?" not in render(result.faults[0], language)


def test_every_fault_is_told_in_one_pass(tree: Tree) -> None:
    result = run(tree, "A: {from: Empty, required: yes}\nB: {from: No, as: integer}\nC: Line/Note")
    assert [fault.code for fault in result.faults] == [
        "target-required", "function-value", "mapping-several-values",
    ]  # fmt: skip


def test_lookup_as_of_the_documents_date(tree: Tree) -> None:
    head = "to: xml/out.xsd\ndate: Day"
    old = ORDER.replace("20160701", "20151231")
    result = run(tree, "A: {from: Land, table: country}", head, old)
    row = result.lineage[0]
    assert (row.value, row.row, row.rule) == ("035", "country.csv:4", "mapping.yaml:8")
    assert [place.xpath for place in row.sources] == ["/Order/Land"]


def test_unreadable_date_is_told_once(tree: Tree) -> None:
    head = "to: xml/out.xsd\ndate: Day"
    result = run(tree, "A: {from: Day, as: date}", head, ORDER.replace("20160701", "2016"))
    assert told(result.faults) == ["function-value 1 /Order/Day mapping.yaml:8"]


def test_lineage_of_joined_and_summed_values(tree: Tree) -> None:
    result = run(tree, "A: {from: Line/Note, join: ' '}\nB: {from: Line/Qty, as: sum}")
    assert [[place.xpath for place in row.sources] for row in result.lineage] == [
        ["/Order/Line[1]/Note[1]", "/Order/Line[1]/Note[2]"],
        ["/Order/Line[1]/Qty", "/Order/Line[2]/Qty"],
    ]


def test_schema_fault_is_told_in_terms_of_the_input(tree: Tree) -> None:
    body = "No: Day\nItem: {each: Line, do: {Qty: Qty}}"
    result = run(tree, body, "to: xml/strict.xsd")
    assert told(result.faults) == [
        "output-invalid 1 /Order/Day mapping.yaml:7",
        "output-invalid 2 /Order/Line[1]/Qty mapping.yaml:8",
    ]
    assert "3" in result.faults[0].values["problem"]
    assert result.faults[0].values["path"] == "/Out/No"


def test_missing_value_is_not_told_twice(tree: Tree) -> None:
    result = run(tree, "No: {from: Empty, required: yes}", "to: xml/strict.xsd")
    assert [fault.code for fault in result.faults] == ["target-required"]


def test_character_that_cannot_be_written(tree: Tree) -> None:
    write(tree, "A: No")
    mapping, _ = load(tree, "m")
    document, _ = parse("<Order><No>冻牛肉A</No></Order>".encode())
    assert mapping is not None
    assert document is not None
    context = Context(CONTEXT.now, CONTEXT.business_date, encoding="ISO-8859-1")
    result = mapping.run(document.node(), context)
    assert told(result.faults) == ["output-invalid 1 /Order/No mapping.yaml:7"] * 3
    assert result.output == b""


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "hint"),
    [
        ("A: {form: No}", "config-unknown-key", 7, 11, "from"),
        ("A: No[0]", "path-syntax", 7, 13, None),
        ('A: {from: "No[x"}', "path-syntax", 7, 22, None),
        ("A: o:No", "path-syntax", 7, 11, "No"),
        ('A: {from: "o:Line[Qty=2]/Hs"}', "path-syntax", 7, 19, "Line[Qty='2']/Hs"),
        ("A: {from: No, as: uper}", "function-unknown", 7, 25, "upper"),
        ("A: {from: No, as: {pad: x}}", "function-argument", 7, 31, None),
        ("A: {from: No, as: pad}", "function-argument", 7, 25, None),
        ("A: {from: No, as: {upper: x}}", "function-argument", 7, 33, None),
        ("A: {from: No, as: {date: yyyyMMDD}}", "function-argument", 7, 32, None),
        ("A: {from: No, table: contry}", "table-missing", 7, 28, "country"),
        ("A: {from: No, table: {name: country, column: valu}}", "table-column", 7, 28, "value"),
        ("A: $context/sendr", "path-unknown", 7, 19, "sender"),
        ("A: {from: No, const: '1'}", "config-value", 7, 7, None),
        ("A: {required: yes}", "config-value", 7, 7, None),
        ("A: {from: No, required: maybe}", "config-value", 7, 31, None),
        ("A: {from: No, first: yes, join: x}", "config-value", 7, 7, None),
        ("A: {from: No, do: {B: No}}", "config-value", 7, 7, None),
        ("A B: No", "config-value", 7, 7, None),
        ("A: {each: $context/now, from: .}", "config-value", 7, 7, None),
        ("A: {from: No, as: {cut: 5 latin-99}}", "function-argument", 7, 31, None),
        ('"@a": {each: Line, from: Hs}', "config-value", 7, 7, None),
        ("A: {const: x, when: {path: No, equals: 1, absent: yes}}", "config-value", 7, 27, None),
        ("A: {const: x, when: {equals: 1}}", "config-missing-key", 7, 27, None),
    ],
)
def test_wrong_files(tree: Tree, text: str, code: str, line: int, column: int, hint: str | None) -> None:
    write(tree, text)
    _, faults = load(tree, "m")
    found = [(fault.code, fault.place.line, fault.place.column, fault.hint) for fault in faults]
    assert found == [(code, line, column, hint)]
    assert "?" not in render(faults[0], "zh")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "id: m\nfrom: xml Order\nto: xml/out.xsd\noutput: {A: {do: {B: C}}, D: {do: {B: C}}}\n",
            "config-value",
        ),
        ("id: m\nfrom: CUSDEC\nto: xml/out.xsd\noutput: {Out: {do: {B: C}}}\n", "config-value"),
        ("id: n\nfrom: xml Order\nto: xml/out.xsd\noutput: {Out: {do: {B: C}}}\n", "config-value"),
        ("id: m\nfrom: xml Order\nto: xml/ou.xsd\noutput: {Out: {do: {B: C}}}\n", "mapping-schema-missing"),
        ("id: m\nfrom: xml Order\noutput: {Out: {do: {B: C}}}\n", "config-missing-key"),
        ("id: m\nfrom: xml Order\nto: xml/out.xsd\noutput: {Out: {each: L, do: {B: C}}}\n", "config-value"),
        ("a: [", "config-syntax"),
    ],
)
def test_wrong_heads(tree: Tree, text: str, code: str) -> None:
    write(tree, "A: No")
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text)
    _, faults = load(tree, "m")
    assert [fault.code for fault in faults] == [code]


def test_missing_mapping(tree: Tree) -> None:
    write(tree, "A: No")
    mapping, faults = load(tree, "mm")
    assert mapping is None
    assert [(fault.code, fault.hint) for fault in faults] == [("mapping-missing", "m")]


@pytest.mark.parametrize(
    "number", ["9" * 41, "1e5", "NaN", "Infinity", "1_0", "", "-", "1.2.3", "1,2,3", "٣"]
)
@pytest.mark.parametrize("function", ["integer", "decimal", "sum", "product", "minimum", "{fixed: '2'}"])
def test_odd_numbers_are_faults(tree: Tree, number: str, function: str) -> None:
    result = run(tree, f"A: {{from: No, as: {function}}}", order=f"<Order><No>{number}</No></Order>")
    assert [fault.code for fault in result.faults] == (["function-value"] if number else [])
    assert values(result) == []
