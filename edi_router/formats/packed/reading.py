"""Reading a packed file: its members one after the other, or all of them first to see whether it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from edi_router.faults import Fault
from edi_router.formats.packed.gz import gzip_members
from edi_router.formats.packed.marks import HEAD, packing
from edi_router.formats.packed.model import Gauge, Limits, Member, Unpackable, refused
from edi_router.formats.packed.source import Source
from edi_router.formats.packed.zipped import zip_members


@dataclass(frozen=True, slots=True)
class Found:
    """A member that was read through."""

    name: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Survey:
    """A packed file that was read through: its members, or the fault for which nothing of it is taken."""

    members: tuple[Found, ...] = ()
    fault: Fault | None = None

    @property
    def size(self) -> int:
        """Bytes of all members."""
        return sum(member.size for member in self.members)


def members(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Member]:
    """The members of the packed file `name`, each to be read to its end before the next.

    Raises Unpackable as soon as something is wrong, which may be behind the last member: what was read before must not
    be used then. `survey` tells beforehand.
    """
    source, gauge = Source(stream), Gauge(limits)
    kind = packing(source.peek(HEAD))
    if kind is None:
        raise refused("packed-broken", 0, problem="it is not packed", member="-")
    found = gzip_members(source, name, gauge) if kind == "gzip" else zip_members(source, gauge)
    for member in found:
        member.blocks = _plain(member, member.blocks)
        yield member


def survey(stream: BinaryIO, name: str, limits: Limits, beat: Callable[[], None] = lambda: None) -> Survey:
    """Read a packed file through without keeping anything. Calls `beat` at each block."""
    found: list[Found] = []
    try:
        for member in members(stream, name, limits):
            for _ in member.blocks:
                beat()
            found.append(Found(member.name, member.offset, member.size))
    except Unpackable as error:
        return Survey(fault=error.fault)
    return Survey(tuple(found))


def _plain(member: Member, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The content, unless it is packed itself."""
    head = b""
    for data in blocks:
        if len(head) < HEAD:
            head += data[:HEAD]
            if packing(head) is not None:
                problem = "it is packed itself"
                raise refused("packed-member", member.offset, problem=problem, member=member.name)
        yield data
