"""The few regular expressions that message patterns are made of, in the spelling that this interpreter matches.

Patterns never give anything back: each part takes what it can and keeps it. That is written as possessive
repetition (``(?:…){0,9}+``), or as atomic groups (``(?>…)``) where the interpreter mismatches possessive
repetition of groups (Python up to 3.11.4, CPython issue 106052). Possessive repetition of single characters
is right everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MASKS = "\x01\x02\x03\x04\x05\x06\x07\x08\x0e"
"""Each stands for one service character that is data."""
_MASKS = r"\x01-\x08\x0e"
_CONTROLS = r"\x00\x09-\x0d\x0f-\x1f\x7f-\x9f"
_LEVEL_A = r"A-Z0-9 .,()/=?!\"%&;<>\-" + _MASKS


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
        if self.possessive:
            return f"(?:{body})?+" if (low, high) == (0, 1) else f"(?:{body}){{{low},{high}}}+"
        return f"(?>{body}|)" if (low, high) == (0, 1) else f"(?>(?:{body}){{{low},{high}}})"

    def several(self, item: str, low: int, high: int) -> str:
        """A single character, a class or an escaped one, `low` to `high` times.

        >>> Spelling(True).several("[0-9]", 0, 3), Spelling(False).several("[0-9]", 3, 3)
        ('[0-9]{0,3}+', '[0-9]{3}')
        """
        if low == high:
            return item if low == 1 else f"{item}{{{low}}}"
        return f"{item}?+" if (low, high) == (0, 1) else f"{item}{{{low},{high}}}+"

    def either(self, choices: Iterable[str]) -> str:
        """The first of `choices` that fits, once and for all."""
        return f"(?>{'|'.join(choices)})"


def choose() -> Spelling:
    """Possessive repetition, if this interpreter's gives the right answers.

    >>> choose().repeat("a", 0, 1) in ("(?:a)?+", "(?>a|)")
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

    `repeats`: whether ``*`` separates repetitions. `decimal` is the decimal mark, empty when it may be both.
    """

    level: str = ""
    repeats: bool = False
    decimal: str = ""

    @property
    def text(self) -> str:
        """The class of alphanumeric values."""
        return self._class("+:*", "")

    @property
    def letters(self) -> str:
        """The class of alphabetic values."""
        return self._class("+:*", "0-9")

    @property
    def free(self) -> str:
        """The class of everything inside a segment."""
        return self._class("", "")

    @property
    def mark(self) -> str:
        """The class of decimal marks."""
        return f"[{self.decimal or '.,'}]"

    @property
    def separator(self) -> str:
        """The class of what may follow a value."""
        return r"[:+'*]" if self.repeats else "[:+']"

    def _class(self, separators: str, without: str) -> str:
        if not self.repeats:
            separators = separators.replace("*", "")
        if not self.level:
            return f"[^'{separators}{without}{_CONTROLS}]"
        service = "".join(mark for mark in "+:*" if mark not in separators)
        allowed = _LEVEL_A.replace(without, "") + service + ("a-z" if self.level == "B" else "")
        return f"[{allowed}]"
