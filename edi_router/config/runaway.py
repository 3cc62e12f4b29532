"""Whether a regular expression can run away: match a text in so many ways that trying them all takes for ever.

`re` tries one way after the other. The expression is seen as an automaton with a state for each character of it;
where a state is reached again by two different ways over the same text, each repetition doubles the ways.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from edi_router.config.patterns import problem_of

RUNAWAY = "it can match in too many ways: nothing repeated that repeats, unless what is between tells the repetitions apart"
CHAINED = (
    "it can match in too many ways: at most two of `*` and `+` one after the other for the same characters"
)
_MANY = 64
"""A part that may stand more often counts as one that may stand without end."""
_CHAIN = 1
"""How often a text may go over from one endless part to the next at as many places as it is long."""
_STATES, _STEPS = 300, 2_000
"""Expressions of more characters, or with more ways from one to the next, are not judged: it would take long."""
_PLACES = 5_000
"""So much is looked at of two loops."""
_ALPHABET = "".join(map(chr, range(0x250))) + "\u0660\u2003中Ａ😀"
_ALL = (1 << len(_ALPHABET)) - 1


def runaway(pattern: str) -> str | None:
    """What is wrong with a regular expression that `re` accepts; None when it does not run away.

    >>> runaway("[A-Z]{4}([0-9]+-)*[0-9]{7}"), runaway("(?!X)(a|b)*")
    (None, None)
    >>> runaway("(a+)+b") == runaway("(a|a?b|[ab])*c") == RUNAWAY, runaway(".*a.*b.*c") == CHAINED
    (True, True)
    """
    if problem_of(pattern) is None:
        return None
    machine = _Machine()
    machine.row(importlib.import_module("re._parser").parse(pattern))
    small = len(machine.letters) <= _STATES and len(machine.follow) <= _STEPS
    return machine.problem() if small else None


@dataclass
class _Part:
    """A part of the expression: whether it can be nothing, its first and its last states."""

    empty: bool = True
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)


class _Machine:
    """The automaton: the letters of each state, and how often one state follows another."""

    def __init__(self) -> None:
        self.letters: list[int] = []
        self.follow: Counter[tuple[int, int]] = Counter()
        self.endless: set[int] = set()
        self.wide = False
        """Whether something that can be nothing, or is the same in two ways, is counted: `(a?){40}`, `(a|a)*`."""
        self.choices = 0
        """The choices between nothing and nothing."""

    def row(self, tokens: Iterable[Any]) -> _Part:
        """Parts one after the other."""
        whole = _Part()
        for code, argument in tokens:
            part = self.part(str(code), argument)
            self.join(whole.last, part.first)
            whole = _Part(
                whole.empty and part.empty,
                [*whole.first, *(part.first if whole.empty else [])],
                [*part.last, *(whole.last if part.empty else [])],
            )
        return whole

    def join(self, ends: Sequence[int], starts: Sequence[int]) -> None:
        """The starts follow the ends."""
        self.follow.update((end, start) for end in ends for start in starts)

    def part(self, code: str, argument: Any) -> _Part:
        """One part of `re`'s own reading."""
        if code in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self.state(_letters(code, argument))
        if code == "SUBPATTERN":
            return self.row(argument[-1])
        if code == "BRANCH":
            parts = [self.row(each) for each in argument[1]]
            self.choices += sum(part.empty for part in parts) > 1
            firsts, lasts = ([n for part in parts for n in getattr(part, side)] for side in ("first", "last"))
            return _Part(any(part.empty for part in parts), firsts, lasts)
        if code in ("MAX_REPEAT", "MIN_REPEAT"):
            return self.repeated(*argument)
        if code in ("POSSESSIVE_REPEAT", "ATOMIC_GROUP"):
            # It matches in one way only: as one state with the letters of all within it.
            low, tokens = (argument[0], argument[2]) if code == "POSSESSIVE_REPEAT" else (1, argument)
            before = len(self.letters)
            inner = self.row(tokens)
            union = 0
            for letters in self.letters[before:]:
                union |= letters
            part = self.state(union)
            part.empty = inner.empty or low == 0
            return part
        if code in ("ASSERT", "ASSERT_NOT"):
            self.row(argument[1])
        return _Part()  # places, and what refers to groups

    def state(self, letters: int) -> _Part:
        """A new state."""
        self.letters.append(letters)
        here = [len(self.letters) - 1]
        return _Part(False, here, here)

    def repeated(self, low: int, high: int, tokens: Iterable[Any]) -> _Part:
        """A part that may stand several times; a few times counts like many."""
        before, choices = len(self.letters), self.choices
        part = self.row(tokens)
        self.wide = self.wide or (high > 10 and self.choices > choices)
        if high > 1:
            self.join(part.last, part.first)
            self.wide = self.wide or (part.empty and 10 < high < 1 << 20)
        if high > _MANY:
            self.endless.update(range(before, len(self.letters)))
        return _Part(part.empty or low == 0, part.first, part.last)

    def problem(self) -> str | None:
        """What is wrong with the automaton."""
        after: dict[int, list[int]] = {state: [] for state in range(len(self.letters))}
        for (one, other), _ in self.follow.items():
            after[one].append(other)
        loops = [each for each in _circles(after) if len(each) > 1 or each[0] in after[each[0]]]
        if self.wide or any(self._doubles(set(loop), after) for loop in loops):
            return RUNAWAY
        return CHAINED if self._chain(loops, after) > _CHAIN else None

    def _doubles(self, loop: set[int], after: dict[int, list[int]]) -> bool:
        """Whether there are two ways over the same text from a state back to it."""
        if any(times > 1 and one in loop and other in loop for (one, other), times in self.follow.items()):
            return True
        pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
        waiting = [(state, state) for state in loop]
        while waiting:
            pair = waiting.pop()
            if pair in pairs:
                continue
            one, other = ([each for each in after[state] if each in loop] for state in pair)
            pairs[pair] = [(a, b) for a in one for b in other if self.letters[a] & self.letters[b]]
            waiting += pairs[pair]
        return any(len({a == b for a, b in circle}) > 1 for circle in _circles(pairs))

    def _chain(self, loops: Sequence[Sequence[int]], after: dict[int, list[int]]) -> int:
        """How often, at most, a text can go over from one endless loop to the next at many places."""
        endless = [loop for loop in loops if self.endless.issuperset(loop)]
        reach = [_reached(loop, after) for loop in endless]

        def links(at: int) -> int:
            return max(
                (found(at, to) + links(to) for to in range(len(endless)) if further(at, to)), default=0
            )

        def further(at: int, to: int) -> bool:
            return at != to and endless[to][0] in reach[at]

        @functools.cache
        def found(at: int, to: int) -> bool:
            return self._overlap(endless[at], endless[to], after)

        return max(map(functools.cache(links), range(len(endless))), default=0)

    def _overlap(self, one: Sequence[int], other: Sequence[int], after: dict[int, list[int]]) -> bool:
        """Whether a text can stand in the one loop, lead to the other, and stand there, too."""
        letters = self.letters
        for begin, end in itertools.product(one, other):
            seen: set[tuple[int, int, int]] = set()
            waiting = [(begin, begin, end)]
            while waiting and len(seen) < _PLACES:
                place = waiting.pop()
                if place in seen:
                    continue
                seen.add(place)
                first, middle, last = (after[state] for state in place)
                for a, b, c in itertools.product(first, middle, last):
                    if a in one and c in other and letters[a] & letters[b] & letters[c]:
                        if (a, b, c) == (begin, end, end):
                            return True
                        waiting.append((a, b, c))
            if waiting:
                return True  # it may, and it would take long to see
        return False


def _reached(start: Iterable[int], after: dict[int, list[int]]) -> set[int]:
    found: set[int] = set()
    waiting = [each for state in start for each in after[state]]
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += after[state]
    return found


def _circles(after: dict[Any, list[Any]]) -> Iterator[list[Any]]:
    """The strongly connected parts of a graph (Tarjan, without recursion)."""
    number: dict[Any, int] = {}
    low: dict[Any, int] = {}
    stack: list[Any] = []
    on: set[Any] = set()
    for root in after:
        if root in number:
            continue
        work = [(root, iter(after[root]))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on.add(root)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    at = stack.index(node)
                    yield stack[at:]
                    on.difference_update(stack[at:])
                    del stack[at:]
            elif following not in number:
                number[following] = low[following] = len(number)
                stack.append(following)
                on.add(following)
                work.append((following, iter(after[following])))
            elif following in on:
                low[node] = min(low[node], number[following])


_CATEGORIES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}


def _letters(code: str, argument: Any) -> int:
    """The letters of the alphabet that one state takes, as bits; what is not in the alphabet stands with its last."""
    if code == "LITERAL":
        return _bit(argument)
    if code == "NOT_LITERAL":
        return _ALL & ~_bit(argument)
    if code == "ANY":
        return _ALL & ~_bit(10)
    found, negated = 0, False
    for each, value in argument:
        kind = str(each)
        if kind == "NEGATE":
            negated = True
        elif kind == "LITERAL":
            found |= _bit(value)
        elif kind == "RANGE":
            found |= sum(
                1 << at for at, letter in enumerate(_ALPHABET) if value[0] <= ord(letter) <= value[1]
            )
        else:
            name = str(value).removeprefix("CATEGORY_")
            test = re.compile(_CATEGORIES[name.removeprefix("NOT_")]).fullmatch
            found |= sum(
                1 << at
                for at, letter in enumerate(_ALPHABET)
                if (test(letter) is None) == name.startswith("NOT_")
            )
    return _ALL & ~found if negated else found


def _bit(letter: int) -> int:
    at = _ALPHABET.find(chr(letter))
    return 1 << (at if at >= 0 else len(_ALPHABET) - 1)
