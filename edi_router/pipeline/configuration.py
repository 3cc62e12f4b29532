"""A configuration set, linted as far as its agreements lead: what `process` works by."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edi_router.calendars import Calendar, load_calendars
from edi_router.config import Tree, did_you_mean
from edi_router.config.shelf import Shelf
from edi_router.config.snapshot import ChangedSince, Snapshot
from edi_router.faults import Fault, Place, is_error
from edi_router.formats.documents import DocumentTypes, Kind
from edi_router.formats.edifact.directory import Definitions, definitions_over
from edi_router.mapping import Mapping
from edi_router.partners import Directory, load_partners
from edi_router.partners.security import load_certificates
from edi_router.partners.settings import FILE, Settings, load_settings, unknown_channels
from edi_router.pipeline.envelopes import Envelopes
from edi_router.pipeline.register_lint import lint_registers, unknown_lookups, unknown_registers
from edi_router.pipeline.shelves import Shelves

if TYPE_CHECKING:
    from edi_router.formats.document_type import DocumentType
    from edi_router.formats.edifact.profile import Profile
    from edi_router.formats.records import Layout
    from edi_router.formats.xml import Schema
    from edi_router.registers import Register
    from edi_router.rules import RuleSet
    from edi_router.security.certificates import Certificate, OwnKey

TRIES = 3
"""How often files that are changed while they are read are read anew."""


@dataclass(frozen=True)
class Configuration:
    """One linted set of settings, partners, document types, mappings and definitions, known by its digest.

    What is on a shelf and used by no agreement is read when it is needed, and not linted before.
    """

    settings: Settings
    directory: Directory
    documents: DocumentTypes
    mappings: Shelf[Mapping]
    definitions: Definitions
    schemas: Shelf[Schema]
    rules: Shelf[RuleSet]
    digest: str
    profiles: Shelf[Profile]
    layouts: Shelf[Layout]
    registers: Shelf[Register]
    calendars: MappingOf[str, Calendar] = field(default_factory=dict)
    """On the clocks of the business zone."""
    certificates: MappingOf[str, tuple[Certificate, ...]] = field(default_factory=dict)
    """Those of partners and our own, by file."""
    keys: tuple[OwnKey, ...] = field(default=(), repr=False)
    """Our private keys, which the engine adds: they are no part of the set, nor of its digest."""
    envelopes: Envelopes = field(default_factory=Envelopes, repr=False, compare=False)
    """Those to its partners, as they were needed."""

    def document(self, kind: Kind) -> DocumentType | None:
        """The document type of this kind; the more specific one where two fit."""
        return self.documents.of(kind)


def _nightly(settings: Settings, calendars: MappingOf[str, Calendar], file: str) -> list[Fault]:
    """A fault when the nightly time goes by a calendar that there is not."""
    name = settings.nightly.calendar
    if name is None or name in calendars:
        return []
    values = {"what": "calendar", "name": name}
    return [Fault("config-unknown-name", Place(file), values, hint=did_you_mean(name, list(calendars)))]


def load_configuration(
    tree: Tree, partner_tree: Tree | None = None, *, whole: bool = False
) -> tuple[Configuration | None, list[Fault]]:
    """What there is by name, and what the agreements lead to read; the configuration is None when that has any error.

    So a broken set never runs. Everything else is read when it is first needed, as it was now; with `whole`
    all is read at once, and whatever is wrong anywhere is told.

    `partner_tree` is where partner files come from when that is not `tree` itself: a deployment sees the
    shipped sample partners only when its settings say so.
    Raises ChangedSince when files go on changing while they are read.
    """
    for _ in range(TRIES):
        with suppress(ChangedSince):
            return _load(Snapshot.of(tree, files=(FILE,)), partner_tree, whole)
    return _load(Snapshot.of(tree, files=(FILE,)), partner_tree, whole)


def _load(tree: Snapshot, partner_tree: Tree | None, whole: bool) -> tuple[Configuration | None, list[Fault]]:
    settings, faults = load_settings(tree)
    calendars, found = load_calendars(tree, (settings or Settings()).zone)
    faults += found
    documents = DocumentTypes(tree)
    definitions = definitions_over(tree)
    shelves = Shelves.of(tree, definitions)
    if partner_tree is None:
        partner_tree = tree.without_shipped() if settings and not settings.sample_partners else tree
    origins = shelves.mappings.told(lambda mapping: mapping.definition.origin)
    partners, unfit = load_partners(
        partner_tree,
        origins,
        settings.identifications if settings is not None else (),
        shelves.profiles.told(lambda profile: profile.kind),
        shelves.layouts.told(lambda layout: layout.format),
        list(shelves.registers),
        calendars,
    )
    shelves.read_used(documents, partners)
    if len(tree.layers) > 1:
        documents.read_own(tree.without_shipped())
    if whole:
        shelves.read_all(documents)
    faults += documents.faults
    registers = shelves.registers.taken
    faults += [*shelves.mappings.faults, *shelves.profiles.faults, *shelves.layouts.faults]
    faults += shelves.registers.faults
    for register in registers.values():
        faults += register.unknown_others(shelves.registers)
    faults += [*unfit, *lint_registers(registers, origins, partners)]
    certificates, found = load_certificates(partner_tree, partners, settings)
    faults += [*found, *shelves.schemas.faults, *shelves.rules.faults]
    faults += unknown_registers(shelves.rules.taken.values(), shelves.registers)
    faults += unknown_lookups(shelves.mappings.taken.values(), shelves.registers.told(lambda each: each))
    if settings is not None:
        faults += _nightly(settings, calendars, tree.display(FILE))
        faults += unknown_channels(settings, [partner.id for partner in partners], tree.display(FILE))
    if settings is None or any(is_error(fault) for fault in faults):
        return None, faults
    configuration = Configuration(
        settings,
        Directory(partners),
        documents,
        shelves.mappings,
        definitions,
        shelves.schemas,
        shelves.rules,
        tree.key,
        shelves.profiles,
        shelves.layouts,
        shelves.registers,
        calendars,
        certificates,
    )
    return configuration, faults
