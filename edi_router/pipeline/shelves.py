"""The definitions of a configuration, and which of them its agreements lead to: those are read when it is taken up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from edi_router.config import Tree
from edi_router.config.shelf import Found, Shelf
from edi_router.formats.documents import DocumentTypes
from edi_router.formats.edifact.directory import Definitions
from edi_router.mapping import Mapping, load, names
from edi_router.partners import Partner
from edi_router.partners.model import Agreement
from edi_router.pipeline.register_lint import registers_asked
from edi_router.registers.names import register_ids

if TYPE_CHECKING:
    from edi_router.formats.document_type import DocumentType
    from edi_router.formats.edifact.profile import Profile
    from edi_router.formats.records import Layout
    from edi_router.formats.xml import Schema
    from edi_router.registers import Register
    from edi_router.rules import RuleSet

T = TypeVar("T")


@dataclass(frozen=True)
class Shelves:
    """The definitions of a tree, each read when it is first needed."""

    mappings: Shelf[Mapping]
    profiles: Shelf[Profile]
    layouts: Shelf[Layout]
    registers: Shelf[Register]
    schemas: Shelf[Schema]
    rules: Shelf[RuleSet]

    @classmethod
    def of(cls, tree: Tree, definitions: Definitions) -> Shelves:
        """Those of the tree; nothing is read yet."""
        # What reads a sort of definitions is imported with the first one: few deployments have all sorts.
        return cls(
            mappings=Shelf(lambda: names(tree), lambda id: load(tree, id, definitions)),
            profiles=_profiles(tree, definitions),
            layouts=_layouts(tree),
            registers=_registers(tree),
            schemas=Shelf(lambda: _below(tree, "schemas"), lambda name: load_schema(tree, name)),
            rules=_rules(tree),
        )

    def read_all(self, documents: DocumentTypes) -> None:
        """Read every mapping, profile, layout and register, used or not, and what these kinds of documents name."""
        for shelf in (self.mappings, self.profiles, self.layouts, self.registers):
            list(shelf.readable())
        self._read_for(documents.read_all())

    def read_used(self, documents: DocumentTypes, partners: Iterable[Partner]) -> None:
        """Read what agreements name, what is named for the documents that they take, and what these name in turn.

        What there is not is passed over: who names it is told.
        """
        agreements = [each for partner in partners for each in partner.agreements]
        kinds = {each.kind for each in agreements}
        self._read_for(documents.overlapping(kinds))
        for agreement in agreements:
            list(_read(self.profiles, [agreement.profile]))
            if agreement.kind.format in ("csv", "records"):
                list(_read(self.layouts, [agreement.kind.name]))
            for name in agreement.rules:
                self.rules.look(name)
        mappings = {name for each in agreements for name in _mappings_of(each)}
        registers = {name for each in agreements for name in each.registers}
        registers |= {name for rules in self.rules.taken.values() for name, _ in rules.registers}
        seen: set[str] = set()
        while mappings or registers - seen:
            registers |= {name for each in _read(self.mappings, mappings) for name in registers_asked(each)}
            found = list(_read(self.registers, registers - seen))
            seen |= registers
            mappings = {name for register in found for name in register.mappings_named}
            registers |= {name for register in found for name in register.registers_named}

    def _read_for(self, documents: Iterable[DocumentType]) -> None:
        for document in documents:
            list(_read(self.schemas, [document.schema_]))
            for name in document.rules:
                self.rules.look(name)  # a name without a file is a fault


def _mappings_of(agreement: Agreement) -> Iterator[str]:
    for name in (*(each.mapping for each in agreement.deliver), agreement.receipt):
        if name is not None:
            yield name


def _read(shelf: Shelf[T], named: Collection[str | None]) -> Iterator[T]:
    """Read what of this name there is; gives what can be read."""
    for name in named:
        if name is not None and name in shelf:
            value, _ = shelf.look(name)
            if value is not None:
                yield value


def _profiles(tree: Tree, definitions: Definitions) -> Shelf[Profile]:
    def read(id: str) -> Found[Profile]:
        from edi_router.formats.edifact.profile import load_named_profile

        return load_named_profile(tree, id, definitions)

    def listed() -> list[str]:
        from edi_router.formats.edifact.profile import profile_names

        return profile_names(tree)

    return Shelf(listed, read)


def _layouts(tree: Tree) -> Shelf[Layout]:
    def read(id: str) -> Found[Layout]:
        from edi_router.formats.records import load_layout

        return load_layout(tree, id)

    def listed() -> list[str]:
        from edi_router.formats.records import layout_names

        return layout_names(tree)

    return Shelf(listed, read)


def _registers(tree: Tree) -> Shelf[Register]:
    def read(id: str) -> Found[Register]:
        from edi_router.registers.load import load_named_register

        return load_named_register(tree, id)

    return Shelf(lambda: register_ids(tree), read)


def _rules(tree: Tree) -> Shelf[RuleSet]:
    def read(name: str) -> Found[RuleSet]:
        from edi_router.rules import load_rules

        return load_rules(tree, name)

    def listed() -> list[str]:
        from edi_router.rules import rule_names

        return rule_names(tree)

    return Shelf(listed, read)


def _below(tree: Tree, folder: str) -> list[str]:
    return [name.removeprefix(f"{folder}/") for name in tree.names(folder)]


def load_schema(tree: Tree, name: str) -> Found[Schema]:
    """The XSD `name` below `schemas/`."""
    from edi_router.formats.xml import Schema, SchemaError

    try:
        return Schema.load(lambda each: tree.read(f"schemas/{each}"), name), []
    except SchemaError as error:
        return None, [error.fault.within(f"schemas/{name}")]
