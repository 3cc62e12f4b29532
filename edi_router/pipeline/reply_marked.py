"""The marked-up copy: the document line by line, with each fault at its characters, and no secret in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from edi_router.faults import Place
from edi_router.formats.secrets import MASK
from edi_router.pipeline.reply_model import Line, Mark

WHOLE = 80
"""A document of so many lines is shown whole; of a longer one, what stands around its faults."""
AROUND = 3
LONGEST = 300
"""Characters of a line that are shown; of a longer one, those around its first fault."""
_BEFORE = 60
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Remark:
    """A fault to be marked: its number, its place and the words that stand at it."""

    number: int
    place: Place
    text: str


@dataclass(slots=True)
class Row:
    """A line before it is shown: its text with what is secret in it, and its remarks."""

    number: str
    text: str
    name: str = ""
    marks: tuple[Mark, ...] = ()
    secret: tuple[Span, ...] = ()
    """Spans of characters that are not shown."""
    kept: bool = False
    """Whether it is shown even where lines are left out."""


def shown(rows: Sequence[Row], whole: int = WHOLE) -> tuple[Line, ...]:
    """The rows as lines: secrets covered, control characters visible, the middle of long lines and texts.

    A document of up to `whole` lines is shown whole.
    """
    wanted = range(len(rows)) if len(rows) <= whole else sorted(set(_around(rows)))
    lines: list[Line] = []
    last = -1
    for at in wanted:
        if at > last + 1:
            lines.append(Line("", "", skipped=at - last - 1))
        lines.append(_line(rows[at]))
        last = at
    if len(rows) > last + 1:
        lines.append(Line("", "", skipped=len(rows) - last - 1))
    return tuple(lines)


def _around(rows: Sequence[Row]) -> Iterator[int]:
    for at, row in enumerate(rows):
        if row.marks or row.kept:
            yield from range(max(at - AROUND, 0), min(at + AROUND + 1, len(rows)))


def _line(row: Row) -> Line:
    text, marks = covered(row.text, row.marks, row.secret)
    text = _ODD.sub(lambda found: "␤" if found[0] == "\n" else "\t" if found[0] == "\t" else "�", text)
    text = text.replace("\t", " ")
    if len(text) > LONGEST:
        begin = max(min((mark.start for mark in marks), default=0) - _BEFORE, 0)
        text, marks = _cut(text, marks, begin, begin + LONGEST)
    return Line(row.number, text, row.name, tuple(sorted(marks, key=lambda each: (each.start, each.number))))


def _cut(text: str, marks: Iterable[Mark], begin: int, end: int) -> tuple[str, tuple[Mark, ...]]:
    before, after = "…" if begin else "", "…" if end < len(text) else ""
    moved = []
    for mark in marks:
        start = min(max(mark.start, begin), end - 1) - begin + len(before)
        stop = min(max(mark.end, begin + 1), end) - begin + len(before)
        moved.append(replace(mark, start=start, end=max(stop, start + 1)))
    return before + text[begin:end] + after, tuple(moved)


def covered(text: str, marks: Sequence[Mark], secret: Iterable[Span]) -> tuple[str, tuple[Mark, ...]]:
    """The text with a mask over each secret span, and the marks moved to where their characters are now.

    >>> covered("<P>abcd</P>!", [Mark(11, 12, 1, "")], [(3, 7)])
    ('<P>••••••</P>!', (Mark(start=13, end=14, number=1, text=''),))
    """
    found = list(marks)
    for start, end in sorted(secret, reverse=True):
        if end <= start:
            continue
        text = text[:start] + MASK + text[end:]
        found = [_moved(mark, start, end) for mark in found]
    return text, tuple(found)


def _moved(mark: Mark, start: int, end: int) -> Mark:
    by = len(MASK) - (end - start)
    if mark.start >= end:
        return replace(mark, start=mark.start + by, end=mark.end + by)
    if mark.end <= start:
        return mark
    return replace(mark, start=min(mark.start, start), end=max(mark.end + by, start + len(MASK)))


def of_lines(
    text: str,
    remarks: Iterable[Remark],
    span: Callable[[Remark, str], Span | None],
    secret: Sequence[Span] = (),
    *,
    ends: str = "\r\n|\n|\r",
    first: int = 1,
    keep: frozenset[int] = frozenset(),
) -> list[Row]:
    """The rows of a text of lines; `first` is the number of its first line in the file.

    `span` gives the characters of a line that a remark is about, None for the rest of the line from its column;
    `secret` counts characters of the whole text. `keep` are numbers of lines that are always shown.
    """
    by_line: dict[int, list[Remark]] = {}
    for remark in remarks:
        by_line.setdefault(remark.place.line or first, []).append(remark)
    rows: list[Row] = []
    begin = 0
    for number, (line, size) in enumerate(_split(text, ends), start=first):
        marks = tuple(mark_of(remark, line, span(remark, line)) for remark in by_line.pop(number, ()))
        hidden = tuple(
            (max(start - begin, 0), min(end - begin, len(line)))
            for start, end in secret
            if start < begin + len(line) and end > begin
        )
        rows.append(Row(str(number), line, marks=marks, secret=hidden, kept=number in keep))
        begin += size
    late = [remark for number, left in by_line.items() if number >= first for remark in left]
    if late and rows:  # at the end of the file
        row = rows[-1]
        row.marks += tuple(mark_of(remark, row.text, (len(row.text), len(row.text) + 1)) for remark in late)
    return rows


def _split(text: str, ends: str) -> Iterator[tuple[str, int]]:
    """Each line with its size, its end included; nothing for the empty rest after the last end."""
    at = 0
    for found in re.finditer(ends, text):
        yield text[at : found.start()], found.end() - at
        at = found.end()
    if at < len(text) or not text:
        yield text[at:], len(text) - at


def mark_of(remark: Remark, line: str, span: Span | None) -> Mark:
    """The mark of a remark in its line; without a span the character of its column, else the whole line."""
    if span is None:
        start = min(max((remark.place.column or 1) - 1, 0), len(line))
        span = (start, len(line.rstrip()) if remark.place.column is None else start + 1)
    start, end = span
    if start == 0 and end >= len(line):  # a whole line: its blanks in front are not underlined
        start = len(line) - len(line.lstrip()) if line.strip() else 0
    return Mark(start, max(end, start + 1), remark.number, remark.text)
