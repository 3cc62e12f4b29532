"""Rule files: requirements, severities, places, faults of the files themselves."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.faults import Fault, Severity, render, severity
from edi_router.formats.xml.reader import parse
from edi_router.mapping.lint_rules import lint_rules
from edi_router.rules import Context, check, load_rules

CONTEXT = Context(datetime.datetime(2016, 7, 1, tzinfo=datetime.UTC), datetime.date(2016, 7, 1))
ORDER = """<Order><Total>3.5</Total><Count>2</Count><Ship>9074729</Ship>
<Line><Box>CSQU3054383</Box><Qty>1,5</Qty><Land>AU</Land></Line>
<Line><Box>CSQU3054384</Box><Qty>2</Qty><Land>XX</Land><Box>CSQU3054384</Box></Line></Order>"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "mappings/tables").mkdir(parents=True)
    (tmp_path / "schemas/rules").mkdir(parents=True)
    (tmp_path / "mappings/tables/country.csv").write_text("code,value\nAU,036\n")
    return Tree((tmp_path,))


def write(tree: Tree, rule: str) -> None:
    text = (
        "id: r\nfor: xml Order\nrules:\n  - code: R-1\n    text: {en: 'wrong {value}', zh: '错误 {value}'}\n"
    )
    lines = "".join(f"    {line}\n" for line in rule.split("; "))
    (tree.layers[0] / "schemas/rules/r.yaml").write_text(text + lines, encoding="utf-8")


def run(tree: Tree, rule: str) -> list[Fault]:
    write(tree, rule)
    rules, faults = load_rules(tree, "rules/r.yaml")
    assert (faults, rules is None) == ([], False)
    assert rules is not None
    document, _ = parse(ORDER.encode())
    assert document is not None
    assert rules.check(document.node(), CONTEXT) == check(document.node(), [rules], CONTEXT)
    return rules.check(document.node(), CONTEXT)


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        ("path: Total; require: present", []),
        ("path: Missing; require: present", ["/Order"]),
        ("each: Line; path: Missing; require: present", ["/Order/Line[1]", "/Order/Line[2]"]),
        ("path: Total; require: absent", ["/Order/Total"]),
        ("path: Missing; require: absent", []),
        ("path: Line/Land; require: {matches: '[A-W]+'}", ["/Order/Line[2]/Land"]),
        ("path: Line/Land; require: {in: [AU, NZ]}", ["/Order/Line[2]/Land"]),
        ("path: Line/Land; require: {table: country}", ["/Order/Line[2]/Land"]),
        ("path: Line/Box; require: {check_digit: iso6346}",
         ["/Order/Line[2]/Box[1]", "/Order/Line[2]/Box[2]"]),
        ("path: Line/Box; require: {unique: yes}", ["/Order/Line[2]/Box[2]"]),
        ("path: Ship; require: {check_digit: imo, length: 7}", []),
        ("path: Ship; require: {max_length: 6}", ["/Order/Ship"]),
        ("path: Ship; require: {min_length: 8}", ["/Order/Ship"]),
        ("path: Total; require: {equals_sum: Line/Qty}", []),
        ("path: Count; require: {equals_sum: Line/Qty}", ["/Order/Count"]),
        ("path: Count; require: {equals_sum: Line/Qty, tolerance: '1.5'}", []),
        ("path: Count; require: {equals_sum: Line/Qty, tolerance: 50%}", ["/Order/Count"]),
        ("path: Count; require: {equals_count: Line}", []),
        ("path: Total; require: {equals_count: Line}", ["/Order/Total"]),
        ("path: Total; require: {equals: Count}", ["/Order/Total"]),
        ("path: Line/Qty; require: {more_than: '1.5'}", ["/Order/Line[1]/Qty"]),
        ("path: Line/Qty; require: {at_least: '1.5', at_most: '1.9'}", ["/Order/Line[2]/Qty"]),
        ("path: Line/Land; require: {at_least: '0'}", ["/Order/Line[1]/Land", "/Order/Line[2]/Land"]),
        ("each: Line; when: {path: Land, equals: AU}; path: Nothing; require: present", ["/Order/Line[1]"]),
        ("each: Line; when: [Land, {path: Land, in: [XX]}]; path: Nothing; require: present",
         ["/Order/Line[2]"]),
        ("when: {path: Total, absent: yes}; path: Nothing; require: present", []),
    ],
)  # fmt: skip
def test_requirements(tree: Tree, rule: str, places: list[str]) -> None:
    faults = run(tree, rule)
    assert [fault.place.xpath for fault in faults] == places
    assert {(fault.code, fault.rule) for fault in faults} <= {("rule-violated", "r.yaml:4")}


def test_text_in_both_languages(tree: Tree) -> None:
    fault = run(tree, "path: Line/Land; require: {in: [AU]}")[0]
    assert (render(fault, "en"), render(fault, "zh")) == ("R-1: wrong XX", "R-1：错误 XX")


@pytest.mark.parametrize("name", ["error", "warning", "info"])
def test_severity(tree: Tree, name: str) -> None:
    faults = run(tree, f"severity: {name}; path: Nothing; require: present")
    assert [severity(fault) for fault in faults] == [Severity(name)]


@pytest.mark.parametrize(
    ("rule", "code", "line", "problem"),
    [
        ("path: Total[; require: present", "config-value", 6, "column 7"),
        ("path: Total; require: {matches: '['}", "config-value", 7, "regular expression"),
        ("path: Total; require: {check_digit: isbn}", "config-value", 7, "iso6346"),
        ("path: Total; require: {at_least: many}", "config-value", 7, "number"),
        ("path: Total; require: {tolerance: '1'}", "config-value", 7, "nothing is required"),
        ("path: $context/now; require: present", "config-value", 6, "document only"),
        ("path: Total; require: {table: none}", "table-missing", 7, None),
        ("path: Total; requires: present", "config-unknown-key", 7, None),
    ],
)
def test_faults_of_rule_files(tree: Tree, rule: str, code: str, line: int, problem: str | None) -> None:
    write(tree, rule)
    rules, faults = load_rules(tree, "rules/r.yaml")
    assert rules is None
    first = next(fault for fault in faults if fault.code == code)
    assert first.place.line == line
    assert problem is None or problem in first.values["problem"]


def test_missing_file(tree: Tree) -> None:
    assert [fault.code for fault in load_rules(tree, "rules/none.yaml")[1]] == ["rules-missing"]


@pytest.mark.parametrize("name", Tree.over_shipped().names("schemas/rules", ".yaml"))
def test_shipped_rule_files_load_and_their_paths_exist(name: str) -> None:
    tree = Tree.over_shipped()
    rules, faults = load_rules(tree, name.removeprefix("schemas/"))
    assert faults == []
    assert rules is not None
    assert lint_rules(tree, rules) == []
