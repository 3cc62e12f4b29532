"""The tags of segments: which are well-formed, which belong to the service segments, which can be put right."""

from __future__ import annotations

import re

from edi_router.formats.edifact.lenient_segment import Edit, RepairedSegment
from edi_router.formats.edifact.model import BAD_TAG, SERVICE, Segment
from edi_router.formats.edifact.separators import Separators, cut

LOWER = 64
"""A further mark: the tag is written in lower case, which is tolerated."""
SERVICE_TAGS = frozenset(("", "UNA", "UNB", "UNG", "UNE", "UNH", "UNT", "UNZ", "UNO", "UNP"))
ORDINARY: set[str] = set()
"""Well-formed tags of other segments, as they are met; at most 26 × 36 × 36."""
_TAG = re.compile(r"[A-Z][A-Z0-9]{2}").fullmatch


def tag_of(text: str, marks: Separators) -> str:
    """The tag that a segment begins with, be it one or not.

    >>> tag_of("BGM+1", Separators()), tag_of("ftx", Separators()), tag_of("a long text", Separators())
    ('BGM', 'ftx', 'a long text')
    """
    if text[3:4] == marks.element or len(text) <= 3:
        return text[:3]
    return re.split(f"[{re.escape(marks.element + marks.component)}\r\n]", text[:32], maxsplit=1)[0]


def marks_of(tag: str) -> int:
    """The marks that a tag gives its segment."""
    if tag in SERVICE_TAGS or tag[:3] in ("UNA", "UNB"):
        return SERVICE
    if not _TAG(tag):
        return BAD_TAG
    ORDINARY.add(tag)
    return 0


def is_lower(tag: str) -> bool:
    """Whether it would be a tag in capitals, and is not.

    >>> [is_lower(tag) for tag in ("bgm", "Bgm", "BGM", "b m")]
    [True, True, False, False]
    """
    return tag.isascii() and tag != tag.upper() and _TAG(tag.upper()) is not None


def in_capitals(segment: Segment) -> Segment:
    """The segment with its tag, and the codes of UNB and UNH that name syntax and message, in capitals."""
    tag = segment.tag.upper()
    segment.marks |= marks_of(tag) | LOWER
    edits = [Edit(0, 3, tag)]
    element = {"UNB": 1, "UNH": 2}.get(tag)
    if element is not None:
        marks = segment.dialect.separators
        spans = cut(segment.text, 0, len(segment.text), marks.element, marks.release)
        if element < len(spans):
            start, end = spans[element]
            edits.append(Edit(start, end, "".join(map(_capital, segment.text[start:end]))))
    return RepairedSegment(segment, edits)


def _capital(character: str) -> str:
    return character.upper() if character.isascii() else character
