"""Builds CONTRL, the syntax and service report, from an interchange and the faults found in it.

CONTRL of syntax version 3 is `CONTRL:D:3:UN`, of version 4 `CONTRL:4:1:UN`; both have the same plan: UCI,
then UCM with its UCS and UCD for messages outside of groups, or UCF with its own UCM, UCS and UCD for groups.
Only what is rejected is listed: action 7 at one level acknowledges everything below that is not. Only errors
reject.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from edi_router.faults import CATALOGUE, Fault, is_error
from edi_router.formats.edifact.model import FunctionalGroup, Interchange, Message, Segment
from edi_router.formats.edifact.writer import with_trailer

REJECTED, ACKNOWLEDGED, RECEIVED = "4", "7", "8"
UNSPECIFIED = "18"
_IDENTIFIERS = {3: ("CONTRL", "D", "3", "UN"), 4: ("CONTRL", "4", "1", "UN")}
_LIMITS = {"UCM": 999_999, "UCS": 999, "UCD": 99}
_SEGMENT_CODES = frozenset(("12", "13", "14", "15", "16", "18", "21", "22", "27", "34", "35", "36", "48"))
_ELEMENT_CODES = _SEGMENT_CODES - {"36"} | {"19", "37", "38", "39", "40", "45"}
_MISSING = {
    "una-invalid": "UNA",
    "interchange-header-missing": "UNB",
    "interchange-trailer-missing": "UNZ",
    "segment-not-terminated": "UNZ",
    "message-header-missing": "UNH",
    "message-trailer-missing": "UNT",
}


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
    segments (UCS) and elements (UCD) in error. `receipt_only` gives UCI 8 without detail. `version` is 3 or 4
    (default: the interchange's own, 3 when it is older).

    An interchange without control reference, sender or recipient cannot be answered: the list is empty.
    """
    if not (interchange.control_reference and interchange.sender and interchange.recipient):
        return []
    chosen = version or (4 if interchange.syntax_version == 4 else 3)
    errors = [fault for fault in interchange_faults if is_error(fault)]
    rejected = [(message, bad) for message, faults in results if (bad := [f for f in faults if is_error(f)])]
    if not errors:  # a message that cannot be named can only be rejected with everything around it
        errors = [bad[0] for message, bad in rejected if not (message.reference and message.type)]
    body: list[Segment] = []
    if receipt_only:
        body.append(_interchange(interchange, RECEIVED, []))
    elif errors:
        body.append(_interchange(interchange, REJECTED, _error(errors[0], chosen, ("UNA", "UNB", "UNZ"))))
    else:
        body.append(_interchange(interchange, ACKNOWLEDGED, []))
        body.extend(_details(rejected[: _LIMITS["UCM"]], chosen))
    return _numbered(with_trailer([Segment.make("UNH", reference, _IDENTIFIERS[chosen]), *body]))


def _numbered(segments: list[Segment]) -> list[Segment]:
    for number, segment in enumerate(segments, 1):
        segment.number = number
    return segments


def _interchange(interchange: Interchange, action: str, error: Sequence[str | tuple[str, ...]]) -> Segment:
    header = interchange.header
    assert header is not None
    elements = header.elements()
    return Segment.make("UCI", interchange.control_reference, elements[1][0], elements[2][0], action, *error)


def _details(rejected: Sequence[tuple[Message, list[Fault]]], version: int) -> Iterator[Segment]:
    for _, members in groupby(rejected, key=lambda item: id(item[0].group)):
        listed = list(members)
        group = listed[0][0].group
        if group is not None:
            yield _group(group)
        for message, errors in listed:
            yield from _message(message, errors, version)


def _group(group: FunctionalGroup) -> Segment:
    header = group.header
    sender, recipient = (header.elements()[at][0] for at in (1, 2))
    return Segment.make("UCF", group.reference, sender, recipient, ACKNOWLEDGED)


def _message(message: Message, errors: list[Fault], version: int) -> Iterator[Segment]:
    service = [fault for fault in errors if _is_service(fault)]
    identifier = message.header.elements()[1][0]
    # a UCM without any error below it must say itself what is wrong
    own = _error(service[0], version, ("UNH", "UNT")) if service else ()
    yield Segment.make("UCM", message.reference, identifier, REJECTED, *own)
    inside = sorted(
        (fault for fault in errors if not _is_service(fault)), key=lambda fault: fault.place.segment or 0
    )
    segments = groupby(inside, key=lambda fault: fault.place.segment or 0)
    for (number, faults), _ in zip(segments, range(_LIMITS["UCS"]), strict=False):
        yield from _segment(number, list(faults), version)


def _segment(number: int, faults: list[Fault], version: int) -> Iterator[Segment]:
    whole = [fault for fault in faults if fault.place.element is None]
    parts = [fault for fault in faults if fault.place.element is not None]
    code = [_code(whole[0], version, _SEGMENT_CODES)] if whole else []
    yield Segment.make("UCS", str(number), *code)
    for fault in parts[: _LIMITS["UCD"]]:
        yield Segment.make("UCD", _code(fault, version, _ELEMENT_CODES), _position(fault, version))


def _is_service(fault: Fault) -> bool:
    return fault.place.segment is None or fault.place.tag in ("UNH", "UNT") or fault.code in _MISSING


def _code(fault: Fault, version: int, allowed: Iterable[str] | None = None) -> str:
    """The fault's data element 0085; 18 (unspecified) when it has none, or none for this level."""
    code = CATALOGUE[fault.code].contrl.get(version, UNSPECIFIED)
    return code if allowed is None or code in allowed else UNSPECIFIED


def _error(fault: Fault, version: int, tags: Sequence[str]) -> tuple[str | tuple[str, ...], ...]:
    """0085, 0135 and S011 of a UCI or UCM."""
    tag = _MISSING.get(fault.code) or fault.place.tag or ""
    if tag not in tags:
        return (_code(fault, version),)
    if fault.place.element is None or fault.code in _MISSING:
        return (_code(fault, version), tag)
    return (_code(fault, version), tag, _position(fault, version))


def _position(fault: Fault, version: int) -> tuple[str, ...]:
    """S011: the segment's tag is position 1, so the first data element is 2."""
    place = fault.place
    position = [str((place.element or 0) + 1), str(place.component or "")]
    if version == 4 and place.repeat is not None and place.repeat > 1:
        position.append(str(place.repeat))
    return tuple(position)
