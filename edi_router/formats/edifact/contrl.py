"""Builds CONTRL, the syntax and service report, from an interchange and the faults found in it.

CONTRL of syntax version 3 is `CONTRL:D:3:UN`, of version 4 `CONTRL:4:1:UN`; older agreements name
`CONTRL:2:2:UN`. All have the same plan: UCI, then UCM with its UCS and UCD for messages outside of groups, or
UCF with its own UCM, UCS and UCD for groups. Only what is rejected is listed: action 7 at one level
acknowledges everything below that is not. Only errors reject.

What CONTRL copies from the interchange must be sound, or CONTRL would not be (ISO 9735-4 has such errors
reported by other means): a conditional part that cannot be carried is left out, nothing is ever cut short. An
interchange whose mandatory parts cannot be carried is not `answerable`; a message that is not `nameable` can
only be rejected with everything around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from edi_router.faults import CATALOGUE, Fault, is_error
from edi_router.formats.edifact.envelope import version_of
from edi_router.formats.edifact.model import FunctionalGroup, Interchange, Message
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.edifact.writer import with_trailer

REJECTED, ACKNOWLEDGED, RECEIVED = "4", "7", "8"
UNSPECIFIED = "18"
IDENTIFIERS = {2: ("CONTRL", "2", "2", "UN"), 3: ("CONTRL", "D", "3", "UN"), 4: ("CONTRL", "4", "1", "UN")}
"""What CONTRL is called in UNH, by the syntax version that it is written in."""
_LIMITS = {"UCS": 999, "UCD": 99}
_POSITIONS = 999
_NUMBERS = 999_999
_SEGMENT_CODES = frozenset(("12", "13", "14", "15", "16", "18", "21", "22", "27", "34", "35", "36", "48"))
_ELEMENT_CODES = _SEGMENT_CODES - {"36"} | {"19", "37", "38", "39", "40", "45"}
_MISSING = {
    "una-invalid": "UNA",
    "interchange-header-missing": "UNB",
    "interchange-trailer-missing": "UNZ",
    "group-header-missing": "UNG",
    "group-trailer-missing": "UNE",
    "segment-not-terminated": "UNZ",
    "message-header-missing": "UNH",
    "message-trailer-missing": "UNT",
}


def answerable(interchange: Interchange) -> bool:
    """Whether CONTRL can name the interchange: by sound control reference, sender and recipient."""
    values = (interchange.control_reference, 14), (interchange.sender, 35), (interchange.recipient, 35)
    return all(_sound(value, limit) for value, limit in values)


def nameable(message: Message, version: int) -> bool:
    """Whether CONTRL can name the message: by its reference and, before version 4, all of its identifier."""
    group = message.group
    if group is not None and not _sound(group.reference, 14):
        return False
    if group is not None and version < 4 and not all(_parties(group)):
        return False
    return bool(_sound(message.reference, 14)) and (version == 4 or bool(_identifier(message, version)))


def version_of_answer(syntax_version: int) -> int:
    """The version of the CONTRL that answers an interchange: its own, or 3 when it is older."""
    return 4 if syntax_version == 4 else 3


def contrl(
    interchange: Interchange,
    results: Sequence[tuple[Message, Sequence[Fault]]],
    interchange_faults: Sequence[Fault],
    *,
    reference: str,
    version: int | None = None,
    receipt_only: bool = False,
) -> list[Segment]:
    """The segments UNH … UNT that answer `interchange`, to be sent to its sender.

    `results` pairs every message with all of its faults. An error among `interchange_faults` rejects
    everything (UCI 4, no detail); otherwise UCI is 7 and each message with an error is a UCM 4 with the
    segments (UCS) and elements (UCD) in error. `receipt_only` gives UCI 8 without detail. `version` is 2, 3
    or 4 (default: `version_of_answer`). The list is empty for an interchange that is not `answerable`.
    """
    if not answerable(interchange):
        return []
    chosen = version or version_of_answer(interchange.syntax_version)
    errors = [fault for fault in interchange_faults if is_error(fault)]
    rejected = [(message, bad) for message, faults in results if (bad := [f for f in faults if is_error(f)])]
    if not errors:
        errors = [bad[0] for message, bad in rejected if not nameable(message, chosen)]
    body: list[Segment] = []
    if receipt_only:
        body.append(_interchange(interchange, chosen, RECEIVED, []))
    elif errors:
        error = _error(errors[0], chosen, ("UNA", "UNB", "UNZ"))
        body.append(_interchange(interchange, chosen, REJECTED, error))
    else:
        body.append(_interchange(interchange, chosen, ACKNOWLEDGED, []))
        details = list(_details(rejected, chosen))
        if len(details) > _NUMBERS - 3:  # 0074 could not count them: what is rejected is said, not why
            details = [each for each in details if each.tag in ("UCF", "UCM")]
        body.extend(details)
    return _numbered(with_trailer([Segment.make("UNH", reference, IDENTIFIERS[chosen]), *body]))


def _numbered(segments: list[Segment]) -> list[Segment]:
    for number, segment in enumerate(segments, 1):
        segment.number = number
    return segments


def _sound(value: str, limit: int) -> str:
    """`value` if CONTRL can carry it, else nothing."""
    return value if 0 < len(value) <= limit and value.isprintable() and value.strip() else ""


def _copied(values: Sequence[str], limits: Sequence[int], needed: int) -> tuple[str, ...]:
    """A composite with what of it can be carried; empty when one of the `needed` first parts cannot."""
    parts = tuple(_sound(value, limit) for value, limit in zip(values, limits, strict=False))
    return parts if len(parts) >= needed and all(parts[:needed]) else ()


def _interchange(
    interchange: Interchange, version: int, action: str, error: Sequence[str | tuple[str, ...]]
) -> Segment:
    header = interchange.header
    assert header is not None
    elements = header.elements()
    limits = (35, 4, 35, 35) if version == 4 else (35, 4, 14)
    sender, recipient = (_copied(elements[at][0], limits, 1) for at in (1, 2))
    return Segment.make("UCI", interchange.control_reference, sender, recipient, action, *error)


def _details(rejected: Sequence[tuple[Message, list[Fault]]], version: int) -> Iterator[Segment]:
    for _, members in groupby(rejected, key=lambda item: id(item[0].group)):
        listed = list(members)
        group = listed[0][0].group
        if group is not None:
            yield _group(group)
        for message, errors in listed:
            yield from _message(message, errors, version)


def _group(group: FunctionalGroup) -> Segment:
    return Segment.make("UCF", group.reference, *_parties(group), ACKNOWLEDGED)


def _parties(group: FunctionalGroup) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """S006 and S007."""
    elements = group.header.elements()
    return _copied(elements[1][0], (35, 4), 1), _copied(elements[2][0], (35, 4), 1)


def _identifier(message: Message, version: int) -> tuple[str, ...]:
    """S009, with what UNH leaves to UNG; empty when it cannot be carried."""
    found = list(message.header.elements()[1][0]) if len(message.header.elements()) > 1 else []
    found += [""] * (4 - len(found))
    found[1:3] = version_of(message)
    if not found[3] and message.group is not None:
        found[3] = message.group.header.get(6)
    return _copied(found, (6, 3, 3, 3, 6, 6, 6) if version == 4 else (6, 3, 3, 2, 6), 4)


def _message(message: Message, errors: list[Fault], version: int) -> Iterator[Segment]:
    service = [fault for fault in errors if _is_service(fault)]
    # a UCM without any error below it must say itself what is wrong
    own = _error(service[0], version, ("UNH", "UNT")) if service else ()
    yield Segment.make("UCM", message.reference, _identifier(message, version), REJECTED, *own)
    inside = sorted((fault for fault in errors if not _is_service(fault)), key=_number)
    segments = groupby(inside, key=_number)
    for (number, faults), _ in zip(segments, range(_LIMITS["UCS"]), strict=False):
        if number <= _NUMBERS:
            yield from _segment(number, list(faults), version)


def _number(fault: Fault) -> int:
    """0096: the segment, but for one that is missing (told where it was missed) the last segment before that."""
    number = fault.place.segment or 0
    return number - 1 if fault.code == "segment-missing" and number > 1 else number


def _segment(number: int, faults: list[Fault], version: int) -> Iterator[Segment]:
    parts = [fault for fault in faults if _can_be_placed(fault)]
    whole = [fault for fault in faults if not _can_be_placed(fault)]
    code = [_code(whole[0], version, _SEGMENT_CODES)] if whole else []
    yield Segment.make("UCS", str(number), *code)
    for fault in parts[: _LIMITS["UCD"]]:
        yield Segment.make("UCD", _code(fault, version, _ELEMENT_CODES), _position(fault, version))


def _can_be_placed(fault: Fault) -> bool:
    """Whether S011 can say where in its segment the fault is."""
    element, component = fault.place.element, fault.place.component
    return element is not None and element < _POSITIONS and (component or 0) <= _POSITIONS


def _is_service(fault: Fault) -> bool:
    return fault.place.segment is None or fault.place.tag in ("UNH", "UNT") or fault.code in _MISSING


def _code(fault: Fault, version: int, allowed: Iterable[str] | None = None) -> str:
    """The fault's data element 0085; 18 (unspecified) when it has none, or none for this level."""
    code = CATALOGUE[fault.code].contrl.get(max(version, 3), UNSPECIFIED)
    return code if allowed is None or code in allowed else UNSPECIFIED


def _error(fault: Fault, version: int, tags: Sequence[str]) -> tuple[str | tuple[str, ...], ...]:
    """0085, 0135 and S011 of a UCI or UCM."""
    tag = _MISSING.get(fault.code) or fault.place.tag or ""
    if tag not in tags:
        return (_code(fault, version),)
    if fault.code in _MISSING or not _can_be_placed(fault):
        return (_code(fault, version), tag)
    return (_code(fault, version), tag, _position(fault, version))


def _position(fault: Fault, version: int) -> tuple[str, ...]:
    """S011: the segment's tag is position 1, so the first data element is 2."""
    place = fault.place
    position = [str((place.element or 0) + 1), str(place.component or "")]
    if version == 4 and place.repeat is not None and 1 < place.repeat <= _NUMBERS:
        position.append(str(place.repeat))
    return tuple(position)
