"""Document types: which message or root element a document is, and where its business numbers stand.

A document type is a file `schemas/documents/<id>.yaml`. Acknowledgement matching, duplicate detection, search
and the enterprises' progress query rest on the references and parties it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from edi_router.config import Tree, shipped_directory
from edi_router.config.shelf import Found, Shelf
from edi_router.faults import Fault

if TYPE_CHECKING:
    from edi_router.formats.document_type import DocumentType

FOLDER = "schemas/documents"
NAMES = 1000
"""For so many names of messages and root elements it is remembered what is said of them: what comes may be called anything."""
_EDIFACT = re.compile(r"([A-Z]{6})(?: ([A-Z0-9]+))?")
_XML = re.compile(r"xml (?:\{([^}]*)\})?([\w.-]+)")
_FLAT = re.compile(r"(csv|records) ([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a document is: an EDIFACT message type with its directory, an XML root element, a flat file's layout.

    >>> Kind.parse("CUSDEC D96B").includes(Kind("edifact", "CUSDEC", "D96B"))
    True
    >>> Kind.parse("CUSDEC").includes(Kind("edifact", "CUSDEC", "D01B"))
    True
    >>> Kind.parse("xml TransferOrder").includes(Kind("xml", "TransferOrder", ""))
    True
    >>> Kind.parse("csv certificate-origin")
    Kind(format='csv', name='certificate-origin', qualifier=None)
    """

    format: str
    """``edifact``, ``xml``, ``csv`` or ``records``."""
    name: str
    """The message type, the root element's local name, or the layout's id."""
    qualifier: str | None = None
    """The directory (``D96B``) or the namespace; None means any, in a pattern."""
    others: tuple[str, ...] = field(default=(), repr=False)
    """More directories: what a mapping reads may be several releases of a message."""

    @classmethod
    def parse(cls, text: str) -> Kind:
        """Read ``CUSDEC``, ``CUSDEC D96B``, ``xml {namespace}Root``, ``csv LAYOUT`` or ``records LAYOUT``.

        ValueError for anything else.
        """
        if found := _XML.fullmatch(text):
            return cls("xml", found[2], found[1])
        if found := _FLAT.fullmatch(text):
            return cls(found[1], found[2])
        if found := _EDIFACT.fullmatch(text):
            return cls("edifact", found[1], found[2])
        raise ValueError(
            "must be like `CUSDEC D96B`, `xml {namespace}Root`, `csv LAYOUT` or `records LAYOUT`"
        )

    def includes(self, other: Kind) -> bool:
        """Whether a document of kind `other` is one of these."""
        same = self.format == other.format and self.name == other.name
        return same and (self.qualifier in (None, other.qualifier) or other.qualifier in self.others)

    def overlaps(self, other: Kind) -> bool:
        """Whether one document can be of both kinds."""
        return self.includes(other) or other.includes(self)

    def __str__(self) -> str:
        if self.format in ("csv", "records"):
            return f"{self.format} {self.name}"
        if self.format == "xml":
            return f"xml {{{self.qualifier}}}{self.name}" if self.qualifier else f"xml {self.name}"
        releases = (self.qualifier, *self.others) if self.qualifier else ()
        return ", ".join(f"{self.name} {release}" for release in releases) or self.name


class DocumentTypes:
    """The document types of a tree. Those of a kind are read when a document may be of it.

    A file is read when the name of the message or root element stands in it: to read a hundred files for each start
    takes longer than to check a document.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._types = Shelf(lambda: self._texts, self._read)
        self._named: dict[tuple[str, str], list[DocumentType]] = {}
        self._judging: dict[tuple[str, str], bool] = {}

    @property
    def tree(self) -> Tree:
        """Where they come from."""
        return self._tree

    def of(self, kind: Kind) -> DocumentType | None:
        """The document type of this kind; the more specific one where two fit. Raises Unreadable."""
        named = self._named.get((kind.format, kind.name))
        if named is None:
            if len(self._named) >= NAMES:
                self._named.clear()
            named = [self._types[name] for name in self._candidates(kind)]
            self._named[kind.format, kind.name] = named
        fitting = [each for each in named if each.kind.includes(kind)]
        return max(fitting, key=lambda each: each.kind.qualifier is not None, default=None)

    def judging(self, kind: Kind) -> DocumentType | None:
        """As `of`, for who only checks documents; also None where it asks nothing of them. Raises Unreadable.

        Most types tell only where numbers stand. Such a one is not read where it is as we ship it, and so has no fault:
        its reading takes half as long as a run that checks one file.
        """
        named = kind.format, kind.name
        judging = self._judging.get(named)
        if judging is None:
            if len(self._judging) >= NAMES:
                self._judging.clear()
            judging = self._judging[named] = any(map(self._may_judge, self._candidates(kind)))
        return self.of(kind) if judging else None

    def overlapping(self, kinds: Iterable[Kind]) -> list[DocumentType]:
        """Those that documents of these kinds can be of; what cannot be read is passed over, and among the `faults`."""
        found: dict[str, DocumentType] = {}
        for kind in kinds:
            for name in self._candidates(kind):
                each, _ = self._types.look(name)
                if each is not None and each.kind.overlaps(kind):
                    found[name] = each
        return [found[name] for name in sorted(found)]

    def __iter__(self) -> Iterator[DocumentType]:
        """All that can be read."""
        return self._types.readable()

    def read_all(self) -> list[DocumentType]:
        """All, also those with faults, as far as they can be used."""
        return [each for name in self._types if (each := self._types.look(name)[0]) is not None]

    def read_own(self, own: Tree) -> None:
        """Read those that a deployment has of its own, used or not.

        A broken one would else pass for one that there is not, and what it says of secrets would be forgotten.
        """
        for name in own.names(FOLDER, ".yaml"):
            self._types.look(name)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong with the files that were read so far."""
        return self._types.faults

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {name: self._tree.text(name) for name in self._tree.names(FOLDER, ".yaml")}

    def _candidates(self, kind: Kind) -> list[str]:
        # In quotes, a character may be written by its number.
        return [name for name, text in self._texts.items() if kind.name in text or "\\" in text]

    def _may_judge(self, name: str) -> bool:
        if self._tree.find(name) != shipped_directory() / name:
            return True
        return any(word in self._texts[name] for word in ("rules", "secret", "\\"))

    def _read(self, name: str) -> Found[DocumentType]:
        from edi_router.config import did_you_mean, place_of, read_model
        from edi_router.formats.document_type import DocumentType

        model, node, faults = read_model(DocumentType, self._texts[name], self._tree.display(name))
        schema = model.schema_ if model is not None else None
        if schema is not None and node is not None and self._tree.find(f"schemas/{schema}") is None:
            known = [each.removeprefix("schemas/") for each in self._tree.names("schemas", ".xsd")]
            place, hint = place_of(node, ["schema"]), did_you_mean(schema, known)
            faults.append(Fault("schema-missing", place, {"schema": schema}, hint=hint))
        return model, faults


def load_document_types(tree: Tree) -> tuple[list[DocumentType], list[Fault]]:
    """All document types of the tree, and what is wrong with their files."""
    types = DocumentTypes(tree)
    return types.read_all(), types.faults
