"""Whole files checked: valid messages by the fast lane, all others by the diagnosing checker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from edi_router.faults import FaultList
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.fast import WARM, Lane, is_proven
from edi_router.formats.edifact.fast_message import segment_count
from edi_router.formats.edifact.reader import read


@dataclass(slots=True)
class Summary:
    """What is in a file and what is wrong with it: in its interchanges, and in its messages."""

    interchanges: int = 0
    messages: int = 0
    segments: int = 0
    proven: int = 0
    """Messages that the fast lane found to have no fault."""
    envelope: FaultList = field(default_factory=FaultList)
    content: FaultList = field(default_factory=FaultList)


def validate_stream(
    source: bytes | BinaryIO,
    definitions: Definitions,
    *,
    encoding: str | None = None,
    check_as: str | None = None,
    warm: int = WARM,
    codes: bool = True,
) -> Summary:
    """Check every message of a stream; memory does not grow with it.

    Without `codes` values are not looked up in code lists: order, presence, length, class and counts are checked.
    """
    summary = Summary()
    for interchange in read(source, encoding=encoding, prove=Lane(definitions, check_as, warm, codes)):
        version = interchange.syntax_version
        messages = summary.messages
        for message in interchange.messages():
            summary.messages += 1
            summary.segments += segment_count(message)
            proven = is_proven(message, definitions, check_as, version, codes)
            summary.proven += proven
            if message.faults:
                extend(summary.content, message.faults)
            if not proven:
                faults = check(message, definitions, check_as=check_as, syntax_version=version).faults
                extend(summary.content, faults if codes else _without_codes(faults))
        there = (interchange.header, interchange.trailer)
        summary.segments += sum(segment is not None for segment in there) + 2 * interchange.group_count
        summary.interchanges += summary.messages > messages or interchange.header is not None
        extend(summary.envelope, interchange.faults)
    return summary


def _without_codes(faults: FaultList) -> FaultList:
    kept = FaultList(faults.limit)
    kept.extend(fault for fault in faults if fault.code != "code-unknown")
    kept.total += faults.total - len(faults)
    return kept


def extend(faults: FaultList, more: FaultList) -> None:
    """Add the faults, and count those that `more` counted without keeping them."""
    faults.extend(more)
    faults.total += more.total - len(more)
