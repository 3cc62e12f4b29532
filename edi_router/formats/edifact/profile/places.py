"""Where the fault of a missing part stands.

A part of a segment is missing at its position in the segment. A segment or a group is missing after the last
segment that stands before its position, in the same group; CONTRL counts it so too (ISO 9735-4, data element 0096).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edi_router.faults import Place
from edi_router.formats.edifact.directory import GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import PartSpec, SegmentSpec
from edi_router.formats.edifact.nodes import CompositeNode, GroupNode, SegmentNode, indexes_of
from edi_router.formats.edifact.profile.paths import is_group, is_part, is_qualified
from edi_router.paths import Index, Node, Path, Start, Step
from edi_router.paths.path import message_of

Content = Sequence[SegmentUse | GroupUse]


@dataclass(frozen=True, slots=True)
class Missing:
    """Where it is missing; `tag` is the segment that is, or that begins the group; None for a part of one."""

    place: Place
    tag: str | None = None


def missing(scope: Node, path: Path, definition: MessageDef) -> Missing:
    """Where the path, seen from `scope`, should have found something."""
    node = message_of(scope) if path.start is Start.MESSAGE else scope
    steps = path.steps
    # What is told apart within a segment is a segment of its own: it is missing beside the others, not in them.
    apart = is_part(steps[-1].name) and is_qualified(steps[-1])
    for at, step in enumerate(steps):
        found = Path(Start.HERE, (step,)).select(node)
        if isinstance(node, GroupNode):
            if not found or (apart and not is_group(step.name)):
                return _in_group(node, step.name, definition)
        elif not found or at == len(steps) - 1:
            return Missing(_in_segment(node, steps[at:]))
        node = found[0]
    return Missing(node.place())


def _in_segment(node: Node, steps: Sequence[Step]) -> Place:
    """The position of a part in its segment."""
    if isinstance(node, CompositeNode):
        segment = node.parent
        assert isinstance(segment, SegmentNode)
        element, repeat, inner = node.element, node.repeat, steps
    else:
        assert isinstance(node, SegmentNode)
        segment, repeat, inner = node, None, steps[1:]
        element = _position(node.spec, steps[0])
    part = segment.spec.parts[element - 1] if segment.spec is not None else None
    component = _position(part, inner[0]) if inner and isinstance(part, PartSpec) else None
    return segment.segment.place(element, component, repeat, segment.group)


def _position(spec: SegmentSpec | PartSpec | None, step: Step) -> int:
    """The first position that the step can mean, counted from 1."""
    found = indexes_of(spec).get(step.name, (0,)) if spec is not None else (0,)
    number = next((each.number for each in step.predicates if isinstance(each, Index)), 1)
    return found[min(number, len(found)) - 1] + 1


def _in_group(group: GroupNode, name: str, definition: MessageDef) -> Missing:
    content = content_of(definition, group.path)
    positions: dict[str, list[int]] = {}
    for at, use in enumerate(content):
        positions.setdefault(name_of(use), []).append(at)
    limit = positions[name][-1] if name in positions else len(content)
    before = [
        node
        for child in group.names()
        for number, node in enumerate(group.children(child))
        for own in [positions.get(child, [0])]
        if own[min(number, len(own) - 1)] <= limit
    ]
    last = _latest(before)
    place = last.place() if last is not None else group.place()
    return Missing(place, trigger_of(content[limit]) if limit < len(content) else name)


def _latest(nodes: Iterable[Node]) -> SegmentNode | None:
    """The last segment in segments and groups; None where they have none but such as no definition knows."""
    found = [each for node in nodes if (each := _last(node)) is not None]
    return max(found, key=lambda each: each.segment.number, default=None)


def _last(node: Node) -> SegmentNode | None:
    if isinstance(node, GroupNode):
        return _latest(child for name in node.names() for child in node.children(name))
    assert isinstance(node, SegmentNode)
    return node


def content_of(definition: MessageDef, path: str | None) -> Content:
    """What may stand in a group (``SG30/SG33``), or in the message."""
    content: Content = definition.content
    for name in path.split("/") if path else ():
        content = next(use.content for use in content if isinstance(use, GroupUse) and use.name == name)
    return content


def name_of(use: SegmentUse | GroupUse) -> str:
    """What paths call it."""
    return use.tag if isinstance(use, SegmentUse) else use.name


def trigger_of(use: SegmentUse | GroupUse) -> str:
    """The segment, or the one that a group begins with."""
    return use.tag if isinstance(use, SegmentUse) else trigger_of(use.content[0])
