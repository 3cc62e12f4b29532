"""`edi-router trace`: where every value of an output comes from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output
from edi_router.cli.convert import mapping_of
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.library import Converted

_LONG = 60


@click.command(
    help=say(
        "Map a file and tell for every value of the output where it comes from: the place in the file, the "
        "line of the mapping, the row of the code table.\n\n"
        "\b\nExamples:\n"
        "  edi-router trace declaration.edi --map cusdec-eciq\n"
        "  edi-router trace declaration.edi --map cusdec-eciq --target GoodsNo --json",
        "转换文件，并说明输出中每个值的来源：在原文件中的位置、映射文件的行、代码表的行。\n\n"
        "\b\n示例：\n"
        "  edi-router trace declaration.edi --map cusdec-eciq\n"
        "  edi-router trace declaration.edi --map cusdec-eciq --target GoodsNo --json",
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--map", "mapping", required=True, metavar="ID", help=say("The mapping.", "映射的编号。"))
@click.option(
    "--target", metavar="TEXT", help=say("Only values whose path contains this.", "只列路径包含此文本的值。")
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
    definitions: tuple[Path, ...],
    check_as: str | None,
    encoding: str | None,
    as_json: bool,
) -> int:
    """A table for each document, or one JSON object a file."""
    from edi_router import library
    from edi_router.cli import reports

    chosen = mapping_of(ctx, mapping)
    checker = options.checker(ctx, definitions=definitions, check_as=check_as, encoding=encoding)
    inputs = options.Inputs(files)
    findings = False
    for name, stream in inputs:
        report = library.Report()
        documents: list[dict[str, Any]] = []
        with options.configured():
            for each in library.conversions(stream, chosen, checker, report, force=True, lineage=True):
                shape = _shape(each, target or "")
                if as_json:
                    documents.append(shape)
                else:
                    _print(shape, each)
        findings |= reports.has_errors(report)
        if as_json:
            faults = reports.faults_json(report.faults, report.fault_count)
            output.emit({"file": name, "mapping": chosen.id, "documents": documents, **faults})
        else:
            reports.print_report(name, report, sys.stderr)
    return inputs.code(findings)


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
