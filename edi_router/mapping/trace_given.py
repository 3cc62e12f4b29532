"""The documents that a mapping is proved with: those of its golden cases, or of files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from edi_router.config import Tree
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.edifact.writer import Envelope
from edi_router.mapping.documents import Document, Source
from edi_router.mapping.golden import STANDARD, cases, context_for, context_of
from edi_router.mapping.mapping import FOLDER, Mapping
from edi_router.mapping.model import Definition
from edi_router.mapping.target_edifact import envelope_for
from edi_router.rules.context import Context


@dataclass(frozen=True)
class Given:
    """One document to be mapped, in its context; `name` is the case or the file it stands in."""

    name: str
    document: Document
    context: Context
    envelope: Envelope


def of_cases(tree: Tree, source: Source, mapping: Mapping) -> Iterator[Given]:
    """The documents of all golden cases; a case whose files are wrong has none (`edi-router test` says why)."""
    for case in cases(tree, mapping.id):
        folder = f"{FOLDER}/{mapping.id}/cases/{case}/"
        inputs = [name for name in tree.names(folder) if name.removeprefix(folder).startswith("in.")]
        context, settings, wrong = context_of(tree, folder)
        if len(inputs) == 1 and not wrong:
            given = replace(context, message_id=f"{mapping.id}/{case}")
            yield from of_data(source, mapping.definition, case, tree.read(inputs[0]), given, settings)


def of_data(
    source: Source,
    definition: Definition,
    name: str,
    data: bytes,
    context: Context = STANDARD,
    settings: EdifactSettings | None = None,
) -> Iterator[Given]:
    """The documents of a file that the mapping reads; `settings` are the syntax of an EDIFACT output."""
    for document in source.documents(data, definition):
        of = context_for(document, context)
        yield Given(name, document, of, envelope_for(of, settings or EdifactSettings()))
