"""The series of batches, and the part of a configuration that is needed for them: quick to read, without mappings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from edi_router.calendars import Calendar, load_calendars
from edi_router.config import Tree, read_model
from edi_router.faults import Fault, is_error
from edi_router.partners import Directory, Partner
from edi_router.partners.batches import Batch, lint_batches, series_of
from edi_router.partners.settings import Settings, load_settings
from edi_router.partners.webhooks import lint_webhooks
from edi_router.partners.windows import Windows


class Exchange(Protocol):
    """What batches need of a configuration."""

    @property
    def settings(self) -> Settings:
        """With the business zone."""

    @property
    def directory(self) -> Directory:
        """The partners."""

    @property
    def calendars(self) -> Mapping[str, Calendar]:
        """On the clocks of the business zone."""


@dataclass(frozen=True)
class Partners:
    """An `Exchange` of its own."""

    settings: Settings
    directory: Directory
    calendars: Mapping[str, Calendar]


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


def kept(exchange: Exchange) -> Iterator[Kept]:
    """All series, by partner."""
    for partner in exchange.directory.partners.values():
        for batch in partner.batches:
            yield Kept(partner, batch, batch.hours(exchange.settings.zone, exchange.calendars))


def load_exchange(tree: Tree) -> tuple[Partners | None, list[Fault]]:
    """Settings, partners and calendars of a deployment; None when one of these files has a fault.

    It does not look at what `load_configuration` checks across other files.
    """
    settings, faults = load_settings(tree)
    if settings is None:
        return None, faults
    calendars, found = load_calendars(tree, settings.zone)
    faults += found
    own = tree if settings.sample_partners else Tree(tree.layers[:-1] or tree.layers)
    partners: list[Partner] = []
    for name in own.names("partners", ".yaml"):
        partner, node, found = read_model(Partner, own.text(name), own.display(name))
        faults += found
        if partner is not None and node is not None:
            faults += lint_batches(partner, node, calendars)
            faults += lint_webhooks(partner, node)
            partners.append(partner)
    if any(is_error(fault) for fault in faults):
        return None, faults
    return Partners(settings, Directory(partners), calendars), faults
