"""The reply for people about a file that was only checked."""

from __future__ import annotations

from edi_router.faults import is_error
from edi_router.formats.documents import Kind
from edi_router.library.checker import Checker, Document
from edi_router.library.report import Report
from edi_router.pipeline.reply_making import make_reply
from edi_router.pipeline.reply_model import Judged, Reply, Subject
from edi_router.pipeline.reply_names import Naming


def reply_for(name: str, data: bytes, checker: Checker, report: Report, language: str) -> Reply:
    """Check a file and tell a declarant in ``en`` or ``zh`` what is wrong with it; `report` is filled, too.

    Nothing is decided: the reply says what would become of the file. ConfigurationError as for `Checker.report`.
    """
    documents = list(checker.documents(data, report))
    faulty = any(is_error(fault) for fault in (*report.envelope, *report.content))
    layout = checker.layout
    subject = Subject(
        file=name,
        format=report.format,
        content=data,
        documents=[_judged(checker, each) for each in documents],
        faults=tuple(report.envelope),
        kind=Kind(layout.format, layout.id) if layout is not None else None,
        state="faulty" if faulty else "checked",
        interchange=0,
        encoding=checker.encoding,
        lenient=checker.lenient,
    )
    return make_reply(subject, _naming(checker), language)


def _judged(checker: Checker, document: Document) -> Judged:
    described = checker.described(document.kind)
    numbers = (
        [value for _, value in described.extract(document.root).references] if described is not None else []
    )
    faulty = any(is_error(fault) for fault in document.faults)
    return Judged(
        kind=document.kind,
        faults=tuple(document.faults),
        state="faulty" if faulty else "checked",
        reference=document.reference,
        numbers=numbers[:1],
        interchange=document.interchange,
        position=document.position,
        offset=document.root.place().offset or 0,
    )


def _naming(checker: Checker) -> Naming:
    layout = checker.layout
    return Naming(
        checker.definitions,
        checker.described,
        lambda kind: checker.schema_of(checker.described(kind)),
        lambda kind: layout if layout is not None and kind.name == layout.id else None,
        lambda format: [
            path
            for each in checker.documents_known or ()
            if each.kind.format == format
            for path in each.secret
        ],
    )
