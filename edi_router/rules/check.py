"""Rule files loaded and checked over a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from edi_router.config import Tree, place_of, read_model
from edi_router.faults import Fault, FaultList, Place
from edi_router.formats.documents import Kind
from edi_router.paths import Node, Path
from edi_router.rules.check_digits import CHECK_DIGITS
from edi_router.rules.context import Context
from edi_router.rules.model import Requirement, Rule, RuleFile
from edi_router.tables import Table, load_table

CODES = {"error": "rule-violated", "warning": "rule-warning", "info": "rule-remark"}
LIMIT = 100
Found = tuple[str, Node]


@dataclass(frozen=True)
class RuleSet:
    """A loaded rule file: its rules, the line of each, the code tables they use."""

    id: str
    kind: Kind
    file: str
    rules: tuple[tuple[Rule, int], ...]
    tables: Mapping[str, Table] = field(default_factory=dict)

    def check(self, root: Node, context: Context) -> list[Fault]:
        """The faults of a document, each at the place of the offending value."""
        return check(root, self, context)


def load_rules(tree: Tree, name: str) -> tuple[RuleSet | None, list[Fault]]:
    """The rule file `schemas/<name>`; None when it has faults."""
    path = f"schemas/{name}"
    if tree.find(path) is None:
        return None, [Fault("rules-missing", Place(path), {"file": name})]
    file = tree.display(path)
    model, node, faults = read_model(RuleFile, tree.text(path), file)
    if model is None or node is None:
        return None, faults
    tables: dict[str, Table] = {}
    rules: list[tuple[Rule, int]] = []
    for number, rule in enumerate(model.rules):
        rules.append((rule, place_of(node, ("rules", number)).line or 1))
        wanted = rule.require.table
        if wanted is not None and wanted not in tables:
            table, more = load_table(tree, wanted)
            if table is None and not more:
                place = place_of(node, ("rules", number, "require", "table"))
                more = [Fault("table-missing", place, {"table": wanted})]
            faults += more
            if table is not None:
                tables[wanted] = table
    if faults:
        return None, faults
    return RuleSet(model.id, model.kind, file, tuple(rules), tables), []


def check(root: Node, rules: RuleSet | Sequence[RuleSet], context: Context) -> list[Fault]:
    """The faults of a document against one or more rule files, each at the place of the offending value."""
    faults = FaultList(LIMIT)
    for rule_set in [rules] if isinstance(rules, RuleSet) else rules:
        checker = _Checker(rule_set, context)
        for rule, line in rule_set.rules:
            faults.extend(checker.check(rule, line, root))
    return list(faults)


class _Checker:
    def __init__(self, rules: RuleSet, context: Context) -> None:
        self.rules = rules
        self.file = rules.file.rpartition("/")[2]
        self.day = context.business_date.isoformat()

    def check(self, rule: Rule, line: int, root: Node) -> Iterator[Fault]:
        for item in [root] if rule.each is None else rule.each.select(root):
            if all(condition.holds(item) for condition in rule.when):
                for node, value in self._broken(rule, item):
                    values = {
                        "code": rule.code,
                        "value": value,
                        "path": str(rule.path),
                        "text": rule.text.en.replace("{value}", value),
                        "text_zh": rule.text.zh.replace("{value}", value),
                    }
                    code = CODES[rule.severity]
                    yield Fault(code, node.place(), values, rule=f"{self.file}:{line}")

    def _broken(self, rule: Rule, item: Node) -> Iterator[tuple[Node, str]]:
        need = rule.require
        found = rule.path.values(item)
        if need.present and not rule.path.has_value(item):
            yield item, ""
        if need.absent:
            yield from (
                (node, node.value() or "") for node in rule.path.select(item) if rule.path.has_value(item)
            )
            return
        if need.unique:
            seen: set[str] = set()
            for value, node in found:
                if value in seen:
                    yield node, value
                seen.add(value)
        if need.equals_count is not None:
            wanted = Decimal(len(need.equals_count.select(item)))
            yield from ((node, value) for value, node in found if _number(value) != wanted)
        for value, node in found:
            if not (self._fits(need, value) and _compares(need, value, item)):
                yield node, value

    def _fits(self, need: Requirement, value: str) -> bool:
        size = len(value)
        return not (
            (need.matches is not None and not re.fullmatch(need.matches, value))
            or (need.in_ is not None and value not in need.in_)
            or (need.table is not None and self.rules.tables[need.table].lookup(value, self.day) is None)
            or (need.length is not None and size != need.length)
            or (need.min_length is not None and size < need.min_length)
            or (need.max_length is not None and size > need.max_length)
            or (need.check_digit is not None and not CHECK_DIGITS[need.check_digit](value))
        )


def _compares(need: Requirement, value: str, item: Node) -> bool:
    bounds = (need.at_least, need.at_most, need.more_than, need.equals_sum)
    if all(bound is None for bound in bounds):
        return need.equals is None or any(other == value for other, _ in need.equals.values(item))
    number = _number(value)
    if number is None:
        return False
    if need.at_least is not None and number < Decimal(need.at_least):
        return False
    if need.at_most is not None and number > Decimal(need.at_most):
        return False
    if need.more_than is not None and number <= Decimal(need.more_than):
        return False
    if need.equals_sum is not None:
        total = _sum(need.equals_sum, item)
        return total is not None and abs(number - total) <= _tolerance(need.tolerance, number)
    return True


def _tolerance(text: str, number: Decimal) -> Decimal:
    """An amount, or a share of the number as in `0.5%`."""
    if text.endswith("%"):
        return abs(number) * Decimal(text[:-1]) / 100
    return Decimal(text)


def _sum(path: Path, item: Node) -> Decimal | None:
    total = Decimal(0)
    for value, _ in path.values(item):
        number = _number(value)
        if number is None:
            return None
        total += number
    return total


def _number(value: str) -> Decimal | None:
    text = value.strip().replace(",", ".", 1)
    if not re.fullmatch(r"[-+]?[0-9]*\.?[0-9]*", text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
