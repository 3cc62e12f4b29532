"""Who waits at the desks of a register, and in which order they are served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from edi_router.registers.entry import Entry
from edi_router.registers.model import Queue


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that waits."""

    number: str
    """Its queue number, unique for the desk as its series says."""
    key: str
    priority: str
    """The value that puts it before others; empty for an ordinary one."""
    since: datetime
    """When it came into the queue."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The queue of one desk: who is served next stands first."""

    id: str
    queue: tuple[Waiting, ...]

    @property
    def longest(self) -> datetime:
        """Since when the one waits who waits longest, whatever his place."""
        return min(each.since for each in self.queue)


def desks(queue: Queue, entries: Iterable[Entry]) -> Iterator[Desk]:
    """The desks at which any of the entries waits, by their codes.

    First come the priorities in the order of the register's file, then all others; of equals who came first.
    """

    def place(entry: Entry) -> tuple[str, int, datetime, str]:
        assert entry.since is not None  # a stored entry has come into its state some time
        priority = entry.value(queue.priority) if queue.priority is not None else ""
        rank = queue.first.index(priority) if priority in queue.first else len(queue.first)
        return entry.value(queue.desk), rank, entry.since, entry.key

    placed = sorted((*place(each), each) for each in entries if each.state == queue.state)
    for id, several in groupby(placed, key=lambda each: each[0]):
        yield Desk(
            id,
            tuple(
                Waiting(
                    entry.value(queue.number),
                    key,
                    queue.first[rank] if rank < len(queue.first) else "",
                    since,
                )
                for _, rank, since, key, entry in several
            ),
        )
