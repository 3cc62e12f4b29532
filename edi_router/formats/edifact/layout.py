"""What programs over messages are made for: a message definition with the segments it uses, and its groups.

A program made from a mapping does not walk nodes. It reads the message as plain lists and dictionaries (`Rows`),
in which every part stands at an index that the definition tells beforehand. A row is a segment split at its `+`
only. A service character that is data is masked in it by a control character, which `unmasked` takes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import SegmentSpec, segment_spec
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.separators import Separators
from edi_router.formats.edifact.structure import START, Step, Structure

Row = list[str]
"""A segment: its tag, then its data elements, each with its components still in one text, between `:`."""
Rows = dict[str, list[Any]]
"""A group: its segments (`Row`) and groups (`Rows`) by name."""

_MASKS = {"??": "\x04", "?'": "\x03", "?+": "\x01", "?:": "\x02"}
"""In this order: a released release character releases nothing."""
_UNMASKED = {ord(mask): pair[1] for pair, mask in _MASKS.items()}
_TO_MASKS = {ord(pair[1]): mask for pair, mask in _MASKS.items()}
_MASKED = re.compile("[\x01-\x04]")
_Moves = dict[str, tuple[int, bool, int, tuple[str, ...]]]
"""For the tag of the next segment: its position, whether it repeats the last one, how many groups stay open,
the groups that begin."""


class Layout:
    """A message definition with its segments. One object stands for all messages that have it."""

    def __init__(
        self, definitions: Definitions, directory: str, service: str, definition: MessageDef
    ) -> None:
        self.definition = definition
        self.structure: Structure = definitions.cached(
            ("structure", directory, definition.type), lambda: Structure(definition)
        )
        self._definitions = definitions
        self._directories = (directory, service)
        self._moves: dict[int, _Moves] = {}

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
        """A message without faults as rows; None when not all of it can be shown so."""
        segments = _rows(message)
        if segments is None:
            return None
        root: Rows = {}
        here, stack = root, [root]
        moves = self._moves_at(START)
        for row in segments:
            tag = row[0]
            move = moves.get(tag)
            if move is None:
                return None
            position, same, keep, begin = move
            if not same:
                del stack[keep:]
                for name in begin:
                    inner: Rows = {}
                    stack[-1].setdefault(name, []).append(inner)
                    stack.append(inner)
                here = stack[-1]
                moves = self._moves_at(position)
            if tag in here:
                here[tag].append(row)
            else:
                here[tag] = [row]
        return root

    def _moves_at(self, position: int) -> _Moves:
        moves = self._moves.get(position)
        if moves is None:
            moves = self._moves[position] = {}
            for tag in self.structure.tags:
                steps = self.structure.direct(position, tag)
                # A segment that may stand once cannot be the same again; further choices depend on counts.
                steps = tuple(step for step in steps if not step.same or step.target.limit > 1)
                if len(steps) == 1:
                    step = steps[0]
                    keep = step.keep - step.repeat
                    begin = tuple(group.name for group in step.target.groups[keep:])
                    moves[tag] = (step.target.id, step.same, keep + 1, begin)
        return moves


def layout_of(definitions: Definitions, directory: str, service: str, definition: MessageDef) -> Layout:
    """The layout of the message type, always the same object."""
    key = ("layout", directory, service, definition.type)
    return definitions.cached(key, lambda: Layout(definitions, directory, service, definition))


def uses_of(content: Sequence[SegmentUse | GroupUse]) -> dict[str, SegmentUse | GroupUse]:
    """What may stand in a message or group, by name."""
    return {use.tag if isinstance(use, SegmentUse) else use.name: use for use in content}


def unmasked(text: str) -> str:
    """A value of a row as it is.

    >>> unmasked(row_of("FTX+AAA+7?:30 ?+ 1")[2])
    '7:30 + 1'
    """
    return text.translate(_UNMASKED)


def masked(text: str) -> str:
    """A text as it stands in a row."""
    return text.translate(_TO_MASKS)


def has_masks(text: str) -> bool:
    """Whether the text has characters that mean something else in a row."""
    return _MASKED.search(text) is not None


def row_of(text: str) -> Row | None:
    """One segment, with the separators that are usual; None when it cannot be shown as a row."""
    if _MASKED.search(text):
        return None
    text = _masked(text)
    return None if text.endswith("?") else text.replace("?", "").split("+")


def is_usual(marks: Separators) -> bool:
    """Whether the separators are those that rows have."""
    return (marks.component, marks.element, marks.release, marks.terminator) == (":", "+", "?", "'")


def _masked(text: str) -> str:
    if "?" in text:
        for pair, mask in _MASKS.items():
            text = text.replace(pair, mask)
    return text


def _rows(message: Message) -> list[Row] | None:
    """The segments in their order."""
    if not isinstance(message, SlicedMessage):
        return None
    marks, text = message.slice.reading.dialect.separators, message.slice.raw
    if not is_usual(marks) or (marks.repetition and marks.repetition in text):
        return None
    text = _masked(text).replace("?", "")
    if message.slice.ends:
        text = text.replace("'" + message.slice.ends, "'")
    return [piece.split("+") for piece in text.split("'")[:-1]]
