"""Members of packed files, what may be unpacked, and what is said when it cannot be."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.faults import Fault, Place

MEGABYTE = 1_000_000
GRACE = 10 * MEGABYTE
"""A member of so many bytes is taken however small it was packed: long runs of blanks shrink to nothing."""
_SHOWN = 200
"""Characters of a member's name that a fault quotes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come out of one packed file."""

    total: int = 2000 * MEGABYTE
    """Bytes of all members."""
    member: int = 2000 * MEGABYTE
    """Bytes of one member."""
    members: int = 10_000
    ratio: int = 200
    """How many times its packed size a member may have, above `GRACE` bytes."""


class Unpackable(Exception):
    """The packed file is not taken; `fault` says why. Nothing of it is, not even the members before."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"{fault.code} {dict(fault.values)}")


def refused(code: str, offset: int, **values: str) -> Unpackable:
    """The fault `code` at a byte of the packed file, to be raised."""
    shown = {name: text if len(text) <= _SHOWN else text[:_SHOWN] + "…" for name, text in values.items()}
    return Unpackable(Fault(code, Place(offset=offset), {**shown, "offset": str(offset)}))


@dataclass(slots=True)
class Gauge:
    """What has come out so far, against the limits."""

    limits: Limits
    total: int = 0
    members: int = 0

    def entry(self, offset: int) -> None:
        """One more entry. Raises Unpackable when there are too many."""
        self.members += 1
        if self.members > self.limits.members:
            raise refused("packed-limit", offset, what="members", limit=str(self.limits.members), member="-")

    def more(self, size: int, member: Member, packed: int) -> None:
        """`size` more bytes of a member, which has taken `packed` so far. Raises Unpackable."""
        self.total += size
        limits = self.limits
        for what, found, limit in (
            ("bytes of all members", self.total, limits.total),
            ("bytes of a member", member.size, limits.member),
            ("times the packed size", member.size if member.size > GRACE else 0, limits.ratio * packed),
        ):
            if found > limit:
                shown = str(limits.ratio if what.startswith("times") else limit)
                raise refused("packed-limit", member.offset, what=what, limit=shown, member=member.name)


@dataclass(slots=True)
class Member:
    """A file in a packed file. `blocks` has to be read to its end before the next member is asked for."""

    name: str
    """As the archive has it: data, never a path."""
    offset: int
    """Of its header, in bytes of the packed file."""
    blocks: Iterator[bytes] = field(repr=False, default_factory=lambda: iter(()))
    size: int = 0
    """Bytes that were unpacked so far."""
    crc: int = 0

    def count(self, data: bytes) -> None:
        """Take note of bytes that were unpacked."""
        self.size += len(data)
        self.crc = zlib.crc32(data, self.crc)
