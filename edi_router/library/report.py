"""What a file was found to be and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from edi_router.faults import Fault, FaultList

LIMIT = 1000
"""Faults listed for one file; all are counted."""


@dataclass
class Report:
    """What a file was found to be: filled while its documents are read, complete when they are exhausted."""

    format: str = "unknown"
    """``edifact``, ``xml``, ``csv``, ``records``, ``zip``, ``gzip`` or ``unknown``."""
    interchanges: int = 0
    messages: int = 0
    segments: int = 0
    unknown_root: str = ""
    """The root of an XML document of which no schema is known: only its form was checked."""
    limit: int = LIMIT
    envelope: FaultList = field(default_factory=FaultList, repr=False)
    content: FaultList = field(default_factory=FaultList, repr=False)

    @property
    def fault_count(self) -> int:
        """How many faults there are, listed or not."""
        return self.envelope.total + self.content.total

    @property
    def faults(self) -> list[Fault]:
        """At most `limit` faults in the order of the file; those of the envelope are never crowded out."""
        listed = [*self.envelope, *self.content][: self.limit]
        return sorted(listed, key=_position)

    def within(self, file: str) -> list[Fault]:
        """The faults with the file named; those in a member of a packed file with that below it."""
        return [
            fault.within(file)
            if fault.place.file is None
            else replace(fault, place=replace(fault.place, file=f"{file}/{fault.place.file}"))
            for fault in self.faults
        ]

    def add(self, inner: Report, member: str) -> None:
        """Add what was found in a member of a packed file."""
        self.interchanges += inner.interchanges
        self.messages += inner.messages
        self.segments += inner.segments
        self.unknown_root = self.unknown_root or inner.unknown_root
        for mine, others in ((self.envelope, inner.envelope), (self.content, inner.content)):
            mine.extend(fault.within(member) for fault in others)
            mine.total += others.total - len(others)


def extend(faults: FaultList, more: Iterable[Fault]) -> None:
    """Add the faults; those that `more` counted without keeping them are counted too."""
    listed = list(more)
    faults.extend(listed)
    if isinstance(more, FaultList):
        faults.total += more.total - len(listed)


def _position(fault: Fault) -> tuple[str, int, int]:
    place = fault.place
    if place.xpath is not None:
        return place.file or "", 0, 0
    return place.file or "", (-1 if place.offset is None else place.offset), place.line or 0
