"""The numbers by which the recipient of an output will name it in its answer: those of the output itself.

A mapping may give a document other numbers than it came with. They are read only where the recipient's file says that
it answers (`expects`); everywhere else an answer is matched by the numbers of the message.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi_router.formats.documents import Kind
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.xml import parse
from edi_router.paths import Node
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Reference


def known_by(content: bytes, kind: Kind, configuration: Configuration) -> tuple[Reference, ...]:
    """The references that the document type of an output declares, each once.

    `content` is a whole EDIFACT interchange or XML document; flat files have none.
    """
    described = configuration.document(kind)
    if described is None or not described.references:
        return ()
    found = dict.fromkeys(
        Reference(name, value)
        for root in _roots(content, kind, configuration)
        for name, value in described.extract(root).references
    )
    return tuple(found)


def _roots(content: bytes, kind: Kind, configuration: Configuration) -> Iterator[Node]:
    if kind.format == "edifact":
        for interchange in read(content):
            for message in interchange.messages():
                yield check(
                    message, configuration.definitions, syntax_version=interchange.syntax_version
                ).root
    elif kind.format == "xml":
        document, _ = parse(content)
        if document is not None:
            yield document.node()
