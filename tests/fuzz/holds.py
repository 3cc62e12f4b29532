"""What must hold for arbitrary bytes. Nothing here raises but for a defect of the program."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from functools import cache

from edi_router.faults import CATALOGUE, LANGUAGES, Fault, is_error, render
from edi_router.formats.edifact import Interchange, Message, read, write_interchange
from edi_router.formats.edifact.contrl import contrl
from edi_router.formats.edifact.fast import Lane
from edi_router.formats.edifact.importer import import_release
from edi_router.library import Checker, Report, checker, naming

Told = tuple[str, int | None, str]


def file_holds(data: bytes) -> None:
    """Reading, checking, showing and answering a file gives faults whose places lie in it, and no exception."""
    authority = _diagnosed(data)
    fast = _checked(data)
    assert authority == fast, f"the fast lane and the checker differ: {set(authority) ^ set(fast)}"


def release_holds(data: bytes) -> None:
    """Importing a release, packed or not, gives findings that name a file, and no exception."""
    findings: list[Fault] = []
    if data[:2] == b"PK":
        findings += import_release(data, "a.zip").findings
    else:
        name, _, text = data.partition(b"\n")
        imported = import_release(packed(name.decode("latin-1")[:40], text), "a.zip")
        findings += imported.findings
        for content in imported.files.values():
            json.loads(content)
    for finding in findings:
        _fault_holds(finding, None)
        assert finding.place.file
        assert finding.place.file.startswith("a.zip")


def packed(name: str, text: bytes) -> bytes:
    """A zip of one file."""
    data = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name.replace("\x00", "") or "x", text)
    return data.getvalue()


@cache
def _checker() -> Checker:
    return checker()


def _fault_holds(fault: Fault, size: int | None) -> None:
    assert fault.code in CATALOGUE
    for language in LANGUAGES:
        assert render(fault, language)
    place = fault.place
    if size is not None:
        assert place.offset is None or 0 <= place.offset <= size, f"{fault.code}: {place.offset} of {size}"
    for number in (place.line, place.column, place.segment, place.element, place.component, place.repeat):
        assert number is None or number >= 1, fault


def _told(report: Report, size: int) -> list[Told]:
    for fault in report.faults:
        _fault_holds(fault, size)
    return sorted(
        (fault.code, fault.place.offset, str(fault.place)) for fault in (*report.envelope, *report.content)
    )  # fmt: skip


def _checked(data: bytes) -> list[Told]:
    """As `validate` does: valid messages pass by the fast lane."""
    made = _checker()
    report = Report()
    for _ in made._documents(io.BytesIO(data), report, Lane(made.definitions, warm=0)):
        pass
    return _told(report, len(data))


def _diagnosed(data: bytes) -> list[Told]:
    """As `show` does: every message through the checker; then the CONTRL that answers each interchange."""
    made = _checker()
    report = Report()
    answers: list[tuple[Interchange, list[tuple[Message, list[Fault]]]]] = []
    for document in made.documents(io.BytesIO(data), report):
        if document.message is None or document.within is None:
            continue
        json.dumps(naming.message(document, made.definitions)).encode()
        if not answers or answers[-1][0] is not document.within:
            answers.append((document.within, []))
            json.dumps(naming.interchange(document.within, made.definitions)).encode()
        answers[-1][1].append((document.message, list(document.faults)))
    for interchange, results in answers:
        _answer_holds(interchange, results, 3 + len(data) % 2)
    return _told(report, len(data))


def _answer_holds(interchange: Interchange, results: list[tuple[Message, list[Fault]]], version: int) -> None:
    segments = contrl(interchange, results, interchange.faults, reference="1", version=version)
    if not segments:
        return
    text = write_interchange(
        [segments], syntax="UNOY", syntax_version=version, sender="A", recipient="B", control_reference="7",
        date="20240102" if version == 4 else "240102", time="1200", encoding="utf-8",
    )  # fmt: skip
    for ours in read(text, encoding="utf-8"):
        (message,) = ours.messages()
        assert [segment.tag for segment in message.segments] == [segment.tag for segment in segments]
        report = _checker().report(text)
        wrong = [fault.code for fault in report.faults if is_error(fault)]
        assert not wrong, (wrong, text)
