"""Checks of the service segments: mandatory parts, counts and references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from edi_router.faults import Fault
from edi_router.formats.edifact import charset
from edi_router.formats.edifact.model import FunctionalGroup, Interchange, Message, Segment, fault_at


@dataclass(frozen=True, slots=True)
class Part:
    """A simple data element of a service segment: id, name, greatest length, whether it must be there."""

    id: str
    name: str
    limit: int
    needed: bool = False


_QUALIFIER = Part("0007", "identification code qualifier", 4)
_HEADER_3: tuple[tuple[Part, ...], ...] = (
    (Part("0001", "syntax identifier", 4, True), Part("0002", "syntax version number", 1, True)),
    (Part("0004", "sender identification", 35, True), _QUALIFIER, Part("0008", "reverse routing", 14)),
    (Part("0010", "recipient identification", 35, True), _QUALIFIER, Part("0014", "routing", 14)),
    (Part("0017", "date of preparation", 8, True), Part("0019", "time of preparation", 4, True)),
    (Part("0020", "interchange control reference", 14, True),),
    (Part("0022", "recipient reference", 14), Part("0025", "reference qualifier", 2)),
    (Part("0026", "application reference", 14),),
    (Part("0029", "processing priority code", 1),),
    (Part("0031", "acknowledgement request", 1),),
    (Part("0032", "agreement identification", 35),),
    (Part("0035", "test indicator", 1),),
)
_HEADER_4 = (
    (
        *_HEADER_3[0],
        Part("0080", "service code list directory version", 6),
        Part("0133", "character encoding", 3),
        Part("0076", "syntax release number", 2),
    ),
    (
        _HEADER_3[1][0],
        _QUALIFIER,
        Part("0008", "sender internal identification", 35),
        Part("0042", "sender internal sub-identification", 35),
    ),
    (
        _HEADER_3[2][0],
        _QUALIFIER,
        Part("0014", "recipient internal identification", 35),
        Part("0046", "recipient internal sub-identification", 35),
    ),
    *_HEADER_3[3:],
)
_GROUP_HEADER = (
    (Part("0038", "message group identification", 6),),
    (Part("0040", "application sender identification", 35), _QUALIFIER),
    (Part("0044", "application recipient identification", 35), _QUALIFIER),
    (Part("0017", "date of preparation", 8), Part("0019", "time of preparation", 4)),
    (Part("0048", "group reference number", 14, True),),
    (Part("0051", "controlling agency", 3),),
    (
        Part("0052", "message version number", 3),
        Part("0054", "message release number", 3),
        Part("0057", "association assigned code", 6),
    ),
    (Part("0058", "application password", 14),),
)
_GROUP_TRAILER = (
    (Part("0060", "group control count", 6, True),),
    (Part("0048", "group reference number", 14, True),),
)
_TRAILER = (
    (Part("0036", "interchange control count", 6, True),),
    (Part("0020", "interchange control reference", 14, True),),
)


def header_faults(interchange: Interchange, *, encoding_given: bool) -> Iterator[Fault]:
    """What is wrong with UNB itself."""
    header = interchange.header
    if header is None:
        return
    version = interchange.syntax_version
    yield from _part_faults(header, _HEADER_4 if version == 4 else _HEADER_3, version)
    level, stated = header.get(1, 1), header.get(1, 2)
    if level == "UNOX" and not encoding_given:
        values = {"value": level, "encoding": interchange.encoding}
        yield fault_at(header, "character-set-assumed", 1, 1, **values)
    elif level and not charset.is_known(level) and not encoding_given:
        yield fault_at(header, "syntax-identifier-unknown", 1, 1, value=level)
    if stated and stated not in ("1", "2", "3", "4"):
        yield fault_at(header, "syntax-version-unknown", 1, 2, value=stated)
    if interchange.date and not _is_date(interchange.date):
        yield _invalid(header, 4, 1, _HEADER_3[3][0])
    if interchange.time and not _is_time(interchange.time):
        yield _invalid(header, 4, 2, _HEADER_3[3][1])
    if header.get(9) not in ("", "0", "1", "2"):
        yield _invalid(header, 9, 1, _HEADER_3[8][0])
    if header.get(11) not in ("", "0", "1", "2", "3", "4"):
        yield _invalid(header, 11, 1, _HEADER_3[10][0])


def trailer_faults(interchange: Interchange) -> Iterator[Fault]:
    """Whether UNZ agrees with UNB and with what was read."""
    trailer = interchange.trailer
    if trailer is None:
        return
    yield from _part_faults(trailer, _TRAILER, interchange.syntax_version)
    groups = interchange.group_count
    number = groups or interchange.message_count + interchange.package_count
    unit = "groups" if groups else "messages"
    yield from _count_fault(trailer, "interchange-count-wrong", number, unit=unit)
    if interchange.header is not None:
        yield from _reference_fault(trailer, "interchange-reference-differs", interchange.control_reference)
    if not number:
        yield fault_at(trailer, "interchange-empty")


def group_header_faults(group: FunctionalGroup, version: int) -> Iterator[Fault]:
    """What is wrong with UNG itself."""
    yield from _part_faults(group.header, _GROUP_HEADER, version)


def group_trailer_faults(group: FunctionalGroup, version: int) -> Iterator[Fault]:
    """Whether UNE agrees with UNG and with what was read."""
    if group.trailer is None:
        return
    yield from _part_faults(group.trailer, _GROUP_TRAILER, version)
    yield from _count_fault(group.trailer, "group-count-wrong", group.count)
    yield from _reference_fault(group.trailer, "group-reference-differs", group.reference)
    if not group.count:
        yield fault_at(group.trailer, "group-empty", reference=group.reference)


def message_header_faults(message: Message) -> Iterator[Fault]:
    """Whether UNH names the message."""
    for element, component, name, code in (
        (1, 1, "message reference number", "0062"),
        (2, 1, "message type", "0065"),
        (2, 2, "message version number", "0052"),
        (2, 3, "message release number", "0054"),
        (2, 4, "controlling agency", "0051"),
    ):
        if not message.header.get(element, component):
            part = component if element == 2 else None
            yield fault_at(message.header, "message-header-incomplete", element, part, name=name, id=code)


def message_trailer_faults(message: Message) -> Iterator[Fault]:
    """Whether UNT agrees with UNH and with the number of segments read."""
    if message.headless:
        return
    trailer = message.segments[-1]
    yield from _count_fault(trailer, "message-count-wrong", len(message.segments))
    yield from _reference_fault(trailer, "message-reference-differs", message.reference)


def _count_fault(trailer: Segment, code: str, number: int, **values: str) -> Iterator[Fault]:
    stated = trailer.get(1)
    if not (stated.isascii() and stated.isdecimal()) or int(stated[:20]) != number:
        yield fault_at(trailer, code, 1, found=stated, expected=str(number), **values)


def _reference_fault(trailer: Segment, code: str, expected: str) -> Iterator[Fault]:
    if trailer.get(2) != expected:
        yield fault_at(trailer, code, 2, found=trailer.get(2), expected=expected)


def _invalid(segment: Segment, element: int, component: int, part: Part) -> Fault:
    value = segment.get(element, component)
    place = component if len(segment.elements()[element - 1][0]) > 1 else None
    values = {"tag": segment.tag, "value": value, "name": part.name, "id": part.id}
    return fault_at(segment, "service-element-invalid", element, place, **values)


def _part_faults(segment: Segment, parts: tuple[tuple[Part, ...], ...], version: int) -> Iterator[Fault]:
    elements = segment.canonical()[1]
    for number, components in enumerate(parts, 1):
        single = len(components) == 1
        for position, part in enumerate(components, 1):
            value = segment.get(number, position)
            where = (number, None if single else position)
            names = {"tag": segment.tag, "name": part.name, "id": part.id}
            if part.needed and not value:
                yield fault_at(segment, "service-element-missing", *where, **names)
            elif len(value) > part.limit:
                limit = str(part.limit)
                yield fault_at(segment, "service-element-too-long", *where, value=value, limit=limit, **names)
        if number <= len(elements) and len(elements[number - 1][0]) > len(components):
            extra = len(components) + 1
            yield fault_at(
                segment, "service-too-many-parts", number, extra, tag=segment.tag, version=str(version)
            )
    if len(elements) > len(parts):
        yield fault_at(
            segment, "service-too-many-parts", len(parts) + 1, tag=segment.tag, version=str(version)
        )


def _is_date(text: str) -> bool:
    """Whether it is YYMMDD or CCYYMMDD.

    >>> _is_date("240229"), _is_date("20230229")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{6}([0-9]{2})?", text):
        return False
    try:
        date(int(text[:-4]) if len(text) == 8 else 2000 + int(text[:2]), int(text[-4:-2]), int(text[-2:]))
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    return re.fullmatch(r"([01][0-9]|2[0-4])[0-5][0-9]", text) is not None
