"""`edi-router coverage`: what of a mapping its cases prove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, proofs
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.mapping.coverage import Coverage, Outcome, Share
    from edi_router.mapping.raisable import Raisable
    from edi_router.mapping.trace_given import Given

_SHOWN = 20
"""Characters of a value that are shown."""
_KINDS = {
    "target": ("never written", "从未写出"),
    "holds": ("never true", "从未成立"),
    "fails": ("never false", "从未不成立"),
    "alternative": ("never taken", "从未采用"),
    "default": ("default never used", "默认值从未使用"),
    "register-default": (
        "default for a key missing in the register never used",
        "登记簿缺项时的默认值从未使用",
    ),
    "table-default": ("default for a key missing in the table never used", "代码表缺码时的默认值从未使用"),
}


@click.command(
    help=say(
        "What the golden cases of a mapping prove: which values of their input are never read, which targets never "
        "written, which branches never taken (conditions, alternatives, defaults), and which faults that the mapping can "
        "raise no case raises, line by line. With FILE or --archive, what those show. MAP is a mapping's id or folder.\n\n"
        "\b\nExamples:\n"
        "  edi-router coverage cusdec-eciq\n"
        "  edi-router --workspace DIR coverage cusdec-eciq --since 2026-03-01",
        "映射的标准用例证明了什么：输入中哪些值从未读取，哪些目标从未写出，哪些分支从未走到（条件、备选来源、默认值），"
        "哪些可能报出的错误没有用例触发，逐行列出。给出 FILE 或 --archive 时，按这些输入统计。MAP 为映射编号或目录。\n\n"
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
    from edi_router.mapping.raisable import raisable
    from edi_router.mapping.source_values import Samples
    from edi_router.mapping.trace_given import of_cases, of_data

    tree, chosen, source = proofs.mapping_named(ctx, mapping)

    def given() -> Iterator[Given]:
        if files or archive or since:
            for name, data, context, settings in (
                proofs.of_files(files) if files else proofs.of_archive(ctx, chosen.id, since)
            ):
                yield from of_data(source, chosen.definition, name, data, context, settings)
        else:
            yield from of_cases(tree, source, chosen)

    found = covered(chosen, given())
    faults = raisable(tree, chosen, Samples(source.definitions))
    if as_json:
        output.emit(_shape(found, faults))
    else:
        _print(found, faults)
    return output.FINE


def _shape(found: Coverage, faults: Sequence[Raisable]) -> dict[str, Any]:
    from edi_router.mapping.coverage import Share, share_of

    outcomes = found.outcomes()
    targets = [each for each in outcomes if each.kind == "target"]
    branches = [each for each in outcomes if each.kind != "target"]
    unraised = [each for each in faults if not each.is_raised(found.raised)]
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
        "faults": _share(Share(len(faults) - len(unraised), len(faults)))
        | {
            "unraised": [
                {
                    "code": each.code,
                    "rule": each.rules[0],
                    "target": each.target,
                    "path": each.path,
                    "values": each.texts,
                }
                for each in unraised
            ]
        },
        "lines": [
            {"file": file, "line": line} | _share(share) for (file, line), share in found.lines().items()
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    return {"covered": share.part, "total": share.total, "percent": share.percent}


def _outcome(each: Outcome) -> dict[str, Any]:
    kind = {} if each.kind == "target" else {"kind": each.kind, "detail": each.detail}
    return {"file": each.file, "line": each.line, "target": each.target, **kind}


def _line(each: Outcome, own: str) -> str:
    """The line's number, with the name of a shared file of fragments before it."""
    if each.file == own:
        return str(each.line)
    return f"fragments/{each.file.rpartition('/')[2]}:{each.line}"


def _print(found: Coverage, faults: Sequence[Raisable]) -> None:
    from edi_router.mapping.coverage import Share, share_of

    outcomes = found.outcomes()
    lines = found.lines()
    rows = [
        (
            _line(each, found.mapping.definition.file),
            f"{lines[each.file, each.line].percent:g} %",
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
    unraised = [each for each in faults if not each.is_raised(found.raised)]
    if unraised:
        output.table(
            (say("rule", "规则"), say("fault", "错误"), say("target", "目标"), say("raised by", "触发方式")),
            [(each.rules[0], each.code, each.target, _told(each)) for each in unraised],
            say("faults never raised", "从未触发的错误"),
        )
    shares = (
        (say("source values read", "已读取的来源"), found.share_of_sources),
        (
            say("targets written", "已写出的目标"),
            share_of(each for each in outcomes if each.kind == "target"),
        ),
        (say("branches taken", "已走到的分支"), share_of(each for each in outcomes if each.kind != "target")),
        (say("faults raised", "已触发的错误"), Share(len(faults) - len(unraised), len(faults))),
    )
    told = say(", ", "，").join(
        f"{text} {each.part}/{each.total} ({each.percent:g} %)" for text, each in shares
    )
    count = say(
        f"{found.documents} document{'' if found.documents == 1 else 's'}", f"{found.documents} 份单证"
    )
    print(f"{found.mapping.id}: {count}; {told}")


def _told(fault: Raisable) -> str:
    """What raises the fault, in a few characters."""
    from edi_router.mapping.raisable import REPEATED

    if not fault.texts:
        return say(f"no {fault.path}", f"{fault.path} 缺失")
    text = fault.texts[0] if len(fault.texts[0]) <= _SHOWN else f"{fault.texts[0][:_SHOWN]}…"
    several = f" × {len(fault.texts)}" if len(fault.texts) > 1 else ""
    return f"{fault.path} = {text}{several}" if text != REPEATED else f"{fault.path}{several}"
