"""Tests of values compiled: each says of one value whether it passes.

A test answers None when it cannot be made: there is nothing to compare the value with. Under `require` that
is no fault; anywhere else the condition does not hold.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from edi_router.paths import Node
from edi_router.rules.check_digits import CHECK_DIGITS
from edi_router.rules.dates import day_of, has_format
from edi_router.rules.terms import EXACT, Number, Run, Values, number_of
from edi_router.tables import Table

if TYPE_CHECKING:
    from edi_router.rules.model import Condition

Verdict = bool | None
Test = Callable[[str, Node, Run], Verdict]
LONGEST = 10_000
"""Characters of a value that are matched with a regular expression; what is longer matches nothing."""
_COMPARISONS = {
    "at_least": (operator.ge, EXACT.subtract),
    "at_most": (operator.le, EXACT.add),
    "more_than": (operator.gt, EXACT.subtract),
    "less_than": (operator.lt, EXACT.add),
}
"""How a number is compared, and how the tolerance moves the limit."""


@dataclass(frozen=True, slots=True)
class Against:
    """A compiled operand: its texts, its number, or its days from today."""

    texts: Values | None = None
    number: Number | None = None
    days: int | None = None

    def numbers(self, here: Node, run: Run) -> list[Decimal]:
        """The numbers to compare with."""
        if self.number is not None:
            one = self.number(here, run)
            return [] if one is None else [one]
        texts = self.texts(here, run) if self.texts is not None else ()
        return [number for text, _ in texts if (number := number_of(text)) is not None]


def tests_of(
    condition: Condition,
    against: Mapping[str, Against],
    texts: frozenset[str] | None,
    table: Table | None,
) -> list[Test]:
    """The tests of one condition; `texts` are those of its `in` and `list`."""
    tests = _of_text(condition, texts, table)
    for name, (compare, moved) in _COMPARISONS.items():
        if name in against:
            tests.append(_compared(against[name], compare, moved, condition.tolerance))
    if "equals" in against:
        other = against["equals"]
        tests.append(_equals_number(other, condition) if other.number is not None else _equals(other))
    if "equals_number" in against:
        tests.append(_equals_number(against["equals_number"], condition))
    for name, sign in (("not_before", 1), ("not_after", -1)):
        if name in against:
            tests.append(_dated(against[name], sign))
    return tests


def _of_text(condition: Condition, texts: frozenset[str] | None, table: Table | None) -> list[Test]:
    """The tests that look at the value alone."""
    tests: list[Test] = []
    if texts is not None:
        tests.append(lambda value, here, run: value in texts)
    if condition.in_numbers is not None:
        numbers = frozenset(map(number_of, condition.in_numbers))
        tests.append(lambda value, here, run: number_of(value) in numbers)
    if table is not None:
        column = condition.column
        tests.append(lambda value, here, run: table.lookup(value, run.day, column) is not None)
    if condition.register_ is not None:
        tests.append(_registered(condition.register_, condition.states))
    if condition.matches is not None:
        match = re.compile(condition.matches).fullmatch
        tests.append(lambda value, here, run: len(value) <= LONGEST and match(value) is not None)
    if condition.starts_with is not None:
        start = condition.starts_with
        tests.append(lambda value, here, run: value.startswith(start))
    if condition.check_digit is not None:
        right = CHECK_DIGITS[condition.check_digit]
        tests.append(lambda value, here, run: right(value))
    if condition.date is not None:
        forms = condition.date
        tests.append(lambda value, here, run: any(has_format(value, form) for form in forms))
    least = condition.min_length if condition.length is None else condition.length
    most = condition.max_length if condition.length is None else condition.length
    if least is not None or most is not None:
        tests.append(
            lambda value, here, run: (least or 0) <= len(value) <= (len(value) if most is None else most)
        )
    return tests


def _registered(register: str, states: Sequence[str] | None) -> Test:
    def test(value: str, here: Node, run: Run) -> Verdict:
        if run.registers is None:
            return None
        entry = run.registers.look(register, value)
        if entry is None:
            return False
        if states is not None:
            return bool(set(states).intersection(entry["State"]))
        return "yes" in entry["Open"] and not entry["Expired"]

    return test


def _compared(
    other: Against,
    compare: Callable[[Decimal, Decimal], bool],
    moved: Callable[[Decimal, Decimal], Decimal],
    tolerance: str,
) -> Test:
    def test(value: str, here: Node, run: Run) -> Verdict:
        limits = other.numbers(here, run)
        if not limits:
            return None
        number = number_of(value)
        if number is None:
            return False
        return all(compare(number, moved(limit, allowance(tolerance, limit))) for limit in limits)

    return test


def _equals(other: Against) -> Test:
    def test(value: str, here: Node, run: Run) -> Verdict:
        texts = other.texts(here, run) if other.texts is not None else ()
        return any(text == value for text, _ in texts) if texts else None

    return test


def _equals_number(other: Against, condition: Condition) -> Test:
    tolerance = condition.tolerance

    def test(value: str, here: Node, run: Run) -> Verdict:
        wanted = other.numbers(here, run)
        if not wanted:
            return None
        number = number_of(value)
        return number is not None and any(
            EXACT.subtract(number, each).copy_abs() <= allowance(tolerance, each) for each in wanted
        )

    return test


def _dated(other: Against, sign: int) -> Test:
    def test(value: str, here: Node, run: Run) -> Verdict:
        day = day_of(value)
        if day is None:
            return None
        if other.days is not None:
            limits = [run.today.toordinal() + other.days]
        else:
            texts = other.texts(here, run) if other.texts is not None else ()
            limits = [limit.toordinal() for text, _ in texts if (limit := day_of(text)) is not None]
        return all(sign * (day.toordinal() - limit) >= 0 for limit in limits) if limits else None

    return test


def allowance(text: str, number: Decimal) -> Decimal:
    """A tolerance: an amount, or a share of the number as in `0.5%`."""
    if not text.endswith("%"):
        return Decimal(text)
    return EXACT.multiply(number.copy_abs(), Decimal(text[:-1])).scaleb(-2, EXACT)


def passing(tests: Sequence[Test]) -> Test:
    """All of the tests as one: False when one fails, None when one cannot be made."""
    if len(tests) == 1:
        return tests[0]

    def test(value: str, here: Node, run: Run) -> Verdict:
        verdict: Verdict = True
        for each in tests:
            answer = each(value, here, run)
            if answer is False:
                return False
            if answer is None:
                verdict = None
        return verdict

    return test
