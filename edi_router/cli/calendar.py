"""`edi-router calendar`: what a calendar says of the days ahead, for a person to check."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.calendars import Calendar

WEEKDAYS = {
    "mon": ("Mon", "周一"),
    "tue": ("Tue", "周二"),
    "wed": ("Wed", "周三"),
    "thu": ("Thu", "周四"),
    "fri": ("Fri", "周五"),
    "sat": ("Sat", "周六"),
    "sun": ("Sun", "周日"),
}


@click.command(
    help=say(
        "The days of a calendar: when it is open, which days are holidays, which are worked by exception. "
        "Without ID, the calendars that there are.\n\n"
        "Example: edi-router calendar china-office --from 2026-10-01 --days 10",
        "显示日历的各日：开放时间、节假日和调休上班日。省略 ID 时列出全部日历。\n\n"
        "示例：edi-router calendar china-office --from 2026-10-01 --days 10",
    )
)
@click.argument("id_", metavar="[ID]", required=False)
@click.option(
    "--from",
    "begin",
    metavar="DATE",
    type=options.DAY,
    help=say("The first day; otherwise today.", "起始日期；省略时为今天。"),
)
@click.option(
    "--days",
    metavar="N",
    type=click.IntRange(1, 3660),
    default=14,
    show_default=True,
    help=say("How many days.", "天数。"),
)
@options.lang_option
@options.json_option
@click.pass_context
def calendar(ctx: click.Context, id_: str | None, begin: datetime | None, days: int, as_json: bool) -> int:
    """One day a line."""
    calendars = _calendars(ctx)
    if id_ is None:
        _print_list(list(calendars.values()), as_json)
        return output.FINE
    if id_ not in calendars:
        raise click.UsageError(_unknown(id_, list(calendars)))
    shown = calendars[id_]
    first = begin.date() if begin is not None else datetime.now(shown.zone).date()
    made = [_day(shown, first + timedelta(days=number)) for number in range(days)]
    if as_json:
        for each in made:
            output.emit(each)
    else:
        _print_days(shown, made)
    return output.FINE


def _calendars(ctx: click.Context) -> dict[str, Calendar]:
    """The calendars of the configuration; ends the verb when a file is wrong."""
    from edi_router.calendars import load_calendars
    from edi_router.partners.settings import load_settings

    tree = workspace.tree(ctx)
    settings, faults = load_settings(tree)
    calendars: dict[str, Calendar] = {}
    if settings is not None:
        calendars, faults = load_calendars(tree, settings.zone)
    if faults:
        output.print_faults(faults)
        output.stop(output.FINDINGS)
    return calendars


def _unknown(name: str, known: list[str]) -> str:
    from edi_router.config import did_you_mean

    near = did_you_mean(name, known)
    hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
    listed = ", ".join(known)
    return say(f"no calendar {name}; there are {listed}", f"没有日历 {name}；现有：{listed}") + hint


def _day(shown: Calendar, day: date) -> dict[str, Any]:
    """What the calendar says of a day."""
    name = shown.named(day)
    return {
        "calendar": shown.id,
        "date": day.isoformat(),
        "weekday": list(WEEKDAYS)[day.weekday()],
        "working": shown.working_day(day),
        "open": [[each.astimezone(shown.zone).isoformat() for each in span] for span in shown.spans(day)],
        "name": None if name is None else getattr(name, LANGUAGE),
        "known": shown.known_to is None or day <= shown.known_to,
    }


def _print_list(calendars: list[Calendar], as_json: bool) -> None:
    if as_json:
        for each in calendars:
            output.emit({"calendar": each.id, "name": getattr(each.name, LANGUAGE)})
        return
    rows = [(each.id, getattr(each.name, LANGUAGE)) for each in calendars]
    output.table((say("calendar", "日历"), say("name", "名称")), rows)


def _print_days(shown: Calendar, days: list[dict[str, Any]]) -> None:
    """The days as a table, and from when on its holidays are not known."""
    rows = []
    for each in days:
        spans = [_clock(begin, end, each["date"]) for begin, end in each["open"]]
        told = ", ".join(spans) or say("closed", "不开放")
        rows.append((each["date"], say(*WEEKDAYS[each["weekday"]]), told, each["name"] or ""))
    print(f"{getattr(shown.name, LANGUAGE)} ({shown.id}), {shown.zone}")
    output.table((say("date", "日期"), "", say("open", "开放时间"), ""), rows)
    if any(not each["known"] for each in days):
        until = str(shown.known_to)
        print(
            say(
                f"Holidays are known to {until} only; the days after it are those of an ordinary week.",
                f"节假日只登记到 {until}，其后按平常的星期显示。",
            )
        )


def _clock(begin: str, end: str, day: str) -> str:
    """`08:30-12:00`; the day's end is 24:00."""
    until = "24:00" if end[:10] > day and end[11:16] == "00:00" else end[11:16]
    return f"{begin[11:16]}-{until}"
