"""Patterns of XML Schema as Python's: only what certainly means the same in both, and cannot run away.

XML Schema 1.0 part 2, appendix F. What is left out (blocks and categories, subtraction, one repetition within
another) raises `Beyond`, and the schema's validator decides as it always did. Of digits and letters only those of ASCII
are taken: which others there are depends on the version of Unicode.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from edi_router.formats.xml.beyond import Beyond

_CLASSES = {"d": "[0-9]", "w": "[A-Za-z0-9]", "s": "[ \\t\\n\\r]", "S": "[^ \\t\\n\\r]"}
_INNER = {"d": "0-9", "w": "A-Za-z0-9", "s": " \\t\\n\\r"}
_CERTAIN = "s"
"""The classes of which nothing is left out, so that all others may be taken too."""
_CONTROLS = {"n": "\\n", "r": "\\r", "t": "\\t"}
_ESCAPED = "\\|.?*+(){}-[]^"
_REPEAT = re.compile(r"[?*+]|\{(\d+)(,(\d*))?\}")
MOST = 1000
"""The highest count of a repetition."""


def compiled(pattern: str) -> Callable[[str], bool]:
    """Whether a whole text matches; False when it does not, or when that cannot be told with certainty.

    >>> [compiled("[A-Z]{2}-?\\\\d+")(text) for text in ("AB-12", "AB", "AB-１")]
    [True, False, False]
    """
    reader = _Reader(pattern)
    source, _ = reader.choice()
    if reader.at < len(pattern):
        raise Beyond(f"the pattern {pattern}")
    found = re.compile(source).fullmatch
    return lambda text: found(text) is not None


class _Reader:
    """Reads a pattern; each part is given with whether its length varies."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def fail(self) -> Beyond:
        return Beyond(f"the pattern {self.text}")

    def choice(self) -> tuple[str, bool]:
        branches, varies = [], False
        while True:
            source, inner = self.branch()
            branches.append(source)
            varies = varies or inner
            if self.peek() != "|":
                break
            self.at += 1
        return "|".join(branches), varies or len(branches) > 1

    def branch(self) -> tuple[str, bool]:
        parts, varies = [], False
        while self.peek() not in ("", "|", ")"):
            source, inner = self.piece()
            parts.append(source)
            varies = varies or inner
        return "".join(parts), varies

    def piece(self) -> tuple[str, bool]:
        group = self.peek() == "("
        source, varies = self.atom()
        found = _REPEAT.match(self.text, self.at)
        if found is None:
            if self.peek() in ("?", "*", "+", "{") and self.peek():
                raise self.fail()
            return source, varies
        self.at = found.end()
        if found[1] is None:
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[found[0]]
        else:
            low = int(found[1])
            high = low if found[2] is None else int(found[3]) if found[3] else None
        if low > MOST or (high is not None and not low <= high <= MOST):
            raise self.fail()
        if varies and group and (high is None or high > 1) and low != high:
            raise self.fail()  # a repetition within another can take forever
        return source + found[0], varies or low != high

    def atom(self) -> tuple[str, bool]:
        letter = self.peek()
        if letter == "(":
            self.at += 1
            source, varies = self.choice()
            if self.peek() != ")":
                raise self.fail()
            self.at += 1
            return f"(?:{source})", varies
        if letter == "[":
            return self.in_class(), False
        self.at += 1
        if letter == ".":
            return "[^\\n\\r]", False
        if letter == "\\":
            return self.escape(), False
        if letter in "?*+{}])":
            raise self.fail()
        return re.escape(letter), False

    def escape(self) -> str:
        letter = self.peek()
        self.at += 1
        if letter in _CLASSES and letter:
            return _CLASSES[letter]
        if letter in _CONTROLS and letter:
            return _CONTROLS[letter]
        if not letter or letter not in _ESCAPED:
            raise self.fail()
        return re.escape(letter)

    def in_class(self) -> str:
        self.at += 1
        negated = self.peek() == "^"
        self.at += negated
        parts: list[str] = []
        while self.peek() != "]" or not parts:
            first = self.member(negated)
            if first is None:
                raise self.fail()
            code, single = first
            if single and self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", "["):
                self.at += 1
                last = self.member(negated)
                if last is None or not last[1] or last[1] < single:
                    raise self.fail()
                code = f"{code}-{last[0]}"
            parts.append(code)
        self.at += 1
        return f"[{'^' * negated}{''.join(parts)}]"

    def member(self, negated: bool) -> tuple[str, str] | None:
        """One member of a class: as Python writes it, and the character, "" for several."""
        letter = self.peek()
        self.at += 1
        if letter in ("", "[", "]", "^"):
            return None
        if letter == "-":
            # By itself only at the end, or at the beginning where it is no range; else it is not clear.
            return ("\\-", "") if self.peek() == "]" or self.text[self.at - 2] in "[^" else None
        if letter != "\\":
            return re.escape(letter), letter
        letter = self.peek()
        self.at += 1
        if letter in _INNER and letter:
            return (_INNER[letter], "") if letter in _CERTAIN or not negated else None
        if letter in _CONTROLS and letter:
            return _CONTROLS[letter], ""
        return (re.escape(letter), letter) if letter and letter in _ESCAPED else None
