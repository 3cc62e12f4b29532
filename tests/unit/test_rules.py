"""Rule files: the words of the language, severities, places, codes, faults of the files themselves."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.faults import Fault, Severity, as_json, render, severity
from edi_router.formats.documents import Kind
from edi_router.formats.xml.reader import parse
from edi_router.mapping.lint_rules import lint_rules
from edi_router.rules import Context, RuleSet, load_rules, rule_names
from edi_router.rules.check import check
from edi_router.rules.dates import has_format

CONTEXT = Context(datetime.datetime(2016, 7, 1, tzinfo=datetime.UTC), datetime.date(2016, 7, 1))
ORDER = """<Order day="20260314"><Total>3.5</Total><Count>2</Count><Ship>9074729</Ship><Lines>1, 2,4</Lines>
<Line><No>1</No><Box>CSQU3054383</Box><Qty>1,5</Qty><Land>AU</Land><From>20260301</From><To>2026-04-01</To></Line>
<Line><No>2</No><Box>CSQU3054384</Box><Qty>2</Qty><Land>XX</Land><Box>CSQU3054384</Box><Note/></Line></Order>"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "mappings/tables").mkdir(parents=True)
    (tmp_path / "schemas/rules").mkdir(parents=True)
    table = "code,value,valid_from,valid_to\nAU,036,,\nXX,999,,2016-01-01\n"
    (tmp_path / "mappings/tables/country.csv").write_text(table)
    return Tree((tmp_path,))


def write(tree: Tree, rule: str, head: str = "") -> None:
    text = f"id: r\nfor: xml Order\n{head}rules:\n"
    text += "  - code: R-1\n    text: {en: 'wrong {value}', zh: '错误 {value}'}\n"
    lines = "".join(f"    {line}\n" for line in rule.split("; "))
    (tree.layers[0] / "schemas/rules/r.yaml").write_text(text + lines, encoding="utf-8")


def loaded(tree: Tree, rule: str, head: str = "") -> RuleSet:
    write(tree, rule, head)
    rules, faults = load_rules(tree, "rules/r.yaml")
    assert faults == []
    assert rules is not None
    return rules


def run(tree: Tree, rule: str, head: str = "") -> list[Fault]:
    rules = loaded(tree, rule, head)
    document, _ = parse(ORDER.encode())
    assert document is not None
    assert rules.check(document.node(), CONTEXT) == check(document.node(), [rules], CONTEXT)
    return rules.check(document.node(), CONTEXT)


BOXES = ["/Order/Line[2]/Box[1]", "/Order/Line[2]/Box[2]"]
LINES = ["/Order/Line[1]", "/Order/Line[2]"]


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        # What is there and what is not.
        ("require: Total", []),
        ("require: Missing", ["/Order"]),
        ("each: Line; require: Missing", LINES),
        ("require: [Total, Missing, Gone]", ["/Order", "/Order"]),
        ("require: {path: Total, absent: yes}", ["/Order/Total"]),
        ("forbid: Total", ["/Order/Total"]),
        ("forbid: Line/Note", []),
        ("forbid: Missing", []),
        ("forbid: [Total, Missing]", ["/Order/Total"]),
        # Texts.
        ("require: {path: Line/Land, matches: '[A-W]+'}", ["/Order/Line[2]/Land"]),
        ("require: {path: Line/Land, in: [AU, NZ]}", ["/Order/Line[2]/Land"]),
        ("forbid: {path: Line/Land, in: [AU, NZ]}", ["/Order/Line[1]/Land"]),
        ("require: {path: Line/Land, equals: AU}", ["/Order/Line[2]/Land"]),
        ("require: {path: Line/Box, starts_with: CSQU305438}", []),
        ("require: {path: Line/Land, table: country}", ["/Order/Line[2]/Land"]),
        ("require: {path: Line/Land, table: country, column: value}", ["/Order/Line[1]/Land", "/Order/Line[2]/Land"]),
        ("require: {path: Missing, present: yes, equals: A}", ["/Order"]),
        ("require: {path: Line/Box, check_digit: iso6346}", BOXES),
        ("require: {path: Ship, check_digit: imo, length: 7}", []),
        ("require: {path: Ship, max_length: 6}", ["/Order/Ship"]),
        ("require: {path: Ship, min_length: 8}", ["/Order/Ship"]),
        ("require: {path: Line/Box, part: 1-4, equals: CSQU}", []),
        ("require: {path: Line/Box, part: 11-, in: ['3']}", BOXES),
        ("require: {path: Lines, split: ',', equals: {path: Line/No}}", ["/Order/Lines"]),
        ("require: {path: Lines, split: ',', max_length: 1}", []),
        # Several values together.
        ("require: {path: Line/Box, unique: yes}", ["/Order/Line[2]/Box[2]"]),
        ("require: {path: Line/No, numbered: yes}", []),
        ("require: {path: Line/Qty, numbered: yes}", ["/Order/Line[1]/Qty"]),
        ("require: {any: [{path: Line/Box, unique: yes}]}", ["/Order"]),
        # Numbers.
        ("require: {path: Line/Qty, more_than: '1.5'}", ["/Order/Line[1]/Qty"]),
        ("require: {path: Line/Qty, at_least: '1.5', at_most: '1.9'}", ["/Order/Line[2]/Qty"]),
        ("require: {path: Line/Qty, less_than: '2'}", ["/Order/Line[2]/Qty"]),
        ("require: {path: Line/Land, at_least: '0'}", ["/Order/Line[1]/Land", "/Order/Line[2]/Land"]),
        ("require: {path: Line/Qty, in_numbers: ['1.50', '02']}", []),
        ("require: {path: Total, equals: {sum: Line/Qty}}", []),
        ("require: {path: Count, equals: {sum: Line/Qty}}", ["/Order/Count"]),
        ("require: {path: Count, equals: {sum: Line/Qty}, tolerance: '1.5'}", []),
        ("require: {path: Count, equals: {sum: Line/Qty}, tolerance: 40%}", ["/Order/Count"]),
        ("require: {path: Count, at_least: {sum: Line/Qty}, tolerance: '1.5'}", []),
        ("require: {path: Count, equals: {count: Line}}", []),
        ("require: {path: Total, equals: {count: Line}}", ["/Order/Total"]),
        ("require: {path: Total, equals: {path: Count}}", ["/Order/Total"]),
        ("require: {path: Count, equals_number: '2.0'}", []),
        ("require: {path: Count, equals: '2.0'}", ["/Order/Count"]),
        ("require: {count: Line, at_least: '3'}", ["/Order"]),
        ("require: {count: Line, at_most: '2'}", []),
        ("require: {count: [Line, Line/Note], equals: '2'}", []),
        ("require: {distinct: Line/Box, more_than: '2'}", ["/Order"]),
        ("require: {sum: Line/Qty, equals: {path: Total}}", []),
        ("require: {product: [{path: Total}, {path: Count}], equals: '7'}", []),
        ("require: {total: [{path: Total}, {path: Count}, '0.5'], equals: '6'}", []),
        ("require: {product: [{path: Missing}, {path: Count}], equals: '7'}", []),
        ("require: {count: Line, where: {path: Land, equals: AU}, equals: '1'}", []),
        # What is not there to compare with is no fault, and no condition holds by it.
        ("require: {path: Total, at_most: {path: Missing}}", []),
        ("when: {path: Total, at_most: {path: Missing}}; require: Missing", []),
        ("when: {not: {path: Total, at_most: {path: Missing}}}; require: Missing", ["/Order"]),
        ("require: {any: [{path: Total, at_most: {path: Missing}}, Nothing]}", ["/Order"]),
        ("require: {any: [{path: Total, at_most: {path: Missing}}, Total]}", []),
        ("require: {all: [{path: Total, at_most: {path: Missing}}, Total]}", ["/Order"]),
        # Days.
        ("require: {path: Line/From, not_after: {path: Line/To}}", []),
        ("require: {path: Line/To, not_after: {path: Line/From}}", ["/Order/Line[1]/To"]),
        ("require: {path: '@day', not_after: {today: '30'}}", ["/Order/@day"]),
        ("require: {path: '@day', not_before: {today: '-30'}}", []),
        ("require: {path: Line/From, date: [yyyy-MM-dd, yyyyMMdd]}", []),
        ("require: {path: Line/To, date: yyyyMMdd}", ["/Order/Line[1]/To"]),
        # Conditions joined.
        ("each: Line; when: {path: Land, equals: AU}; require: Nothing", ["/Order/Line[1]"]),
        ("each: Line; when: [Land, {path: Land, in: [XX]}]; require: Nothing", ["/Order/Line[2]"]),
        ("each: Line; when: {not: {path: Land, equals: AU}}; require: Nothing", ["/Order/Line[2]"]),
        ("when: {path: Total, absent: yes}; require: Nothing", []),
        ("require: {any: [Nothing, Total]}", []),
        ("require: {any: [Nothing, [Total, Gone]]}", ["/Order"]),
        ("forbid: {all: [Total, Count]}", ["/Order"]),
        ("forbid: {not: Total}", []),
        # Nodes chosen, and seen from the item.
        ("forbid: {path: Line, where: {path: Land, equals: AU}}", ["/Order/Line[1]"]),
        ("require: {path: Line, where: {path: Land, equals: NZ}}", ["/Order"]),
        ("each: Line; forbid: {path: ../Line, where: [{path: Qty, less_than: {item: Qty}}]}",
         ["/Order/Line[1]"]),
        ("each: [Line/Box, Line/Land]; require: {path: ., max_length: 2}",
         ["/Order/Line[1]/Box", *BOXES]),
        ("each: Line/Land; require: {path: /Total, equals: '1'}", ["/Order/Total", "/Order/Total"]),
        # Where the fault stands.
        ("each: Line; at: Land; forbid: Box", ["/Order/Line[1]/Land", "/Order/Line[2]/Land"]),
        ("each: Line; at: .; forbid: Box", LINES),
        ("each: Line; at: Gone; forbid: Box", LINES),
    ],
)  # fmt: skip
def test_the_words_of_the_language(tree: Tree, rule: str, places: list[str]) -> None:
    faults = run(tree, rule)
    assert [fault.place.xpath for fault in faults] == places
    assert {(fault.code, fault.rule) for fault in faults} <= {("rule-violated", "r.yaml:4")}


@pytest.mark.parametrize(
    ("head", "rule", "places"),
    [
        ("at: .\n", "each: Line; forbid: Box", LINES),
        ("lists: {here: [AU]}\n", "require: {path: Line/Land, list: here}", ["/Order/Line[2]/Land"]),
        ("empty: present\n", "forbid: Line/Note", ["/Order/Line[2]/Note"]),
        ("places: numbered\n", "each: Line; forbid: [Land, '/@day']",
         ["/Order[1]/Line[1]/Land[1]", "/Order[1]/@day", "/Order[1]/Line[2]/Land[1]", "/Order[1]/@day"]),
        ("date: Line/From\n", "require: {path: Line/Land, table: country}", ["/Order/Line[2]/Land"]),
    ],
)  # fmt: skip
def test_what_a_file_says_of_all_its_rules(tree: Tree, head: str, rule: str, places: list[str]) -> None:
    assert [fault.place.xpath for fault in run(tree, rule, head)] == places


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        # Nothing is rounded: one more than thirty digits is more, and a tenth is not lost beside them.
        ("forbid: {path: Huge, equals_number: {path: Huger}}", []),
        ("require: {path: Huger, more_than: {path: Huge}}", []),
        ("require: {path: Huge, at_least: {path: Huger}}", ["/Order/Huge"]),
        ("require: {path: Huger, equals: {sum: [Huge, Tenth]}}", []),
        ("require: {path: Huger, equals: {total: [{path: Huge}, {path: Tenth}]}}", []),
        ("require: {path: Huge, at_most: {path: Huger}, tolerance: 1%}", []),
        # What is longer than any number is none, and breaks nothing.
        ("require: {path: Endless, at_most: '1'}", ["/Order/Endless"]),
        ("require: {path: Endless, equals_number: '1'}", ["/Order/Endless"]),
        ("require: {sum: [Endless, Count], equals: '2'}", []),
        ("require: {product: [{path: Endless}, {path: Count}], equals: '2'}", []),
    ],
)
def test_numbers_of_any_length(tree: Tree, rule: str, places: list[str]) -> None:
    huge = "1234567890" * 3
    text = f"<Huge>{huge}</Huge><Huger>{huge}.1</Huger><Tenth>0.1</Tenth><Count>2</Count>"
    document, _ = parse(f"<Order>{text}<Endless>{'9' * 1_100_000}</Endless></Order>".encode())
    assert document is not None
    found = loaded(tree, rule).check(document.node(), CONTEXT)
    assert [fault.place.xpath for fault in found] == places


@pytest.mark.parametrize(("numbers", "broken"), [("12", "/Order/Line[2]"), ("21", "/Order/Line[1]")])
def test_a_where_below_another_asks_the_item_at_hand(tree: Tree, numbers: str, broken: str) -> None:
    lines = "".join(f"<Line><No>{number}</No></Line>" for number in numbers)
    document, _ = parse(f"<Order>{lines}<Box><Seal><Of>1</Of><Mark>x</Mark></Seal></Box></Order>".encode())
    assert document is not None
    inner = "{path: Seal/Mark, equals: x, where: {path: ../Of, equals: {item: No}}}"
    rules = loaded(tree, f"each: Line; require: {{path: /Box, where: {inner}}}")
    assert [fault.place.xpath for fault in rules.check(document.node(), CONTEXT)] == [broken]


@pytest.mark.parametrize(
    ("value", "right"),
    [("20261231235959999", True), ("20261310123456789", False), ("20260314246060000", False)],
)
def test_a_date_with_milliseconds_is_read_digit_by_digit(value: str, right: bool) -> None:
    assert has_format(value, "yyyyMMddHHmmssSSS") is right


def test_a_table_is_looked_up_on_the_date_of_the_document(tree: Tree) -> None:
    table = "code,value,valid_from,valid_to\nAU,036,,2020-01-01\nXX,999,2026-01-01,\n"
    (tree.layers[0] / "mappings/tables/country.csv").write_text(table)
    rule = "require: {path: Line/Land, table: country}"
    assert [fault.values["value"] for fault in run(tree, rule)] == ["XX"]
    assert [fault.values["value"] for fault in run(tree, rule, "date: '@day'\n")] == ["AU"]


def test_white_space_counts_only_when_the_rule_says_so(tree: Tree) -> None:
    document, _ = parse(b"<Order><A> x  y </A><B>x y</B></Order>")
    assert document is not None
    root = document.node()
    found = [
        loaded(tree, f"require: {{path: A, equals: {{path: B}}, white_space: {how}}}").check(root, CONTEXT)
        for how in ("keep", "trim", "collapse")
    ]
    assert [fault.values["value"] for faults in found for fault in faults] == [" x  y ", "x  y"]


def test_text_in_both_languages_with_values(tree: Tree) -> None:
    text = "id: r\nfor: xml Order\nrules:\n  - code: R-1\n    text: {en: '{value} not {sum} of {n}', zh: '{sum}'}\n"
    text += (
        "    values: {sum: {sum: Line/Qty}, n: {path: Line/No}}\n    require: {path: Count, equals: '1'}\n"
    )
    (tree.layers[0] / "schemas/rules/r.yaml").write_text(text, encoding="utf-8")
    rules, _ = load_rules(tree, "rules/r.yaml")
    document, _ = parse(ORDER.encode())
    assert rules is not None
    assert document is not None
    (fault,) = rules.check(document.node(), CONTEXT)
    assert (render(fault, "en"), render(fault, "zh")) == ("R-1: 2 not 3.5 of 1, 2", "R-1：3.5")


@pytest.mark.parametrize("name", ["error", "warning", "info"])
def test_severity(tree: Tree, name: str) -> None:
    faults = run(tree, f"severity: {name}; require: Nothing")
    assert [severity(fault) for fault in faults] == [Severity(name)]


def test_programs_are_told_the_code_of_the_rule(tree: Tree) -> None:
    shape = as_json(run(tree, "require: Nothing")[0])
    assert (shape["code"], shape["kind"], shape["rule"]) == ("R-1", "rule-violated", "r.yaml:4")


def test_rules_after_the_schema_wait_for_a_valid_document(tree: Tree) -> None:
    rules = loaded(tree, "require: Nothing", "after_schema: yes\n")
    kind = Kind("xml", "Order", "")
    wrong, remark = Fault("rule-violated"), Fault("rule-remark")
    assert [rules.judges(kind, faults) for faults in ([], [remark], [wrong])] == [True, True, False]
    assert not rules.judges(Kind("xml", "Other", ""), [])


@pytest.mark.parametrize(
    ("rule", "code", "place", "problem"),
    [
        ("require: Total[", "config-value", (6, 14), "column 7"),
        ("require: {path: Total, matches: '['}", "config-value", (6, 37), "regular expression"),
        ("require: {path: Total, check_digit: isbn}", "config-value", (6, 41), "iso6346"),
        ("require: {path: Total, at_least: many}", "config-value", (6, 38), "number"),
        ("require: {path: Total, tolerance: x}", "config-value", (6, 39), "number"),
        ("require: {path: Total, date: ddMMyy}", "config-value", (6, 34), "yyyyMMdd"),
        ("require: {path: Total, part: 4-1}", "config-value", (6, 34), "positions"),
        ("require: {matches: A}", "config-value", (6, 14), "needs one of"),
        ("require: {count: Line}", "config-value", (6, 14), "needs a test"),
        ("require: {count: Line, matches: A}", "config-value", (6, 14), "does not fit"),
        ("require: {path: A, count: B}", "config-value", (6, 14), "path and count"),
        ("require: {any: [A], equals: B}", "config-value", (6, 14), "stands alone"),
        ("require: {path: A, absent: yes, equals: B}", "config-value", (6, 14), "stands alone"),
        ("require: {path: A, at_least: {}}", "config-value", (6, 34), "nothing to compare"),
        ("require: {total: ['1'], where: A, equals: '1'}", "config-value", (6, 14), "no nodes"),
        ("require: {path: A, split: ''}", "config-value", (6, 31), "empty"),
        ("require: {path: A, not_after: {today: soon}}", "config-value", (6, 43), "days"),
        ("require: $context/now", "config-value", (6, 14), "document only"),
        ("severity: error", "config-value", (4, 5), "require or forbid"),
        ("require: A; forbid: B", "config-value", (4, 5), "require or forbid"),
        ("require: {path: Total, list: none}", "config-value", (6, 34), "lists"),
        ("require: {path: Total, table: countri}", "table-missing", (6, 35), None),
        ("require: {path: A, at_most: {count: B, where: {path: C, table: countri}}}",
         "table-missing", (6, 68), None),
        ("require: {path: Total, table: country, column: valu}", "config-value", (6, 52), "no column"),
        ("requires: {path: Total}", "config-unknown-key", (6, 5), None),
        ("require: {path: Total, mathces: A}", "config-unknown-key", (6, 28), None),
    ],
)  # fmt: skip
def test_faults_of_rule_files(
    tree: Tree, rule: str, code: str, place: tuple[int, int], problem: str | None
) -> None:
    write(tree, rule)
    rules, faults = load_rules(tree, "rules/r.yaml")
    assert rules is None
    first = next(fault for fault in faults if fault.code == code)
    assert (first.place.line, first.place.column) == place
    assert problem is None or problem in first.values["problem"]


def test_did_you_mean(tree: Tree) -> None:
    hints = []
    for rule in ("require: {path: A, mathces: A}", "require: {path: A, table: countri}",
                 "require: {path: A, list: shotr}"):  # fmt: skip
        write(tree, rule, "lists: {short: [A]}\n")
        hints += [fault.hint for fault in load_rules(tree, "rules/r.yaml")[1]]
    assert hints == ["matches", "country", "short"]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("{en: 'a {other}', zh: a}", 4, "{other}"),
        ("{en: a}", 5, None),
    ],
)
def test_texts_are_complete(tree: Tree, text: str, line: int, problem: str | None) -> None:
    rule = f"id: r\nfor: xml Order\nrules:\n  - code: R-1\n    text: {text}\n    require: A\n"
    (tree.layers[0] / "schemas/rules/r.yaml").write_text(rule)
    _, (fault,) = load_rules(tree, "rules/r.yaml")
    assert fault.place.line == line
    assert problem is None or problem in fault.values["problem"]
    assert problem is not None or fault.values["key"] == "zh"


def test_a_code_has_one_meaning(tree: Tree) -> None:
    write(tree, "require: A")
    file = tree.layers[0] / "schemas/rules/r.yaml"
    rule = file.read_text(encoding="utf-8").partition("rules:\n")[2]
    file.write_text(file.read_text(encoding="utf-8") + rule, encoding="utf-8")
    assert load_rules(tree, "rules/r.yaml")[1] == []
    file.write_text(file.read_text(encoding="utf-8") + rule.replace("wrong", "bad"), encoding="utf-8")
    (fault,) = load_rules(tree, "rules/r.yaml")[1]
    assert (fault.place.line, fault.place.column, fault.values["value"]) == (10, 11, "R-1")


def test_missing_file(tree: Tree) -> None:
    assert [fault.code for fault in load_rules(tree, "rules/none.yaml")[1]] == ["rules-missing"]


LINTED = """id: order
for: xml TransferOrder
date: Head/SendTimes
rules:
  - code: A
    text: {en: a, zh: a}
    each: Goods
    when: {path: Qty, less_than: {path: ../Goods/Weigth}}
    require: {count: ../Container, where: {path: ContNr, equals: {item: Qtty}}, at_least: "1"}
  - code: B
    text: {en: a, zh: a}
    require: {path: Head, equals: x}
"""


def test_lint_names_paths_that_select_nothing(tree: Tree) -> None:
    (tree.layers[0] / "schemas/rules/order.yaml").write_text(LINTED)
    whole = Tree.over_shipped(tree.layers[0])
    rules, _ = load_rules(whole, "rules/order.yaml")
    assert rules is not None
    found = [(fault.code, fault.place.line, fault.hint) for fault in lint_rules(whole, rules)]
    assert found == [
        ("path-unknown", 3, "SendTime"),
        ("path-unknown", 8, "Weight"),
        ("path-unknown", 9, "ContNo"),
        ("path-unknown", 9, "Qty"),
        ("path-is-branch", 12, "Head/… (MsgId, FunctionCode, Direction, SendTime)"),
    ]


@pytest.mark.parametrize("name", rule_names(Tree.over_shipped()))
def test_shipped_rule_files_load_and_their_paths_exist(name: str) -> None:
    tree = Tree.over_shipped()
    rules, faults = load_rules(tree, name)
    assert faults == []
    assert rules is not None
    assert lint_rules(tree, rules) == []
