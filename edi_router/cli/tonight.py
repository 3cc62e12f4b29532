"""`edi-router tonight`: one screen of the nightly exchange, with what to do next."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.partners.forecast import Forecast
    from edi_router.reports.tonight import Tonight


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


def as_values(seen: Tonight) -> dict[str, Any]:
    """For JSON: instants in ISO 8601 and UTC, spans in seconds."""
    return {
        "at": seen.at.isoformat(),
        "fine": seen.fine,
        "windows": [_window(each) for each in seen.windows],
        "concerns": [
            {
                **asdict(each), "since": each.since.isoformat() if each.since is not None else None,
                "bad": each.bad, "call": seen.call.get(each.partner, ""),
            }
            for each in seen.concerns
        ],
        "alarms": [
            {"kind": each.kind, "severity": each.severity, "partner": each.partner, "raised": each.raised.isoformat()}
            for each in seen.alarms
        ],
    }  # fmt: skip


def _window(each: Forecast) -> dict[str, Any]:
    window = each.window
    return {
        "partner": each.partner, "batch": each.batch, "state": each.state,
        "opens": window.opens.isoformat(), "cut_off": window.cut_off.isoformat(),
        "closes": window.closes.isoformat(), "sent": each.sent, "remaining": each.remaining,
        "under_way": each.under_way, "collected": each.collected, "expected": each.expected,
        "late": each.late, "over_quota": each.over_quota, "rate": each.rate, "measured": each.measured,
        "done_at": each.done_at.isoformat() if each.done_at is not None else None,
        "margin": None if each.margin is None else each.margin.total_seconds(), "stalled": each.stalled,
    }  # fmt: skip
