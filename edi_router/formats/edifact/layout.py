"""What programs over messages are made for: a message definition with the segments it uses, and its groups.

A program made from a mapping does not walk nodes. It reads the message as plain lists and dictionaries (`Rows`),
in which every part stands at an index that the definition tells beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import SegmentSpec, segment_spec
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.separators import elements_of
from edi_router.formats.edifact.structure import START, Step, Structure

Row = Sequence[Sequence[str]]
"""A segment: its tag, then its data elements, each as its components."""
Rows = dict[str, list[Any]]
"""A group: its segments (`Row`) and groups (`Rows`) by name."""


class Layout:
    """A message definition with its segments. One object stands for all messages that have it."""

    def __init__(self, definitions: Definitions, directory: str, service: str, definition: MessageDef) -> None:
        self.definition = definition
        self.structure: Structure = definitions.cached(
            ("structure", directory, definition.type), lambda: Structure(definition)
        )
        self._definitions = definitions
        self._directories = (directory, service)

    def spec(self, tag: str) -> SegmentSpec | None:
        """The segment, by the directory or as a service segment."""
        specs = (segment_spec(self._definitions, directory, tag) for directory in self._directories)
        return next((spec for spec in specs if spec is not None), None)

    def steps(self, tags: Sequence[str]) -> Iterator[Step]:
        """How each segment of a message without faults is read: the greedy descent, as in `structure_resync`."""
        direct = self.structure.direct
        position, repeated = START, 0
        counts: list[int] = []
        for tag in tags:
            for step in direct(position, tag):
                if step.same:
                    if repeated < step.target.limit:
                        repeated += 1
                        break
                elif not step.repeat or counts[step.keep - 1] < step.target.groups[step.keep - 1].limit:
                    del counts[step.keep :]
                    if step.repeat:
                        counts[-1] += 1
                    counts += [1] * (len(step.target.groups) - step.keep)
                    position, repeated = step.target.id, 1
                    break
            else:
                raise ValueError(f"the message does not follow its definition at {tag}")
            yield step

    def rows(self, message: Message) -> Rows | None:
        """A message without faults as rows; None when an element in it is repeated."""
        segments = _rows(message)
        if segments is None:
            return None
        root: Rows = {}
        here, stack = root, [root]
        for row, step in zip(segments, self.steps([row[0][0] for row in segments]), strict=True):
            if not step.same:
                groups = step.target.groups
                keep = step.keep - step.repeat
                del stack[keep + 1 :]
                for group in groups[keep:]:
                    inner: Rows = {}
                    stack[-1].setdefault(group.name, []).append(inner)
                    stack.append(inner)
                here = stack[-1]
            tag = row[0][0]
            if tag in here:
                here[tag].append(row)
            else:
                here[tag] = [row]
        return root


def layout_of(definitions: Definitions, directory: str, service: str, definition: MessageDef) -> Layout:
    """The layout of the message type, always the same object."""
    key = ("layout", directory, service, definition.type)
    return definitions.cached(key, lambda: Layout(definitions, directory, service, definition))


def uses_of(content: Sequence[SegmentUse | GroupUse]) -> dict[str, SegmentUse | GroupUse]:
    """What may stand in a message or group, by name."""
    return {use.tag if isinstance(use, SegmentUse) else use.name: use for use in content}


def _rows(message: Message) -> list[Row] | None:
    """The segments in their order."""
    if not isinstance(message, SlicedMessage):
        rows = [row_of(segment.tag, segment.elements()) for segment in message.segments]
        return None if None in rows else [row for row in rows if row is not None]
    marks, raw = message.slice.reading.dialect.separators, message.slice.raw
    if marks.repetition and marks.repetition in raw:
        return None
    element, component, release = marks.element, marks.component, marks.release
    pieces = message.slice.pieces()
    found: list[Row] = [[part.split(component) for part in piece.split(element)] for piece in pieces]
    if release and release in raw:
        for number, piece in enumerate(pieces):
            if release in piece:
                found[number] = [[piece[:3]], *(repeats[0] for repeats in elements_of(piece, marks))]
    return found


def row_of(tag: str, elements: Sequence[Sequence[Sequence[str]]]) -> Row | None:
    """One segment; None when an element is repeated."""
    if any(len(repeats) != 1 for repeats in elements):
        return None
    return [[tag], *(repeats[0] for repeats in elements)]
