"""Patterns of conditions: a small, closed part of regular expressions, matched against whole values.

A search with backtracking may try every way in which a pattern can match a text. So the ways are counted before
the pattern is used: one with more than `WAYS` of them for a text of `LONGEST` characters is refused.
"""

from __future__ import annotations

import re

LONGEST = 1000
"""Characters of a value that is matched; what is longer matches nothing."""
WAYS = 2_000_000
FORM = "characters, `.`, classes `[A-Z0-9]`, `\\d` `\\w` `\\s`, groups `( | )`, and `?` `*` `+` `{2}` `{1,3}`"
_TOO_MANY = "it can match in too many ways: at most two of `*` and `+`, and nothing repeated that repeats"
_CLASSES = "dDwWsS"
_ESCAPED = r".\*+?()[]{}|^$/-"
_COUNT = re.compile(r"\{([0-9]{1,4})(,([0-9]{0,4}))?\}")


class PatternError(ValueError):
    """A text is no pattern: `column` (from 1) is where."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"character {column}: {problem}")
        self.column = column


def problem_of(pattern: str) -> str | None:
    """What is wrong with a pattern; None when nothing is.

    >>> problem_of(r"[A-Z]{4}\\d{7}")
    >>> problem_of("(A+)+")
    'it can match in too many ways: at most two of `*` and `+`, and nothing repeated that repeats'
    >>> problem_of("A(?=B)")
    'character 3: nothing to repeat before `?`'
    """
    reader = _Reader(pattern)
    try:
        ways = reader.choice()
        if reader.peek():
            raise PatternError(reader.at + 1, f"unexpected `{reader.peek()}`")
    except PatternError as error:
        return str(error)
    if ways > WAYS:
        return _TOO_MANY
    try:
        re.compile(pattern, re.ASCII)
    except (re.error, OverflowError) as error:
        return str(error)
    return None


class _Reader:
    """Reads a pattern and counts the ways in which its parts can match a text of `LONGEST` characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def choice(self) -> int:
        """Alternatives: their ways added up."""
        ways = self.row()
        while self.peek() == "|":
            self.at += 1
            ways += self.row()
        return ways

    def row(self) -> int:
        """Parts one after the other: their ways multiplied."""
        ways = 1
        while self.peek() not in ("", "|", ")"):
            ways = min(ways * self.repeated(), WAYS + 1)
        return ways

    def repeated(self) -> int:
        """One part with how often it may stand."""
        ways = self.part()
        mark = self.peek()
        if mark in ("?", "*", "+") and mark:
            self.at += 1
            low, high = {"?": (0, 1), "*": (0, LONGEST), "+": (1, LONGEST)}[mark]
        elif mark == "{":
            count = _COUNT.match(self.text, self.at)
            if count is None:
                raise PatternError(self.at + 1, "expected `{2}`, `{2,}` or `{1,3}`; a brace itself is `\\{`")
            self.at = count.end()
            low = int(count[1])
            high = low if count[2] is None else int(count[3] or LONGEST)
            if high < low:
                raise PatternError(self.at, f"{high} is less than {low}")
        else:
            return ways
        if self.peek() in ("?", "*", "+", "{") and self.peek():
            raise PatternError(self.at + 1, f"nothing to repeat before `{self.peek()}`")
        if ways == 1:
            return min(high - low + 1, WAYS + 1)
        total, power = 0, ways ** min(low, 64)
        for _ in range(low, high + 1):
            total += power
            power *= ways
            if total > WAYS:
                return WAYS + 1
        return total

    def part(self) -> int:
        """A character, a class or a group."""
        letter = self.peek()
        if letter == "(":
            self.at += 1
            self.depth += 1
            if self.depth > 20:
                raise PatternError(self.at, "groups are nested too deep")
            ways = self.choice()
            if self.peek() != ")":
                raise PatternError(self.at + 1, "expected `)`")
            self.at += 1
            self.depth -= 1
            return ways
        if letter == "[":
            return self.in_class()
        if letter == "\\":
            return self.escape()
        if letter in "?*+{":
            raise PatternError(self.at + 1, f"nothing to repeat before `{letter}`")
        if letter in "^$":
            raise PatternError(self.at + 1, f"leave `{letter}` out: a value is always matched as a whole")
        self.at += 1
        return 1

    def escape(self) -> int:
        letter = self.text[self.at + 1 : self.at + 2]
        if not letter or letter not in _CLASSES + _ESCAPED:
            raise PatternError(self.at + 1, f"there is no `\\{letter}`; known: {', '.join(_CLASSES)}")
        self.at += 2
        return 1

    def in_class(self) -> int:
        start = self.at
        self.at += 1
        if self.peek() == "^":
            self.at += 1
        empty = True
        while self.peek() != "]" or empty:
            if not self.peek():
                raise PatternError(start + 1, "the class is not closed: expected `]`")
            if self.peek() == "[":
                raise PatternError(self.at + 1, "a bracket in a class is `\\[`")
            if self.peek() == "\\":
                self.escape()
            elif self.peek() == "]":
                raise PatternError(self.at + 1, "the class is empty")
            else:
                self.at += 1
            empty = False
        self.at += 1
        return 1
