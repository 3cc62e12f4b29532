"""The cases of rule files: those that are shipped pass, and each way in which one can fail is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.library.rule_cases import rule_files, run_rule_cases
from edi_router.rules import load_rules, rule_names
from tests.support.cli import edi_router
from tests.unit.test_systems import names_in

RULE = """id: r
for: xml Order
rules:
  - code: R-1
    text: {en: wrong, zh: 错误}
    require: {path: Qty, more_than: "0"}
  - code: R-2
    text: {en: wrong, zh: 错误}
    require: {path: Qty, at_most: "9"}
"""


@pytest.mark.parametrize("name", rule_files(Tree.over_shipped()))
def test_shipped_cases_pass(name: str) -> None:
    results = run_rule_cases(Tree.over_shipped(), [name])
    assert results
    assert [(each.case, each.difference) for each in results if not each.passed] == []


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    folder = tmp_path / "schemas/rules/cases/r"
    folder.mkdir(parents=True)
    (tmp_path / "schemas/rules/r.yaml").write_text(RULE, encoding="utf-8")
    (folder / "good.xml").write_text("<Order><Qty>1</Qty></Order>")
    return Tree.over_shipped(tmp_path)


def run(tree: Tree, cases: str) -> dict[str, str]:
    (tree.layers[0] / "schemas/rules/cases/r/cases.yaml").write_text(cases, encoding="utf-8")
    return {result.case: result.difference for result in run_rule_cases(tree, ["rules/r"])}


BOTH = """good: good.xml
bad:
  - {code: R-1, change: {">1<": ">0<"}, at: /Order/Qty}
  - {code: R-2, change: {">1<": ">10<"}, at: /Order/Qty}
"""


def test_good_and_bad(tree: Tree) -> None:
    assert run(tree, BOTH) == {"good.xml": "", "R-1 (1)": "", "R-2 (2)": ""}


@pytest.mark.parametrize(
    ("old", "new", "case", "difference"),
    [
        ("10", "8", "R-2 (2)", "- R-2 /Order/Qty\n"),
        ("10", "0", "R-2 (2)", "- R-2 /Order/Qty\n+ R-1 /Order/Qty\n"),
        ("/Order/Qty}\n  - {code: R-2", "/Order}\n  - {code: R-2", "R-1 (1)", "- R-1 /Order\n+ R-1 /Order/Qty\n"),
        ('">1<": ">0<"', '">2<": ">0<"', "R-1 (1)", "`>2<` stands 0 times in the good document, not once\n"),
        ("code: R-2", "code: R-1", "R-2", "no case breaks this rule\n"),
        ("good: good.xml", "good: other.xml", "other.xml", "there is no file other.xml\n"),
        ("at: /Order/Qty}\n  - {code: R-2", "of: no.xml, at: x}\n  - {code: R-2", "R-1 (1)", "there is no file no.xml\n"),
    ],
)  # fmt: skip
def test_what_fails_is_told(tree: Tree, old: str, new: str, case: str, difference: str) -> None:
    assert old in BOTH
    assert run(tree, BOTH.replace(old, new, 1))[case] == difference


def test_a_file_may_leave_rules_to_others(tree: Tree) -> None:
    one = BOTH.replace("  - {code: R-2", "  # {code: R-2")
    assert run(tree, one)["R-2"] == "no case breaks this rule\n"
    assert "R-2" not in run(tree, one.replace("bad:", "complete: no\nbad:"))


def test_a_good_document_must_be_good(tree: Tree) -> None:
    file = tree.layers[0] / "schemas/rules/cases/r/good.xml"
    file.write_text("<Order><Qty>12</Qty></Order>")
    assert "rule-violated: R-2" in run(tree, BOTH)["good.xml"]
    file.write_text("<Other/>")
    assert "no document is xml Order" in run(tree, BOTH)["good.xml"]


def test_a_wrong_file_of_cases_is_told(tree: Tree) -> None:
    assert "config-unknown-key" in run(tree, BOTH.replace("code: R-1", "rule: R-1"))[""]


def test_the_verb_runs_them(tree: Tree) -> None:
    (tree.layers[0] / "schemas/rules/cases/r/cases.yaml").write_text(BOTH, encoding="utf-8")
    ran = edi_router("test", "rules/cusdec", "--json")
    assert {(each["mapping"], each["passed"]) for each in ran.lines} == {("rules/cusdec", True)}
    assert "did you mean" in edi_router("test", "rules/cusde").err


def test_explain_finds_the_code_of_a_rule() -> None:
    (shape,) = edi_router("explain", "8114", "--json").lines
    assert (shape["code"], shape["kind"], shape["severity"]) == ("8114", "rule", "error")
    assert shape["rule"].count("hmrc-ens.yaml:") == 2
    assert "R-CONT-03" in edi_router("explain", "R-CONT-3").err


def test_validate_tells_the_code_of_the_rule(root: Path) -> None:
    folder = root / "samples" / "bad" / "rules"
    ran = edi_router(
        "validate", "--rules", str(folder / "response.yaml"), str(folder / "rule-violated.edi"), "--json"
    )
    assert [(each["code"], each["kind"]) for each in ran.json["faults"]] == [("RESPONSE-1", "rule-violated")]


def domain_table(root: Path) -> dict[str, str]:
    """The table of docs/rules.md: what each rule of the domain is checked by."""
    text = (root / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| R-")]
    table = {code.strip(): where.strip() for code, where in rows}
    assert len(table) == len(rows)
    return table


def test_the_table_of_the_domain_is_true(root: Path) -> None:
    tree = Tree.over_shipped()
    written: dict[str, set[str]] = {}
    for name in rule_names(tree):
        rules, _ = load_rules(tree, name)
        assert rules is not None
        for rule, _ in rules.rules:
            written.setdefault(rule.code.partition(".")[0], set()).add(name.removeprefix("rules/"))
    named = {
        code: {word for word in where.replace(",", " ").replace(";", " ").split() if word.endswith(".yaml")}
        for code, where in domain_table(root).items()
    }
    of_domain = {code: files for code, files in written.items() if code in named}
    assert {code: files for code, files in named.items() if files} == of_domain


MARKS = ("register", "queue", "clock", "report", "channel", "query")
"""What has to remember or to do something for a rule that no file alone can show: tests show it."""


def test_every_rule_of_the_domain_has_a_good_and_a_bad_sample(root: Path) -> None:
    text = (root / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| R-")
    ]
    tree = Tree.over_shipped()
    broken = {
        name: set(
            re.findall(
                r"^  - \{code: ([\w-]+)", tree.text(f"schemas/rules/cases/{name}/cases.yaml"), re.MULTILINE
            )
        )
        for name in (each.removeprefix("rules/") for each in rule_files(tree))
        if tree.find(f"schemas/rules/cases/{name}/cases.yaml") is not None
    }
    wrong = []
    for code, where, samples in rows:
        if ".yaml" in where:
            # test_shipped_cases_pass holds that they pass, and that each has a good document
            files = re.findall(r"([\w-]+)\.yaml", where)
            shown = samples == "cases" and all(code in broken[file] for file in files)
        elif samples.partition(":")[0] in MARKS:
            named = [each.partition("::") for each in re.findall(r"`([^`]+)`", samples)]
            shown = bool(named) and all(test in names_in(root / "tests" / file) for file, _, test in named)
        else:
            files = re.findall(r"`([^`]+)`", samples)
            shown = len(files) == 2 and all((root / file).is_file() for file in files)
        if not shown:
            wrong.append((code, where, samples))
    assert wrong == []


def test_the_table_has_every_rule_of_the_domain(root: Path) -> None:
    table = domain_table(root)
    assert len(table) == 77
    unwritten = {code: where for code, where in table.items() if ".yaml" not in where}
    assert all(re.match("needs |the |who ", where) for where in unwritten.values()), unwritten
