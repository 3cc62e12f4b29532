"""Stops reading a file that is hardly anything but broken envelopes: a person has to look at it anyway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edi_router.faults import Fault, Place
from edi_router.formats.edifact.model import Interchange

BROKEN_LIMIT = 1000
"""How many broken interchanges are read of one file; sound ones are not counted."""


def capped(interchanges: Iterable[Interchange], limit: int = BROKEN_LIMIT) -> Iterator[Interchange]:
    """The interchanges, until more than `limit` are broken: without header, trailer or any message.

    Then there comes an empty one with the fault that says so, and it is the last.
    """
    broken = 0
    for interchange in interchanges:
        yield interchange
        broken += not (interchange.header and interchange.trailer and _holds_anything(interchange))
        if broken > limit:
            last = Interchange(offset=interchange.offset)
            start = interchange.header.place() if interchange.header else Place()
            place = Place(line=start.line, column=start.column, offset=interchange.offset)
            last.faults.append(Fault("interchanges-broken", place, {"limit": str(limit)}))
            yield last
            return


def _holds_anything(interchange: Interchange) -> bool:
    return interchange.message_count + interchange.package_count > 0
