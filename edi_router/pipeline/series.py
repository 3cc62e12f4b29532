"""The series of batches of a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edi_router.partners import Partner
from edi_router.partners.batches import Batch, series_of
from edi_router.partners.windows import Windows
from edi_router.pipeline.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Kept:
    """A series that a partner's file keeps."""

    partner: Partner
    batch: Batch
    windows: Windows

    @property
    def name(self) -> str:
        """`PARTNER/batch`."""
        return series_of(self.partner.id, self.batch)


def kept(configuration: Configuration) -> Iterator[Kept]:
    """All series, by partner."""
    for partner in configuration.directory.partners.values():
        for batch in partner.batches:
            hours = batch.hours(configuration.settings.zone, configuration.calendars)
            yield Kept(partner, batch, hours)
