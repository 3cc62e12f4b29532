"""A loaded rule file, checked over documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from edi_router.faults import Fault, FaultList, Place, is_error
from edi_router.formats.documents import Kind
from edi_router.paths import Node, Path
from edi_router.rules.compile import Compiler, Offences
from edi_router.rules.context import Context
from edi_router.rules.dates import day_of
from edi_router.rules.model import Rule, RuleFile, described
from edi_router.rules.needs import Names, names_in, needs_of
from edi_router.rules.places import place_of
from edi_router.rules.terms import Holds, Run, Select, Value, nodes_of
from edi_router.rules.uses import Use
from edi_router.tables import Table

CODES = {"error": "rule-violated", "warning": "rule-warning", "info": "rule-remark"}
LIMIT = 1000
"""Faults of one document that one rule file keeps."""
_NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Compiled:
    """One rule, ready to run."""

    rule: Rule
    line: int
    items: tuple[Select, ...]
    """The items that the rule is checked for; empty: once, for the document."""
    when: tuple[Holds, ...]
    offences: tuple[Offences, ...]
    at: Select | None
    path: str
    texts: Mapping[str, Callable[[Node, Run], str]]
    needs: Names
    """Elements without which an XML document cannot break it."""


@dataclass(frozen=True)
class RuleSet:
    """A loaded rule file, its rules compiled."""

    id: str
    kinds: tuple[Kind, ...]
    file: str
    rules: tuple[tuple[Rule, int], ...]
    """The rules, each with its line."""
    compiled: tuple[Compiled, ...] = field(repr=False)
    uses: tuple[tuple[Use, Place], ...] = field(repr=False)
    """Every path with its place in the file."""
    date: Path | None = None
    after_schema: bool = False
    numbered: bool = False
    registers: tuple[tuple[str, Place], ...] = ()
    """The registers that are asked, each with its place in the file."""

    def includes(self, kind: Kind) -> bool:
        """Whether the rules are for documents of this kind."""
        return any(each.includes(kind) for each in self.kinds)

    def judges(self, kind: Kind, faults: Sequence[Fault]) -> bool:
        """Whether the rules are for a document of this kind, in which these faults were found before."""
        return self.includes(kind) and not (self.after_schema and any(map(is_error, faults)))

    def check(self, root: Node, context: Context) -> list[Fault]:
        """The faults of a document, each at the place of the offending value."""
        faults = FaultList(LIMIT)
        faults.extend(fault for _, fault in self.findings(root, context))
        return list(faults)

    def findings(self, root: Node, context: Context) -> Iterator[tuple[Rule, Fault]]:
        """Every fault with the rule that found it, in the order of the rules; without a limit."""
        run = Run(context.business_date, self._day(root, context), context.registers)
        name = self.file.rpartition("/")[2]
        there = names_in(root)
        for compiled in self.compiled:
            if there is not None and not compiled.needs <= there:
                continue
            for item in _items(compiled, root, run):
                run.item = item
                if all(condition(item, run) for condition in compiled.when):
                    for offence in _broken(compiled, item, run):
                        yield compiled.rule, self._fault(compiled, offence, item, run, name)

    def _day(self, root: Node, context: Context) -> str:
        dates = [] if self.date is None else self.date.values(root)
        day = day_of(dates[0][0].strip()) if dates else None
        return (day or context.business_date).isoformat()

    def _fault(self, compiled: Compiled, offence: Value, item: Node, run: Run, name: str) -> Fault:
        rule, (value, node) = compiled.rule, offence
        if compiled.at is not None:
            node = next(iter(compiled.at(item, run)), item)
        texts = {key: text(item, run) for key, text in compiled.texts.items()}
        texts["value"] = value
        values = {
            "code": rule.code,
            "value": value,
            "path": compiled.path,
            "text": _filled(rule.text.en, texts),
            "text_zh": _filled(rule.text.zh, texts),
        }
        place = place_of(node, numbered=self.numbered)
        return Fault(CODES[rule.severity], place, values, rule=f"{name}:{compiled.line}")


def check(root: Node, rules: RuleSet | Sequence[RuleSet], context: Context) -> list[Fault]:
    """The faults of a document against one or more rule files."""
    faults = FaultList(LIMIT)
    for rule_set in [rules] if isinstance(rules, RuleSet) else rules:
        faults.extend(rule_set.check(root, context))
    return list(faults)


def compile_rules(model: RuleFile, lines: Sequence[int], tables: Mapping[str, Table]) -> tuple[Compiled, ...]:
    """The rules of a file, compiled; its lists and tables must exist."""
    compiler = Compiler(model, tables)
    return tuple(
        _compiled(rule, line, model, compiler) for rule, line in zip(model.rules, lines, strict=True)
    )


def _compiled(rule: Rule, line: int, model: RuleFile, compiler: Compiler) -> Compiled:
    at = rule.at if rule.at is not None else model.at
    return Compiled(
        rule=rule,
        line=line,
        items=tuple(nodes_of(path) for path in rule.each or ()),
        when=tuple(compiler.holds(each) for each in rule.when),
        offences=(
            *(compiler.offences(each) for each in rule.require),
            *(compiler.trespasses(each) for each in rule.forbid),
        ),
        at=None if at is None else nodes_of(at),
        path=described((*rule.require, *rule.forbid)[0]),
        texts={name: compiler.text_of(operand) for name, operand in rule.values.items()},
        needs=needs_of(rule),
    )


def _items(compiled: Compiled, root: Node, run: Run) -> Iterator[Node]:
    if not compiled.items:
        yield root
    for select in compiled.items:
        yield from select(root, run)


def _broken(compiled: Compiled, item: Node, run: Run) -> Sequence[Value]:
    """What offends at one item; one fault is enough when the rule says itself where it stands."""
    offences = compiled.offences
    if len(offences) == 1:
        found = offences[0](item, run)
    else:
        found = [each for offends in offences for each in offends(item, run)]
    return found if compiled.at is None else found[:1]


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), text)
