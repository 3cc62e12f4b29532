"""Moulds: patterns that capture all values of a message at once, learned from the messages that come.

The messages of one sender mostly look alike: the same segments in the same order, the same elements filled, the same
qualifiers. A program (see `program`) looks all of this up in every message anew. A mould has it in a pattern, and
the values behind it are captured where they stand; a message that does not fit goes to the program. A group that
repeats, and that only one line of the mapping asks for, has moulds of its own.

A mould is made after a message that missed all others, each time that `EVERY` have missed, and is kept if it
gives what the program gave.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from edi_router.formats.edifact.layout import Moves
from edi_router.formats.edifact.nodes import GroupNode, MessageNode, SegmentNode
from edi_router.formats.xml.beyond import Beyond
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_proof import names_for
from edi_router.mapping.model import Item
from edi_router.mapping.mould_write import (
    MouldWriter,
    Shared,
    limits_in,
    memos_in,
    merged,
    pattern_of,
)

EVERY = 20
"""After how many messages without a mould one is made."""
MOST = 32
"""Moulds kept for messages, and for each group."""
TRIED, WORTH = 1000, 4
"""After so many messages there are no moulds any more if fewer than one in so many fitted."""
SEGMENTS = 150
"""Segments of the longest part that a mould is made for."""


class Missed(Exception):
    """A repetition of a group has no mould."""


@dataclass(frozen=True, eq=False)
class Mould:
    """A message: its pieces, each with the group that repeats behind it and what begins after that."""

    pieces: Sequence[tuple[Callable[..., re.Match[str] | None], str, str]]
    function: Callable[..., tuple[list[str], bool]]

    def taken(self, text: str) -> tuple[tuple[str, ...], dict[str, tuple[int, int]]] | None:
        """The captured values, and from where to where each group stands; None when it does not fit."""
        at = 0
        values: tuple[str, ...] = ()
        spans: dict[str, tuple[int, int]] = {}
        for match, group, follower in self.pieces:
            found = match(text, at)
            if found is None:
                return None
            values += found.groups()
            at = found.end()
            if group:
                end = text.find(follower, at - 1) + 1
                if not end:
                    return None
                spans[group] = at, end
                at = end
        return values, spans


Part = Callable[..., tuple[int, int, int, bool]]
"""Writes repetitions of a group as long as they fit: where the next begins, how many there were and were written, and
whether the document is still sure to be valid."""


class Moulds:
    """The moulds of one mapping for the messages of one layout."""

    def __init__(self, shared: Shared, space: Mapping[str, Any]) -> None:
        self._shared = shared
        self.sources = shared.sources
        self._space = dict(space)
        self._messages: list[Mould] = []
        self._parts: dict[str, list[Part]] = {name: [] for name in shared.apart}
        self._tried = self._fitted = self._missed = 0
        self.is_over = False
        """Whether it is not worth trying any more."""

    @property
    def count(self) -> int:
        """How many moulds there are."""
        return len(self._messages) + sum(map(len, self._parts.values()))

    def run(
        self,
        text: str,
        day: str,
        ask: Callable[[int], Sequence[str]],
        memo: Callable[..., Any],
        zone: Any,
    ) -> tuple[list[str], bool] | None:
        """What a program writes for a message, which is shown as in rows; None when no mould fits."""

        def parts(name: str, out: list[str], sure: bool, day: str) -> tuple[int, bool]:
            at, end = spans.get(name, (0, 0))
            count = written = 0
            known = self._parts[name]
            while at < end:
                for number, part in enumerate(known):
                    after, count, written, sure = part(
                        text, at, end, count, written, sure, out, day, ask, memo, zone
                    )
                    if after > at:
                        at = after
                        if number:
                            known.insert(0, known.pop(number))
                        break
                else:
                    raise Missed
            return written, sure

        self._tried += 1
        for number, mould in enumerate(self._messages):
            taken = mould.taken(text)
            if taken is None:
                continue
            values, spans = taken
            try:
                made = mould.function(values, day, ask, memo, zone, parts)
            except Missed:
                return None
            self._fitted += 1
            if number:
                self._messages.insert(0, self._messages.pop(number))
            return made
        return None

    def is_due(self) -> bool:
        """Whether a mould is to be made of the message that has just missed."""
        self._missed += 1
        if self._tried >= TRIED and self._fitted * WORTH < self._tried:
            self.is_over = True
        return self._missed % EVERY == 0 and not self.is_over

    def learn(
        self,
        root: MessageNode,
        text: str,
        tell: Callable[[], tuple[list[str], bool] | None],
    ) -> None:
        """Make the moulds that the message lacks; they are kept if `tell`, which runs them, gives what it should."""
        before = (
            self._messages[:],
            {name: parts[:] for name, parts in self._parts.items()},
        )
        try:
            self._make(root, text)
            right = tell() is not None
        except (Unsupported, Beyond, LookupError, ValueError):
            right = False
        if not right:
            self._messages, self._parts = before
            self.is_over = self.is_over or not self._messages

    def _make(self, root: MessageNode, text: str) -> None:
        shared = self._shared
        pieces = text.split("'")[:-1]
        states = shared.layout.walk([piece[:3] for piece in pieces])
        spans: list[tuple[int, int, str]] = []
        for name in shared.apart:
            parts = [each for each in root.children(name) if isinstance(each, GroupNode)]
            if parts:
                spans.append(self._group(name, parts, pieces, states))
        spans.sort()
        if all(mould.taken(text) is None for mould in self._messages) and len(self._messages) < MOST:
            self._messages.append(self._message(root, pieces, spans))

    def _group(
        self,
        name: str,
        parts: Sequence[GroupNode],
        pieces: Sequence[str],
        states: Sequence[Moves],
    ) -> tuple[int, int, str]:
        """Where the group stands in the message; moulds for the repetitions that have none."""
        bounds = [_bounds(part) for part in parts]
        first, last = bounds[0][0], bounds[-1][1]
        if any(one[1] != other[0] for one, other in pairwise(bounds)) or last >= len(pieces):
            raise Unsupported(f"{name} is not in one place")
        leaf = self._shared.layout.structure.leaves[states[first].position]
        trigger, follower = pieces[first][:3], pieces[last][:3]
        if leaf.limit != 1 or len(leaf.groups) != 1 or follower in leaf.groups[0].tags:
            raise Unsupported(f"the end of {name}")
        seen: set[str] = set()
        for part, (begin, end) in zip(parts, bounds, strict=True):
            text = "'".join(pieces[begin:end]) + "'"
            if (
                states[end - 1][trigger][4] is not states[first]
                or states[end - 1][follower][4] is not states[last]
            ):
                raise Unsupported(f"what follows {name}")
            shape = re.sub("[^+:']+", "", text)
            if shape in seen or len(self._parts[name]) >= MOST or end - begin > SEGMENTS:
                continue
            seen.add(shape)
            if not any(self._fits(each, text) for each in self._parts[name]):
                self._parts[name].append(self._part(name, part, text, begin, trigger))
        return first, last, name

    def _fits(self, part: Part, text: str) -> bool:
        return bool(part.pattern(text, 0, len(text)))  # type: ignore[attr-defined]  # see `_part`

    def _part(self, name: str, node: GroupNode, text: str, first: int, trigger: str) -> Part:
        """The mould of one repetition of a group, whose first segment has that number (from 0)."""
        item, around = _item_for(self._shared.definition.output, name)
        outer = self._shared.declared
        for each in around[1:]:
            outer = None if outer is None else outer.child(each)
        writer = MouldWriter(self._shared, node, outer, whole=False)
        writer.code.depth += 1
        writer.part(item, outer)
        lines, limits = limits_in(writer.code.lines)
        pattern, names = pattern_of(text, first + 1, writer.taken, limits)
        match = re.compile(f"{pattern}(?={trigger}\\+|\\Z)").match
        head = [
            "def made(text, at, end, p, w, sure, out, day, ask, memo, zone):",
            "  add = put = out.append",
            *(f"  m{number} = memo({number}, day)" for number in memos_in(lines)),
            "  found = match(text, at, end)",
            "  while found is not None:",
            *([f"    {', '.join(names)}, = found.groups()"] if names else []),
        ]
        tail = [
            "    at = found.end()",
            "    found = match(text, at, end)",
            "  return at, p, w, sure",
            "",
        ]
        part: Part = self._function([*head, *merged(lines), *tail], {"match": match})
        part.pattern = match  # type: ignore[attr-defined]
        return part

    def _message(
        self,
        root: MessageNode,
        pieces: Sequence[str],
        spans: Sequence[tuple[int, int, str]],
    ) -> Mould:
        if len(pieces) - sum(end - begin for begin, end, _ in spans) > SEGMENTS:
            raise Unsupported("a long message")
        writer = MouldWriter(self._shared, root, self._shared.declared, whole=True)
        writer.message()
        lines, limits = limits_in(writer.code.lines)
        memos = {f"  m{number} = memo({number}, day)" for number in range(len(self._shared.tables))}
        lines = [line for line in lines if line not in memos]
        used = memos_in(lines)
        at, found, names = 0, [], list[str]()
        for begin, end, name in [*spans, (len(pieces), len(pieces), "")]:
            text = "'".join([*pieces[at:begin], ""])
            pattern, captured = pattern_of(text, at + 1, writer.taken, limits)
            rest = f"(?={pieces[begin][:3]}\\+)" if name else "\\Z"
            found.append(
                (
                    re.compile(pattern + rest).match,
                    name,
                    f"'{pieces[end][:3]}+" if name else "",
                )
            )
            names += captured
            at = end
        head = [
            "def made(values, day, ask, memo, zone, parts):",
            *([f"  {', '.join(names)}, = values"] if names else []),
        ]
        begin = next(number for number, line in enumerate(lines) if line.startswith("  sure = "))
        memo_lines = [f"  m{number} = memo({number}, day)" for number in used]
        body = merged([*lines[:begin], *memo_lines, *lines[begin:]])
        return Mould(found, self._function([*head, *body, "  return out, sure", ""], {}))

    def _function(self, lines: Sequence[str], more: Mapping[str, Any]) -> Any:
        space = {**self._space, **names_for(self._shared.kinds), **more}
        exec(compile("\n".join(lines), "<mould>", "exec"), space)
        function = space["made"]
        function.text = "\n".join(lines)
        return function


def _bounds(group: GroupNode) -> tuple[int, int]:
    """The first segment of a group and the one behind its last, counted from 0."""
    numbers = list(_numbers(group))
    if len(numbers) != max(numbers) - min(numbers) + 1:
        raise Unsupported("a group in pieces")
    return min(numbers) - 1, max(numbers)


def _numbers(group: GroupNode) -> list[int]:
    found: list[int] = []
    for nodes in group.items.values():
        for node in nodes:
            if isinstance(node, SegmentNode):
                found.append(node.segment.number)
            elif isinstance(node, GroupNode):
                found += _numbers(node)
    return found


def _item_for(item: Item, group: str, around: tuple[str, ...] = ()) -> tuple[Item, tuple[str, ...]]:
    """The line of the mapping for each repetition of a group, and the names of the elements around it."""
    for child in item.do or ():
        each = child.each
        if each is not None and [step.name for step in each.path.steps] == [group]:
            return child, (*around, item.name)
        if each is None:
            try:
                return _item_for(child, group, (*around, item.name))
            except LookupError:
                continue
    raise LookupError(group)
