"""Paths of a profile: of what part of the message a line or a dependency speaks, and where it is asked.

A part of a segment is asked of every such segment. A segment or a group, and anything told apart by a qualifier,
is asked of every instance of the group around it, or of the message: `DTM/C507[d2005='137']` means a DTM with
that qualifier, not that every DTM has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edi_router.formats.edifact.nodes import CompositeNode, SegmentNode
from edi_router.paths import Equals, Node, Path, PathError, Start, Step, parse
from edi_router.paths.path import Cache

_GROUP = re.compile(r"SG[0-9]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A path in two parts: `scope`, each instance of which is asked, and the `rest` seen from it."""

    text: str
    whole: Path
    scope: Path
    rest: Path


def asked(text: str) -> Asked:
    """The path of a line; raises PathError."""
    whole = parse_downwards(text)
    cut = _cut(whole.steps)
    return Asked(text, whole, Path(Start.HERE, whole.steps[:cut]), Path(Start.HERE, whole.steps[cut:]))


def parse_downwards(text: str, *, from_message: bool = False) -> Path:
    """A path that only goes down, as the paths of a profile do; with `from_message` it may begin with `/`."""
    path = parse(text)
    if not path.steps:
        raise PathError(1, "expected a name")
    _downwards(path, (Start.HERE, Start.MESSAGE) if from_message else (Start.HERE,))
    return path


def _downwards(path: Path, starts: Sequence[Start]) -> None:
    column = path.steps[0].column if path.steps else 1
    if path.start not in starts:
        raise PathError(column, f"expected no `{path.start}` here: a profile's path begins where it stands")
    for step in path.steps:
        if step.name.startswith((".", "@")):
            raise PathError(
                step.column, f"expected a name, found `{step.name}`: a profile's path only goes down"
            )
        for predicate in step.predicates:
            if isinstance(predicate, Equals):
                _downwards(predicate.path, (Start.HERE,))


def is_group(name: str) -> bool:
    """Whether it is the name of a segment group."""
    return _GROUP.fullmatch(name) is not None


def is_part(name: str) -> bool:
    """Whether it is the name of a composite or data element, and not of a segment or group."""
    return len(name) > 3 and not is_group(name)


def is_qualified(step: Step) -> bool:
    """Whether the step tells its part apart from others of the same name by a value."""
    return any(isinstance(predicate, Equals) for predicate in step.predicates)


def _cut(steps: Sequence[Step]) -> int:
    """How many steps are the scope."""
    segment = next((at for at, step in enumerate(steps) if is_part(step.name)), len(steps)) - 1
    if not is_part(steps[-1].name):
        return len(steps) - 1
    if is_qualified(steps[-1]):
        return max(segment, 0)
    qualified = [at for at, step in enumerate(steps[:-1]) if is_part(step.name) and is_qualified(step)]
    return max([segment, *qualified]) + 1


def select(path: Path, node: Node, cache: Cache) -> list[Node]:
    """What of the path is there; what is empty is not."""
    return [found for found in path.select(node, cache) if filled(found)]


def filled(node: Node) -> bool:
    """Whether the part is there: a composite is when one of its components has a value."""
    if isinstance(node, CompositeNode):
        segment = node.parent
        assert isinstance(segment, SegmentNode)
        return any(segment.segment.elements()[node.element - 1][(node.repeat or 1) - 1])
    return bool(node.value()) or not is_part(node.name)
