"""`edi-router convert`: files mapped, without a workspace or a ledger."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.library import EdifactSettings
    from edi_router.mapping import Mapping


def _syntax(ctx: click.Context, parameter: click.Parameter, value: str | None) -> EdifactSettings | None:
    """The value of `--syntax`."""
    from pydantic import ValidationError

    from edi_router.library import EdifactSettings

    if value is None:
        return None
    level, _, version = value.partition(":")
    try:
        return EdifactSettings.model_validate({"syntax": level, "version": version or "3"})
    except ValidationError:
        told = say(f"no syntax {value}, such as UNOY:4", f"没有语法 {value}，应形如 UNOY:4")
        raise click.BadParameter(told) from None


@click.command(
    help=say(
        "Map the documents of files. The outputs go to standard output or into a folder, the faults to "
        "standard error; a document with errors gives no output.\n\n"
        "\b\nExamples:\n"
        "  edi-router convert --map cusdec-eciq declaration.edi > declaration.xml\n"
        "  edi-router convert --map wco-eciq --out made declarations/*.xml --json",
        "按映射转换文件。结果写到标准输出或目录，错误写到标准错误；有错误的报文不产生输出。\n\n"
        "\b\n示例：\n"
        "  edi-router convert --map cusdec-eciq declaration.edi > declaration.xml\n"
        "  edi-router convert --map wco-eciq --out made declarations/*.xml --json",
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--map", "mapping", required=True, metavar="ID", help=say("The mapping.", "映射的编号。"))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=say("Write one file for each document into this folder.", "每份文件写入此目录。"),
)
@click.option(
    "--force", is_flag=True, help=say("Give an output even where there are errors.", "即使有错误也产生输出。")
)
@click.option(
    "--syntax",
    metavar="LEVEL[:VERSION]",
    callback=_syntax,
    help=say(
        "The syntax of EDIFACT outputs, such as UNOY:4; UNOC:3 unless told.",
        "EDIFACT 输出的语法标识与版本，如 UNOY:4；默认为 UNOC:3。",
    ),
)
@options.reading_options
@options.lang_option
@options.json_option
@click.pass_context
def convert(
    ctx: click.Context,
    files: tuple[str, ...],
    mapping: str,
    out: Path | None,
    force: bool,
    syntax: EdifactSettings | None,
    definitions: tuple[Path, ...],
    check_as: str | None,
    encoding: str | None,
    lenient: tuple[str, ...],
    as_json: bool,
) -> int:
    """Outputs one by one; reports on standard error."""
    from edi_router import library
    from edi_router.cli import reports

    chosen = mapping_of(ctx, mapping)
    checker = options.checker(
        ctx, definitions=definitions, check_as=check_as, encoding=encoding, lenient=lenient
    )
    inputs = options.Inputs(files)
    written = _Outputs(out, chosen.target.suffix if chosen.target is not None else "xml")
    findings = False
    for name, stream in inputs:
        report = library.Report()
        names: list[str] = []
        with options.configured():
            for each in library.conversions(stream, chosen, checker, report, force=force, edifact=syntax):
                if each.content is not None:
                    names.append(written.write(name, each.content))
        findings |= reports.has_errors(report)
        if as_json:
            more = {"outputs": names} if out is not None else {"outputs": len(names)}
            output.emit({**reports.report_json(name, report), **more}, sys.stderr)
        elif report.faults or out is not None:
            reports.print_report(name, report, sys.stderr)
            for made in names if out is not None else ():
                print(f"  → {made}", file=sys.stderr)
    return inputs.code(findings)


def mapping_of(ctx: click.Context, id: str) -> Mapping:
    """The mapping of that id, loaded; a usage error when there is none."""
    from edi_router import library

    with options.configured():
        return library.load_mapping(workspace.tree(ctx), id)


class _Outputs:
    """Where the outputs go: standard output, or a folder in which no two have one name."""

    def __init__(self, folder: Path | None, suffix: str) -> None:
        self.folder = folder
        self.suffix = suffix
        self.taken: set[str] = set()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def write(self, source: str, content: bytes) -> str:
        """Write one output made from the file `source`; returns its path."""
        if self.folder is None:
            sys.stdout.flush()
            stream: Any = sys.stdout.buffer
            stream.write(content if content.endswith(b"\n") else content + b"\n")
            stream.flush()
            return "-"
        path = self.folder / self._name("stdin" if source == "-" else Path(source).stem)
        temporary = path.with_name(f".{path.name}.part")
        temporary.write_bytes(content)
        temporary.replace(path)
        return str(path)

    def _name(self, stem: str) -> str:
        name, number = f"{stem}.{self.suffix}", 1
        while name in self.taken:
            number += 1
            name = f"{stem}-{number}.{self.suffix}"
        self.taken.add(name)
        return name
