"""`edi-router directory`: UN/EDIFACT directories imported, listed, shown, compared and explained."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.directories import (
    absent,
    definitions_of,
    folder_name,
    from_option,
    message_of,
    names_of,
    where_of,
)
from edi_router.cli.directory_compare import diff, doc
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.formats.edifact.directory import Definitions, GroupUse, SegmentUse
    from edi_router.formats.edifact.importer import Imported


SHOWN, FIRST = 50, 5
"""Message types that `list` shows of a directory: all, if there are not more than so many; else so many."""


_COUNTED = {
    "segments.json": "segments", "composites.json": "composites", "elements.json": "elements",
    "codes.json": "code lists",
}  # fmt: skip
"""By the file of a part, what counts are told of it."""


@click.group(
    help=say(
        "Import and show UN/EDIFACT directories.\n\n\b\nExample: edi-router directory show D96B CUSDEC",
        "导入和显示 UN/EDIFACT 目录。\n\n\b\n示例：edi-router directory show D96B CUSDEC",
    )
)
def directory() -> None:
    """The verbs of directories."""


@directory.command(
    "import",
    help=say(
        "Import official releases, as the zip files that UNECE publishes, into our own definition files. "
        "Without --into they go to schemas/edifact of the workspace.\n\n"
        "\b\nExample: edi-router directory import d96b.zip d21b.zip --into un",
        "导入官方目录（UNECE 发布的 zip 文件），转换为本系统的定义文件。"
        "不带 --into 时写入工作区的 schemas/edifact。\n\n"
        "\b\n示例：edi-router directory import d96b.zip d21b.zip --into un",
    ),
)
@click.argument("zips", nargs=-1, required=True, metavar="ZIP...")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help=say(
        "The folder to write to; each directory gets its own below it.",
        "目标文件夹，每个目录各占一个子文件夹。",
    ),
)
@options.lang_option
@options.json_option
@click.pass_context
def import_(ctx: click.Context, zips: tuple[str, ...], into: Path | None, as_json: bool) -> int:
    """Import zips one by one."""
    from edi_router.formats.edifact.importer import import_release

    if into is None:
        into = workspace.needed(ctx).root / "schemas" / "edifact"
    inputs = options.Inputs(zips)
    findings = False
    for name, stream in inputs:
        imported = import_release(stream.read(), Path(name).name)
        whole = bool(imported.directory) and bool(imported.counts.get("messages"))
        if whole:
            write(imported, into / imported.directory)
        findings |= not whole or output.code_for(imported.findings) != output.FINE
        _told(name, imported, into if whole else None, as_json)
    return inputs.code(findings)


def write(imported: Imported, folder: Path) -> None:
    """Write the files of a directory; each appears whole or not at all.

    A part of which a damaged release holds nothing is not written: an empty file would hide what the shipped
    directory, or an earlier import, has there, and nothing would be checked by it any more.
    """
    for name, content in imported.files.items():
        if imported.counts.get(_COUNTED.get(name, "messages")) == 0:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.part")
        temporary.write_bytes(content)
        temporary.replace(path)


def _told(name: str, imported: Imported, into: Path | None, as_json: bool) -> None:
    from edi_router.faults import CATALOGUE, is_error, severity
    from edi_router.faults import as_json as fault_json

    if as_json:
        found = [
            fault_json(fault, LANGUAGE) | ({"file": fault.place.file} if fault.place.file else {})
            for fault in imported.findings
        ]
        output.emit(
            {
                "file": name,
                "directory": imported.directory,
                "into": str(into / imported.directory) if into is not None else None,
                "counts": dict(imported.counts),
                "findings": found,
            }
        )
        return
    told = [fault for fault in imported.findings if severity(fault) != "info"]
    for fault in told:  # without the remedy, which is the same for most of them
        print(output.fault_line(fault).partition("\n")[0])
    for code in sorted({fault.code for fault in told if is_error(fault)}):
        print(f"    {code}: {CATALOGUE[code].remedy[LANGUAGE]}")
    if notes := len(imported.findings) - len(told):
        print(say(f"{name}: {notes} notes (listed with --json)", f"{name}：{notes} 条提示（用 --json 列出）"))
    words = {
        "messages": "个报文", "segments": "个段", "composites": "个复合数据元", "elements": "个数据元",
        "code lists": "个代码表", "codes": "个代码",
    }  # fmt: skip
    counts = ", ".join(f"{count:,} {say(what, words[what])}" for what, count in imported.counts.items())
    if into is None:
        print(f"{name}: " + say("nothing imported", "未导入任何内容"))
    else:
        print(f"{name} → {into / imported.directory}: {counts}")


@directory.command(
    help=say(
        "The structure of a message type: segments and groups with status and greatest number.\n\n"
        "\b\nExamples:\n"
        "  edi-router directory show D96B CUSDEC\n"
        "  edi-router directory show D96B CUSDEC --from un --json",
        "报文类型的结构：段和段组，及其状态和最大次数。\n\n"
        "\b\n示例：\n"
        "  edi-router directory show D96B CUSDEC\n"
        "  edi-router directory show D96B CUSDEC --from un --json",
    )
)
@click.argument("name", metavar="DIRECTORY")
@click.argument("type_", metavar="MESSAGE")
@from_option
@options.definitions_option
@options.lang_option
@options.json_option
@click.pass_context
def show(
    ctx: click.Context,
    name: str,
    type_: str,
    source: Path | None,
    definitions: tuple[Path, ...],
    as_json: bool,
) -> int:
    """One message type as a tree."""
    name = folder_name(name)
    found = definitions_of(ctx, source, definitions)
    message = message_of(ctx, found, name, type_, (source, definitions), output.FINDINGS)
    if as_json:
        output.emit(structure(message.content))
    else:
        click.secho(f"{message.type} {name} {message.name}", bold=True)
        _print(found, name, message.content, 0)
    return output.FINE


def structure(content: Iterable[SegmentUse | GroupUse]) -> list[dict[str, Any]]:
    """The content of a message or group as scripts get it."""
    from edi_router.formats.edifact.directory import GroupUse

    return [
        {"group": use.name, "status": use.status, "repeat": use.repeat, "content": structure(use.content)}
        if isinstance(use, GroupUse)
        else {"tag": use.tag, "status": use.status, "repeat": use.repeat}
        for use in content
    ]


def _print(definitions: Definitions, name: str, content: Iterable[SegmentUse | GroupUse], depth: int) -> None:
    from edi_router.formats.edifact.directory import GroupUse

    for use in content:
        start = f"{use.position:>6} {'  ' * depth}"
        if isinstance(use, GroupUse):
            click.echo(f"{start}{click.style(use.name, fg='cyan')} {use.status} {use.repeat}")
            _print(definitions, name, use.content, depth + 1)
        else:
            segment = definitions.segment(name, use.tag) or definitions.segment("service-3", use.tag)
            title = segment.name if segment is not None else ""
            click.echo(f"{start}{use.tag} {use.status} {use.repeat:<5} {title}".rstrip())


@directory.command(
    "list",
    help=say(
        "The directories there are, with their message types; or the message types of one, with their names.\n\n"
        "\b\nExamples:\n"
        "  edi-router directory list --from un\n"
        "  edi-router directory list D96B",
        "列出已有的目录及其报文类型；或一个目录的报文类型及其名称。\n\n"
        "\b\n示例：\n"
        "  edi-router directory list --from un\n"
        "  edi-router directory list D96B",
    ),
)
@click.argument("name", metavar="[DIRECTORY]", required=False)
@from_option
@options.definitions_option
@options.lang_option
@options.json_option
@click.pass_context
def list_(
    ctx: click.Context,
    name: str | None,
    source: Path | None,
    definitions: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Every directory and its messages, where it lies and what is in it; or the messages of one."""
    found = definitions_of(ctx, source, definitions)
    there = names_of(ctx, source, definitions)
    if name is not None:
        wanted = folder_name(name)
        if wanted not in there:
            output.fail(absent(wanted, there), output.FINDINGS)
        there = {wanted: there[wanted]}
    rows = []
    for each, types in there.items():
        about = found.about(each) or {}
        where = where_of(ctx, each, types[0], source, definitions)
        counts = about.get("counts", {})
        shape = {"directory": each, "messages": types, "where": where, "source": about.get("source", "")}
        if as_json:
            output.emit(shape | {"counts": counts})
        else:
            rows.append((each, where, _counted(counts), _some(types)))
    if name is not None and not as_json:
        _print_types(found, wanted, there[wanted])
    elif not as_json:
        headings = (
            say("directory", "目录"),
            say("where", "位置"),
            say("holds", "内容"),
            say("messages", "报文类型"),
        )
        output.table(headings, rows)
    return output.FINE


def _print_types(definitions: Definitions, name: str, types: list[str]) -> None:
    """The message types of one directory, and where their definitions come from."""
    for type_ in types:
        message = definitions.message_of(name, type_)
        click.echo(f"{type_}  {message.name if message is not None else ''}".rstrip())
    if source := (definitions.about(name) or {}).get("source"):
        click.echo(say(f"source: {source}", f"来源：{source}"))


def _some(types: list[str]) -> str:
    """All message types, but only the first of a whole release."""
    if len(types) <= SHOWN:
        return ", ".join(types)
    more = len(types) - FIRST
    return ", ".join(types[:FIRST]) + say(f" and {more} more", f" 等，另有 {more} 个")


def _counted(counts: dict[str, int]) -> str:
    words = {
        "messages": say("message" if counts.get("messages") == 1 else "messages", "个报文"),
        "segments": say("segments", "个段"),
        "codes": say("codes", "个代码"),
    }
    return ", ".join(f"{counts[key]:,} {word}" for key, word in words.items() if key in counts)


directory.add_command(diff)
directory.add_command(doc)
