"""The cases of rule files: a good document that breaks no rule, and changes to it that break one each.

`schemas/rules/cases/<name>/cases.yaml` stands beside the documents that it names; `<name>` is the rule file's.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BeforeValidator

from edi_router.config import Model, Tree, YesNo, read_model
from edi_router.faults import Fault, Place, is_error, render, shown_code
from edi_router.library.checker import Checker
from edi_router.library.files import layout_named
from edi_router.library.making import checker
from edi_router.library.report import Report
from edi_router.mapping.golden import STANDARD, CaseResult
from edi_router.rules import RuleSet, load_rules, rule_names
from edi_router.rules.load import CASES


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Change(Model):
    """A text that stands once in the good document, and what is written in its place."""

    from_: str
    to: str


def _changes(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError("must name texts and what is written in their place")
    return [{"from_": old, "to": new} for old, new in value.items()]


class Bad(Model):
    """One thing made wrong: the rule that it breaks, and the places where."""

    code: str
    of: str | None = None
    """The good document that is changed; otherwise the first."""
    change: Annotated[tuple[Change, ...], BeforeValidator(_changes)]
    at: Texts
    also: tuple[str, ...] = ()
    """Other rules that cannot but be broken with it."""


class RuleCases(Model):
    """One `cases.yaml`."""

    business_date: datetime.date | None = None
    layout: str | None = None
    """The layout by which the documents are read, where they are flat files."""
    good: Texts
    bad: tuple[Bad, ...]
    complete: YesNo = True
    """Whether every rule must have a case; not where the rest is measured by other means."""


@dataclass(frozen=True, slots=True)
class _Found:
    faults: list[Fault]
    """Of the rules."""
    others: list[Fault]
    """Errors of the document by its definition or schema: a sample must have none."""


def rule_files(tree: Tree) -> list[str]:
    """The rule files by the name that their cases have: `rules/cusdec`."""
    return [name.removesuffix(".yaml") for name in rule_names(tree)]


def run_rule_cases(tree: Tree, names: Sequence[str] = ()) -> list[CaseResult]:
    """Run the cases of the rule files (of all when none is named), and say which rules have none."""
    check = checker(tree=tree)
    return [result for name in names or rule_files(tree) for result in _run(tree, check, name)]


def _run(tree: Tree, check: Checker, name: str) -> Iterator[CaseResult]:
    rules, faults = load_rules(tree, f"{name}.yaml")
    if rules is None:
        yield CaseResult(name, "", False, _told(faults), faults=faults)
        return
    folder = f"{CASES}{name.removeprefix('rules/')}"
    if tree.find(f"{folder}/cases.yaml") is None:
        return
    file = f"{folder}/cases.yaml"
    model, _, faults = read_model(RuleCases, tree.text(file), tree.display(file))
    if model is None:
        yield CaseResult(name, "", False, _told(faults), faults=faults)
        return
    if model.layout is not None:
        check = replace(check, layout=layout_named(tree, model.layout))
    runner = _Runner(tree, check, rules, folder, model)
    for good in model.good:
        yield _result(name, good, *runner.good(good))
    for number, bad in enumerate(model.bad, start=1):
        yield _result(name, f"{bad.code} ({number})", *runner.bad(bad))
    for code in dict.fromkeys(rule.code for rule, _ in rules.rules):
        if model.complete and code not in {bad.code for bad in model.bad}:
            yield CaseResult(name, code, False, "no case breaks this rule\n")


class _Runner:
    def __init__(self, tree: Tree, check: Checker, rules: RuleSet, folder: str, model: RuleCases) -> None:
        self.tree, self.check, self.rules, self.folder, self.model = tree, check, rules, folder, model
        day = model.business_date
        self.context = STANDARD if day is None else replace(STANDARD, business_date=day)

    def good(self, file: str) -> tuple[str, list[Fault]]:
        """What is wrong with a good document."""
        data = self._read(file)
        if data is None:
            return f"there is no file {file}\n", []
        found = self._judge(data)
        return _told([*found.others, *found.faults]), found.faults

    def bad(self, case: Bad) -> tuple[str, list[Fault]]:
        """How what a change breaks differs from what it should."""
        data = self._read(case.of or self.model.good[0])
        if data is None:
            return f"there is no file {case.of}\n", []
        for change in case.change:
            times = data.count(change.from_.encode())
            if times != 1:
                return f"`{change.from_}` stands {times} times in the good document, not once\n", []
            data = data.replace(change.from_.encode(), change.to.encode())
        faults = self._judge(data).faults
        found = sorted(place for fault in faults if (place := _placed(fault)).startswith(f"{case.code} "))
        others = {shown_code(fault) for fault in faults} - {case.code, *case.also}
        expected = sorted(f"{case.code} {place}" for place in case.at)
        difference = "".join(f"- {line}\n" for line in expected if line not in found)
        difference += "".join(f"+ {line}\n" for line in found if line not in expected)
        difference += "".join(f"+ {_placed(fault)}\n" for fault in faults if shown_code(fault) in others)
        return difference, faults

    def _read(self, file: str) -> bytes | None:
        name = f"{self.folder}/{file}"
        return None if self.tree.find(name) is None else self.tree.read(name)

    def _judge(self, data: bytes) -> _Found:
        report = Report()
        faults: list[Fault] = []
        seen = False
        for document in self.check.documents(data, report):
            if self.rules.includes(document.kind):
                seen = True
                faults += self.rules.check(document.root, self.context)
        found = [fault for fault in report.faults if is_error(fault) and fault.rule is None]
        if not seen:
            kinds = ", ".join(map(str, self.rules.kinds))
            found.append(
                Fault("case-input", Place(), {"case": self.folder, "problem": f"no document is {kinds}"})
            )
        return _Found(faults, found)


def _placed(fault: Fault) -> str:
    """The code and the place of a fault, without the line, which a change may move."""
    place = replace(fault.place, file=None, line=None, column=None)
    return f"{shown_code(fault)} {place}"


def _result(name: str, case: str, difference: str, faults: list[Fault]) -> CaseResult:
    return CaseResult(name, case, not difference, difference, faults=faults)


def _told(faults: Sequence[Fault]) -> str:
    return "".join(f"{fault.place}: {fault.code}: {render(fault)}\n" for fault in faults)
