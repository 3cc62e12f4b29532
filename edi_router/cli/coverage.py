"""`edi-router coverage`: what of a mapping its cases prove."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, proofs
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.mapping.coverage import Coverage, Outcome, Share
    from edi_router.mapping.trace_given import Given

_KINDS = {
    "target": ("never written", "从未写出"),
    "holds": ("never true", "从未成立"),
    "fails": ("never false", "从未不成立"),
    "alternative": ("never taken", "从未采用"),
    "default": ("default never used", "默认值从未使用"),
    "table-default": ("default for a key missing in the table never used", "代码表缺码时的默认值从未使用"),
}


@click.command(
    help=say(
        "What the golden cases of a mapping prove: which values of their input are never read, which targets never "
        "written, which branches never taken (conditions, alternatives, defaults), line by line. With FILE or "
        "--archive, what those show. MAP is a mapping's id or folder.\n\n"
        "\b\nExamples:\n"
        "  edi-router coverage cusdec-eciq\n"
        "  edi-router --workspace DIR coverage cusdec-eciq --since 2026-03-01",
        "映射的标准用例证明了什么：输入中哪些值从未读取，哪些目标从未写出，哪些分支从未走到（条件、备选来源、默认值），"
        "逐行列出。给出 FILE 或 --archive 时，按这些输入统计。MAP 为映射编号或目录。\n\n"
        "\b\n示例：\n"
        "  edi-router coverage cusdec-eciq\n"
        "  edi-router --workspace DIR coverage cusdec-eciq --since 2026-03-01",
    )
)
@click.argument("mapping", metavar="MAP")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@proofs.archive_options
@options.lang_option
@options.json_option
@click.pass_context
def coverage(
    ctx: click.Context,
    mapping: str,
    files: tuple[str, ...],
    archive: bool,
    since: datetime | None,
    as_json: bool,
) -> int:
    """The documents run, and what was seen."""
    from edi_router.mapping.coverage import coverage as covered
    from edi_router.mapping.trace_given import of_cases, of_data

    tree, chosen, source = proofs.mapping_named(ctx, mapping)

    def given() -> Iterator[Given]:
        if files or archive or since:
            for name, data, context in (
                proofs.of_files(files) if files else proofs.of_archive(ctx, chosen.id, since)
            ):
                yield from of_data(source, chosen.definition, name, data, context)
        else:
            yield from of_cases(tree, source, chosen)

    found = covered(chosen, given())
    if as_json:
        output.emit(_shape(found))
    else:
        _print(found)
    return output.FINE


def _shape(found: Coverage) -> dict[str, Any]:
    from edi_router.mapping.coverage import share_of

    outcomes = found.outcomes()
    targets = [each for each in outcomes if each.kind == "target"]
    branches = [each for each in outcomes if each.kind != "target"]
    return {
        "mapping": found.mapping.id,
        "documents": found.documents,
        "inputs": list(found.names),
        "sources": _share(found.share_of_sources)
        | {
            "unread": [
                {"path": each.path, "occurs": each.occurs, "example": each.example} for each in found.unread()
            ]
        },
        "targets": _share(share_of(targets))
        | {"unwritten": [_outcome(each) for each in targets if not each.times]},
        "branches": _share(share_of(branches))
        | {"untaken": [_outcome(each) for each in branches if not each.times]},
        "lines": [{"line": line} | _share(share) for line, share in found.lines().items()],
    }


def _share(share: Share) -> dict[str, Any]:
    return {"covered": share.part, "total": share.total, "percent": share.percent}


def _outcome(each: Outcome) -> dict[str, Any]:
    kind = {} if each.kind == "target" else {"kind": each.kind, "detail": each.detail}
    return {"line": each.line, "target": each.target, **kind}


def _print(found: Coverage) -> None:
    from edi_router.mapping.coverage import share_of

    outcomes = found.outcomes()
    lines = found.lines()
    rows = [
        (
            str(each.line),
            f"{lines[each.line].percent:g} %",
            each.target,
            say(*_KINDS[each.kind]) + (f": {each.detail}" if each.detail else ""),
        )
        for each in outcomes
        if not each.times
    ]
    headings = (
        say("line", "行"),
        say("covered", "覆盖率"),
        say("target", "目标"),
        say("not covered", "未覆盖"),
    )
    if rows:
        output.table(headings, rows, found.mapping.definition.file)
    unread = [(each.path, str(each.occurs), each.example) for each in found.unread()]
    if unread:
        columns = (say("source", "来源"), say("occurs", "次数"), say("for example", "示例"))
        output.table(columns, unread, say("values never read", "从未读取的值"))
    shares = (
        (say("source values read", "已读取的来源"), found.share_of_sources),
        (
            say("targets written", "已写出的目标"),
            share_of(each for each in outcomes if each.kind == "target"),
        ),
        (say("branches taken", "已走到的分支"), share_of(each for each in outcomes if each.kind != "target")),
    )
    told = say(", ", "，").join(
        f"{text} {each.part}/{each.total} ({each.percent:g} %)" for text, each in shares
    )
    count = say(
        f"{found.documents} document{'' if found.documents == 1 else 's'}", f"{found.documents} 份单证"
    )
    print(f"{found.mapping.id}: {count}; {told}")
