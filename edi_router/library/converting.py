"""Files mapped: document by document, each with what is wrong with it and where its values come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from edi_router.faults import Fault, is_error
from edi_router.library.checker import Checker, Document
from edi_router.library.files import layout_named
from edi_router.library.report import Report, extend

if TYPE_CHECKING:
    from edi_router.formats.edifact.settings import EdifactSettings
    from edi_router.mapping import Lineage, Mapping


@dataclass(frozen=True, slots=True)
class Converted:
    """One document converted: its output, None when faults forbid one, and where every value is from."""

    document: Document
    content: bytes | None
    faults: tuple[Fault, ...]
    lineage: tuple[Lineage, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """A file converted: the outputs in the order of its documents, everything wrong with it, the lineage."""

    converted: tuple[Converted, ...]
    faults: list[Fault]

    @property
    def outputs(self) -> list[bytes]:
        """The output documents."""
        return [each.content for each in self.converted if each.content is not None]

    @property
    def lineage(self) -> list[Lineage]:
        """Where every value of the outputs comes from, one output after the other."""
        return [row for each in self.converted for row in each.lineage]


def conversions(
    source: bytes | BinaryIO,
    mapping: Mapping,
    checker: Checker,
    report: Report,
    *,
    force: bool = False,
    lineage: bool = False,
    edifact: EdifactSettings | None = None,
) -> Iterator[Converted]:
    """Convert the documents of a file one after the other; the mapping's faults go to `report` too.

    `edifact` is the syntax of an EDIFACT output.
    """
    from edi_router.formats.edifact.settings import EdifactSettings
    from edi_router.mapping.target_edifact import envelope_for

    origin = mapping.definition.origin
    if origin.format not in ("edifact", "xml"):
        checker = replace(checker, layout=layout_named(checker.tree, origin.name))
    for document in checker.documents(source, report):
        kind = document.kind
        if checker.check_as is not None and kind.format == "edifact":
            kind = replace(kind, qualifier=checker.check_as)
        if not origin.includes(kind):
            values = {"mapping": mapping.id, "expected": str(origin), "found": str(document.kind)}
            fault = Fault("mapping-other-document", document.root.place(), values)
            report.content.append(fault)
            yield Converted(document, None, (*document.faults, fault))
            continue
        whole = report.envelope if checker.layout is not None else ()
        if not force and any(is_error(fault) for fault in (*whole, *document.faults)):
            yield Converted(document, None, tuple(document.faults))
            continue
        context = checker.context(document)
        envelope = envelope_for(context, edifact or EdifactSettings())
        result = mapping.run(document.root, context, envelope, record=lineage)
        extend(report.content, result.faults)
        faults = (*document.faults, *result.faults)
        content = result.output if force or not any(is_error(fault) for fault in result.faults) else None
        rows = tuple(result.lineage) if lineage else ()
        yield Converted(document, content, faults, rows)
