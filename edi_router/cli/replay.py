"""`edi-router replay`: what a changed mapping makes of past input, beside the mapping that it replaces."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, proofs
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.mapping.replay import Change, Example, Replay
    from edi_router.mapping.replay_expect import Expectation

_FILE = "expect.yaml"
_WORDS = {
    "changed": ("changed", "变更"),
    "added": ("added", "新增"),
    "removed": ("removed", "删除"),
    "accepted": ("has an output now", "现在有输出"),
    "refused": ("has no output any more", "不再有输出"),
    "fault-added": ("new fault", "新增错误"),
    "fault-removed": ("fault gone", "错误消失"),
    "form": ("same values, written otherwise", "值相同，写法不同"),
}


@click.command(
    help=say(
        "Run a changed mapping beside the older one over files, or over the archived input from which it made "
        "outputs, and show which values of the outputs change, by kind. OLD is the older mapping's folder, or an "
        "older copy of the whole workspace. Exit code 1 when something changed that the expect file does not "
        "list.\n\n"
        "\b\nExamples:\n"
        "  edi-router replay cusdec-eciq --against old/mappings/cusdec-eciq in/*.edi\n"
        "  edi-router --workspace DIR replay cusdec-eciq --against old --since 2026-03-01 --accept",
        "对文件或归档输入同时运行修改后的映射和旧映射，按种类列出输出中变化的值。OLD 为旧映射的目录，或整个工作区的旧副本。"
        "出现 expect 文件未列出的变化时退出码为 1。\n\n"
        "\b\n示例：\n"
        "  edi-router replay cusdec-eciq --against old/mappings/cusdec-eciq in/*.edi\n"
        "  edi-router --workspace DIR replay cusdec-eciq --against old --since 2026-03-01 --accept",
    )
)
@click.argument("mapping", metavar="MAP")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--against",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="OLD",
    help=say("The mapping as it was.", "旧映射。"),
)
@click.option(
    "--since",
    type=options.MOMENT,
    help=say("Only input received since then (business zone).", "仅取此后（业务时区）收到的输入。"),
)
@click.option(
    "--expect",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="F.yaml",
    help=say(
        "The changes that are meant; mappings/MAP/expect.yaml unless told.",
        "预期变化的文件；默认为 mappings/MAP/expect.yaml。",
    ),
)
@click.option(
    "--accept",
    is_flag=True,
    help=say(
        "Write the changes that came out as those that are meant; review them.",
        "将当前变化写为预期，请随后复核。",
    ),
)
@options.lang_option
@options.json_option
@click.pass_context
def replay(
    ctx: click.Context,
    mapping: str,
    files: tuple[str, ...],
    against: Path,
    since: datetime | None,
    expect: Path | None,
    accept: bool,
    as_json: bool,
) -> int:
    """Both mappings run, and what came out compared."""
    from edi_router.mapping.replay import replay as replayed
    from edi_router.mapping.replay_expect import unexpected, written_expectation

    tree, new, source = proofs.mapping_named(ctx, mapping)
    old = proofs.loaded(*proofs.older(tree, new.id, against))
    own = tree.find(f"mappings/{new.id}/mapping.yaml")
    assert own is not None
    path = expect or own.with_name(_FILE)
    expectation = _expectation(path, needed=expect is not None and not accept)
    given = proofs.of_files(files) if files else proofs.of_archive(ctx, new.id, since)
    found = replayed(old, (new, source), given)
    changes = found.changes()
    if not found.documents and since is None:
        raise click.UsageError(
            say(
                f"there is nothing to replay: no input for {new.id}; name files, or a workspace that made outputs by it",
                f"没有可重放的输入：{new.id}；请给出文件，或指明由该映射产生过输出的工作区",
            )
        )
    if accept:
        path.write_text(
            written_expectation([each for each, _, _ in changes], expectation.note), encoding="utf-8"
        )
    surprises = [] if accept else unexpected([each for each, _, _ in changes], expectation)
    if as_json:
        output.emit(_shape(found, surprises))
    else:
        _print(found, surprises)
        if accept:
            print(say(f"written: {path}", f"已写入：{path}"))
    return output.FINDINGS if surprises else output.FINE


def _expectation(path: Path, *, needed: bool) -> Expectation:
    """What the file says; nothing is meant where there is none."""
    from edi_router import library
    from edi_router.mapping.replay_expect import Expectation, read_expectation

    if not path.is_file():
        if needed:
            raise click.UsageError(say(f"there is no file {path}", f"文件不存在：{path}"))
        return Expectation()
    with options.configured():
        expectation, faults = read_expectation(path.read_text(encoding="utf-8"), str(path))
        if expectation is None:
            raise library.ConfigurationError(faults)
    return expectation


def _shape(found: Replay, surprises: list[Change]) -> dict[str, Any]:
    return {
        "mapping": found.new.id,
        "documents": found.documents,
        "changed": found.changed,
        "changes": [
            {
                "element": change.element,
                "change": change.change,
                "from": change.old,
                "to": change.new,
                "count": count,
                "expected": change not in surprises,
                "example": _example(example),
            }
            for change, count, example in found.changes()
        ],
        "unexpected": len(surprises),
    }


def _example(example: Example) -> dict[str, Any]:
    where = {"input": example.input, "document": example.document, "where": example.where}
    return where | {"old": example.old, "new": example.new}


def _print(found: Replay, surprises: list[Change]) -> None:
    rows = []
    for change, count, example in found.changes():
        values = ""
        if change.change in ("changed", "added", "removed"):
            values = f"{'—' if example.old is None else example.old} → {'—' if example.new is None else example.new}"
        mark = say("NO", "否") if change in surprises else say("yes", "是")
        where = f"{example.input}#{example.document} {example.where}"
        rows.append((str(count), mark, change.element, say(*_WORDS[change.change]), values, where))
    headings = (
        say("count", "次数"),
        say("expected", "预期"),
        say("element", "元素"),
        say("change", "变化"),
        say("old → new", "旧 → 新"),
        say("for example in", "示例位置"),
    )
    if rows:
        output.table(headings, rows, found.new.definition.file)
    documents, kinds = found.documents, len(found.counts)
    print(
        say(
            f"{found.new.id}: {documents} document{'' if documents == 1 else 's'}, {found.changed} changed, "
            f"{kinds} kind{'' if kinds == 1 else 's'} of change, {len(surprises)} not expected",
            f"{found.new.id}：{documents} 份单证，{found.changed} 份有变化，共 {kinds} 种，"
            f"其中 {len(surprises)} 种非预期",
        )
    )
