"""`edi-router report`: figures over the ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from edi_router.cli import options, output, proofs, workspace
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.config import Tree
    from edi_router.ledger.ledger import Ledger
    from edi_router.partners import Partner
    from edi_router.reports import By, Period, Report
    from edi_router.reports.asking import Asked, Unknown

KINDS = {
    "share": say("what came electronically, of all that a bureau had", "网上业务占全部业务的比例"),
    "summary": say(
        "the month: counts, times, registers, shares, ranking", "月度汇总：数量、用时、登记簿、占比、排名"
    ),
    "mismatches": say("findings that do not match, for a bureau of origin", "给产地局的查验不符通报"),
    "volumes": say("each day against the days before, with warnings", "每日业务量与前期均值比较并预警"),
    "times": say("promised limits against actual", "服务时限承诺与实际"),
}


@click.command(
    help=say(
        "Figures over the ledger, for a month (the last one, unless you say which) or from day to day.\n\n"
        "\b\n" + "\n".join(f"{name:11} {KINDS[name]}" for name in KINDS) + "\n\n"
        "--partner is the receiving bureau of a share, the bureau of origin of mismatches, otherwise the sender. "
        "Seconds and shares are exact; in JSON they are texts.\n\n"
        "\b\nExamples:\n"
        "  edi-router --workspace DIR report summary --month 2026-03 --html summary.html\n"
        "  edi-router --workspace DIR report mismatches --month 2026-03 --partner CIQ-YC --csv > digest.csv\n"
        "  edi-router --workspace DIR report volumes --sum tax-bill/Amount --above 100",
        "对台账的统计，按月（默认上个月）或按起止日期。\n\n"
        "\b\n" + "\n".join(f"{name:11} {KINDS[name]}" for name in KINDS) + "\n\n"
        "--partner 在 share 中为接收机构，在 mismatches 中为产地局，其余为发送方。秒数和占比均为精确值，JSON 中为文本。\n\n"
        "\b\n示例：\n"
        "  edi-router --workspace DIR report summary --month 2026-03 --html summary.html\n"
        "  edi-router --workspace DIR report mismatches --month 2026-03 --partner CIQ-YC --csv > digest.csv\n"
        "  edi-router --workspace DIR report volumes --sum tax-bill/Amount --above 100",
    )
)
@click.argument("kind", type=click.Choice(tuple(KINDS)))
@click.option("--month", metavar="YYYY-MM", help=say("The month.", "月份。"))
@click.option("--since", type=options.DAY, help=say("The first day.", "起始日。"))
@click.option("--until", type=options.DAY,
              help=say("The last day (otherwise today).", "截止日（默认今日）。"))  # fmt: skip
@click.option("--partner", metavar="ID", help=say("Only of this partner.", "只统计此伙伴。"))
@click.option("--by", type=click.Choice(("month", "year", "all")), default="month", show_default=True,
              help=say("share: what a row is of.", "share：每行的期间。"))  # fmt: skip
@click.option("--sum", "sums", multiple=True, metavar="REGISTER/FIELD",
              help=say("volumes: add up this field of a register's entries too (repeatable).",
                       "volumes：同时累加登记簿的此字段（可重复）。"))  # fmt: skip
@click.option("--above", type=click.IntRange(0, 10_000), default=50, show_default=True, metavar="PERCENT",
              help=say("volumes: mark days so much above the average.", "volumes：超过均值此百分比则预警。"))  # fmt: skip
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True,
              help=say("volumes: the average is of so many days before.", "volumes：均值所取的天数。"))  # fmt: skip
@click.option("--least", type=click.IntRange(0), default=5, show_default=True,
              help=say("volumes: mark no day with less.", "volumes：低于此数不预警。"))  # fmt: skip
@click.option("--top", type=click.IntRange(1, 100_000), default=50, show_default=True,
              help=say("summary: so many firms in the ranking.", "summary：排名的企业数。"))  # fmt: skip
@click.option(
    "--csv", "as_csv", is_flag=True, help=say("As CSV (UTF-8 with BOM).", "以 CSV 输出（UTF-8，带 BOM）。")
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), metavar="FILE",
              help=say("As a page that prints well, to this file (- for standard output).",
                       "生成可打印的网页到此文件（- 为标准输出）。"))  # fmt: skip
@options.lang_option
@options.json_option
@click.pass_context
def report(
    ctx: click.Context,
    kind: str,
    month: str | None,
    since: datetime | None,
    until: datetime | None,
    partner: str | None,
    by: str,
    sums: tuple[str, ...],
    above: int,
    days: int,
    least: int,
    top: int,
    as_csv: bool,
    html: Path | None,
    as_json: bool,
) -> int:
    """One report, in the form that was asked for."""
    from edi_router import reports
    from edi_router.reports.asking import Asked

    if as_csv + as_json + (html is not None) > 1:
        raise click.UsageError(
            say("only one of --json, --csv and --html", "--json、--csv、--html 只能选一个")
        )
    settings = workspace.needed(ctx).settings()
    with workspace.ledger(ctx) as ledger:
        today = date.fromisoformat(ledger.business_date(ledger.now()))
        period = _period(month, since, until, today, settings.zone)
        asked = Asked(
            tree=workspace.tree(ctx),
            period=period,
            language=LANGUAGE,
            partner=partner,
            by=cast("By", by),
            sums=_sums(sums),
            above=above,
            days=days,
            least=least,
            top=top,
        )
        found = _made(kind, ledger, asked)
    if as_json:
        output.emit(reports.as_json(found))
    elif as_csv:
        click.echo(reports.as_csv(found, LANGUAGE).encode("utf-8"), nl=False)
    elif html is not None:
        proofs.write(None if str(html) == "-" else html, reports.as_page(found, settings.name, LANGUAGE))
    else:
        _print(found)
    return output.FINE


def _period(
    month: str | None, since: datetime | None, until: datetime | None, today: date, zone: tzinfo
) -> Period:
    from edi_router.reports import Period

    if month is not None and (since is not None or until is not None):
        raise click.UsageError(
            say("either --month or --since and --until", "--month 与 --since、--until 不能同时使用")
        )
    if since is not None:
        last = until.date() if until is not None else today
        if last < since.date():
            raise click.UsageError(say("--until lies before --since", "--until 早于 --since"))
        return Period(since.date(), last, zone)
    if until is not None:
        raise click.UsageError(say("--until needs --since", "--until 需要 --since"))
    try:
        return Period.month(month or f"{today.replace(day=1) - timedelta(days=1):%Y-%m}", zone)
    except ValueError:
        raise click.UsageError(
            say(f"no month {month}: write 2026-03", f"没有月份 {month}：应如 2026-03")
        ) from None


def _sums(texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for text in texts:
        register, _, name = text.partition("/")
        if not register or not name:
            raise click.UsageError(say(f"no REGISTER/FIELD: {text}", f"不是 登记簿/字段：{text}"))
        found.append((register, name))
    return tuple(found)


def _made(kind: str, ledger: Ledger, asked: Asked) -> Report:
    """The report; a usage error for a partner or register that is none."""
    from edi_router.reports.asking import FaultyTable, Unknown, make

    try:
        return make(kind, ledger, asked)
    except Unknown as error:
        raise _unknown(error) from None
    except FaultyTable as error:
        output.print_faults(error.faults)
        output.stop(output.USAGE)


def known_partner(tree: Tree, id: str) -> Partner:
    """The partner with this id; a usage error when there is none."""
    from edi_router.reports.asking import Unknown, partner

    try:
        return partner(tree, id)
    except Unknown as error:
        raise _unknown(error) from None


def _unknown(error: Unknown) -> click.UsageError:
    what = {"partner": say("partner", "伙伴"), "register": say("register", "登记簿")}[error.what]
    near = say(f"; did you mean {error.near}?", f"；是否为 {error.near}？") if error.near else ""
    return click.UsageError(say(f"no {what} {error.name}", f"没有{what} {error.name}") + near)


def _print(found: Report) -> None:
    """The tables as text."""
    from edi_router.reports.text import written
    from edi_router.reports.words import head, title, word

    print(f"{title(found.kind, LANGUAGE)} {found.period}")
    for table in found.tables:
        columns = table.columns
        rows = (
            [word(name, written(value), LANGUAGE) for name, value in zip(columns, row, strict=True)]
            for row in table.rows
        )
        output.table([head(name, LANGUAGE) for name in columns], rows, title(table.id, LANGUAGE))
