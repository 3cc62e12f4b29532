"""`edi-router ls`: what is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.ledger_words import cell, heads, meant
from edi_router.faults import Fault

COLUMNS = {
    "file": ("id", "partner", "name", "state", "size", "received"),
    "message": ("id", "partner", "type", "reference", "state", "reason"),
    "output": ("id", "kind", "destination", "name", "state", "answer", "made"),
    "delivery": ("id", "destination", "name", "state", "attempts", "reason"),
    "acknowledgement": ("partner", "kind", "level", "reference", "answer", "output", "at"),
    "clock": ("partner", "kind", "level", "subject", "state", "started", "due", "stopped"),
    "alarm": ("severity", "partner", "raised", "cleared", "text"),
}


@click.command(
    help=say(
        "Files, messages, outputs, deliveries, received acknowledgements, clocks or alarms, newest first.\n\n"
        "Examples: edi-router --workspace DIR ls message --state held\n\n"
        "edi-router --workspace DIR ls acknowledgement --state rejected",
        "列出文件、报文、输出、投递、收到的回执、时限或告警，最新的在前。\n\n"
        "示例：edi-router --workspace DIR ls message --state held\n\n"
        "edi-router --workspace DIR ls acknowledgement --state rejected",
    )
)
@click.argument("kind", type=click.Choice(tuple(COLUMNS)), default="message")
@click.option("--state", help=say("Only in this state.", "只列此状态。"))
@click.option("--partner", help=say("Only of this partner.", "只列此伙伴。"))
@click.option("--type", "type_", help=say("Only this message type.", "只列此报文类型。"))
@click.option(
    "--since", type=options.MOMENT, help=say("Only since then (business zone).", "只列此后的（业务时区）。")
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help=say("At most so many.", "最多条数。"),
)
@click.option("--json", "as_json", is_flag=True, help=say("One JSON object a line.", "每行一个 JSON 对象。"))
@options.lang_option
@click.pass_context
def ls(
    ctx: click.Context,
    kind: str,
    state: str | None,
    partner: str | None,
    type_: str | None,
    since: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the rows of one kind."""
    if type_ is not None and kind != "message":
        raise click.UsageError(say("--type goes with messages only", "--type 只用于报文"))
    place = workspace.needed(ctx)
    zone = place.settings().zone
    moment = since.replace(tzinfo=zone) if since is not None else None
    state = _known(kind, state)
    with workspace.ledger(ctx) as ledger:
        rows = ledger.ls(kind, state=state, partner=partner, type=type_, since=moment, limit=limit)
    if partner is not None and not rows:
        from edi_router.cli.operate import known_partner

        # An empty table would say of a mistyped partner that nothing came from it.
        known_partner(ctx, partner)
    if kind == "alarm":
        rows = [{**row, "text": _sentence(row, zone)} for row in rows]
    if as_json:
        for row in rows:
            output.emit(plain(row))
        return
    columns = COLUMNS[kind]
    output.table(heads(columns), ([in_column(column, row, zone) for column in columns] for row in rows))


def _sentence(row: dict[str, Any], zone: ZoneInfo) -> str:
    """What the alarm says."""
    from edi_router.cli.language import LANGUAGE
    from edi_router.engine.alarm_texts import sentence
    from edi_router.ledger.alarms import Alarm

    names = ("id", "kind", "key", "severity", "partner", "subject", "arguments", "raised", "cleared")
    return sentence(Alarm(**{name: row[name] for name in names}, worse=None), LANGUAGE, zone)


def _known(kind: str, state: str | None) -> str | None:
    """The state as the ledger has it; in Chinese it may be given as the screen shows it."""
    from edi_router.config import did_you_mean
    from edi_router.ledger.searching import STATES

    states = ("warning", "critical") if kind == "alarm" else STATES[kind]
    state = meant(state, states) if state is not None else None
    if state is not None and state not in states:
        near = did_you_mean(state, states)
        hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
        listed = ", ".join(states)
        raise click.UsageError(
            say(f"a {kind} is never {state}{hint} ({listed})", f"{kind} 没有状态 {state}{hint}（{listed}）")
        )
    return state


def plain(value: Any) -> Any:
    """The value as JSON takes it: instants as ISO 8601 text; faults are told by their fields beside them."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items() if not isinstance(child, Fault)}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(child) for child in value]
    return value


def in_column(column: str, row: Mapping[str, Any], zone: tzinfo | None = None) -> str:
    """What a table shows of a row in a column."""
    return cell(column, shown(row.get(column), zone))


def shown(value: object, zone: tzinfo | None = None) -> str:
    """The value as a table shows it: instants in the business zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    return output.visible(str(value))
