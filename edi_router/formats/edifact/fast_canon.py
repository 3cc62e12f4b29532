"""Canonical text: a message as the patterns read it, with default separators and no released characters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from edi_router.formats.edifact import charset
from edi_router.formats.edifact.fast_regex import MASK, SPELLING, Characters
from edi_router.formats.edifact.model import Dialect

_HEAD = re.compile(r"UNH\+([^+:'*\x01]+)\+([^+:'*\x01]+):([^+:'*\x01]+):([^+:'*\x01]+):[^+:'*]+[+:'*]").match


@dataclass(slots=True)
class Canonical:
    """One message in canonical text, and what its UNH says."""

    text: str
    reference: str
    type: str
    version: str
    release: str
    count: int
    """How many segments it has."""


@dataclass(frozen=True)
class Reading:
    """How the messages of one interchange become canonical. `level` is its syntax identifier when the
    characters of that level are asked for (``strict``), else empty."""

    dialect: Dialect
    level: str
    strict: bool

    @property
    def usable(self) -> bool:
        """Whether the separators are ordinary characters: only then the rest holds."""
        return all("!" <= mark <= "~" for mark in self.dialect.separators.active)

    @cached_property
    def characters(self) -> Characters:
        """The characters that values may have."""
        level = (
            {"UNOA": "A", "IATA": "A", "UNOB": "B", "IATB": "B"}.get(self.level, "") if self.strict else ""
        )
        return Characters(level, bool(self.dialect.separators.repetition))

    def message(self, raw: str, ends: str) -> Canonical | None:
        """`raw`, from UNH to UNT's terminator, in canonical text; `ends` follows its terminators.

        None when it is not certain that the text means the same, or when UNT does not agree with UNH.
        """
        text = self.text(raw, ends)
        head = _HEAD(text) if text is not None else None
        if text is None or head is None:
            return None
        count = text.count("'")
        if not text.endswith(f"'UNT+{count}+{head[1]}'"):
            return None
        return Canonical(text, head[1], head[2], head[3], head[4], count)

    def text(self, raw: str, ends: str) -> str | None:
        """The canonical text of whole segments, or None."""
        marks = self.dialect.separators
        if MASK in raw:
            return None
        if not raw.isascii() and charset.odd_characters(self.level, self.strict, marks.active).search(raw):
            return None
        text: str | None = raw
        special, table = _tables(marks.component, marks.element, marks.repetition, marks.terminator)
        if marks.release and marks.release in raw:
            text = _masked(raw, marks.release, special)
        if text is None:
            return None
        if table:
            text = text.translate(table)
        return text.replace("'" + ends, "'") if ends else text


@lru_cache(maxsize=64)
def _tables(component: str, element: str, repetition: str, terminator: str) -> tuple[str, dict[int, str]]:
    """The characters to be masked when released, and the translation of the others."""
    roles = {component: ":", element: "+", terminator: "'"}
    if repetition:
        roles[repetition] = "*"
    table = {ord(mark): MASK for mark in roles.values() if mark not in roles}
    table |= {ord(mark): role for mark, role in roles.items() if mark != role}
    return "".join(roles) + "".join(roles.values()), table


def _masked(text: str, release: str, special: str) -> str | None:
    """Without release characters: each released service character becomes a mask. None when another is released.

    >>> _masked("a?+b??'c", "?", "+:'")
    "a\\x01b\\x01'c"
    """
    parts = text.split(release)
    out = [parts[0]]
    at = 1
    while at < len(parts):
        part = parts[at]
        if not part:  # the release character itself, or nothing at all
            out.append(MASK)
            at += 1
            if at == len(parts):
                return None
            out.append(parts[at])
        elif part[0] in special:
            out += MASK, part[1:]
        else:  # a letter, a line end: nothing that needs it
            return None
        at += 1
    return "".join(out)


@lru_cache(maxsize=16)
def well_formed(characters: Characters) -> re.Pattern[str]:
    """Canonical text of one message in which no segment is odd, whatever it means."""
    content = SPELLING.repeat(r"\+" + SPELLING.several(characters.free, 0, 1 << 24), 0, 1)
    segment = rf"(?!UN[ABEGHOPTZ])[A-Z][A-Z0-9]{{2}}{content}'"
    return re.compile(f"UNH{content}'{SPELLING.repeat(segment, 0, 1 << 24)}UNT{content}'")
