"""Packed drops: read through first, then the members into the archive, then all of them into the ledger at once.

Whatever breaks off before the last step leaves no trace but bytes in the archive, which are the same when it is done
again.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from edi_router.engine.space import MEGABYTE, Free, free_bytes
from edi_router.formats import packed
from edi_router.formats.packed.marks import HEAD, Packing, packing
from edi_router.ledger import Archive, Ledger, WorkItem
from edi_router.ledger.unpacking import Unpacked
from edi_router.partners.settings import Settings
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import FileOutcome

if TYPE_CHECKING:
    from edi_router.formats.packed import Limits, Member

log = logging.getLogger(__name__)
_BLOCK = 1 << 20
OFTEN = 2000
"""After so many blocks the lease is renewed."""
MEMBERS, BYTES = 200, 64 * MEGABYTE
"""Members that are archived together: so many, or up to the one with which there are so many bytes."""


def packing_of(item: WorkItem, archive: Archive, configuration: Configuration) -> Packing | None:
    """How the file is packed, where its partner may send packed files; else None. Raises what the archive raises."""
    if item.kind != "file" or not configuration.directory.partners[item.partner].unpack:
        return None
    with closing(archive.open(item.sha256)) as stream:
        return packing(stream.read(HEAD))


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings name."""
    own = settings.unpacking
    return packed.Limits(
        total=own.maximum_megabytes * MEGABYTE,
        member=settings.maximum_file_megabytes * MEGABYTE,
        members=own.maximum_members,
        ratio=own.maximum_ratio,
    )


def together(sizes: Iterable[int]) -> Iterator[int]:
    """How many members, whose `sizes` in bytes are given in their order, are archived together at a time.

    >>> list(together([70_000_000, 1, 64_000_000, 5, 5]))
    [1, 2, 2]
    """
    number = length = 0
    for size in sizes:
        number += 1
        length += size
        if number == MEMBERS or length >= BYTES:
            yield number
            number = length = 0
    if number:
        yield number


class Unpacker:
    """One packed file on its way. `beat` tells that the engine is alive, `free` how much room a disk has."""

    def __init__(
        self,
        item: WorkItem,
        fence: int,
        ledger: Ledger,
        archive: Archive,
        configuration: Configuration,
        beat: Callable[[], None],
        free: Free | None = None,
    ) -> None:
        self.item = item
        self.fence = fence
        self.ledger = ledger
        self.archive = archive
        self.configuration = configuration
        self.free = free or free_bytes
        self._beat = beat
        self._blocks = 0

    def run(self, kind: Packing, stopping: Callable[[], bool]) -> FileOutcome | None:
        """Make files of the members; the outcome of a packed file that is not taken, to be recorded, else None.

        Put back when `stopping()`. Raises Fenced, what the archive raises, and OSError when there is no room.
        """
        settings = self.configuration.settings
        limits = limits_of(settings)
        with closing(self.archive.open(self.item.sha256)) as stream:
            found = packed.survey(stream, self.item.name, limits, self._going)
            # To the end: when the archive has changed it, which is told there, that is no fault of the sender.
            while stream.read(_BLOCK):
                self._going()
        if found.fault is not None:
            return FileOutcome(self.item.file, kind, (), (found.fault,))
        least = settings.minimum_free_megabytes * MEGABYTE
        if self.free(self.archive.folder) - found.size < least:
            raise OSError(errno.ENOSPC, f"there is no room for {found.size} bytes of its members")
        made: list[Unpacked] = []
        with closing(self.archive.open(self.item.sha256)) as stream:
            coming = packed.members(stream, self.item.name, limits)
            for number in together([member.size for member in found.members]):
                some = self._archived(islice(coming, number), number, stopping)
                if some is None:
                    self.ledger.give_back(self.item.id, self.fence)
                    return None
                made += some
            if next(coming, None) is not None or len(made) != len(found.members):
                raise AssertionError("the file reads otherwise than it did before")
        self.ledger.unpacked(self.item.id, self.fence, kind, made, self.configuration.digest)
        log.info("unpacked: %d members", len(made))
        return None

    def _archived(
        self, coming: Iterable[Member], number: int, stopping: Callable[[], bool]
    ) -> list[Unpacked] | None:
        """So many members, archived together; None when `stopping()`."""
        made = []
        with self.archive.batch(number) as batch:
            for member in coming:
                if stopping():
                    return None
                with batch.writer() as writer:
                    for block in member.blocks:
                        self._going()
                        writer.write(block)
                made.append(Unpacked(member.name, writer.size, writer.sha256))
        return made

    def _going(self) -> None:
        self._beat()
        self._blocks += 1
        if self._blocks % OFTEN == 0:
            self.ledger.extend(self.item.id, self.fence)
