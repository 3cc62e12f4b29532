"""`edi-router books export` and `compare`: what was exchanged with a partner on a date, on both sides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.reports.exchange import Difference

_PARTNER = say("The partner.", "伙伴。")


@click.command(
    help=say(
        "What was exchanged with a partner on a business date: each interchange and message sent and received, with "
        "control reference, time, SHA-256, state and answer, and totals. `docs/books.md` describes the file.\n\n"
        "Example: edi-router --workspace DIR books export 2026-11-20 --partner CUS-QD --out exchanged.csv",
        "某业务日与一个伙伴的全部收发：每个交换与报文的控制号、时间、SHA-256、状态、回执及合计。格式见 `docs/books.md`。\n\n"
        "示例：edi-router --workspace DIR books export 2026-11-20 --partner CUS-QD --out exchanged.csv",
    )
)
@click.argument("date", type=options.DAY)
@click.option("--partner", required=True, metavar="ID", help=_PARTNER)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), metavar="FILE",
              help=say("The file to write; `.json` makes it JSON.", "写入的文件；以 `.json` 结尾则为 JSON。"))  # fmt: skip
@options.lang_option
@options.json_option
@click.pass_context
def export(ctx: click.Context, date: datetime, partner: str, out: Path | None, as_json: bool) -> int:
    """The file of a date."""
    from edi_router.cli import proofs
    from edi_router.reports.exchange import as_exchange_csv, as_exchange_json

    day = date.date().isoformat()
    rows, us = _ours(ctx, day, partner)
    if as_json and out is None:
        output.emit({"books": day, "of": us, "with": partner, "rows": rows})
        return output.FINE
    if as_json or (out is not None and out.suffix.lower() == ".json"):
        text = as_exchange_json(rows, day, us, partner)
    else:
        text = as_exchange_csv(rows)
    if out is None or str(out) == "-":
        click.echo(text.encode("utf-8"), nl=False)
    else:
        proofs.write(out, text)
    return output.FINE


@click.command(
    help=say(
        "Compare a partner's list of what was exchanged with ours: what is only here, only there, or different. The "
        "list has the layout of `books export`, or is a CSV whose columns --column names. Exit code 1 when something is "
        "different.\n\n"
        "\b\nExamples:\n"
        "  edi-router --workspace DIR books compare theirs.csv --partner CUS-QD --date 2026-11-20\n"
        "  edi-router --workspace DIR books compare list.csv --partner TERM --column control_reference=REF",
        "把对方的收发清单与本方比较：仅本方有、仅对方有、内容不同。清单格式同 `books export`，或为 CSV 并用 --column 指明列。"
        "有差异时退出码为 1。\n\n"
        "\b\n示例：\n"
        "  edi-router --workspace DIR books compare theirs.csv --partner CUS-QD --date 2026-11-20\n"
        "  edi-router --workspace DIR books compare list.csv --partner TERM --column control_reference=REF",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", required=True, metavar="ID", help=_PARTNER)
@click.option("--date", "day", type=options.DAY, help=say(
    "The business date; otherwise the one in the file, else yesterday.", "业务日；默认取文件中的日期，否则为昨日。"))  # fmt: skip
@click.option("--column", "columns", multiple=True, metavar="OURS=THEIRS", help=say(
    "How the CSV calls one of our columns (repeatable).", "CSV 中与本方某列对应的列名（可重复）。"))  # fmt: skip
@options.lang_option
@options.json_option
@click.pass_context
def compare(
    ctx: click.Context,
    file: Path,
    partner: str,
    day: datetime | None,
    columns: tuple[str, ...],
    as_json: bool,
) -> int:
    """Their file against our ledger."""
    from edi_router.reports.exchange import Unreadable, read_exchange
    from edi_router.reports.exchange import compare as differences

    try:
        theirs = read_exchange(file.read_bytes(), _columns(columns))
    except Unreadable as error:
        output.fail(f"{file}: {error}", output.USAGE)
    chosen = day.date().isoformat() if day is not None else _date_of(ctx, theirs)
    theirs = [row for row in theirs if row.get("date", "") in ("", chosen)]
    ours, _ = _ours(ctx, chosen, partner)
    found = differences(ours, theirs, partner)
    if as_json:
        output.emit({
            "date": chosen, "partner": partner, "here": len(ours) - 4, "there": len(theirs),
            "differences": [
                {"what": e.what, "column": e.column, "here": e.here, "there": e.there, "row": dict(e.row)} for e in found
            ],
        })  # fmt: skip
    else:
        _print(found, chosen, partner, len(theirs))
    return output.FINDINGS if found else output.FINE


def _ours(ctx: click.Context, day: str, partner: str) -> tuple[list[dict[str, str]], str]:
    from edi_router.cli.report import known_partner
    from edi_router.reports.exchange import exchange_rows

    known_partner(workspace.tree(ctx), partner)
    us = workspace.needed(ctx).settings().identifications[0].id
    with workspace.ledger(ctx) as ledger:
        return exchange_rows(ledger.exchanged(partner, day), day, us, partner), us


def _date_of(ctx: click.Context, rows: list[dict[str, str]]) -> str:
    days = {row["date"] for row in rows if row.get("date")}
    if len(days) > 1:
        raise click.UsageError(
            say("the file has several dates; give --date", "文件含多个日期，请用 --date 指定")
        )
    if days:
        return days.pop()
    with workspace.ledger(ctx) as ledger:
        today = date.fromisoformat(ledger.business_date(ledger.now()))
    return (today - timedelta(days=1)).isoformat()


def _columns(texts: tuple[str, ...]) -> dict[str, str]:
    from edi_router.reports.exchange import COLUMNS

    found: dict[str, str] = {}
    for text in texts:
        ours, mark, theirs = text.partition("=")
        if not mark or ours not in COLUMNS or not theirs:
            names = ", ".join(COLUMNS)
            raise click.UsageError(
                say(
                    f"no OURS=THEIRS: {text}; ours are {names}",
                    f"应为 本方列=对方列：{text}；本方列有 {names}",
                )
            )
        found[ours] = theirs
    return found


def _print(found: list[Difference], day: str, partner: str, number: int) -> None:
    words = {
        "only-here": say("only here", "仅本方有"),
        "only-there": say("only there", "仅对方有"),
        "differs": say("differs", "不同"),
    }
    for each in found:
        row = each.row
        what = " ".join(
            filter(None, (row.get("control_reference"), row.get("message_reference"), row.get("name")))
        )
        way = f"{row.get('from', '')} → {row.get('to', '')}: " if row.get("from") else ""
        told = f": {each.column} {each.here} ≠ {each.there}" if each.column else ""
        print(f"{words[each.what]}: {way}{what}{told}")
    count = len(found)
    if count:
        print(
            say(
                f"{partner} {day}: {count} differences in {number} rows",
                f"{partner} {day}：{number} 行中有 {count} 处差异",
            )
        )
    else:
        print(say(f"{partner} {day}: {number} rows agree", f"{partner} {day}：{number} 行一致"))
