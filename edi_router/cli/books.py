"""`edi-router books`: the page of a business date, closing and verifying; what was exchanged with a partner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.books_exchange import compare, export
from edi_router.cli.language import LANGUAGE, say
from edi_router.cli.operate import who

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from edi_router.ledger.books import Books

PAGE = "page"


class _Books(click.Group):
    """A group whose verb `page` may be left out: `books 2026-03-14 --close`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = [PAGE, *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_Books,
    help=say(
        "The books of a business date: does everything that came in have an outcome?\n\n"
        "`books DATE …` is `books page DATE …`.\n\n"
        "\b\nExamples:\n"
        "  edi-router --workspace DIR books 2026-11-20 --close\n"
        "  edi-router --workspace DIR books 2026-11-20 --html books.html\n"
        "  edi-router --workspace DIR books compare theirs.csv --partner CUS-QD --date 2026-11-20",
        "某业务日的账簿：收到的是否都有去向？\n\n"
        "`books DATE …` 即 `books page DATE …`。\n\n"
        "\b\n示例：\n"
        "  edi-router --workspace DIR books 2026-11-20 --close\n"
        "  edi-router --workspace DIR books 2026-11-20 --html books.html\n"
        "  edi-router --workspace DIR books compare theirs.csv --partner CUS-QD --date 2026-11-20",
    ),
)
def books() -> None:
    """The verbs of the books."""


@books.command(
    PAGE,
    help=say(
        "The page of a business date (today's, unless you say which): the equations, by partner and agreement with "
        "--full, what stands beside them, and the hash of the page before; exit code 1 when they do not balance.\n\n"
        "Example: edi-router --workspace DIR books 2026-11-20 --full",
        "某业务日（默认今日）的账页：各等式（--full 按伙伴与协议列出）、附记及前页哈希；不平衡时退出码为 1。\n\n"
        "示例：edi-router --workspace DIR books 2026-11-20 --full",
    ),
)
@click.argument("date", required=False, type=options.DAY)
@click.option(
    "--close", is_flag=True, help=say("Close the page and chain it to the last.", "结账并与前页链接。")
)
@click.option(
    "--verify",
    is_flag=True,
    help=say("Compute all closed pages anew and follow the chain.", "重算所有已结账页并核对链。"),
)
@click.option("--full", is_flag=True, help=say("Each partner and agreement.", "列出各伙伴与协议。"))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), metavar="FILE",
              help=say("As a page that prints well, to this file (- for standard output).",
                       "生成可打印的网页到此文件（- 为标准输出）。"))  # fmt: skip
@options.lang_option
@options.json_option
@click.pass_context
def page(
    ctx: click.Context, date: object, close: bool, verify: bool, full: bool, html: Path | None, as_json: bool
) -> None:
    """Show, close or verify the books; exit code 1 when they do not balance."""
    from datetime import datetime

    from edi_router.faults.reasons import reason_in
    from edi_router.ledger.errors import Refused

    if as_json and html is not None:
        raise click.UsageError(say("only one of --json and --html", "--json 与 --html 只能选一个"))
    day = date.date().isoformat() if isinstance(date, datetime) else None
    with workspace.ledger(ctx) as ledger:
        zone = ledger.zone
        if verify:
            problems = ledger.verify_books()
            _verified(ledger.closed_books(), problems, as_json)
            output.stop(output.FINDINGS if problems else output.FINE)
        try:
            if close and day is None:
                raise click.UsageError(say("--close needs a date", "--close 需要日期"))
            if day is not None and not close and day > (today := ledger.business_date(ledger.now())):
                text = say(f"{day} has not come yet: today is {today}", f"{day} 尚未到来：今日为 {today}")
                raise click.UsageError(text)
            found = ledger.close_books(day) if close and day is not None else ledger.books(day)
            if close and day is not None:
                ledger.decide("books", day, "close", who())
                ledger.keep_figures()
        except Refused as error:
            output.fail(reason_in(str(error), LANGUAGE), output.FINDINGS)
    if as_json:
        from edi_router.reports.books_tables import books_json

        output.emit(books_json(found))
    elif html is not None:
        _written(ctx, found, html, zone)
    else:
        print_books(found)
        _print_more(found, full, zone)
    if not found.balanced:
        output.stop(output.FINDINGS)


books.add_command(export)
books.add_command(compare)


def _written(ctx: click.Context, found: Books, html: Path, zone: ZoneInfo) -> None:
    from edi_router.cli import proofs
    from edi_router.reports.books_page import as_books_page

    name = workspace.needed(ctx).settings().name
    proofs.write(None if str(html) == "-" else html, as_books_page(found, name, LANGUAGE, zone))


def _verified(days: list[str], problems: list[str], as_json: bool) -> None:
    if as_json:
        output.emit({"closed": days, "problems": problems})
        return
    for problem in problems:
        print(problem)
    if not problems:
        print(say(f"{len(days)} closed pages: nothing was changed", f"{len(days)} 个已结账页均未被改动"))


def print_books(page: Books) -> None:
    """The three equations, the gaps and the verdict."""
    from edi_router.reports.books_tables import equation_sentence
    from edi_router.reports.books_words import verdict, word

    print(say(f"Books of {page.business_date}", f"{page.business_date} 账簿"))
    for name, equation in (("files", page.files), ("messages", page.messages), ("outputs", page.outputs)):
        print(f"  {word(name, LANGUAGE)}: {equation_sentence(equation, LANGUAGE)}")
    for stream, numbers in page.gaps.items():
        missing = ", ".join(str(number) for number in numbers)
        print(say(f"  control numbers missing in {stream}: {missing}", f"  {stream} 缺少控制号：{missing}"))
    for partner, uses in page.leniencies.items():
        counts = ", ".join(f"{name} {number}" for name, number in uses.items())
        print(say(f"  leniencies used by {partner}: {counts}", f"  {partner} 使用的容错项：{counts}"))
    for problem in page.problems:
        print(f"  {problem}")
    print("  " + verdict(page.balanced, page.unaccounted, LANGUAGE))


_SAID = frozenset({"gaps", "leniencies", "problems"})
"""What `print_books` has told already."""


def _print_more(page: Books, full: bool, zone: ZoneInfo) -> None:
    from edi_router.reports.books_tables import sections
    from edi_router.reports.books_words import word

    if page.sha256:
        print(f"  {word('closed_page', LANGUAGE)} {page.sha256}")
    print(f"  {word('previous', LANGUAGE)} {page.previous}")
    for section in sections(page, LANGUAGE, zone):
        equation = section.id in ("messages", "outputs", "files")
        if section.id not in _SAID and (full or not equation):
            output.table(section.heads, section.rows, section.title)
