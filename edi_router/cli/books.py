"""`edi-router books`: the page of a business date, closing it, verifying the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.ledger.books import Books, Equation

WORDS = {
    "carried_over": ("carried over", "上日结转"),
    "in": ("in", "收入"),
    "made": ("made", "生成"),
    "received": ("received", "接收"),
    "completed": ("completed", "完成"),
    "rejected": ("rejected", "退回"),
    "duplicate": ("duplicate", "重复"),
    "held": ("held", "搁置"),
    "in_work": ("in work", "处理中"),
    "delivered": ("delivered", "已投递"),
    "failed": ("failed", "失败"),
    "waiting": ("waiting", "待投递"),
    "processed": ("processed", "已处理"),
}


@click.command(
    help=say(
        "The books of a business date: does everything that came in have an outcome?\n\n"
        "Example: edi-router --workspace DIR books 2026-11-20 --close",
        "某业务日的账簿：收到的是否都有去向？\n\n示例：edi-router --workspace DIR books 2026-11-20 --close",
    )
)
@click.argument("date", required=False, type=click.DateTime(["%Y-%m-%d"]))
@click.option(
    "--close", is_flag=True, help=say("Close the page and chain it to the last.", "结账并与前页链接。")
)
@click.option(
    "--verify",
    is_flag=True,
    help=say("Compute all closed pages anew and follow the chain.", "重算所有已结账页并核对链。"),
)
@click.option("--json", "as_json", is_flag=True, help=say("The page as JSON.", "以 JSON 输出。"))
@options.lang_option
@click.pass_context
def books(ctx: click.Context, date: object, close: bool, verify: bool, as_json: bool) -> None:
    """Show, close or verify the books; exit code 1 when they do not balance."""
    from datetime import datetime

    from edi_router.ledger.errors import Refused

    day = date.date().isoformat() if isinstance(date, datetime) else None
    with workspace.ledger(ctx) as ledger:
        if verify:
            problems = ledger.verify_books()
            _verified(ledger.closed_books(), problems, as_json)
            output.stop(output.FINDINGS if problems else output.FINE)
        try:
            if close and day is None:
                raise click.UsageError(say("--close needs a date", "--close 需要日期"))
            page = ledger.close_books(day) if close and day is not None else ledger.books(day)
        except Refused as error:
            output.fail(str(error), output.FINDINGS)
    if as_json:
        output.emit(
            {
                **page.page(),
                "leniencies": page.leniencies,
                "problems": list(page.problems),
                "balanced": page.balanced,
            }
        )
    else:
        print_books(page)
    if not page.balanced:
        output.stop(output.FINDINGS)


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
    print(say(f"Books of {page.business_date}", f"{page.business_date} 账簿"))
    for name, equation in (
        (say("files", "文件"), page.files),
        (say("messages", "报文"), page.messages),
        (say("outputs", "输出"), page.outputs),
    ):
        print(f"  {name}: {_sum(equation)}")
    for stream, numbers in page.gaps.items():
        missing = ", ".join(str(number) for number in numbers)
        print(say(f"  control numbers missing in {stream}: {missing}", f"  {stream} 缺少控制号：{missing}"))
    for partner, uses in page.leniencies.items():
        counts = ", ".join(f"{name} {number}" for name, number in uses.items())
        print(say(f"  leniencies used by {partner}: {counts}", f"  {partner} 使用的容错项：{counts}"))
    for problem in page.problems:
        print(f"  {problem}")
    verdict = (
        say("balanced, 0 unaccounted", "平衡，无未入账")
        if page.balanced
        else say(f"NOT BALANCED, {page.unaccounted} unaccounted", f"不平衡，{page.unaccounted} 项未入账")
    )
    print("  " + verdict)


def _sum(equation: Equation) -> str:
    from edi_router.ledger.books import INFLOW

    line = equation.total
    left = f"{say(*WORDS['carried_over'])} {line.carried_over} + {say(*WORDS[INFLOW[equation.kind]])} {line.inflow}"
    right = " + ".join(f"{say(*WORDS[name])} {count}" for name, count in line.outcomes.items())
    return f"{left} = {right}"
