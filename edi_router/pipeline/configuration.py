"""A configuration set, loaded and linted as a whole: what `process` works by."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from edi_router.calendars import Calendar, load_calendars
from edi_router.config import Tree, did_you_mean
from edi_router.faults import Fault, Place, is_error
from edi_router.formats.documents import DocumentType, Kind, load_document_types
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.profile import Profile, load_profiles
from edi_router.formats.records import Layout, layout_names, load_layout
from edi_router.formats.xml import Schema, SchemaError
from edi_router.mapping import Mapping, load
from edi_router.partners import Directory, load_partners
from edi_router.partners.security import load_certificates
from edi_router.partners.settings import FILE, Settings, load_settings, unknown_channels
from edi_router.pipeline.register_lint import lint_registers, unknown_lookups, unknown_registers
from edi_router.registers import Register, load_registers
from edi_router.rules import RuleSet, load_rules

if TYPE_CHECKING:
    from edi_router.security.certificates import Certificate, OwnKey


@dataclass(frozen=True)
class Configuration:
    """One linted set of settings, partners, document types, mappings and definitions, known by its digest."""

    settings: Settings
    directory: Directory
    documents: tuple[DocumentType, ...]
    mappings: MappingOf[str, Mapping]
    definitions: Definitions
    schemas: MappingOf[str, Schema]
    rules: MappingOf[str, RuleSet]
    digest: str
    profiles: MappingOf[str, Profile] = field(default_factory=dict)
    layouts: MappingOf[str, Layout] = field(default_factory=dict)
    registers: MappingOf[str, Register] = field(default_factory=dict)
    calendars: MappingOf[str, Calendar] = field(default_factory=dict)
    """On the clocks of the business zone."""
    certificates: MappingOf[str, tuple[Certificate, ...]] = field(default_factory=dict)
    """Those of partners and our own, by file."""
    keys: tuple[OwnKey, ...] = field(default=(), repr=False)
    """Our private keys, which the engine adds: they are no part of the set, nor of its digest."""

    def document(self, kind: Kind) -> DocumentType | None:
        """The document type of this kind; the more specific one where two fit."""
        fitting = [each for each in self.documents if each.kind.includes(kind)]
        return max(fitting, key=lambda each: each.kind.qualifier is not None, default=None)


def _nightly(settings: Settings, calendars: MappingOf[str, Calendar], file: str) -> list[Fault]:
    """A fault when the nightly time goes by a calendar that there is not."""
    name = settings.nightly.calendar
    if name is None or name in calendars:
        return []
    values = {"what": "calendar", "name": name}
    return [Fault("config-unknown-name", Place(file), values, hint=did_you_mean(name, list(calendars)))]


def definitions_of(tree: Tree) -> Definitions:
    """The EDIFACT definitions below `schemas/edifact/` of the tree."""

    def read(name: str) -> bytes | None:
        path = tree.find(f"schemas/edifact/{name}")
        return path.read_bytes() if path is not None else None

    return Definitions(read)


def mapping_ids(tree: Tree) -> list[str]:
    """The ids of all mappings of the tree: the folders that hold a `mapping.yaml`."""
    return [PurePosixPath(name).parent.name for name in tree.names("mappings", "/mapping.yaml")]


def load_schema(tree: Tree, name: str) -> Schema:
    """The XSD `name` below `schemas/`."""
    return Schema.load(lambda each: tree.read(f"schemas/{each}"), name)


def load_configuration(
    tree: Tree, partner_tree: Tree | None = None
) -> tuple[Configuration | None, list[Fault]]:
    """Load everything; the configuration is None when any error was found, so a broken set never runs.

    `partner_tree` is where partner files come from when that is not `tree` itself: a deployment sees the
    shipped sample partners only when its settings say so.
    """
    settings, faults = load_settings(tree)
    calendars, found = load_calendars(tree, (settings or Settings()).zone)
    faults += found
    documents, found = load_document_types(tree)
    faults += found
    definitions = definitions_of(tree)
    mappings: dict[str, Mapping] = {}
    for name in mapping_ids(tree):
        mapping, found = load(tree, name, definitions)
        faults += found
        if mapping is not None:
            mappings[name] = mapping
    if settings is not None and partner_tree is None and not settings.sample_partners:
        partner_tree = Tree(tree.layers[:-1] or tree.layers)
    origins = {name: mapping.definition.origin for name, mapping in mappings.items()}
    ours = settings.identifications if settings is not None else ()
    profiles, found = load_profiles(tree, definitions)
    faults += found
    layouts: dict[str, Layout] = {}
    for name in layout_names(tree):
        layout, found = load_layout(tree, name)
        faults += found
        if layout is not None:
            layouts[name] = layout
    registers, found = load_registers(tree)
    faults += found
    kinds = {name: profile.kind for name, profile in profiles.items()}
    formats = {name: layout.format for name, layout in layouts.items()}
    partners, found = load_partners(
        partner_tree or tree, origins, ours, kinds, formats, list(registers), calendars
    )
    faults += found
    faults += lint_registers(registers, origins, partners)
    certificates, found = load_certificates(partner_tree or tree, partners, settings)
    faults += found
    schemas: dict[str, Schema] = {}
    rules: dict[str, RuleSet] = {}
    for document in documents:
        if document.schema_ is not None and tree.find(f"schemas/{document.schema_}") is not None:
            try:
                schemas[document.schema_] = load_schema(tree, document.schema_)
            except SchemaError as error:
                faults.append(error.fault.within(f"schemas/{document.schema_}"))
    wanted = [name for document in documents for name in document.rules]
    wanted += [name for partner in partners for each in partner.agreements for name in each.rules]
    for name in dict.fromkeys(wanted):
        rule_set, found = load_rules(tree, name)
        faults += found
        if rule_set is not None:
            rules[name] = rule_set
    faults += unknown_registers(rules.values(), registers)
    faults += unknown_lookups(mappings.values(), registers)
    if settings is not None:
        faults += _nightly(settings, calendars, tree.display(FILE))
        faults += unknown_channels(settings, [partner.id for partner in partners], tree.display(FILE))
    if settings is None or any(is_error(fault) for fault in faults):
        return None, faults
    configuration = Configuration(
        settings,
        Directory(partners),
        tuple(documents),
        mappings,
        definitions,
        schemas,
        rules,
        tree.digest(files=(FILE,)),
        profiles,
        layouts,
        registers,
        calendars,
        certificates,
    )
    return configuration, faults
