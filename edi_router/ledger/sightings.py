"""Sightings: since when drops have not changed, for engines whose memory may be another one's next time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from edi_router.ledger import tables
from edi_router.ledger.store import Store

_s = tables.sighting.c


@dataclass(frozen=True, slots=True)
class Sighting:
    """A drop as it was listed: its name, its bytes, and the time that the channel tells (microseconds)."""

    name: str
    size: int
    modified: int


class Sightings(Store):
    """The verbs of sightings."""

    def sightings(self, partner: str) -> dict[Sighting, int]:
        """The drops of the last listing, each with the instant (microseconds) since when it has been so."""
        query = select(_s.name, _s.size, _s.modified, _s.since).where(_s.partner == partner)
        with self.ask() as connection:
            return {Sighting(*row[:3]): row[3] for row in connection.execute(query)}

    def keep_sightings(self, partner: str, seen: Mapping[Sighting, int]) -> None:
        """Keep those of a listing, and forget those before."""
        with self.write() as tx:
            tx.connection.execute(delete(tables.sighting).where(_s.partner == partner))
            tx.insert_missing(tables.sighting, [
                {"partner": partner, "name": each.name, "size": each.size, "modified": each.modified, "since": since}
                for each, since in sorted(seen.items(), key=lambda item: item[0].name)
            ])  # fmt: skip
