"""Conditions compiled: once for a rule file, into closures over nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from edi_router.paths import Node, Path
from edi_router.paths.path import is_filled
from edi_router.rules.judging import Against, Test, passing, tests_of
from edi_router.rules.model import ARITHMETIC, Condition, Operand, RuleFile, Term
from edi_router.rules.terms import (
    EXACT,
    Holds,
    Number,
    Run,
    Select,
    Value,
    Values,
    chosen,
    combined,
    count_of,
    distinct_of,
    number_of,
    sum_of,
    values_of,
)
from edi_router.tables import Table

Offences = Callable[[Node, Run], Sequence[Value]]
"""What offends against a requirement, seen from the item: each value with its node."""
_OPERANDS = (
    "equals", "equals_number", "at_least", "at_most", "more_than", "less_than", "not_before", "not_after",
)  # fmt: skip


class Compiler:
    """What the conditions of one rule file share: its lists and tables, and the numbers of its terms."""

    def __init__(self, model: RuleFile, tables: Mapping[str, Table]) -> None:
        self.lists = model.lists
        self.tables = tables
        self.filled = _any_node if model.empty == "present" else is_filled
        self._keys: dict[object, int] = {}

    def holds(self, condition: Condition) -> Holds:
        """Whether a condition holds at a node: of several values one that passes is enough."""
        if condition.all is not None:
            parts = [self.holds(each) for each in condition.all]
            return lambda here, run: all(part(here, run) for part in parts)
        if condition.any is not None:
            either = [self.holds(each) for each in condition.any]
            return lambda here, run: any(part(here, run) for part in either)
        if condition.not_ is not None:
            inner = self.holds(condition.not_)
            return lambda here, run: not inner(here, run)
        if condition.subject in ARITHMETIC:
            return self._number_holds(condition)
        tests, select, values = self._tests(condition), self._select(condition), self._values(condition)
        filled = self.filled
        if condition.absent:
            return lambda here, run: not any(map(filled, select(here, run)))
        if condition.unique or condition.numbered:
            offends = self.offences(condition)
            return lambda here, run: not offends(here, run)
        if not tests:
            return lambda here, run: any(map(filled, select(here, run)))
        passed = passing(tests)
        return lambda here, run: any(passed(value, here, run) for value, _ in values(here, run))

    def offences(self, condition: Condition) -> Offences:
        """What offends when the condition is required: each value that fails, else the item itself."""
        if condition.subject is None:
            holds = self.holds(condition)
            return lambda here, run: () if holds(here, run) else (("", here),)
        if condition.subject in ARITHMETIC:
            return self._number_offends(condition)
        parts = list(self._parts(condition))
        if len(parts) == 1:
            return parts[0]
        return lambda here, run: [each for part in parts for each in part(here, run)]

    def trespasses(self, condition: Condition) -> Offences:
        """What offends when the condition is forbidden: each value that passes, else the item itself."""
        ordered = condition.absent or condition.unique or condition.numbered
        if condition.subject not in ("path", "item") or ordered:
            holds = self.holds(condition)
            return lambda here, run: (("", here),) if holds(here, run) else ()
        tests = self._tests(condition)
        if not tests:
            return self._present(condition)
        passed, values = passing(tests), self._values(condition)
        return lambda here, run: [each for each in values(here, run) if passed(each[0], here, run)]

    def _parts(self, condition: Condition) -> Iterator[Offences]:
        """What a condition on the values of a path demands, one after the other."""
        if condition.absent:
            yield self._present(condition)
            return
        tests, values = self._tests(condition), self._values(condition)
        if condition.present or not condition.tests:
            select, filled = self._select(condition), self.filled
            yield lambda here, run: () if any(map(filled, select(here, run))) else (("", here),)
        if condition.unique:
            yield lambda here, run: _repeated(values(here, run))
        if condition.numbered:
            yield lambda here, run: _out_of_line(values(here, run))
        if tests:
            passed = passing(tests)
            yield lambda here, run: [
                each for each in values(here, run) if passed(each[0], here, run) is False
            ]

    def _present(self, condition: Condition) -> Offences:
        select, filled = self._select(condition), self.filled
        return lambda here, run: [(node.value() or "", node) for node in select(here, run) if filled(node)]

    def _number_holds(self, condition: Condition) -> Holds:
        number, passed = self._number(condition), passing(self._tests(condition))

        def holds(here: Node, run: Run) -> bool:
            found = number(here, run)
            return found is not None and passed(_text(found), here, run) is True

        return holds

    def _number_offends(self, condition: Condition) -> Offences:
        number, passed = self._number(condition), passing(self._tests(condition))

        def offend(here: Node, run: Run) -> Sequence[Value]:
            found = number(here, run)
            if found is None or passed(_text(found), here, run) is not False:
                return ()
            return ((_text(found), here),)

        return offend

    def _tests(self, condition: Condition) -> list[Test]:
        given = ((name, getattr(condition, name)) for name in _OPERANDS)
        against = {name: self.against(operand) for name, operand in given if operand is not None}
        texts = None if condition.in_ is None else frozenset(condition.in_)
        if condition.list_ is not None:
            texts = (texts or frozenset()) | frozenset(self.lists[condition.list_])
        table = None if condition.table is None else self.tables[condition.table]
        return tests_of(condition, against, texts, table)

    def against(self, operand: Operand) -> Against:
        """A compiled operand."""
        if operand.today is not None:
            return Against(days=int(operand.today))
        if operand.subject in ARITHMETIC:
            return Against(number=self._number(operand))
        return Against(texts=self.operand_values(operand))

    def operand_values(self, operand: Operand) -> Values:
        """The texts of an operand: those of its path, or the one that is written."""
        if operand.value is None:
            return self._values(operand)
        text = operand.value
        return lambda here, run: [(text, here)]

    def text_of(self, operand: Operand) -> Callable[[Node, Run], str]:
        """What an operand puts into the text of a fault."""
        against = self.against(operand)
        if against.texts is not None:
            texts = against.texts
            return lambda here, run: ", ".join(text for text, _ in texts(here, run))
        return lambda here, run: ", ".join(_text(number) for number in against.numbers(here, run))

    def _number(self, term: Term) -> Number:
        where = self._where(term)
        if term.count is not None:
            return count_of([chosen(path, where) for path in term.count], self.filled)
        if term.sum is not None:
            return sum_of([self._values_at(term, path, where) for path in term.sum])
        if term.distinct is not None:
            return distinct_of(self._values_at(term, term.distinct, where))
        parts = [self._operand_number(each) for each in term.product or term.total or ()]
        return combined(parts, multiply=term.product is not None)

    def _operand_number(self, operand: Operand) -> Number:
        against = self.against(operand)
        return lambda here, run: next(iter(against.numbers(here, run)), None)

    def _select(self, term: Term) -> Select:
        return chosen(_path(term), self._where(term), of_item=term.item is not None)

    def _values(self, term: Term) -> Values:
        return self._values_at(term, _path(term), self._where(term))

    def _values_at(self, term: Term, path: Path, where: Holds | None) -> Values:
        same: object = (str(path), term.item is not None, term.part, term.split, term.white_space)
        key = self._keys.setdefault(same if where is None else (same, len(self._keys)), len(self._keys))
        return values_of(term, path, where, key)

    def _where(self, term: Term) -> Holds | None:
        return None if term.where is None else self.holds(term.where)


def _repeated(values: Sequence[Value]) -> Sequence[Value]:
    """The values that stood before."""
    seen: set[str] = set()
    again: list[Value] = []
    for each in values:
        if each[0] in seen:
            again.append(each)
        seen.add(each[0])
    return again


def _out_of_line(values: Sequence[Value]) -> Sequence[Value]:
    """The first value that is not the next number."""
    numbered = enumerate(values, start=1)
    return [each for position, each in numbered if number_of(each[0]) != position][:1]


def _any_node(node: Node) -> bool:
    return True


def _path(term: Term) -> Path:
    path = term.path if term.path is not None else term.item
    assert path is not None
    return path


def _text(number: Decimal) -> str:
    return f"{number.normalize(EXACT):f}"
