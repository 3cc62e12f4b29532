"""Look-ups of mappings in registers: values, conditions, faults, golden cases, lint; and with a ledger."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import Tree, shipped_directory
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.workspace import Workspace
from edi_router.faults import Fault, render
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.xml.reader import parse
from edi_router.mapping import Mapping as DocumentMapping
from edi_router.mapping import Result, load
from edi_router.mapping.coverage import coverage
from edi_router.mapping.documents import Source
from edi_router.mapping.golden import STANDARD, context_of, run_cases
from edi_router.mapping.json_schema import mapping_schema
from edi_router.mapping.model import REGISTER_KEYS
from edi_router.mapping.raisable import raisable
from edi_router.mapping.registered import read_case
from edi_router.mapping.sheet import sheet_of
from edi_router.mapping.sheet_page import sheet_page
from edi_router.mapping.sheet_plain import sheet_plain
from edi_router.mapping.source_values import Samples
from edi_router.mapping.trace_given import of_cases
from edi_router.mapping.trace_secret import MASK, Secrets
from edi_router.paths import parse as parse_path
from edi_router.pipeline.register_lint import unknown_lookups
from edi_router.registers import load_registers
from edi_router.registers.load import load_register
from edi_router.rules import load_rules
from edi_router.rules.context import RegisterLook
from tests.support.workspaces import Clock, Place

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType><xs:sequence>
  <xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
FIRM = """\
id: firm
name: {en: firm, zh: 企业}
states: {listed: {en: listed, zh: 在册}, gone: {en: gone, zh: 注销, final: yes}}
valid_to: ValidTo
moves:
  - id: list
    on: xml Firm
    key: Document/Code
    enter: {fields: {Name: Document/Name, Office: Document/Office, ValidTo: Document/ValidTo}}
    outcome: listed
  - {id: strike, on: xml Strike, key: Document/Code, outcome: gone}
outcomes:
  listed: {en: listed, zh: 列入, state: listed}
  gone: {en: gone, zh: 注销, state: gone, set: {GoneOn: Today}}
"""
ORDER = b"<Order><No>7</No><Code> K1 </Code><Other>K2</Other><Third>K3</Third></Order>"
NAME = "Name: {from: Code, register: {name: firm, field: Name}%s}"


class Given:
    """Entries as a deployment would show them."""

    entries: Mapping[str, Mapping[str, Sequence[str]]] = {
        "K1": {
            "Name": ("KONTOR",),
            "Office": ("3702", "4205"),
            "State": ("listed",),
            "Open": ("yes",),
            "Expired": (),
        },
        "K2": {"Name": ("DVOR",), "State": ("gone",), "Open": (), "Expired": ()},
        "K3": {"Name": (), "State": ("listed",), "Open": ("yes",), "Expired": ("yes",)},
    }

    def look(self, register: str, key: str) -> Mapping[str, Sequence[str]] | None:
        return self.entries.get(key) if register == "firm" else None


def written(tree: Tree, body: str, origin: str = "xml Order") -> None:
    lines = "".join(f"      {line}\n" for line in body.strip("\n").splitlines())
    text = f"id: m\nfrom: {origin}\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n{lines}"
    (tree.layers[0] / "mappings/m/mapping.yaml").write_text(text, encoding="utf-8")


def mapped(tree: Tree, body: str) -> DocumentMapping:
    written(tree, body)
    mapping, faults = load(tree, "m")
    assert mapping is not None, [render(fault) for fault in faults]
    return mapping


def run(mapping: DocumentMapping, registers: RegisterLook | None, source: bytes = ORDER) -> Result:
    document, _ = parse(source)
    assert document is not None
    return mapping.run(document.node(), replace(STANDARD, registers=registers))


def values(result: Result) -> dict[str, str]:
    return {row.target.removeprefix("/Out/"): row.value for row in result.lineage}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    for name, text in {"schemas/xml/out.xsd": XSD, "registers/firm.yaml": FIRM}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "mappings/m/cases/one").mkdir(parents=True)
    (tmp_path / "mappings/tables").mkdir()
    (tmp_path / "mappings/tables/office.csv").write_text("code,value\n3702,QD\n4205,YC\n", encoding="utf-8")
    return Tree((tmp_path,))


@pytest.mark.parametrize(
    ("line", "value", "codes"),
    [
        (NAME % "", "KONTOR", []),
        (NAME % ", then: lower", "kontor", []),
        (NAME % ", default: '-'", "KONTOR", []),
        ("Name: {from: Other, as: {replace: 2=>1}, register: {name: firm, field: Name}}", "KONTOR", []),
        ("Name: {const: K2, register: {name: firm, field: State}}", "gone", []),
        ("Name: {all: [Code, Other], register: {name: firm, field: Name}, join: '+'}", "KONTOR+DVOR", []),
        ("Name: {from: Code, register: {name: firm, field: Office}, join: '+'}", "3702+4205", []),
        ("Name: {from: Code, register: {name: firm, field: Office}, table: office, join: '+'}", "QD+YC", []),
        ("Name: {from: Code, register: {name: firm, field: Office}, first: yes}", "3702", []),
        ("Name: {from: Code, register: {name: firm, field: Office}}", None, ["mapping-several-values"]),
        ("Name: {from: No, register: {name: firm, field: Name}}", None, ["register-entry-missing"]),
        ("Name: {from: Third, register: {name: firm, field: Name}}", None, ["register-entry-missing"]),
        ("Name: {from: Third, register: {name: firm, field: Name}, default: '-'}", "-", []),
        (
            "Name: {from: No, required: yes, register: {name: firm, field: Name}}",
            None,
            ["register-entry-missing"],
        ),
        ("Name: {from: None, register: {name: firm, field: Name}}", None, []),
    ],
)
def test_the_field_of_the_entry_stands_for_its_key(
    tree: Tree, line: str, value: str | None, codes: list[str]
) -> None:
    result = run(mapped(tree, f"No: No\n{line}"), Given())
    assert [fault.code for fault in result.faults] == codes
    assert values(result).get("Name") == value


def test_without_an_entry_the_fault_names_register_key_and_field(tree: Tree) -> None:
    mapping = mapped(tree, f"No: No\n{NAME % ''}")
    for registers, key in ((None, b"K1"), (Given(), b"K9")):
        [fault] = run(mapping, registers, ORDER.replace(b"K1", key)).faults
        assert fault.code == "register-entry-missing"
        assert fault.values["key"] == key.decode()
        assert (fault.values["register"], fault.values["field"]) == ("firm", "Name")
        assert (fault.place.xpath, fault.rule) == ("/Order/Code", "mapping.yaml:8")
        assert key.decode() in render(fault, "zh")
    assert values(run(mapped(tree, NAME % ", default: none"), None)) == {"Name": "none"}


def test_the_origin_names_register_and_key(tree: Tree) -> None:
    body = "{from: Code, register: {name: firm, field: Office}, first: yes, table: office}"
    result = run(mapped(tree, f"{NAME % ''}\nOffice: {body}"), Given())
    assert [row.row for row in result.lineage] == ["register firm K1", "register firm K1, office.csv:2"]
    assert [str(place) for row in result.lineage for place in row.sources] == ["1 /Order/Code"] * 2
    document, _ = parse(ORDER)
    assert document is not None
    hidden = Secrets(source=(parse_path("Code"),)).masked(result.lineage, document.node())
    assert [(row.value, row.row and "K1" in row.row) for row in hidden] == [(MASK, None)] * 2


CONDITIONS = [
    ("path: Code, register: firm", True),
    ("path: Other, register: firm", False),
    ("path: Third, register: firm", False),
    ("path: No, register: firm", False),
    ("path: Other, register: firm, states: [gone]", True),
    ("path: Third, register: firm, states: [gone, listed]", True),
    ("path: Code, register: firm, states: gone", False),
    ("not: {path: Other, register: firm}", True),
]


@pytest.mark.parametrize(("when", "holds"), CONDITIONS)
def test_a_condition_asks_the_register_as_rules_do(tree: Tree, when: str, holds: bool) -> None:
    mapping = mapped(tree, f"No: No\nA: {{const: '1', when: {{{when}}}}}")
    (tree.layers[0] / "schemas/rules").mkdir()
    (tree.layers[0] / "schemas/rules/r.yaml").write_text(
        "id: r\nfor: xml Order\nrules:\n"
        f"  - {{code: A, text: {{en: a, zh: 甲}}, when: {{{when}}}, require: {{path: None, present: yes}}}}\n",
        encoding="utf-8",
    )
    rules, faults = load_rules(tree, "rules/r.yaml")
    assert rules is not None, faults
    document, _ = parse(ORDER)
    assert document is not None
    for registers, expected in ((Given(), holds), (None, when.startswith("not"))):
        context = replace(STANDARD, registers=registers)
        assert ("A" in values(mapping.run(document.node(), context))) is expected
        assert bool(rules.check(document.node(), context)) is expected


@pytest.mark.parametrize(
    ("line", "code", "problem"),
    [
        ("A: {from: No, register: firm}", "config-value", "expected keys"),
        ("A: {from: No, register: {name: firm}}", "config-missing-key", ""),
        ("A: {from: No, register: {name: firm, feild: Name}}", "config-unknown-key", ""),
        ("A: {register: {name: firm, field: Name}, do: {B: No}}", "config-value", "need a value"),
        ("A: {const: x, when: {path: No, states: [a]}}", "config-value", "goes with"),
        ("A: {const: x, when: {path: No, register: firm, equals: x}}", "config-value", "one test"),
    ],
)
def test_what_makes_no_sense_is_told(tree: Tree, line: str, code: str, problem: str) -> None:
    written(tree, line)
    _, faults = load(tree, "m")
    assert code in [fault.code for fault in faults]
    assert any(problem in fault.values.get("problem", "") for fault in faults)


def test_registers_fields_and_states_must_exist(tree: Tree) -> None:
    registers, faults = load_registers(tree)
    assert faults == []
    mapping = mapped(
        tree,
        "A: {from: No, register: {name: frim, field: Name}}\n"
        "B: {from: No, register: {name: firm, field: Nmae}}\n"
        "C: {from: No, register: {name: firm, field: GoneOn}}\n"
        "D: {from: No, register: {name: firm, field: State}, when: {path: No, register: firms}}\n"
        "E: {const: x, when: {not: [{path: No, register: firm, states: [listed, lsited]}]}}",
    )
    found: list[Fault] = list(unknown_lookups([mapping, mapping], registers))
    assert [(each.code, each.values["what"], each.values["name"], each.hint) for each in found] == [
        ("config-unknown-name", "register", "frim", "firm"),
        ("config-unknown-name", "field", "Nmae", "Name"),
        ("config-unknown-name", "register", "firms", "firm"),
        ("config-unknown-name", "state", "lsited", "listed"),
    ]
    assert [(each.place.line, each.place.column) for each in found] == [(7, 38), (8, 51), (10, 86), (11, 55)]


def case(
    tree: Tree, source: bytes = ORDER, entries: str = "firm: {K1: {Name: KONTOR, Office: [a, b]}}\n"
) -> None:
    folder = tree.layers[0] / "mappings/m/cases/one"
    (folder / "in.xml").write_bytes(source)
    (folder / "registers.yaml").write_text(entries, encoding="utf-8")


def test_a_golden_case_gives_the_entries(tree: Tree) -> None:
    mapped(tree, f"{NAME % ''}\nOpen: {{const: '1', when: {{path: Code, register: firm}}}}")
    case(tree)
    out = tree.layers[0] / "mappings/m/cases/one/out.xml"
    out.write_text("<Out><Name>KONTOR</Name><Open>1</Open></Out>", encoding="utf-8")
    [result] = run_cases(tree)
    assert result.passed, result.difference
    case(tree, entries='firm: {K1: {Name: KONTOR, Expired: "yes"}}\n')
    [result] = run_cases(tree)
    assert "-  <Open>1</Open>" in result.difference
    case(tree, entries="firm: {K2: {Name: KONTOR}}\n")
    [result] = run_cases(tree)
    assert [fault.code for fault in result.faults] == ["register-entry-missing"]
    case(tree, entries="firm: [K1]\n")
    [result] = run_cases(tree)
    assert [(fault.code, fault.place.line, fault.place.column) for fault in result.faults] == [
        ("config-value", 1, 7)
    ]
    case(tree, entries="firm: {K1: {Name: {a: b}}}\n")
    assert [fault.values["key"] for fault in read_case(tree, "mappings/m/cases/one/")[1]] == ["Name"]


def test_coverage_sheet_and_raisable_know_the_register(tree: Tree) -> None:
    mapping = mapped(
        tree,
        f"{NAME % ''}\n"
        "Else: {from: Other, register: {name: firm, field: Name}, default: '-'}\n"
        "Open: {const: '1', when: {path: Code, register: firm, states: [listed]}}",
    )
    case(tree)
    source = Source(tree)
    found = coverage(mapping, of_cases(tree, source, mapping))
    told = {(each.kind, each.detail): each.times for each in found.outcomes()}
    assert told["default", "-"] == 0
    assert told["register-default", "firm"] == 1
    assert told["fails", "Code in the register firm (listed)"] == 1
    sheet = sheet_of(mapping, list(of_cases(tree, source, mapping)), source.definitions, Secrets(), "zh")
    page, plain = sheet_page(sheet, "zh"), sheet_plain(sheet, "en")
    assert "登记簿字段 Name：" in page
    assert "Code 登记于 firm (listed)" in page
    assert "field Name in the register" in sheet_page(sheet, "en")
    row = next(row for row in plain["rows"] if row["target"] == "Name")
    assert row["register"] == {"name": "firm", "field": "Name"}
    assert row["examples"] == [{"from": [" K1 "], "to": "KONTOR"}]
    codes = [(each.code, each.target) for each in raisable(tree, mapping, Samples(definitions_over(tree)))]
    assert [target for code, target in codes if code == "register-entry-missing"] == ["Out/Name"]


def test_no_program_is_made_for_a_mapping_that_asks_a_register(tree: Tree) -> None:
    over = Tree.over_shipped(tree.layers[0])
    lines = {
        "Firm: {from: BGM/d1004, register: {name: firm, field: Name}}": None,
        "Firm: {const: '1', when: {not: {path: BGM/d1004, register: firm}}}": None,
        "Firm: BGM/d1004": "",
    }
    source = b"UNB+UNOC:3+A+B+160701:0930+1'UNH+1+CODECO:D:95B:UN'BGM+36+K1+9'UNT+3+1'UNZ+1+1'"
    definitions = definitions_over(over)
    for line, expected in lines.items():
        written(over, line, "CODECO D95B")
        mapping, faults = load(over, "m", definitions)
        assert mapping is not None, faults
        [document] = Source(over, definitions).documents(source, mapping.definition)
        assert document.root is not None
        assert (mapping.program(document.root) is None) is (expected is None)
        if "register: {" in line:
            result = mapping.run(document.root, replace(STANDARD, registers=Given()), record=True)
            assert [(row.value, row.row) for row in result.lineage] == [("KONTOR", "register firm K1")]


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_of_the_page(tree: Tree) -> None:
    mapping = mapped(tree, block("yaml registered"))
    case(tree, entries=block("yaml entries"))
    context, _, faults = context_of(tree, "mappings/m/cases/one/")
    assert faults == []
    source = block("xml source").replace("</Order>", block("xml parties") + "</Order>")
    result = run(mapping, context.registers, source.encode())
    assert result.faults == []
    root = etree.fromstring(result.output)
    made = "".join(etree.tostring(each, encoding="unicode").strip() + "\n" for each in root)
    assert made == block("xml registered")
    shipped, _ = load_register(Tree((shipped_directory(),)), "registers/trusted-firm.yaml")
    assert shipped is not None
    assert list(unknown_lookups([mapping], {shipped.id: shipped})) == []
    assert all(f"`{key}`" in PAGE or f"{key}: …" in PAGE for key in REGISTER_KEYS)
    assert mapping_schema()["$defs"]["register"]["required"] == list(REGISTER_KEYS)
    assert json.dumps(mapping_schema()["$defs"]["condition"]).count('"states"') == 1


# --- with an engine and a ledger ----------------------------------------------------------------------------------------

PARTNERS = {
    "CLERK": "agreements: [{id: firms, receives: xml Firm, registers: firm}, {id: gone, receives: xml Strike, registers: firm}]",
    "SHOP": "agreements: [{id: orders, receives: xml Order, deliver: {mapping: m, to: DEPOT}}]",
    "DEPOT": "",
}


class Alone(Workspace):
    """A workspace with nothing below it: what is shipped need not be loaded."""

    @property
    def tree(self) -> Tree:
        return Tree((self.root,))


@pytest.fixture
def place(tree: Tree) -> Iterator[Place]:
    """A deployment of three invented partners: one lists firms, one orders by their codes, one gets the names."""
    root = tree.layers[0]
    written(tree, f"No: No\n{NAME % ''}\nOpen: {{const: '1', when: {{path: Code, register: firm}}}}")
    (root / "partners").mkdir()
    settings = "name: test\nchannels:\n"
    for id, lines in PARTNERS.items():
        settings += f"  {id}: {{kind: folder, root: exchange/{id}, wait_seconds: 0}}\n"
        text = f"id: {id}\nname: {{en: {id}, zh: 示例}}\nstatus: live\nrole: sample\n{lines}\n"
        (root / f"partners/{id}.yaml").write_text(text, encoding="utf-8")
        for folder in ("in", "out"):
            (root / "exchange" / id / folder).mkdir(parents=True)
    (root / "edi-router.yaml").write_text(settings, encoding="utf-8")
    clock = Clock(datetime.datetime(2026, 3, 14, 2, 0, tzinfo=datetime.UTC))
    workspace = Alone(root)
    with workspace.open_ledger(clock) as ledger:
        yield Place(
            root, workspace, EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock), ledger, clock
        )


def test_an_order_is_told_with_the_name_that_was_entered_before(place: Place) -> None:
    def send(partner: str, name: str, text: bytes) -> str:
        place.drop(partner, name, text)
        assert place.engine.until_idle().problems == []
        [row] = [row for row in place.ledger.ls(partner=partner, limit=20) if row["name"] == name]
        return str(row["state"])

    def got() -> list[dict[str, str | None]]:
        roots = [etree.fromstring(data) for data in place.inbox("DEPOT").values()]
        return [{str(each.tag): each.text for each in root} for root in roots]

    firm = (
        b"<Firm><Code>K1</Code><Name>KONTOR</Name><Office>3702</Office><ValidTo>2026-03-15</ValidTo></Firm>"
    )
    assert send("SHOP", "1.xml", ORDER) == "rejected"
    [before] = [row["id"] for row in place.ledger.ls(partner="SHOP", limit=5)]
    [fault] = place.ledger.show(before)["faults"]
    assert (fault["code"], fault["fault"].values["register"]) == ("register-entry-missing", "firm")
    assert send("CLERK", "1.xml", firm) == "completed"
    assert send("SHOP", "2.xml", ORDER.replace(b">7<", b">8<")) == "completed"
    assert got() == [{"No": "8", "Name": "KONTOR", "Open": "1"}]
    place.clock.forward(days=2)
    assert send("SHOP", "3.xml", ORDER.replace(b">7<", b">9<")) == "completed"
    assert {"No": "9", "Name": "KONTOR"} in got(), "expired: the name is known, the condition does not hold"
    assert send("CLERK", "2.xml", b"<Strike><Code>K1</Code></Strike>") == "completed"
    assert place.ledger.register_entry("firm", "K1").state == "gone"  # type: ignore[union-attr]
