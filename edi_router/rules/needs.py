"""What must stand in a document before a rule can be broken, so that most rules need not be run over it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from edi_router.formats.xml.document import ElementNode
from edi_router.paths import Node, Path, Start
from edi_router.paths.path import PARENT
from edi_router.rules.model import Condition, Rule

Names = frozenset[str]
NOTHING: Names = frozenset()


def names_in(root: Node) -> Names | None:
    """The names of all elements of an XML document; None for other documents."""
    if not isinstance(root, ElementNode) or root.parent is not None:
        return None
    return frozenset(root.names_below())


def needs_of(rule: Rule) -> Names:
    """Elements without which nothing can break the rule."""
    required = [_for_offence(each) for each in rule.require]
    forbidden = [_to_hold(each) for each in rule.forbid]
    items = [_on_path(path) for path in rule.each or ()]
    return _common(items).union(_common([*required, *forbidden]), *map(_to_hold, rule.when))


def _to_hold(condition: Condition) -> Names:
    """Elements without which the condition does not hold."""
    if condition.all is not None:
        return NOTHING.union(*map(_to_hold, condition.all))
    if condition.any is not None:
        return _common(map(_to_hold, condition.any))
    if (
        condition.subject not in ("path", "item")
        or condition.absent
        or condition.unique
        or condition.numbered
    ):
        return NOTHING
    return _of_subject(condition)


def _for_offence(condition: Condition) -> Names:
    """Elements without which nothing offends against the condition as a requirement."""
    if condition.subject not in ("path", "item"):
        return NOTHING
    silent = condition.absent or (condition.tests and not condition.present)
    return _of_subject(condition) if silent else NOTHING


def _of_subject(condition: Condition) -> Names:
    path = condition.path if condition.path is not None else condition.item
    return NOTHING if path is None else _on_path(path)


def _on_path(path: Path) -> Names:
    """The elements that the path goes through; conditions in it ask for more, which is left aside."""
    if path.start not in (Start.HERE, Start.MESSAGE):
        return NOTHING
    return frozenset(step.name for step in path.steps if step.name != PARENT and step.name[0] != "@")


def _common(sets: Iterable[Names]) -> Names:
    """What all of them have; nothing of nothing."""
    found = list(sets)
    return reduce(frozenset.intersection, found) if found else NOTHING
