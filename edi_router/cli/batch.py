"""`edi-router batch`: the batches that were closed, and closing one by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.ls import plain, shown
from edi_router.cli.operate import who

COLUMNS = ("id", "closed", "cause", "messages", "late", "state", "answer", "delivered", "parent")


@click.group(
    help=say(
        "Batches: messages that go to a partner together, in one interchange.\n\n"
        "\b\nExample: edi-router --workspace DIR batch ls",
        "批次：合为一个交换发给伙伴的报文。\n\n\b\n示例：edi-router --workspace DIR batch ls",
    )
)
def batch() -> None:
    """The verbs of batches."""


@batch.command(
    help=say(
        "The batches that were closed, newest first, and how many messages wait for the next ones.\n\n"
        "\b\nExample: edi-router --workspace DIR batch ls --partner CUS-NIGHT",
        "列出已关闭的批次（最新的在前）以及等待入批的报文数。\n\n"
        "\b\n示例：edi-router --workspace DIR batch ls --partner CUS-NIGHT",
    )
)
@click.option("--partner", help=say("Only of this partner.", "只列此伙伴。"))
@click.option(
    "--since", type=options.MOMENT, help=say("Only since then (business zone).", "只列此后的（业务时区）。")
)
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True,
    help=say("At most so many.", "最多条数。"),
)  # fmt: skip
@options.lang_option
@options.json_option
@click.pass_context
def ls(ctx: click.Context, partner: str | None, since: datetime | None, limit: int, as_json: bool) -> None:
    """List batches, and what waits."""
    zone = workspace.needed(ctx).settings().zone
    moment = since.replace(tzinfo=zone) if since is not None else None
    with workspace.ledger(ctx) as ledger:
        rows = [each for each in ledger.batches(since=moment) if partner in (None, each.partner)][:limit]
        waiting = ledger.waiting_series()
    waiting = {name: number for name, number in waiting.items() if partner in (None, name.partition("/")[0])}
    if as_json:
        for each in rows:
            output.emit(plain(asdict(each)))
        for name, number in sorted(waiting.items()):
            output.emit({"series": name, "waiting": number})
        return
    output.table(COLUMNS, ([shown(getattr(each, column), zone) for column in COLUMNS] for each in rows))
    for name, number in sorted(waiting.items()):
        print(say(f"{number} messages wait for {name}", f"{name} 有 {number} 份报文等待入批"))


@batch.command(
    help=say(
        "Close what has been collected for a batch now, whatever the hour and the quota. The engine delivers it in "
        "its next round.\n\n"
        "\b\nExample: edi-router --workspace DIR batch close CUS-NIGHT/forms --reason 'customs asked for it'",
        "立即关闭某批次已收集的报文，不受时间和限额限制；引擎在下一轮投递。\n\n"
        "\b\n示例：edi-router --workspace DIR batch close CUS-NIGHT/forms --reason 海关要求",
    )
)
@click.argument("series", metavar="PARTNER/ID")
@options.reason_option
@options.lang_option
@options.json_option
@click.pass_context
def close(ctx: click.Context, series: str, reason: str, as_json: bool) -> int:
    """Close a series by hand."""
    from edi_router.config import did_you_mean
    from edi_router.engine.batching import close_by_hand, told
    from edi_router.formats.edifact.writer import WriteError
    from edi_router.pipeline.series import kept

    exchange = workspace.exchange(ctx)
    known = [each.name for each in kept(exchange)]
    if series not in known:
        near = did_you_mean(series, known)
        hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
        raise click.UsageError(say(f"there is no batch {series}", f"没有批次 {series}") + hint)
    with workspace.ledger(ctx) as ledger:
        try:
            made = close_by_hand(ledger, exchange, series, who(), reason)
        except WriteError as error:
            output.fail(
                say("a message cannot be written: ", "有报文无法写出：") + told(error), output.FINDINGS
            )
    if as_json:
        output.emit({"verb": "close", "id": series, "batches": made})
    elif made:
        print(say(f"closed: {', '.join(made)}", f"已关闭：{', '.join(made)}"))
    else:
        print(say(f"nothing waits for {series}", f"{series} 没有等待的报文"))
    return output.FINE if made else output.FINDINGS
