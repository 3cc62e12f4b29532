"""Every path of a rule file with its place, and every condition: what reading and lint walk over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edi_router.paths import Path
from edi_router.rules.model import Condition, Operand, Rule, RuleFile, Term

Location = tuple[str | int, ...]
"""The keys and positions that lead to a part of the file."""


@dataclass(frozen=True, slots=True)
class Use:
    """A path where it is used: seen from the end of the paths `via`, one after the other."""

    path: Path
    location: Location
    via: tuple[Path, ...]
    leaf: bool
    """Whether it must end at something that has a value."""


def uses_of(model: RuleFile) -> Iterator[Use]:
    """All paths of a rule file."""
    if model.date is not None:
        yield Use(model.date, ("date",), (), leaf=True)
    for number, rule in enumerate(model.rules):
        yield from _of_rule(rule, ("rules", number))


def conditions_of(model: RuleFile) -> Iterator[tuple[Location, Condition]]:
    """All conditions of a rule file, the inner ones too."""
    for number, rule in enumerate(model.rules):
        for location, condition in _top(rule, ("rules", number)):
            yield from _within(condition, location)
        for name, operand in rule.values.items():
            yield from _in_term(operand, ("rules", number, "values", name))


def asks_item(term: Term) -> bool:
    """Whether it depends on the rule's item which nodes the term's `where` leaves."""
    return term.where is not None and any(each.item is not None for each in _terms(term.where))


def _terms(term: Term) -> Iterator[Term]:
    """A term and all in it: those joined, those of its `where`, and what it is compared with."""
    yield term
    if isinstance(term, Condition):
        for _, inner in _joined(term, ()):
            yield from _terms(inner)
    if term.where is not None:
        yield from _terms(term.where)
    for _, operand in _operands(term, ()):
        yield from _terms(operand)


def _top(rule: Rule, location: Location) -> Iterator[tuple[Location, Condition]]:
    for key in ("when", "require", "forbid"):
        for number, condition in enumerate(getattr(rule, key)):
            yield (*location, key, number), condition


def _within(condition: Condition, location: Location) -> Iterator[tuple[Location, Condition]]:
    yield location, condition
    for inner_location, inner in _joined(condition, location):
        yield from _within(inner, inner_location)
    yield from _in_term(condition, location)


def _in_term(term: Term, location: Location) -> Iterator[tuple[Location, Condition]]:
    if term.where is not None:
        yield from _within(term.where, (*location, "where"))
    for inner_location, operand in _operands(term, location):
        yield from _in_term(operand, inner_location)


def _joined(condition: Condition, location: Location) -> Iterator[tuple[Location, Condition]]:
    for key in ("all", "any"):
        for number, inner in enumerate(getattr(condition, key) or ()):
            yield (*location, key, number), inner
    if condition.not_ is not None:
        yield (*location, "not"), condition.not_


def _operands(term: Term, location: Location) -> Iterator[tuple[Location, Operand]]:
    for name in type(term).model_fields:
        given = getattr(term, name)
        if isinstance(given, Operand):
            yield (*location, name), given
        elif name in ("product", "total") and given is not None:
            yield from (((*location, name, number), each) for number, each in enumerate(given))


def _of_rule(rule: Rule, location: Location) -> Iterator[Use]:
    for number, path in enumerate(rule.each or ()):
        yield Use(path, (*location, "each", number), (), leaf=False)
    for item in rule.each or (None,):
        via = () if item is None else (item,)
        if rule.at is not None:
            yield Use(rule.at, (*location, "at"), via, leaf=False)
        for inner, condition in _top(rule, location):
            yield from _of_condition(condition, inner, via, via)
        for name, operand in rule.values.items():
            yield from _of_term(operand, (*location, "values", name), via, via, leaf=True)


def _of_condition(
    condition: Condition, location: Location, item: tuple[Path, ...], via: tuple[Path, ...]
) -> Iterator[Use]:
    for inner, joined in _joined(condition, location):
        yield from _of_condition(joined, inner, item, via)
    leaf = bool(condition.tests - {"present", "absent"})
    yield from _of_term(condition, location, item, via, leaf=leaf)


def _of_term(
    term: Term, location: Location, item: tuple[Path, ...], via: tuple[Path, ...], *, leaf: bool
) -> Iterator[Use]:
    start = item if term.item is not None else via
    for key, path in _paths(term):
        yield Use(path, (*location, key), start, leaf=leaf and key != "count")
        if term.where is not None:
            yield from _of_condition(term.where, (*location, "where"), item, (*start, path))
    for inner, operand in _operands(term, location):
        yield from _of_term(operand, inner, item, via, leaf=True)


def _paths(term: Term) -> Iterator[tuple[str, Path]]:
    for key in ("path", "item", "distinct"):
        path = getattr(term, key)
        if path is not None:
            yield key, path
    for key in ("count", "sum"):
        for path in getattr(term, key) or ():
            yield key, path
