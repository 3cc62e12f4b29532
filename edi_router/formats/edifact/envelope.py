"""Checks of the service segments: mandatory parts, counts and references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from edi_router.faults import Fault
from edi_router.formats.edifact import charset
from edi_router.formats.edifact.envelope_parts import part_faults, without_controls
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.model import FunctionalGroup, Interchange, Message, fault_at
from edi_router.formats.edifact.segment import BAD_TAG, UNTERMINATED, Segment

_FLAGS = {9: ("0031", "acknowledgement request", "012"), 11: ("0035", "test indicator", "01234")}
"""Elements of UNB with few values: their ids, names and values (0 is written for "no")."""

_IDENTIFIER = (
    (1, 1, "message reference number", "0062"),
    (2, 1, "message type", "0065"),
    (2, 2, "message version number", "0052"),
    (2, 3, "message release number", "0054"),
    (2, 4, "controlling agency", "0051"),
)
"""What UNH must say: element, component, name, id."""
TOLD = {
    "UNH": frozenset({("element-missing", 1), ("element-missing", 2)}),
    "UNT": frozenset(
        {(code, at) for code in ("element-missing", "element-type") for at in (1, 2)}
        | {("element-too-long", 2)}
    ),
}
"""Faults of elements of UNH and UNT that are told here, so that the check of the message need not.

A reference that is too long is told in UNH; one in UNT that is another one is told for that.
"""


_DATE = re.compile(r"[0-9]{6}([0-9]{2})?").fullmatch
_TIME = re.compile(r"([01][0-9]|2[0-4])[0-5][0-9]").fullmatch


_ORDINARY_UNB = re.compile(
    r"UNB\+UNO[A-F]:[1-3](?:\+[A-Z0-9.-]{1,35}(?::[A-Z0-9]{1,4})?){2}\+([0-9]{6}):"
    r"(?:[01][0-9]|2[0-3])[0-5][0-9]\+[A-Z0-9]{1,14}"
).fullmatch
_ORDINARY_UNZ = re.compile(r"UNZ\+([0-9]{1,6})\+([A-Z0-9]{1,14})").fullmatch
"""What most interchanges begin and end with: a look at the parts one by one finds nothing in it."""


def is_ordinary(header: Segment) -> bool:
    """Whether the UNB is one in which nothing is wrong, by one look; False says nothing."""
    found = _ORDINARY_UNB(header.text) if _has_usual_marks(header) else None
    return found is not None and _is_date(found[1])


def is_ordinary_end(trailer: Segment, number: int, reference: str) -> bool:
    """The same of the UNZ of an interchange under this reference, with so many messages or groups."""
    found = _ORDINARY_UNZ(trailer.text) if _has_usual_marks(trailer) else None
    return found is not None and number > 0 and int(found[1]) == number and found[2] == reference


def _has_usual_marks(segment: Segment) -> bool:
    marks = segment.dialect.separators
    return marks.element == "+" and marks.component == ":"


def before_cut(segment: Segment, found: Iterable[Fault]) -> Iterator[Fault]:
    """The faults of a segment without those at its end, where the file is cut off in it: that is told already."""
    elements = segment.elements() if segment.marks & UNTERMINATED else ()
    end = (len(elements), len(elements[-1][-1])) if elements else (0, 0)
    for fault in found:
        at = (fault.place.element or 0, fault.place.component or 0)
        if not segment.marks & UNTERMINATED or at[0] < end[0] or (at[0] == end[0] and 0 < at[1] < end[1]):
            yield fault


def end_of(interchange: Interchange, last: Message | None) -> int:
    """The byte after the interchange, once it is read: after its trailer, else after what is there instead."""
    segment = interchange.trailer or interchange.header
    end = segment.end()[0] if segment is not None else interchange.offset
    return end if last is None else max(end, last.offset + last.length)


def header_faults(interchange: Interchange, *, encoding_given: bool) -> Iterator[Fault]:
    """What is wrong with UNB itself."""
    header = interchange.header
    if header is None or is_ordinary(header):
        return
    if _lacks_syntax(header):
        yield fault_at(header, "service-element-missing", 1, tag="UNB", id="S001", name="syntax identifier")
        return
    yield from part_faults(header, interchange.syntax_version)
    level, stated = header.get(1, 1), header.get(1, 2)
    if level == "UNOX" and not encoding_given:
        values = {"value": level, "encoding": interchange.encoding}
        yield fault_at(header, "character-set-assumed", 1, 1, **values)
    elif level and not charset.is_known(level) and not encoding_given:
        yield fault_at(header, "syntax-identifier-unknown", 1, 1, value=level)
    if stated and stated not in ("1", "2", "3", "4"):
        yield fault_at(header, "syntax-version-unknown", 1, 2, value=stated)
    yield from _moment_faults(header, 4, interchange.syntax_version)
    for element, (id, name, allowed) in _FLAGS.items():
        value = header.get(element)
        if value.isdecimal() and len(value) == 1 and value not in allowed:
            yield _invalid(header, element, None, id, name)


def _lacks_syntax(header: Segment) -> bool:
    """Whether UNB begins with the sender, its first element being left out: all others stand one place too early."""
    moment = _DATE(header.get(3, 1)) is not None and _TIME(header.get(3, 2)) is not None
    level = header.get(1, 1)
    return moment and level != "" and not (charset.is_known(level) or level.startswith("UNO"))


def trailer_faults(interchange: Interchange) -> Iterator[Fault]:
    """Whether UNZ agrees with UNB and with what was read."""
    trailer = interchange.trailer
    if trailer is None:
        return
    groups = interchange.group_count
    number = groups or interchange.message_count + interchange.package_count
    if is_ordinary_end(trailer, number, interchange.control_reference):
        return
    yield from part_faults(trailer, interchange.syntax_version)
    unit = "groups" if groups else "messages"
    if number:
        yield from _count_fault(trailer, "interchange-count-wrong", number, unit=unit)
    else:
        yield fault_at(trailer, "interchange-empty")
    if interchange.header is not None:
        yield from _reference_fault(trailer, "interchange-reference-differs", interchange.control_reference)


def group_header_faults(group: FunctionalGroup, version: int) -> Iterator[Fault]:
    """What is wrong with UNG itself."""
    yield from part_faults(group.header, version)
    yield from _moment_faults(group.header, 4, version)


def group_trailer_faults(group: FunctionalGroup, version: int) -> Iterator[Fault]:
    """Whether UNE agrees with UNG and with what was read."""
    if group.trailer is None:
        return
    yield from part_faults(group.trailer, version)
    if group.count:
        yield from _count_fault(group.trailer, "group-count-wrong", group.count)
    else:
        yield fault_at(group.trailer, "group-empty", reference=group.reference)
    yield from _reference_fault(group.trailer, "group-reference-differs", group.reference)


def message_header_faults(message: Message) -> Iterator[Fault]:
    """Whether UNH names the message; its version may stand in UNG instead."""
    header = message.header
    absent = not any(any(map(any, element)) for element in header.elements()[1:2])
    known = {2: version_of(message)[0], 3: version_of(message)[1], 4: _of_group(message, 6, 1)}
    for element, component, name, code in _IDENTIFIER:
        if absent and element == 2:
            yield fault_at(header, "message-header-incomplete", 2, name="message identifier", id="S009")
            return
        if not header.get(element, component) and not (element == 2 and known.get(component)):
            part = component if element == 2 else None
            yield fault_at(header, "message-header-incomplete", element, part, name=name, id=code)


def version_of(message: Message) -> tuple[str, str]:
    """Message version (0052) and release (0054) by UNH, or by the UNG around it where UNH lacks them."""
    if isinstance(message, SlicedMessage):  # its UNH lacks neither, and need not be split again
        return message.canonical.version, message.canonical.release
    return (
        message.header.get(2, 2) or _of_group(message, 7, 1),
        message.header.get(2, 3) or _of_group(message, 7, 2),
    )


def group_version_faults(message: Message) -> Iterator[Fault]:
    """Whether the UNG around a message names another version than its UNH (ISO 9735: S008 and S009)."""
    if message.group is None:
        return
    pairs = [(message.header.get(2, at + 1), _of_group(message, 7, at)) for at in (1, 2)]
    if any(mine and groups and mine != groups for mine, groups in pairs):
        values = {
            "found": ":".join(mine for mine, _ in pairs),
            "expected": ":".join(groups for _, groups in pairs),
        }
        yield fault_at(message.header, "group-version-differs", 2, 2, **values)


def _of_group(message: Message, element: int, component: int) -> str:
    return message.group.header.get(element, component) if message.group is not None else ""


def message_trailer_faults(message: Message) -> Iterator[Fault]:
    """Whether UNT agrees with UNH and with the number of segments read."""
    if message.headless:
        return
    trailer, number, reference = message.segments[-1], len(message.segments), message.reference
    stated, named = trailer.get(1), trailer.get(2)
    if not stated:
        yield _left_out(trailer, 1, "0074", "Number of segments in a message")
    elif not (stated.isascii() and stated.isdecimal()) or int(stated[:20]) not in (
        number,
        _meant(message),
        _meant(message) - _torn(message),
    ):
        yield fault_at(trailer, "message-count-wrong", 1, found=stated, expected=str(_meant(message)))
    if not named:
        yield _left_out(trailer, 2, "0062", "Message reference number")
    elif reference and named != reference:
        yield fault_at(trailer, "message-reference-differs", 2, found=named, expected=reference)


def _meant(message: Message) -> int:
    """The segments read, with those that stand before UNH and those that lost terminators hide.

    These mistakes are told where they are; a count by somebody who did not see them is no further one.
    """
    hidden = sum(len(charset.lost_tags(segment)) for segment in message.segments)
    return len(message.segments) + hidden + len(message.strays)


def _torn(message: Message) -> int:
    """The pieces of text that terminators inside values made segments of, each told by its tag."""
    return sum(segment.marks & BAD_TAG != 0 and len(segment.tag) > 3 for segment in message.segments)


def _left_out(trailer: Segment, element: int, id: str, name: str) -> Fault:
    return fault_at(trailer, "element-missing", element, element=id, name=name)


def _count_fault(trailer: Segment, code: str, number: int, **values: str) -> Iterator[Fault]:
    """A count that is none, or not there, is a fault of its own elsewhere."""
    stated = trailer.get(1)
    if stated.isascii() and stated.isdecimal() and int(stated[:20]) != number:
        yield fault_at(trailer, code, 1, found=stated, expected=str(number), **values)


def _reference_fault(trailer: Segment, code: str, expected: str) -> Iterator[Fault]:
    """Whether header and trailer agree; one that is missing is a fault of its own elsewhere."""
    found = trailer.get(2)
    if found and expected and without_controls(found) != without_controls(expected):
        yield fault_at(trailer, code, 2, found=found, expected=expected)


def _moment_faults(segment: Segment, element: int, version: int) -> Iterator[Fault]:
    """S004: a date of six digits, from syntax version 4 on eight, and a time of four."""
    day, time = segment.get(element, 1), segment.get(element, 2)
    if day and not _is_date(day):
        yield _invalid(segment, element, 1, "0017", "date of preparation")
    elif day and len(day) != (8 if version == 4 else 6):
        form = "CCYYMMDD" if version == 4 else "YYMMDD"
        values = {"tag": segment.tag, "value": day, "form": form, "version": str(version)}
        yield fault_at(segment, "service-date-form", element, 1, **values)
    if time and not _is_time(time):
        yield _invalid(segment, element, 2, "0019", "time of preparation")


def _invalid(segment: Segment, element: int, component: int | None, id: str, name: str) -> Fault:
    value = segment.get(element, component or 1)
    place = component if len(segment.elements()[element - 1][0]) > 1 else None
    values = {"tag": segment.tag, "value": value, "name": name, "id": id}
    return fault_at(segment, "service-element-invalid", element, place, **values)


def _is_date(text: str) -> bool:
    """Whether it is YYMMDD or CCYYMMDD.

    >>> _is_date("240229"), _is_date("20230229")
    (True, False)
    """
    if not _DATE(text):
        return False
    try:
        date(int(text[:-4]) if len(text) == 8 else 2000 + int(text[:2]), int(text[-4:-2]), int(text[-2:]))
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    return _TIME(text) is not None
