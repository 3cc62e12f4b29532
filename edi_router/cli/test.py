"""`edi-router test`: the golden cases of mappings."""

from __future__ import annotations

import time
from contextlib import suppress
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
        "Run the golden cases of mappings and show how outputs differ from what is expected; run the cases of "
        "rule files. WHAT is a mapping's ID or folder, a rule file such as rules/cusdec, or a workspace; without "
        "it, the present workspace. Of a workspace the mappings and rule files run that have a file in it; with "
        "--all the shipped ones too. Outside of a workspace the shipped ones run.\n\n"
        "\b\nExamples:\n"
        "  edi-router test\n"
        "  edi-router test --all                     the shipped mappings and rules too\n"
        "  edi-router test rules/cusdec\n"
        "  edi-router test cusdec-eciq --accept      take the present outputs as right\n"
        "  edi-router test my-map --watch            run again whenever a file changes",
        "运行映射的标准用例，显示输出与预期的差异；并运行规则文件的用例。WHAT 为映射编号或目录、"
        "规则文件（如 rules/cusdec）或工作区；省略时为当前工作区。"
        "对工作区只运行其中有文件的映射和规则文件；加 --all 时也运行自带的全部。不在工作区时运行自带的全部。\n\n"
        "\b\n示例：\n"
        "  edi-router test\n"
        "  edi-router test --all                     连同自带的映射和规则\n"
        "  edi-router test rules/cusdec\n"
        "  edi-router test cusdec-eciq --accept      将当前输出作为预期结果\n"
        "  edi-router test my-map --watch            文件变化时重新运行",
    )
)
@click.argument("what", nargs=-1, metavar="[PATH|ID]...")
@click.option(
    "--accept",
    is_flag=True,
    help=say("Write what came out as what is expected; review it.", "将当前输出写为预期结果，请随后复核。"),
)
@click.option(
    "--watch",
    is_flag=True,
    help=say("Run again whenever a file changes, until Ctrl-C.", "文件变化时重新运行，按 Ctrl-C 结束。"),
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help=say("Of a workspace run the shipped cases too.", "对工作区也运行自带的用例。"),
)
@options.lang_option
@options.json_option
@click.pass_context
def test(
    ctx: click.Context, what: tuple[str, ...], accept: bool, watch: bool, every: bool, as_json: bool
) -> int:
    """Cases run and compared."""
    seen = _state(ctx, what) if watch else {}  # before the run: a change during it must not be missed
    code = _run(ctx, what, accept, every, as_json)
    try:
        while watch:
            time.sleep(_WATCH_SECONDS)
            now = _state(ctx, what)
            if now != seen:
                seen = now
                print(say("--- changed ---", "--- 有变化 ---"), flush=True)
                code = _run(ctx, what, accept, every, as_json)
    except KeyboardInterrupt:
        print()
    return code


_WATCH_SECONDS = 0.5


def _state(ctx: click.Context, what: tuple[str, ...]) -> dict[str, int]:
    """The files that a run reads, each with its time of change."""
    trees = [tree for tree, _ in (_chosen(ctx, each) for each in what)] or [workspace.tree(ctx)]
    found: dict[str, int] = {}
    for name in ("mappings", "schemas/records", "schemas/rules", "schemas/xml", "schemas/profiles"):
        for tree in trees:
            for path in (path for layer in tree.layers for path in (layer / name).rglob("*")):
                with suppress(OSError):  # an editor's temporary file may be gone already
                    found[str(path)] = path.stat().st_mtime_ns
    return found


def _own(tree: Tree) -> tuple[list[str], int]:
    """The mappings and rule files of a tree that have a file in a layer above the shipped one; how many have none."""
    from edi_router.config import Tree
    from edi_router.library.rule_cases import rule_files
    from edi_router.mapping import names

    known = [*names(tree), *rule_files(tree)]
    if len(tree.layers) < 2:
        return known, 0
    above = Tree(tree.layers[:-1])
    there = {name.split("/")[1] for name in above.names("mappings") if name.count("/") > 1}
    rules = [name.removeprefix("schemas/rules/") for name in above.names("schemas/rules")]
    there |= {
        f"rules/{name.removeprefix('cases/').partition('/')[0].removesuffix('.yaml')}" for name in rules
    }
    own = [id for id in known if id in there]
    return own, len(known) - len(own)


def _run(ctx: click.Context, what: tuple[str, ...], accept: bool, every: bool, as_json: bool) -> int:
    """One run of the cases."""
    from edi_router.library.rule_cases import rule_files, run_rule_cases
    from edi_router.mapping import golden, names

    results: list[CaseResult] = []
    left = 0
    chosen = [_chosen(ctx, each) for each in what] or [(workspace.tree(ctx), [])]
    with output.progress(say("testing", "测试")) as advance:
        for tree, ids in chosen:
            own, passed_over = ([*names(tree), *rule_files(tree)], 0) if every else _own(tree)
            left += 0 if ids else passed_over
            for id in ids or own:
                of_rules = id.startswith("rules/")
                results += run_rule_cases(tree, [id]) if of_rules else golden.run_cases(tree, [id], accept)
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
        print(
            told + (say(f", {accepted} accepted", f"，{accepted} 个已接受") if accepted else ""), flush=True
        )
        if left:
            print(
                say(
                    f"not run: {left} shipped mappings and rule files; with them: edi-router test --all",
                    f"未运行自带的映射和规则文件 {left} 个；一并运行：edi-router test --all",
                )
            )
    return output.FINDINGS if failed else output.FINE


def _chosen(ctx: click.Context, what: str) -> tuple[Tree, list[str]]:
    """A mapping's id in the present tree, or a folder."""
    from edi_router.cli.lint import target
    from edi_router.config import did_you_mean
    from edi_router.library.rule_cases import rule_files
    from edi_router.mapping import names

    tree = workspace.tree(ctx)
    known = [*names(tree), *rule_files(tree)]
    if what in known:
        return tree, [what]
    if Path(what).exists():
        return target(ctx, Path(what))
    near = did_you_mean(what, known)
    hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
    raise click.UsageError(say(f"there is no mapping {what}", f"没有映射 {what}") + hint)


def _told(result: CaseResult, as_json: bool) -> None:
    from edi_router.mapping import golden

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
    if result.faults and result.difference == golden.told(result.faults):  # it could not be run
        for fault in result.faults:
            print("    " + output.fault_line(fault).replace("\n", "\n    "))
        return
    texts = {
        f"+{line}": fault
        for line, fault in zip(golden.fault_lines(result.faults), result.faults, strict=True)
    }
    for line in result.difference.splitlines():
        print(f"    {line}")
        if (unexpected := texts.get(line)) is not None:  # not its code and place only
            print("         " + output.fault_text(unexpected))
