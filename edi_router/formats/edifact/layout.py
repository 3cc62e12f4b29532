"""What programs over messages are made for: a message definition with the segments it uses, and its groups.

A program made from a mapping does not walk nodes. It reads the message as plain lists and dictionaries (`Rows`),
in which every part stands at an index that the definition tells beforehand. A row is a segment split at its `+`
only. A service character that is data is masked in it by a control character, which `unmasked` takes back; so are
the characters that mean something in XML, for which one look at a whole document is enough then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
DEPTH = 99
"""How deep groups may stand in each other."""
WANTED = 64
"""For how many programs a layout remembers how to show a message."""

_MASKS = {"??": "\x04", "?'": "\x03", "?+": "\x01", "?:": "\x02"}
"""In this order: a released release character releases nothing."""
_STAR = "\x05"
"""The mask of a released `*` in canonical text, whose masks are else the same; in a row it needs none."""
_XML_MASKS = {"&": "\x06", "<": "\x07", ">": "\x08"}
MASKS = {mask: pair[1] for pair, mask in _MASKS.items()} | {mask: mark for mark, mask in _XML_MASKS.items()}
"""What stands in rows for which character."""
_UNMASKED = str.maketrans(MASKS)
_TO_MASKS = str.maketrans({mark: mask for mask, mark in MASKS.items()})
_MASKED = re.compile(f"[{''.join(MASKS)}]")
_UNFIT = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""Control characters, and what XML does not have."""


@dataclass(frozen=True)
class Wanted:
    """Which parts of messages a program asks for.

    `names` says in which part (the message, which is "", or a group by its path) something is shown, and under which
    name: ("SG30", "MEA"), or ("SG30", "SG33/MOA") for the segments of all repetitions of a group in one list. Of the
    groups only `groups` are parts of their own, by their paths. What is not named is not shown.
    """

    groups: frozenset[str]
    names: frozenset[tuple[str, str]]

    def places(self, path: str, around: Sequence[str]) -> tuple[tuple[int, str], ...]:
        """Where the segments or groups of a path are shown: the numbers of the parts `around` them, and the names."""
        found = ((depth, path[len(part) + 1 :] if part else path) for depth, part in enumerate(around))
        return tuple((depth, name) for depth, name in found if (around[depth], name) in self.names)


_Places = tuple[tuple[int, str], ...]
"""Where something is shown: the depth of the part, and the name in it."""
_Move = tuple[tuple[tuple[_Places, int], ...], int, "str | None", _Places, "Moves"]
"""The groups that begin, each with its depth; depth and name of the segment's first place; more places of it; what
can follow."""


class Moves(dict[str, _Move]):
    """What the next segment does, by its tag, found out when it is first asked for."""

    def __init__(
        self, structure: Structure, wanted: Wanted | None, position: int, known: dict[int, Moves]
    ) -> None:
        super().__init__()
        self._structure = structure
        self._wanted = wanted
        self.position = position
        """The number of the segment in the structure."""
        self._known = known

    def __missing__(self, tag: str) -> _Move:
        # A segment that may stand once cannot be the same again; further choices depend on counts.
        steps = self._structure.direct(self.position, tag) if tag in self._structure.tags else ()
        steps = tuple(step for step in steps if not step.same or step.target.limit > 1)
        if len(steps) != 1:
            raise KeyError(tag)
        step = steps[0]
        groups, wanted = step.target.groups, self._wanted
        stays = len(groups) if step.same else step.keep - step.repeat
        around, begin = [""], list[tuple[_Places, int]]()
        for number, group in enumerate(groups):
            if wanted is not None and group.path not in wanted.groups:
                continue
            if number >= stays:
                begin.append((self._places(group.path, group.name, around), len(around)))
            around.append(group.path)
        path = f"{groups[-1].path}/{tag}" if groups else tag
        places = self._places(path, tag, around)
        depth, shown = places[0] if places else (0, None)
        self[tag] = move = tuple(begin), depth, shown, places[1:], self._at(step.target.id)
        return move

    def _places(self, path: str, name: str, around: Sequence[str]) -> _Places:
        return ((len(around) - 1, name),) if self._wanted is None else self._wanted.places(path, around)

    def _at(self, position: int) -> Moves:
        if position not in self._known:
            self._known[position] = Moves(self._structure, self._wanted, position, self._known)
        return self._known[position]


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
        self.directory = directory
        self._directories = (directory, service)
        self._first: dict[Wanted | None, Moves] = {}
        self._most: dict[str, int] | None = None

    def most(self) -> dict[str, int]:
        """The length of a row beyond which its last part is repeated, for the segments where that may be."""
        if self._most is None:
            specs = ((tag, self.spec(tag)) for tag in self.structure.tags)
            self._most = {
                tag: len(spec.parts) + 1
                for tag, spec in specs
                if spec is not None and spec.parts and spec.parts[-1].repeat > 1
            }
        return self._most

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

    def walk(self, tags: Sequence[str]) -> list[Moves]:
        """Where each segment leads, one after the other; raises LookupError where counts would have to decide.

        Equal places are the same object.
        """
        moves = self._beginning(None)
        found: list[Moves] = []
        for tag in tags:
            moves = moves[tag][4]
            found.append(moves)
        return found

    def _beginning(self, wanted: Wanted | None) -> Moves:
        if wanted not in self._first:
            if len(self._first) >= WANTED:
                self._first.clear()
            self._first[wanted] = Moves(self.structure, wanted, START, {})
        return self._first[wanted]

    def rows(self, message: Message, wanted: Wanted | None = None) -> Rows | None:
        """A message without faults as rows, all of them or those `wanted`; None when they cannot be shown so."""
        text = row_text(message)
        if text is None:
            return None
        segments = text.split("'")
        segments.pop()
        moves, most = self._beginning(wanted), self.most()
        root = Rows()
        parts = [root] * (DEPTH + 1)
        try:
            for row in [text.split("+") for text in segments]:
                begin, depth, name, more, moves = moves[row[0]]
                if begin:
                    for outer, at in begin:
                        parts[at] = inner = Rows()
                        for around, group in outer:
                            parts[around].setdefault(group, []).append(inner)
                if name is not None:
                    if most and len(row) > most.get(row[0], len(row)):
                        return None  # without a repetition separator: further elements repeat the last one
                    here = parts[depth]
                    if name in here:
                        here[name].append(row)
                    else:
                        here[name] = [row]
                    if more:
                        for depth, name in more:
                            parts[depth].setdefault(name, []).append(row)
        except LookupError:
            return None
        return root


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
    if not text.isprintable() and _UNFIT.search(text):
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
    return _without_xml(text)


def _without_xml(text: str) -> str:
    for mark, mask in _XML_MASKS.items():
        if mark in text:
            text = text.replace(mark, mask)
    return text


def row_text(message: Message) -> str | None:
    """A message without faults in one text, masked as in rows; None when it cannot be shown so."""
    if not isinstance(message, SlicedMessage):
        return None
    reading, text = message.slice.reading, message.canonical.text
    if reading.characters.repeats and "*" in text:
        return None
    if not is_usual(reading.dialect.separators):
        text = text.translate({ord(mask): masked(reading.unmasked(mask)) for mask in reading.masks})
    elif _STAR in text:
        text = text.replace(_STAR, "*")
    # There are no control characters in canonical text, besides its masks.
    if not (text.isascii() or text.isprintable()) and _UNFIT.search(text.translate(_UNMASKED)):
        return None
    return _without_xml(text)
