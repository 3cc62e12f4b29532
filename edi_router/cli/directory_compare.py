"""`edi-router directory diff` and `doc`: directories compared and explained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output
from edi_router.cli.directories import definitions_of, folder_name, from_option, message_of
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.formats.edifact.directory_diff import Change


@click.command(
    help=say(
        "What changed in a message type from one directory to another: groups and segments, what the "
        "segments hold, formats, codes. Exit code 1 when something did.\n\n"
        "\b\nExamples:\n"
        "  edi-router directory diff D96B D01B CUSDEC\n"
        "  edi-router directory diff D96B D01B CUSDEC --json",
        "报文类型在两个目录之间的变化：段组和段、段的内容、格式、代码。有变化时退出码为 1。\n\n"
        "\b\n示例：\n"
        "  edi-router directory diff D96B D01B CUSDEC\n"
        "  edi-router directory diff D96B D01B CUSDEC --json",
    )
)
@click.argument("old", metavar="DIRECTORY")
@click.argument("new", metavar="DIRECTORY")
@click.argument("type_", metavar="MESSAGE")
@click.option(
    "--codes",
    is_flag=True,
    help=say("List every code, not only how many in each list.", "逐个列出代码，而不仅是各代码表的数量。"),
)
@from_option
@options.definitions_option
@options.lang_option
@options.json_option
@click.pass_context
def diff(
    ctx: click.Context,
    old: str,
    new: str,
    type_: str,
    codes: bool,
    source: Path | None,
    definitions: tuple[Path, ...],
    as_json: bool,
) -> int:
    """The changes of one message type between two directories."""
    from edi_router.formats.edifact.directory_diff import changes

    was, now = folder_name(old), folder_name(new)
    found = definitions_of(ctx, source, definitions)
    before, after = (
        message_of(ctx, found, name, type_, (source, definitions), output.USAGE) for name in (was, now)
    )
    told = changes(found, was, now, before, after)
    if as_json:
        shape = {"message": after.type, "from": was, "to": now}
        output.emit(shape | {"changes": [change.as_json() for change in told]})
    else:
        _print_changes(f"{after.type} {was} → {now}", told, codes)
    return output.FINDINGS if told else output.FINE


def _print_changes(title: str, told: list[Change], codes: bool) -> None:
    parts = {
        "structure": say("Structure", "结构"), "segment": say("Segments", "段"),
        "composite": say("Composites", "复合数据元"), "element": say("Formats", "格式"),
        "code": say("Codes", "代码"),
    }  # fmt: skip
    click.secho(f"{title}: " + say(f"{len(told):,} changes", f"{len(told):,} 处变化"), bold=True)
    for part, heading in parts.items():
        group = [change for change in told if change.part == part]
        if group:
            click.secho(f"\n{heading} ({len(group):,})", bold=True)
        if part == "code" and not codes:
            _print_lists(group)
            continue
        for change in group:
            _print_change(change)


def _print_lists(group: list[Change]) -> None:
    """How many codes each list gained, and which it lost: those stop working."""
    lists: dict[str, tuple[int, list[str]]] = {}
    for change in group:
        added, removed = lists.get(change.where, (0, []))
        if change.change == "removed":
            removed = [*removed, change.what]
        lists[change.where] = (added + (change.change == "added"), removed)
    for element, (added, removed) in lists.items():
        line = f"  ~ {element}"
        if added:
            line += say(f"  {added:,} added", f"  新增 {added:,} 个")
        if removed:
            gone = " ".join(removed[:20]) + (" …" if len(removed) > 20 else "")
            line += say(f"  {len(removed):,} removed: {gone}", f"  删除 {len(removed):,} 个：{gone}")
        click.secho(line, fg="yellow")
    click.echo(say("  (--codes lists them all)", "  （--codes 列出全部）"))


def _print_change(change: Change) -> None:
    words = {
        "moved": say("moved", "移动"), "status": say("status", "状态"), "repeat": say("repeats", "次数"),
        "renumbered": say("number", "编号"), "form": say("format", "格式"),
    }  # fmt: skip
    sign, colour = {"added": ("+", "green"), "removed": ("-", "red")}.get(change.change, ("~", "yellow"))
    where = "" if change.where == change.what else f"{change.where or '/':<10} "
    if change.change in words:
        detail = f"{words[change.change]} {change.old} → {change.new}"
    else:
        detail = change.new or change.old
    line = f"  {sign} {where}{change.what}  {detail}"
    click.echo(click.style(line.rstrip(), fg=colour) + (f"  {change.name}" if change.name else ""))


@click.command(
    help=say(
        "A readable guide to a message type: its tree, then segments with names, formats and codes; "
        "as text, or as one HTML file that needs nothing else and prints well.\n\n"
        "\b\nExamples:\n"
        "  edi-router directory doc CUSDEC D21B\n"
        "  edi-router directory doc CUSDEC D21B --html --out cusdec.html",
        "报文类型的阅读指南：结构树，以及各段的名称、格式和代码；输出文本，或单个可打印的 HTML 文件。\n\n"
        "\b\n示例：\n"
        "  edi-router directory doc CUSDEC D21B\n"
        "  edi-router directory doc CUSDEC D21B --html --out cusdec.html",
    )
)
@click.argument("type_", metavar="MESSAGE")
@click.argument("name", metavar="DIRECTORY")
@click.option("--html", "as_html", is_flag=True, help=say("Make an HTML file.", "生成 HTML 文件。"))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("Write to this file instead of standard output.", "写入此文件而不是标准输出。"),
)
@from_option
@options.definitions_option
@options.lang_option
@click.pass_context
def doc(
    ctx: click.Context,
    type_: str,
    name: str,
    as_html: bool,
    out: Path | None,
    source: Path | None,
    definitions: tuple[Path, ...],
) -> int:
    """The guide to one message type."""
    from edi_router.formats.edifact.directory_guide import Guide

    name = folder_name(name)
    found = definitions_of(ctx, source, definitions)
    message = message_of(ctx, found, name, type_, (source, definitions), output.USAGE)
    guide = Guide(found, name, message, LANGUAGE)
    data = (guide.html() if as_html else guide.text()).encode("utf-8")
    if out is None:
        click.echo(data, nl=False)
        return output.FINE
    try:
        out.write_bytes(data)
    except OSError as error:
        output.fail(output.trouble_with(error), output.SYSTEM)
    return output.FINE
