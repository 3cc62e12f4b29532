"""`edi-router tonight`: one screen of the nightly exchange, with what to do next."""

from __future__ import annotations

import shlex

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say


@click.command(
    help=say(
        "The nightly exchange on one screen: each window with what was sent, what is left, when it will be done and "
        "the margin to its close; what is late, held, given up or paused, whom to call, and what to type next. "
        "Exit code 1 when something needs a person.\n\n"
        "\b\nExample: edi-router --workspace DIR tonight",
        "一屏显示夜间交换：各窗口的已发、待发、预计完成时间及距关闭的余量；超时、搁置、放弃和暂停的项目，联系谁，"
        "以及下一步命令。需要人工处理时退出码为 1。\n\n"
        "\b\n示例：edi-router --workspace DIR tonight",
    )
)
@options.lang_option
@options.json_option
@click.pass_context
def tonight(ctx: click.Context, as_json: bool) -> int:
    """Look once, and say what is seen."""
    from edi_router.cli.tonight_screen import Screen
    from edi_router.ledger.store import instant
    from edi_router.reports.tonight import look
    from edi_router.reports.tonight_values import as_values

    exchange = workspace.exchange(ctx)
    with workspace.ledger(ctx) as ledger:
        seen = look(ledger, exchange, instant(ledger.now()))
    if as_json:
        output.emit(as_values(seen))
    else:
        for line in Screen(LANGUAGE, exchange.settings.zone, command(ctx)).lines(seen):
            print(line)
    return output.FINE if seen.fine else output.FINDINGS


def command(ctx: click.Context) -> str:
    """What a verb is typed after, to work in the same workspace."""
    given = workspace.given(ctx)
    return output.program() + (f" --workspace {shlex.quote(str(given))}" if given is not None else "")
