"""The tags of segments: which are well-formed, which belong to the service segments, which can be put right."""

from __future__ import annotations

import re

from edi_router.formats.edifact.lenient_segment import Edit, RepairedSegment
from edi_router.formats.edifact.segment import BAD_TAG, SERVICE, Segment
from edi_router.formats.edifact.separators import Separators, cut

LOWER = 64
"""A further mark: the tag, or a code of `_NAMING`, is written in lower case, which is tolerated."""
_NAMING = {"UNB": (1, 1), "UNH": (2, 3)}
"""The element of UNB and UNH that names syntax (S001) and message (S009); how many of its components do that."""
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


def names_in_lower(segment: Segment) -> bool:
    """Whether UNB names its syntax, or UNH its message, version or release, with letters in lower case.

    The association assigned code (0057) is the partners' own and may be written as they please.
    """
    element, count = _NAMING.get(segment.tag, (0, 0))
    return any(has_lower(segment.get(element, part)) for part in range(1, count + 1))


def has_lower(text: str) -> bool:
    """Whether it has one of the letters a to z."""
    return any("a" <= character <= "z" for character in text)


def lower_fault(segment: Segment) -> str:
    """The code of the fault that a segment with the mark LOWER would have without the leniency."""
    if isinstance(segment, RepairedSegment) and has_lower(segment.raw[:3]):
        return "segment-tag-invalid"
    return "definition-missing" if segment.tag == "UNH" else "syntax-identifier-unknown"


def in_capitals(segment: Segment) -> Segment:
    """The segment with its tag, and the codes of UNB and UNH that name syntax and message, in capitals."""
    tag = segment.tag.upper()
    segment.marks |= marks_of(tag) | LOWER
    edits = [Edit(0, 3, tag)]
    if tag in _NAMING:
        element = _NAMING[tag][0]
        marks = segment.dialect.separators
        spans = cut(segment.text, 0, len(segment.text), marks.element, marks.release)
        if element < len(spans):
            start, end = spans[element]
            edits.append(Edit(start, end, "".join(map(_capital, segment.text[start:end]))))
    return RepairedSegment(segment, edits)


def _capital(character: str) -> str:
    return character.upper() if character.isascii() else character
