"""`edi-router trace`: where every value of an output comes from."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, proofs, workspace
from edi_router.cli.convert import mapping_of
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.library import Converted
    from edi_router.mapping.trace_page import Traced
    from edi_router.mapping.trace_secret import Secrets

_LONG = 60


@click.command(
    help=say(
        "Map a file and tell for every value of the output where it comes from: the place in the file, the "
        "line of the mapping, the row of the code table; with --html as one page that shows both side by side. "
        "Values that a document type calls secret are masked.\n\n"
        "\b\nExamples:\n"
        "  edi-router trace declaration.edi --map cusdec-eciq\n"
        "  edi-router trace declaration.edi --map cusdec-eciq --target GoodsNo --json\n"
        "  edi-router trace declaration.edi --map cusdec-eciq --html trace.html",
        "转换文件，并说明输出中每个值的来源：在原文件中的位置、映射文件的行、代码表的行；"
        "带 --html 时生成一个并排显示两侧的页面。单证类型列为机密的值会被遮盖。\n\n"
        "\b\n示例：\n"
        "  edi-router trace declaration.edi --map cusdec-eciq\n"
        "  edi-router trace declaration.edi --map cusdec-eciq --target GoodsNo --json\n"
        "  edi-router trace declaration.edi --map cusdec-eciq --html trace.html",
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--map", "mapping", required=True, metavar="ID", help=say("The mapping.", "映射的编号。"))
@click.option(
    "--target", metavar="TEXT", help=say("Only values whose path contains this.", "只列路径包含此文本的值。")
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT",
    help=say(
        "Write a page that shows source and output side by side, value to value.",
        "生成并排显示来源与输出、逐值对应的网页。",
    ),
)
@options.reading_options
@options.lang_option
@options.json_option
@click.pass_context
def trace(
    ctx: click.Context,
    files: tuple[str, ...],
    mapping: str,
    target: str | None,
    html: Path | None,
    definitions: tuple[Path, ...],
    check_as: str | None,
    encoding: str | None,
    lenient: tuple[str, ...],
    as_json: bool,
) -> int:
    """A table for each document, or one JSON object a file."""
    from edi_router import library
    from edi_router.cli import reports
    from edi_router.mapping.trace_page import trace_page
    from edi_router.mapping.trace_secret import secrets_of, without

    chosen = mapping_of(ctx, mapping)
    checker = options.checker(
        ctx, definitions=definitions, check_as=check_as, encoding=encoding, lenient=lenient
    )
    secrets = secrets_of(workspace.tree(ctx), chosen)
    inputs = options.Inputs(files)
    findings = False
    pages: list[Traced] = []
    for name, stream in inputs:
        report = library.Report()
        documents: list[dict[str, Any]] = []
        hidden: frozenset[str] = frozenset()
        with options.configured():
            for found in library.conversions(stream, chosen, checker, report, force=True, lineage=True):
                each, texts = _masked(found, secrets)
                hidden |= texts
                shape = _shape(each, target or "")
                pages.append(_traced(name, each, secrets))
                if as_json:
                    documents.append(shape)
                elif html is None:
                    _print(shape, each)
        findings |= reports.has_errors(report)
        report.content[:] = [without(fault, hidden) for fault in report.content]
        if as_json:
            faults = reports.faults_json(report.faults, report.fault_count)
            output.emit({"file": name, "mapping": chosen.id, "documents": documents, **faults})
        else:
            reports.print_report(name, report, sys.stderr)
    if html is not None:
        form = chosen.target.format if chosen.target is not None else "xml"
        title = f"{', '.join(Path(name).name for name in files)} → {chosen.id}"
        proofs.write(html, trace_page(title, pages, form, LANGUAGE))
    return inputs.code(findings)


def _masked(found: Converted, secrets: Secrets) -> tuple[Converted, frozenset[str]]:
    """The document without what may not be shown, and the texts that were hidden."""
    from edi_router.mapping.trace_secret import without

    root = found.document.root
    texts = secrets.texts(found.lineage, root)
    rows = tuple(secrets.masked(found.lineage, root))
    faults = tuple(without(fault, texts) for fault in found.faults)
    return replace(found, lineage=rows, faults=faults), texts


def _traced(name: str, found: Converted, secrets: Secrets) -> Traced:
    from edi_router.mapping.trace_page import Traced

    document = found.document
    title = f"{Path(name).name}: {document.kind} {document.reference}".rstrip()
    return Traced(
        title, document.root, found.lineage, found.faults, secrets.places(found.lineage, document.root)
    )


def _shape(converted: Converted, target: str) -> dict[str, Any]:
    document = converted.document
    return {
        "interchange": document.interchange,
        "position": document.position,
        "kind": str(document.kind),
        "reference": document.reference,
        "values": [
            {
                "target": row.target,
                "value": row.value,
                "sources": [place.as_json() for place in row.sources],
                "rule": row.rule,
                **({"row": row.row} if row.row is not None else {}),
            }
            for row in converted.lineage
            if target in row.target
        ],
    }


def _print(shape: dict[str, Any], converted: Converted) -> None:
    rows = []
    shown = {(row.target, row.value): row for row in converted.lineage}
    for value in shape["values"]:
        row = shown[value["target"], value["value"]]
        places = "; ".join(str(place) for place in row.sources)
        text = row.value if len(row.value) <= _LONG else row.value[:_LONG] + "…"
        rows.append((row.target, text, places, row.rule + (f" {row.row}" if row.row else "")))
    headings = (say("target", "目标"), say("value", "值"), say("from", "来源"), say("rule", "规则"))
    output.table(headings, rows, f"{shape['kind']} {shape['reference']}")
