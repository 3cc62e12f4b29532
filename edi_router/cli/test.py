"""`edi-router test`: the golden cases of mappings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.config import Tree
    from edi_router.mapping.golden import CaseResult


@click.command(
    help=say(
        "Run the golden cases of mappings and show how outputs differ from what is expected. WHAT is a "
        "mapping's ID or folder, or a workspace; without it, all mappings.\n\n"
        "\b\nExamples:\n"
        "  edi-router test\n"
        "  edi-router test cusdec-eciq --accept      take the present outputs as right",
        "运行映射的标准用例，显示输出与预期的差异。WHAT 为映射编号或目录，或工作区；省略时运行全部映射。\n\n"
        "\b\n示例：\n"
        "  edi-router test\n"
        "  edi-router test cusdec-eciq --accept      将当前输出作为预期结果",
    )
)
@click.argument("what", nargs=-1, metavar="[PATH|ID]...")
@click.option(
    "--accept",
    is_flag=True,
    help=say("Write what came out as what is expected; review it.", "将当前输出写为预期结果，请随后复核。"),
)
@options.lang_option
@options.json_option
@click.pass_context
def test(ctx: click.Context, what: tuple[str, ...], accept: bool, as_json: bool) -> int:
    """Cases run and compared."""
    from edi_router.mapping import golden, names

    results: list[CaseResult] = []
    chosen = [_chosen(ctx, each) for each in what] or [(workspace.tree(ctx), [])]
    with output.progress(say("testing", "测试")) as advance:
        for tree, ids in chosen:
            for id in ids or names(tree):
                results += golden.run_cases(tree, [id], accept)
                advance(id)
    for result in results:
        _told(result, as_json)
    failed = sum(not result.passed for result in results)
    if not as_json:
        accepted = sum(result.accepted for result in results)
        told = say(
            f"{len(results)} cases: {len(results) - failed} passed, {failed} failed",
            f"{len(results)} 个用例：{len(results) - failed} 个通过，{failed} 个失败",
        )
        print(told + (say(f", {accepted} accepted", f"，{accepted} 个已接受") if accepted else ""))
    return output.FINDINGS if failed else output.FINE


def _chosen(ctx: click.Context, what: str) -> tuple[Tree, list[str]]:
    """A mapping's id in the present tree, or a folder."""
    from edi_router.cli.lint import target
    from edi_router.config import did_you_mean
    from edi_router.mapping import names

    tree = workspace.tree(ctx)
    known = names(tree)
    if what in known:
        return tree, [what]
    if Path(what).exists():
        return target(ctx, Path(what))
    near = did_you_mean(what, known)
    hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
    raise click.UsageError(say(f"there is no mapping {what}", f"没有映射 {what}") + hint)


def _told(result: CaseResult, as_json: bool) -> None:
    if as_json:
        from edi_router.faults import as_json as fault_json

        output.emit(
            {
                "mapping": result.mapping,
                "case": result.case,
                "passed": result.passed,
                "accepted": result.accepted,
                "difference": result.difference,
                "faults": [fault_json(fault, LANGUAGE) for fault in result.faults],
            }
        )
        return
    if result.accepted:
        word = click.style(say("accepted", "已接受"), fg="yellow")
    elif result.passed:
        word = click.style(say("passed", "通过"), fg="green")
    else:
        word = click.style(say("FAILED", "失败"), fg="red", bold=True)
    click.echo(f"{word} {result.mapping}/{result.case}")
    if result.difference:
        for line in result.difference.splitlines():
            print(f"    {line}")
