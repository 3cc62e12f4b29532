"""`edi-router show`: a file with the names of everything in it, or what became of a message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from edi_router.cli import options, output
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.library import Checker, Report


@click.command(
    help=say(
        "Show a file with the names of its segments, elements and codes; or, when there is no such file, "
        "what became of the message that has this number in the ledger.\n\n"
        "\b\nExamples:\n"
        "  edi-router show declaration.edi\n"
        "  edi-router show declaration.edi --json\n"
        "  edi-router show --layout ciq-declaration declarations.csv\n"
        "  edi-router --workspace DIR show YC20260314000022",
        "显示文件内容及段、数据元和代码的名称；若没有此文件，则显示台账中该编号的报文的去向。\n\n"
        "\b\n示例：\n"
        "  edi-router show declaration.edi\n"
        "  edi-router show declaration.edi --json\n"
        "  edi-router show --layout ciq-declaration declarations.csv\n"
        "  edi-router --workspace DIR show YC20260314000022",
    )
)
@click.argument("what", metavar="FILE|ID")
@options.layout_option
@options.reading_options
@options.lang_option
@options.json_option
@click.pass_context
def show(
    ctx: click.Context,
    what: str,
    layout: str | None,
    definitions: tuple[Path, ...],
    check_as: str | None,
    encoding: str | None,
    lenient: tuple[str, ...],
    as_json: bool,
) -> int:
    """A file, else an id."""
    path = Path(what)
    if what != "-" and not path.exists():
        if path.suffix or "/" in what:
            told = say("there is no such file", "文件不存在")
            from edi_router.cli.workspace import given

            if given(ctx) is None and not Path("edi-router.yaml").is_file():
                output.fail(f"{what}: {told}", output.SYSTEM)
        from edi_router.cli.show_id import show_id

        show_id(ctx, what, as_json)
        return output.FINE
    checker = options.checker(
        ctx, definitions=definitions, check_as=check_as, encoding=encoding, lenient=lenient, layout=layout
    )
    inputs = options.Inputs((what,))
    findings = False
    for name, stream in inputs:
        findings = _show(name, stream, checker, as_json)
    return inputs.code(findings)


def _show(name: str, stream: BinaryIO, checker: Checker, as_json: bool) -> bool:
    """Show one file; whether it has errors."""
    from edi_router.cli import reports, tree_text
    from edi_router.formats.records.nodes import RecordNode
    from edi_router.library import Report, masks, naming

    report = Report()
    shape: dict[str, Any] = {"file": name, "format": "unknown", "interchanges": []}
    found: Any = None
    with options.configured():
        for document in checker.documents(stream, report):
            if document.xml is not None:
                shape |= {"format": "xml", "root": document.xml.local, "namespace": document.xml.namespace}
                shape["document"] = naming.element(document.xml.root)
                masks.hide_in_xml(shape["document"], checker.secret_nodes(document))
                if not as_json:
                    tree_text.print_xml(shape["document"])
                continue
            if isinstance(document.root, RecordNode):
                shape.setdefault("documents", []).append(
                    naming.records(document.root, checker.secret_nodes(document))
                )
                if not as_json:
                    tree_text.print_records(shape["documents"][-1])
                continue
            assert document.within is not None
            if found is not document.within:
                _close(shape, found, checker, as_json)
                found = document.within
                head = naming.interchange(found, checker.definitions)
                shape["interchanges"].append(head | {"messages": []})
                if not as_json:
                    tree_text.print_interchange(head)
            message = naming.message(document, checker.definitions)
            masks.hide_in_message(message, checker.secret_nodes(document))
            if as_json:
                shape["interchanges"][-1]["messages"].append(message)
            else:
                tree_text.print_message(message, document.faults)
        _close(shape, found, checker, as_json)
    if as_json:
        _emit(shape, report)
    else:
        _rest(name, report)
    return reports.has_errors(report)


def _close(shape: dict[str, Any], found: Any, checker: Checker, as_json: bool) -> None:
    """The trailer of the interchange whose messages have all been read."""
    from edi_router.cli import tree_text
    from edi_router.library import naming

    if found is None or found.trailer is None:
        return
    trailer = naming.service_segment(found.trailer, found, checker.definitions)
    shape["interchanges"][-1]["trailer"] = trailer
    if not as_json:
        tree_text.print_segment(trailer)


def _emit(shape: dict[str, Any], report: Report) -> None:
    from edi_router.cli import reports

    shape["format"] = report.format
    if report.format != "edifact":
        del shape["interchanges"]
    output.emit(shape | reports.faults_json(report.faults, report.fault_count))


def _rest(name: str, report: Report) -> None:
    """What is wrong with the file as a whole (and with an XML document), and the file in one line."""
    from edi_router.cli import reports

    rest = report.faults if report.format != "edifact" else list(report.envelope)
    output.print_faults(rest)
    print(f"{name}: {reports.summary(report)}")
