"""A reply as plain text, for a screen or a printer of 78 columns; a Chinese character takes two of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from edi_router.pipeline.reply_model import Line, Part, Reply, Told
from edi_router.pipeline.reply_words import word

COLUMNS = 78
_WIDE = r"\u2e80-\u9fff\uff00-\uffef\u3000-\u303f"
_PIECE = re.compile(rf"[（“《]*(?:[{_WIDE}]|[^\s{_WIDE}]+)|\s+")
"""A Chinese character with the brackets that open before it, a word, blanks."""
_NOT_FIRST = "，。；：、！？）”’》"
"""Characters that no line begins with."""


def reply_text(reply: Reply) -> str:
    """The whole text; its lines end with a line feed."""
    return "\n".join(line.rstrip() for line in _lines(reply)) + "\n"


def width(text: str) -> int:
    """The columns that a text takes.

    >>> width("AB关")
    4
    """
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns, broken at blanks and between Chinese characters.

    >>> wrapped("one two three", 8), wrapped("报关单号", 4)
    (['one two', 'three'], ['报关', '单号'])
    """
    lines = [""]
    for piece in _PIECE.findall(text):
        room = columns - width(lines[-1])
        if piece.isspace():
            lines[-1] += " " if lines[-1] else ""
        elif width(piece) <= room or piece in _NOT_FIRST:
            lines[-1] += piece
        elif width(piece) <= columns:
            lines.append(piece)
        else:
            lines += _chopped(piece, columns)
    return [line.rstrip() for line in lines if line.strip()] or [""]


def _chopped(piece: str, columns: int) -> list[str]:
    """A word that is longer than a line."""
    parts, line = [], ""
    for character in piece:
        if width(line + character) > columns:
            parts.append(line)
            line = ""
        line += character
    return [*parts, line]


def _lines(reply: Reply) -> Iterator[str]:
    language = reply.language
    title = f"{reply.title}: {reply.facts[0][1]}"
    yield title
    yield "=" * min(width(title), COLUMNS)
    yield from wrapped(reply.summary, COLUMNS)
    yield ""
    yield from _heading("received", language)
    yield from _table(reply.facts, 2)
    yield ""
    yield from _heading("next", language)
    for number, step in enumerate(reply.steps, start=1):
        yield from _hanging(f"  {number}. ", step)
    for part in reply.parts:
        yield ""
        yield from _part(part, language)
    if reply.omitted:
        yield ""
        yield word("more-documents", language, count=reply.omitted)
    yield ""
    yield word("end", language)


def _heading(key: str, language: str) -> Iterator[str]:
    text = word(key, language)
    yield text
    yield "-" * width(text)


def _part(part: Part, language: str) -> Iterator[str]:
    yield part.title
    yield "=" * width(part.title)
    result = ((word("result", language), part.result),) if part.result else ()
    yield from _table((*part.facts, *result), 2)
    if part.words:
        yield from _table(((word("clerk", language), part.words),), 2)
    wrong = [each for each in part.faults if each.error]
    others = [each for each in part.faults if not each.error]
    for key, faults in (("errors", wrong), ("remarks", others)):
        if faults:
            yield ""
            yield from _heading(key, language)
            for fault in faults:
                yield from _fault(fault, language)
    if part.unlisted:
        yield "  " + word("more-faults", language, count=part.unlisted)
    if part.copy:
        yield ""
        yield from _heading("copy", language)
        if part.note:
            yield part.note
        yield from _copy(part.copy, language)


def _fault(fault: Told, language: str) -> Iterator[str]:
    yield from _hanging(f"  {fault.number}. ", fault.wrong)
    rows = [(word("where", language), fault.where)]
    if fault.found:
        rows.append((word("found", language), fault.found))
    if fault.error:
        rows += [(word("do", language), fault.remedy), (word("blocks", language), fault.blocks)]
    yield from _table([row for row in rows if row[1]], 5)
    yield ""


def _table(rows: Sequence[tuple[str, str]], indent: int) -> Iterator[str]:
    """Labels and values, the values under each other."""
    column = max((width(label) for label, _ in rows), default=0) + 2
    for label, value in rows:
        yield from _hanging(" " * indent + label + " " * (column - width(label)), value)


def _hanging(begin: str, text: str) -> Iterator[str]:
    first, *rest = wrapped(text, COLUMNS - width(begin))
    yield begin + first
    for line in rest:
        yield " " * width(begin) + line


def _copy(lines: Sequence[Line], language: str) -> Iterator[str]:
    numbers = max((len(line.number) for line in lines), default=0)
    for line in lines:
        if line.skipped:
            yield " " * (numbers + 2) + word("left-out", language, count=line.skipped)
            continue
        begin = f"{line.number:>{numbers}}  "
        yield begin + line.text + (f"    [{line.name}]" if line.marks and line.name else "")
        for mark in line.marks:
            before = " " * (len(begin) + width(line.text[: mark.start]))
            under = "^" * max(width(line.text[mark.start : mark.end]), 1)
            yield f"{before}{under} ({mark.number})"
            yield from _hanging(" " * len(begin) + f"({mark.number}) ", mark.text)
