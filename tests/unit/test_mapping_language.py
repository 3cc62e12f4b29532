"""Conditions, functions after `join`, word wrap and look-ups by key: the program and the closures alike."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import Fault, Place, render
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.nodes import MessageNode
from edi_router.mapping import Context, Mapping, Result, load
from edi_router.mapping.coverage import coverage
from edi_router.mapping.documents import Source
from edi_router.mapping.lint import lint
from edi_router.mapping.model import Wrap
from edi_router.mapping.patterns import matches, problem_of
from edi_router.mapping.trace_given import of_data
from edi_router.mapping.wrapping import lines_of
from edi_router.paths import PathError, parse

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType><xs:sequence>
  <xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
CODECO = b"""UNB+UNOC:3+A+B+160701:0930+1'
UNH+1+CODECO:D:95B:UN'
BGM+36+GATE-0042+9'
FTX+AAI+++FROZEN BONELESS BEEF OF THE FOREQUARTER:AND OFFAL ?& BONES'
NAD+MS+HARBOUR'
NAD+CF+NORD'
EQD+CN+CSQU3054383+22G1:102:5++3+5'
RFF+BM:B1'
LOC+9+NZTRG'
EQD+CN+TRLU7654321+45G1:102:5++3+4'
RFF+BM:B2'
CNT+16:2'
UNT+12+1'
UNZ+1+1'"""
CONTEXT = Context(
    now=datetime.datetime(2016, 7, 1, tzinfo=datetime.UTC),
    business_date=datetime.date(2016, 7, 1),
    sender="ACME",
    settings={"mode": "fast"},
)
DEFINITIONS = definitions_over(Tree((shipped_directory(),)))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "schemas/xml").mkdir(parents=True)
    (tmp_path / "schemas/xml/out.xsd").write_text(XSD)
    (tmp_path / "mappings/m").mkdir(parents=True)
    return Tree((tmp_path, shipped_directory()))


def mapped(tree: Tree, body: str, head: str = "") -> Mapping:
    lines = "".join(f"      {line}\n" for line in body.strip("\n").splitlines())
    text = f"id: m\nfrom: CODECO D95B\nto: xml/out.xsd\n{head}output:\n  Out:\n    do:\n{lines}"
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text, encoding="utf-8")
    mapping, faults = load(tree, "m", DEFINITIONS)
    assert mapping is not None, [render(fault) for fault in faults]
    return mapping


def faults_of(tree: Tree, body: str, head: str = "") -> list[Fault]:
    lines = "".join(f"      {line}\n" for line in body.strip("\n").splitlines())
    text = f"id: m\nfrom: CODECO D95B\nto: xml/out.xsd\n{head}output:\n  Out:\n    do:\n{lines}"
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text, encoding="utf-8")
    faults = lint("m", tree, DEFINITIONS)
    for fault in faults:
        assert fault.place.column
        assert render(fault, "en")
        assert render(fault, "zh")
    return faults


def run(mapping: Mapping, *, program: bool = True) -> Result:
    """By the closures; the program, if there can be one, makes the same with the same lineage."""
    [document] = Source(Tree((shipped_directory(),)), DEFINITIONS).documents(CODECO, mapping.definition)
    root = document.root
    assert isinstance(root, MessageNode)
    close = mapping.run_closely(root, CONTEXT)
    fast = mapping.run_fast(root, CONTEXT)
    assert (fast is not None) is program, mapping.program(root)
    if fast is not None:
        recorded = mapping.run_fast(root, CONTEXT, record=True)
        assert recorded is not None
        assert fast.output == recorded.output == close.output
        assert close.faults == []
        assert recorded.lineage == close.lineage
    return close


def values(result: Result) -> list[str]:
    return [row.value for row in result.lineage]


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("{not: {path: BGM/C002/d1001, equals: '36'}}", False),
        ("{not: {path: BGM/C002/d1001, equals: '34'}}", True),
        ("{not: {path: BGM/C002/d1001, in: ['34', '35']}}", True),
        ("{not: BGM/d4343}", True),
        ("{not: BGM}", False),
        ("{path: BGM/d1004, matches: 'GATE-[0-9]{4}'}", True),
        ("{path: BGM/d1004, matches: 'GATE'}", False),
        ("{path: BGM/d1004, starts_with: GATE-}", True),
        ("{path: BGM/d1004, starts_with: ATE}", False),
        ("{path: BGM, present: yes}", True),
        ("{path: BGM/d4343, present: yes}", False),
        ("{path: BGM/d4343, absent: yes}", True),
        ("{any: [BGM/d4343, {path: BGM/C002/d1001, equals: '36'}]}", True),
        ("{any: [BGM/d4343, {path: BGM/C002/d1001, equals: '34'}]}", False),
        ("{all: [BGM, {path: BGM/C002/d1001, equals: '36'}]}", True),
        ("{not: [BGM, {path: BGM/C002/d1001, equals: '34'}]}", True),
        ("{not: {any: [BGM/d4343, BGM]}}", False),
        ("[BGM, {not: BGM/d4343}]", True),
        ("{path: SG5/EQD/C237/d8260, matches: 'TR.*'}", True),
        ("{not: {path: SG5/EQD/C237/d8260, matches: 'TR.*'}}", False),
        ("{path: $context/sender, equals: ACME}", True),
        ("{not: {path: $context/settings/mode, in: [slow, fast]}}", False),
        ("{path: 'FTX/C108/d4440[2]', matches: 'AND .* & BONES'}", True),
        ("{path: 'FTX/C108/d4440[2]', starts_with: 'AND OFFAL &'}", True),
    ],
)
def test_conditions(tree: Tree, when: str, holds: bool) -> None:
    mapping = mapped(
        tree, f"A: {{const: x, when: {when}}}\nB: {{from: BGM/d1004, when: {when}}}\nC: {{const: z}}"
    )
    assert values(run(mapping)) == [*(["x", "GATE-0042"] if holds else []), "z"]
    found = coverage(mapping, of_data(Source(tree, DEFINITIONS), mapping.definition, "f", CODECO, CONTEXT))
    counts = {
        each.kind: each.times
        for each in found.outcomes()
        if each.target == "/Out/A" and each.kind != "target"
    }
    assert counts == {"holds": int(holds), "fails": int(not holds)}


@pytest.mark.parametrize(
    ("when", "code", "column", "part"),
    [
        ("{path: BGM, equal: x}", "config-unknown-key", 39, "equals"),
        ("{path: BGM, equals: x, matches: y}", "config-value", 27, "one test a condition"),
        ("{path: BGM, matches: '(A+)+'}", "config-value", 48, "too many ways"),
        ("{path: BGM, matches: 'A)'}", "config-value", 48, "unexpected"),
        ("{path: BGM/C002, matches: 'A'}", "path-is-branch", 34, "d1001"),
        ("{path: BGM, absent: no}", "config-value", 47, "present: yes"),
        ("{path: BGM, equals: ''}", "config-value", 47, "absent: yes"),
        ("{not: {path: BMG}}", "path-unknown", 40, "BGM"),
        ("{not: BGM, path: NAD}", "config-value", 27, "stands alone"),
        ("{equals: x}", "config-missing-key", 27, "path"),
        ("{any: [BGM, {path: BGM/d4343, abscent: yes}]}", "config-unknown-key", 57, "absent"),
    ],
)
def test_wrong_conditions(tree: Tree, when: str, code: str, column: int, part: str) -> None:
    [fault, *_] = faults_of(tree, f"A: {{const: x, when: {when}}}")
    assert (fault.code, fault.place.line, fault.place.column) == (code, 7, column)
    assert part in f"{fault.hint} {render(fault)}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{from: FTX/C108/d4440, join: " ", then: [lower, {cut: "15"}]}', None),
        ('{from: FTX/C108/d4440, join: " ", then: {slice: "0:15"}}', ["FROZEN BONELESS"]),
        ('{from: FTX/C108/d4440, as: lower, join: "+", then: [{slice: "-8:"}, upper]}', [" & BONES"]),
        ('{from: SG5/EQD/C237/d8260, join: "&", then: {split: "2 &"}}', None),
        ('{from: SG5/EQD/C237/d8260, join: "-", then: {split: "2 -"}}', ["TRLU7654321"]),
        ('{from: BGM/d1004, then: {pad: "12 right x"}}', ["GATE-0042xxx"]),
        ("{from: BGM/d4343, then: upper, default: none}", ["none"]),
        ("{from: BGM/d1004, then: {unless: GATE-0042}, default: none}", ["none"]),
        ('{all: [SG5/RFF/C506/d1154], join: "", then: {prefix: "x+"}}', ["x+B1B2"]),
    ],
)
def test_then(tree: Tree, line: str, expected: list[str] | None) -> None:
    result = run(mapped(tree, f"A: {line}"), program=expected is not None)
    if expected is not None:
        assert values(result) == expected


def test_then_tells_its_faults_at_its_line(tree: Tree) -> None:
    mapping = mapped(tree, 'A:\n  from: SG5/EQD/C237/d8260\n  join: "-"\n  then: integer')
    [fault] = run(mapping, program=False).faults
    assert (fault.code, fault.rule, fault.values["value"]) == (
        "function-value",
        "mapping.yaml:10",
        "CSQU3054383-TRLU7654321",
    )
    [wrong] = faults_of(tree, "A: {from: BGM/d1004, then: sum}")
    assert (wrong.code, wrong.place.column) == ("config-value", 34)
    assert [fault.code for fault in faults_of(tree, "A: {then: upper}")] == ["config-value"]


@pytest.mark.parametrize(
    ("wrap", "expected"),
    [
        ("{length: 16}", ["FROZEN BONELESS", "BEEF OF THE", "FOREQUARTER"]),
        ("{length: 16, break: characters}", ["FROZEN BONELESS ", "BEEF OF THE FORE", "QUARTER"]),
        ("{length: 16, lines: 1-2, rest: leave}", ["FROZEN BONELESS", "BEEF OF THE"]),
        ("{length: 16, lines: 2-3}", ["BEEF OF THE", "FOREQUARTER"]),
        ("{length: 16, lines: 2-}", ["BEEF OF THE", "FOREQUARTER"]),
        ("{length: 16, lines: 5-9}", []),
        ("{length: 8, lines: 5, bytes: utf-16-le, rest: leave}", ["FROZ", "EN", "BONE", "LESS", "BEEF"]),
    ],
)
def test_wrap(tree: Tree, wrap: str, expected: list[str]) -> None:
    result = run(mapped(tree, f"A: {{from: 'FTX/C108/d4440[1]', wrap: {wrap}}}\nB: BGM/d1004"))
    assert values(result) == [*expected, "GATE-0042"]
    assert len({str(place) for row in result.lineage for place in row.sources}) == 1 + bool(expected)


def test_wrap_counts_the_bytes_of_the_output(tree: Tree) -> None:
    text = "A: {const: 冻去骨牛肉, wrap: {length: 8, bytes: output}}"
    assert values(run(mapped(tree, text), program=False)) == ["冻去", "骨牛", "肉"]


def test_a_text_that_is_too_long(tree: Tree) -> None:
    line = "A:\n  from: 'FTX/C108/d4440[1]'\n  wrap: {length: 16, lines: 2}\nB: BGM/d1004"
    result = run(mapped(tree, line), program=False)
    [fault] = result.faults
    assert (fault.code, fault.rule) == ("wrap-too-long", "mapping.yaml:9")
    assert render(fault) == "A: the text makes 3 lines of 16, there is room for 2."
    assert values(result) == ["GATE-0042"]
    result = run(mapped(tree, line.replace("lines: 2", "lines: 2, rest: cut")), program=False)
    assert [fault.code for fault in result.faults] == ["value-cut"]
    assert values(result) == ["FROZEN BONELESS", "BEEF OF THE", "GATE-0042"]


@pytest.mark.parametrize(
    ("wrap", "key"),
    [
        ("{length: 0}", "length"), ("{length: 5, lines: 3-2}", "lines"), ("{length: 5, bytes: gb18031}", "bytes"),
        ("{length: 5, break: word}", "break"), ("{length: 5, rest: drop}", "rest"), ("{lines: 5}", "length"),
        ("{lenght: 5}", "lenght"),
    ],
)  # fmt: skip
def test_wrong_wrap(tree: Tree, wrap: str, key: str) -> None:
    assert faults_of(tree, f"A: {{from: BGM/d1004, wrap: {wrap}}}")[0].values["key"] == key


def test_lines_must_fit_their_data_element(tree: Tree) -> None:
    def faults(line: str) -> list[str]:
        head = "id: m\nfrom: CODECO D95B\nto: CODECO D95B\noutput:\n  CODECO:\n    do:\n"
        text = f"{head}      BGM/C002/d1001: BGM/C002/d1001\n{line}"
        (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text)
        return [f"{fault.code} {fault.place.line}:{fault.place.column}" for fault in lint("m", tree, DEFINITIONS)
                if fault.place.line == 8]  # fmt: skip

    path = "      \"FTX[d4451='AAI']/C108/d4440\": {from: BGM/d1004, wrap: "
    assert faults(f"{path}{{length: 70, lines: 5}}}}\n") == []
    assert faults(f"{path}{{length: 71, lines: 5}}}}\n") == ["config-value 8:62"]
    assert faults(f"{path}{{length: 70, lines: 6}}}}\n") == ["target-repeated 8:7"]
    numbered = path.replace("d4440", "d4440[2]")
    assert faults(f"{numbered}{{length: 70, lines: 2}}}}\n") == ["config-value 8:7"]


def test_looking_up_by_a_value_of_the_item(tree: Tree) -> None:
    body = """
Bill:
  each: SG5/RFF/C506/d1154
  do:
    No: .
    Box: "/SG5[RFF/C506/d1154=$item]/EQD/C237/d8260"
    Port: "/SG5[RFF/C506/d1154=$item]/LOC[d3227='9']/C517/d3225"
Box:
  each: "SG5[EQD/d8053='CN'][RFF/C506/d1154=$item/SG5/RFF/C506/d1154]"
  do: {Size: {from: EQD/C224/d8155, when: "/SG5[EQD/C237/d8260=$item/EQD/C237/d8260]/LOC"}}
"""
    assert values(run(mapped(tree, body))) == ["B1", "CSQU3054383", "NZTRG", "B2", "TRLU7654321", "22G1"]
    aliased = mapped(tree, body.replace("SG5", "BOXES"), "aliases: {BOXES: SG5}\n")
    assert values(run(aliased)) == ["B1", "CSQU3054383", "NZTRG", "B2", "TRLU7654321", "22G1"]
    [fault] = faults_of(tree, 'A: "SG5[EQD/C237/d8260=$item/BMG/d1004]/EQD/d8053"')
    assert (fault.code, fault.hint) == ("path-unknown", "BGM")
    [fault] = faults_of(tree, 'A: "SG5[EQD/C237/d8260=$items/BGM]/EQD/d8053"')
    assert (fault.code, fault.place.column) == ("path-syntax", 35)
    with pytest.raises(PathError):
        parse("A[B=$item/C]")


def test_patterns_are_small_and_whole() -> None:
    assert matches("[A-Z]{4}[0-9]{7}", "CSQU3054383")
    assert not matches("[A-Z]{4}", "CSQU3054383")
    assert not matches(".*", "x" * 1001)
    assert not matches(r"\d", "\u0663")
    for pattern in (r"\d+(\.\d{1,3})?", "A|B|", "[^,]*,[^,]*", "(CN|AU){3}", r"\(\)", "牛肉.*"):
        assert problem_of(pattern) is None, pattern
    for pattern in ("(a+)+", "(a|b)*", ".*.*.*", "a{2}{3}", "(", ")", "[", "[]", "*", "a**", "(?=a)", "^a", "a$",
                    r"\b", "\\", "a{", "{2}", "[a[b]", "[z-a]", "a{3,2}", "(" * 30 + ")" * 30):  # fmt: skip
        assert problem_of(pattern), pattern


def test_wrapping_keeps_every_character() -> None:
    text = "冻去骨牛肉 FROZEN  BONELESS BEEF，新西兰 NZ"
    for length in range(1, 12):
        lines = lines_of(text, Wrap(length, Place()))
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(0 < len(line) <= length for line in lines)
        in_bytes = lines_of(text, replace(Wrap(length, Place()), words=False), "gb18030")
        assert "".join(in_bytes) == text
        assert all(len(line.encode("gb18030")) <= max(length, 2) for line in in_bytes)
