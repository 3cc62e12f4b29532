"""The documents of a file that a mapping reads: EDIFACT messages of its type, XML, or those of a flat file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edi_router.config import Tree
from edi_router.faults import Blocks, Fault, blocks
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import Definitions, definitions_over
from edi_router.formats.edifact.reader import read
from edi_router.formats.records import load_layout
from edi_router.formats.records import read as read_records
from edi_router.formats.xml.reader import parse
from edi_router.formats.xml.schema import Schema
from edi_router.mapping.model import Definition
from edi_router.paths import Node


@dataclass(frozen=True)
class Document:
    """One document for a mapping: its root (None when it could not be read), its faults, its sender."""

    root: Node | None
    faults: list[Fault]
    position: int = 1
    reference: str = ""
    sender: str = ""
    recipient: str = ""


@dataclass
class Source:
    """What reading needs besides the bytes: the EDIFACT directories and the XSDs of the tree."""

    tree: Tree
    definitions: Definitions = field(init=False)
    _schemas: dict[str, Schema] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.definitions = definitions_over(self.tree)

    def documents(self, data: bytes, definition: Definition) -> Iterator[Document]:
        """The documents of the file that the mapping reads, in order; faults of the envelope come last."""
        if definition.origin.format == "xml":
            yield self._xml(data, definition)
        elif definition.origin.format != "edifact":
            yield from self._records(data, definition)
        else:
            yield from self._edifact(data, definition)

    def _edifact(self, data: bytes, definition: Definition) -> Iterator[Document]:
        origin = definition.origin
        seen: list[str] = []
        taken = 0
        for interchange in read(data):
            for message in interchange.messages():
                seen.append(f"{message.type} {message.directory}")
                if message.type != origin.name:
                    continue
                taken += 1
                checked = check(
                    message,
                    self.definitions,
                    check_as=None
                    if message.directory in (origin.qualifier, *origin.others)
                    else origin.qualifier,
                    syntax_version=interchange.syntax_version,
                    interchange_header=interchange.header,
                )
                yield Document(
                    checked.root,
                    [*message.faults, *checked.faults],
                    taken,
                    message.reference,
                    interchange.sender,
                    interchange.recipient,
                )
            if interchange.faults:
                yield Document(None, list(interchange.faults))
        if not taken:
            yield Document(None, [_other(definition, ", ".join(dict.fromkeys(seen)) or "-")])

    def _xml(self, data: bytes, definition: Definition) -> Document:
        document, faults = parse(data)
        if document is None:
            return Document(None, faults)
        kind = Kind("xml", document.local, document.namespace)
        if not definition.origin.includes(kind):
            return Document(None, [*faults, _other(definition, str(kind))])
        if definition.schema is not None:
            faults = [*faults, *self.schema(definition.schema).check(document)]
        return Document(document.node(), faults)

    def _records(self, data: bytes, definition: Definition) -> Iterator[Document]:
        layout, faults = load_layout(self.tree, definition.origin.name)
        if layout is None:
            yield Document(None, faults)
            return
        documents, faults = read_records(data, layout)
        if faults:
            yield Document(None, faults)
        # What is wrong with the columns or quotes of a file is wrong with each of its documents.
        blocked = any(blocks(fault) is Blocks.FILE for fault in faults)
        for document in documents:
            yield Document(None if blocked else document.root, list(document.faults), document.position)

    def schema(self, name: str) -> Schema:
        """The XSD of that name below schemas/."""
        if name not in self._schemas:
            self._schemas[name] = Schema.load(reader_of(self.tree), name)
        return self._schemas[name]


def reader_of(tree: Tree) -> Callable[[str], bytes]:
    """How XSDs are read: by their names below schemas/."""
    return lambda name: tree.read(f"schemas/{name}")


def _other(definition: Definition, found: str) -> Fault:
    values = {"mapping": definition.id, "expected": str(definition.origin), "found": found}
    return Fault("mapping-other-document", values=values)
