"""What may not be shown: the values that the document types of a mapping's source and output call secret.

A value of the output is secret when its place is, or when it comes from a secret value of the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from edi_router.config import Tree
from edi_router.faults import Place
from edi_router.formats.documents import Kind, load_document_types
from edi_router.formats.secrets import MASK, covered, without
from edi_router.mapping.mapping import Mapping as DocumentMapping
from edi_router.mapping.output import Lineage
from edi_router.mapping.registered import is_entry
from edi_router.mapping.target import XmlTarget
from edi_router.mapping.trace_parts import parts_of
from edi_router.paths import Node, Path, parse

__all__ = ["MASK", "Secrets", "covered", "secrets_of", "without"]


_TYPES = "schemas/documents"


@dataclass(frozen=True)
class Secrets:
    """The secret paths of the source, and those of the output."""

    source: tuple[Path, ...] = ()
    target: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.source or self.target)

    def places(self, rows: Iterable[Lineage], root: Node) -> frozenset[Place]:
        """Where values stand in a document of the source that are secret, or that a secret of the output is from."""
        own = {node.place() for path in self.source for _, node in path.values(root)}
        return frozenset(own.union(*(row.sources for row in rows if self._is_secret(row))))

    def is_target(self, path: str) -> bool:
        """Whether the output has a secret at this path (from below its root): `Password`, `SG17/AUT/d9280`."""
        names = _names(parse(path))
        return any(_names(secret) == names for secret in self.target)

    def masked(self, rows: Sequence[Lineage], root: Node) -> list[Lineage]:
        """The lineage of an output with its secret values masked."""
        if not self:
            return list(rows)
        hidden = self.places(rows, root)
        return [_hidden(row) if self._hides(row, hidden) else row for row in rows]

    def texts(self, rows: Sequence[Lineage], root: Node) -> frozenset[str]:
        """The secret values themselves, those of the source and of the output."""
        if not self:
            return frozenset()
        hidden = self.places(rows, root)
        own = {part.value for part in parts_of(root) if part.place in hidden}
        return frozenset(own | {row.value for row in rows if self._hides(row, hidden)})

    def _hides(self, row: Lineage, hidden: frozenset[Place]) -> bool:
        return any(place in hidden for place in row.sources) or self._is_secret(row)

    def _is_secret(self, row: Lineage) -> bool:
        below = row.target.lstrip("/").partition("/")[2]
        return bool(below) and self.is_target(below)


def _hidden(row: Lineage) -> Lineage:
    """A value that is not shown; the entry of a register is not named, for its key may tell the secret."""
    return replace(row, value=MASK, row=None if is_entry(row.row) else row.row)


def secrets_of(tree: Tree, mapping: DocumentMapping) -> Secrets:
    """The secrets that the tree's document types name for what the mapping reads and writes."""
    definition = mapping.definition
    namespace = mapping.target.namespace if isinstance(mapping.target, XmlTarget) else None
    target = definition.makes or Kind("xml", definition.output.name, namespace or "")
    digest = tree.digest((_TYPES,))
    return Secrets(_secret(tree, digest, definition.origin), _secret(tree, digest, target))


@lru_cache(maxsize=128)
def _secret(tree: Tree, digest: str, kind: Kind) -> tuple[Path, ...]:
    """The secret paths of a kind of document, read again when the document types have changed (`digest`)."""
    types, _ = load_document_types(tree)
    return tuple(parse(text) for each in types if each.kind.overlaps(kind) for text in each.secret)


def _names(path: Path) -> list[str]:
    return [step.name for step in path.steps]
