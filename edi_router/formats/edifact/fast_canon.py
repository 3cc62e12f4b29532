"""Canonical text: a message as the patterns read it, with default separators and no released characters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from edi_router.formats.edifact.charset import wide_characters
from edi_router.formats.edifact.fast_regex import MASKS, SPELLING, Characters
from edi_router.formats.edifact.segment import Dialect
from edi_router.formats.edifact.separators import Separators

_PART = rf"([^+:'*{MASKS}]+)"
_HEAD = re.compile(rf"UNH\+{_PART}\+{_PART}:{_PART}:{_PART}:[^+:'*]+[+:'*]").match


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

    @cached_property
    def usable(self) -> bool:
        """Whether the separators are ordinary characters: only then the rest holds."""
        return all("!" <= mark <= "~" for mark in self.dialect.separators.active)

    @cached_property
    def characters(self) -> Characters:
        """The characters that values may have."""
        level = (
            {"UNOA": "A", "IATA": "A", "UNOB": "B", "IATB": "B"}.get(self.level, "") if self.strict else ""
        )
        return Characters(level, bool(self.dialect.separators.repetition), self.dialect.decimal)

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
        if not raw.isascii() and (_has_raw_bytes(raw) or self._seems_wide(raw)):
            return None
        masks, table = self._tables
        for mask in MASKS:
            if mask in raw:
                return None
        text: str | None = raw
        release = self.dialect.separators.release
        if release and release in raw:
            text = _masked(raw, release, masks)
        if text is None:
            return None
        if table:
            text = text.translate(table)
        if not ends:
            return text
        joined = text.replace("'" + ends, "'")
        # Where some terminators have no line end behind them, the segments are not to be cut out by their sizes.
        return joined if len(text) - len(joined) == (joined.count("'") - 1) * len(ends) else None

    def _seems_wide(self, raw: str) -> bool:
        """Whether some of it may be UTF-8 that was read as something else."""
        wide = wide_characters(self.level, self.strict)
        return wide is not None and wide.search(raw) is not None

    @cached_property
    def masks(self) -> str:
        """The masks that canonical text may have."""
        return "".join(self._tables[0].values())

    def unmasked(self, text: str) -> str:
        """A part of canonical text as it is in the data."""
        return text.translate(self._unmasking)

    @cached_property
    def _tables(self) -> tuple[dict[str, str], dict[int, str]]:
        return _tables(self.dialect.separators)

    @cached_property
    def _unmasking(self) -> dict[int, str]:
        return {ord(mask): character for character, mask in self._tables[0].items()}


@lru_cache(maxsize=64)
def reading_of(dialect: Dialect, level: str, strict: bool) -> Reading:
    """How interchanges written so become canonical: most are written as the one before."""
    return Reading(dialect, level, strict)


@lru_cache(maxsize=64)
def _tables(marks: Separators) -> tuple[dict[str, str], dict[int, str]]:
    """The masks of characters that may be released, and the translation of all others.

    With the usual separators the masks are those of `layout`.
    """
    roles = {marks.component: ":", marks.element: "+", marks.terminator: "'"}
    if marks.repetition:
        roles[marks.repetition] = "*"
    special = [mark for mark in "+:'?*" if mark in roles or mark in roles.values() or mark == marks.release]
    special += [mark for mark in marks.active if mark not in special]
    masks = dict(zip(special, MASKS, strict=False))
    table = {ord(mark): masks[mark] for mark in roles.values() if mark not in roles}
    table |= {ord(mark): role for mark, role in roles.items() if mark != role}
    return masks, table


def _masked(text: str, release: str, masks: dict[str, str]) -> str | None:
    """Without release characters: each released character becomes its mask. None when it has none.

    >>> _masked("a?+b??'c", "?", {"+": "\\x01", "?": "\\x04"})
    "a\\x01b\\x04'c"
    """
    out: list[str] = []
    start = 0
    at = text.find(release)
    while at >= 0:
        mask = masks.get(text[at + 1 : at + 2])
        if mask is None:  # a letter, a line end, nothing at all: it releases nothing
            return None
        out += text[start:at], mask
        start = at + 2
        at = text.find(release, start)
    out.append(text[start:])
    return "".join(out)


def _has_raw_bytes(text: str) -> bool:
    """Whether there are bytes in it that could not be decoded; control characters fit no pattern anyway."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


@lru_cache(maxsize=16)
def well_formed(characters: Characters) -> re.Pattern[str]:
    """Canonical text of one message in which no segment is odd, whatever it means."""
    content = rf"(?:\+{SPELLING.several(characters.free, 0, 1 << 24)}'|')"
    tag = "(?:[A-TV-Z][A-Z0-9]|U(?:[A-MO-Z0-9]|N(?![ABEGHOPTZ])))[A-Z0-9]"
    return re.compile(f"UNH{content}{SPELLING.repeat(tag + content, 0, 1 << 24)}UNT{content}")
