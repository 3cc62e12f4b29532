"""The few regular expressions that message patterns are made of, in the spelling that this interpreter matches.

Patterns never give anything back: each part takes what it can and keeps it. That is written as possessive
repetition (``{0,9}+``), which costs least, or as atomic groups (``(?>…)``) where the interpreter mismatches
possessive repetition of groups (Python up to 3.11.4, CPython issue 106052).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MASK = "\x01"
"""Stands for one service character that is data."""
_CONTROLS = r"\x00\x02-\x1f\x7f-\x9f"
_LEVEL_A = r"A-Z0-9 .,()/=!\"%&;<>\-\x01"
_SELF_TESTS = (
    ("a", "c", "b", "aca", "a"),
    ("a", "d", "b", "acdabacd", "acd"),
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How parts of a pattern are written."""

    possessive: bool

    def repeat(self, body: str, low: int, high: int) -> str:
        """`body`, a sequence of parts, `low` to `high` times.

        >>> Spelling(True).repeat("ab", 0, 1), Spelling(False).repeat("ab", 1, 9)
        ('(?:ab)?+', '(?>(?:ab){1,9})')
        """
        if low == high == 1:
            return body
        times = "?" if (low, high) == (0, 1) else f"{{{low},{high}}}"
        return f"(?:{body}){times}+" if self.possessive else f"(?>(?:{body}){times})"

    def several(self, item: str, low: int, high: int) -> str:
        """A single character, a class or an escaped one, `low` to `high` times.

        >>> Spelling(True).several("[0-9]", 0, 3), Spelling(False).several("[0-9]", 3, 3)
        ('[0-9]{0,3}+', '[0-9]{3}')
        """
        if low == high:
            return item if low == 1 else f"{item}{{{low}}}"
        times = "?" if (low, high) == (0, 1) else f"{{{low},{high}}}"
        return f"{item}{times}+" if self.possessive else f"(?>{item}{times})"

    def either(self, choices: Iterable[str]) -> str:
        """The first of `choices` that fits, once and for all."""
        return f"(?>{'|'.join(choices)})"


def choose() -> Spelling:
    """Possessive repetition, if this interpreter's gives the right answers.

    >>> choose().repeat("a", 0, 1) in ("(?:a)?+", "(?>(?:a)?)")
    True
    """
    right = (
        _taken("(?:ab?c)*+", "aca") == "ac"
        and _taken("(?:a(?:b?+)c){1,3}+", "aca") == "ac"
        and _taken("(?:a(?:b[0-9]{0,2}+)?+c){0,9}+", "ab1cab22cab333c") == "ab1cab22c"
        and _taken("(?:x(?:a|b(?:c|d)?+)y){0,9}+", "xayxbyxbdyxbe") == "xayxbyxbdy"
        and _taken("(?:a(?>b|c)?+d)?+a", "aba") == "a"
    )
    return Spelling(right)


def _taken(pattern: str, text: str) -> str | None:
    match = re.match(pattern, text)
    return match[0] if match else None


SPELLING = choose()


@dataclass(frozen=True, slots=True)
class Characters:
    """The character classes of values: `level` is A or B for the repertoire of UNOA or UNOB, else empty.

    `repeats`: whether ``*`` separates repetitions.
    """

    level: str = ""
    repeats: bool = False

    def text(self, *, digits: bool = True) -> str:
        """The class of alphanumeric values, or of alphabetic ones."""
        star = r"\*" if self.repeats else ""
        if self.level:
            allowed = _LEVEL_A + ("a-z" if self.level == "B" else "") + ("" if self.repeats else star or r"\*")
            return f"[{allowed}]" if digits else f"[{allowed.replace('0-9', '')}]"
        return f"[^+:'{star}{_CONTROLS}{'' if digits else '0-9'}]"

    @property
    def separator(self) -> str:
        """The class of what may follow a value."""
        return r"[:+'\*]" if self.repeats else "[:+']"
