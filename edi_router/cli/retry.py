"""`edi-router retry`: one thing again, or many, after a look at what that would be."""

from __future__ import annotations

import contextlib
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.operate import done, known_partner, who

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.decorators import FC

    from edi_router.ledger.ledger import Ledger
    from edi_router.ledger.selecting import Filter, Selection

SHOWN = 10
"""Ids that a preview names, unless another number is asked for."""


def _option(name: str, english: str, chinese: str, **more: Any) -> Callable[[FC], FC]:
    return click.option(name, help=say(english, chinese), **more)


@click.command(
    help=say(
        "Try failed deliveries and files again: those of one file, message or delivery, all, or those that options "
        "choose. Of a choice it first shows what would be done, and asks; without a terminal it only shows, unless "
        "--yes or the --token of an earlier look says to do it.\n\n"
        "\b\nExamples:\n"
        "  edi-router --workspace DIR retry --all\n"
        "  edi-router --workspace DIR retry --partner CIQ-QD --since 2026-11-20 --reason 'inbox is back'\n"
        "  edi-router --workspace DIR retry --state held --code route-none --yes --reason 'agreement added'",
        "重试失败的投递和文件：某个文件、报文或投递的，全部的，或由选项筛选的。筛选时先显示将处理什么并询问；"
        "没有终端时只显示，除非给出 --yes 或先前预览的 --token。\n\n"
        "\b\n示例：\n"
        "  edi-router --workspace DIR retry --all\n"
        "  edi-router --workspace DIR retry --partner CIQ-QD --since 2026-11-20 --reason 收件箱已恢复\n"
        "  edi-router --workspace DIR retry --state held --code route-none --yes --reason 已补协议",
    )
)
@click.argument("id", required=False)
@_option("--all", "Everything that has failed, without asking.", "所有失败项，不询问。", is_flag=True)
@_option("--state", "What failed (unless you say otherwise), is held, or was rejected out of a batch; more than once.",
         "失败（默认）、被搁置或在批次中被退回的；可多次给出。", multiple=True,
         type=click.Choice(("failed", "held", "rejected")))  # fmt: skip
@_option("--partner", "Only files and messages from, and deliveries to, this partner.", "只限此伙伴的。")
@_option("--code", "Only with this fault code, or this reason in full.", "只限此错误代码，或完整原因。")
@_option("--type", "Only of this message type.", "只限此报文类型。")
@_option("--destination", "Only deliveries to this partner or PARTNER/PLACE.", "只限此目的地的投递。")
@_option("--since", "From this business date on.", "自此业务日起。", type=options.DAY)
@_option("--until", "Up to this business date.", "至此业务日止。", type=options.DAY)
@_option("--first", "Ids to show of a choice.", "预览显示的编号个数。", type=click.IntRange(0), default=SHOWN,
         show_default=True)  # fmt: skip
@_option("--yes", "Do it without asking.", "不询问，直接执行。", is_flag=True)
@_option("--token", "Do it if the choice is still the one that was shown with this token.",
         "仅当选择与该令牌预览时一致才执行。")  # fmt: skip
@_option(
    "--reason",
    "Why; kept in the ledger. Needed to do what options choose.",
    "原因；记入台账。筛选执行时必填。",
)
@_option("--json", "The result as JSON.", "以 JSON 输出结果。", is_flag=True)
@options.lang_option
@click.pass_context
def retry(ctx: click.Context, /, id: str | None, **given: Any) -> None:
    """Put back to work one thing, everything that has failed, or what options choose."""
    wanted = _filter(given)
    ways = [id is not None, given["all"], wanted is not None]
    if sum(ways) != 1:
        raise click.UsageError(
            say("give an ID, or --all, or options that choose", "请给出 ID、--all 或筛选选项（只取其一）")
        )
    if given["partner"] is not None:
        known_partner(ctx, given["partner"])
    with workspace.ledger(ctx) as ledger:
        if id is not None:
            _one(ledger, id, given["reason"] or "", given["json"])
        elif wanted is None:
            _everything(ledger, given["reason"] or "", given["json"])
        else:
            _many(ledger, wanted, given)


def _filter(given: dict[str, Any]) -> Filter | None:
    from edi_router.ledger.selecting import FAILED, Filter

    names = ("partner", "code", "type", "destination")
    texts: dict[str, Any] = {name: given[name] for name in names}
    days: dict[str, Any] = {name: _day(given[name]) for name in ("since", "until")}
    if not given["state"] and not any((*texts.values(), *days.values())):
        return None
    states = frozenset(str(state) for state in given["state"] or (FAILED,))
    return Filter(states=states, **texts, **days)


def _day(value: datetime | None) -> str | None:
    return None if value is None else value.date().isoformat()


def _one(ledger: Ledger, id: str, reason: str, as_json: bool) -> None:
    from edi_router.ledger.errors import Refused

    count = 0
    found = ledger.find(id)
    if not found:
        output.fail(say(f"nothing in the ledger is {id}", f"台账中没有 {id}"), output.FINDINGS)
    for each in found:
        # An interchange is retried as the file that it came in.
        shown = ledger.show(each)
        subject = shown["file"] if shown["kind"] == "interchange" else each
        with contextlib.suppress(Refused):
            count += ledger.retry(subject, who(), reason)
    if not count:
        output.fail(say(f"nothing of {id} has failed", f"{id} 没有失败项"), output.FINDINGS)
    _told(as_json, id, count)


def _everything(ledger: Ledger, reason: str, as_json: bool) -> None:
    from edi_router.ledger.selecting import Filter

    _told(as_json, "all", ledger.retry_all(ledger.select_failed(Filter()), who(), reason).done)


def _told(as_json: bool, id: str, count: int) -> None:
    done(as_json, "retry", id, say(f"{count} put back to work", f"{count} 项重新排入处理"), count=count)


def _many(ledger: Ledger, wanted: Filter, given: dict[str, Any]) -> None:
    """The preview; then, when it is told to, the doing."""
    from edi_router.ledger.errors import Refused

    doing, as_json, token = given["yes"] or given["token"] is not None, given["json"], given["token"]
    if doing and not (given["reason"] or "").strip():
        raise click.UsageError(say("say why with --reason", "请用 --reason 说明原因"))
    try:
        chosen = ledger.select_failed(wanted) if token is None else ledger.select_again(wanted, token)
    except Refused as error:
        text = say(
            f"{error}; look at it again, without --token", f"{token} 之后选择已改变；请去掉 --token 重新查看"
        )
        output.fail(text, output.FINDINGS)
    if chosen is None:
        _done_before(ledger, token, as_json)
        return
    if not as_json or not doing:
        _preview(chosen, given["first"], as_json)
    if not chosen.items:
        if as_json and doing:
            _outcome(chosen.digest, 0, 0, as_json)
        return
    reason = given["reason"]
    if not doing:
        if as_json or not sys.stdin.isatty():
            return
        if not click.confirm(say("Try these again?", "是否重试以上各项？"), default=False):
            output.stop(output.FINDINGS)
        reason = reason or click.prompt(say("Why", "原因"))
    made = ledger.retry_all(chosen, who(), reason)
    _outcome(made.digest, made.done, made.skipped, as_json)


def _done_before(ledger: Ledger, token: str, as_json: bool) -> None:
    found = ledger.bulk_decision(token)
    assert found is not None
    if as_json:
        known = {"at": found.at.isoformat(), "by": found.by, "reason": found.reason}
        output.emit({"verb": "retry", "token": token, "count": 0, "skipped": 0, "done_before": known})
        return
    at = found.at.isoformat(timespec="seconds")
    print(
        say(
            f"nothing to do: {token} was done at {at} by {found.by}: {found.reason}",
            f"无需处理：{token} 已由 {found.by} 于 {at} 执行：{found.reason}",
        )
    )


def _outcome(token: str, count: int, skipped: int, as_json: bool) -> None:
    text = say(f"{count} put back to work", f"{count} 项重新排入处理")
    if skipped:
        text += say(f", {skipped} taken up by somebody else meanwhile", f"，{skipped} 项已被他人处理")
    if as_json:
        output.emit({"verb": "retry", "token": token, "count": count, "skipped": skipped})
    else:
        print(text)


def _preview(chosen: Selection, first: int, as_json: bool) -> None:
    if as_json:
        output.emit({
            "token": chosen.digest, "number": len(chosen.items),
            "counts": [
                {"state": state, "kind": kind, "partner": partner, "reason": reason, "number": number}
                for (state, kind, partner, reason), number in chosen.counts.items()
            ],
            "first": [{"kind": item.kind, "id": item.id} for item in chosen.items[:first]],
        })  # fmt: skip
        return
    if not chosen.items:
        print(say("nothing that can be tried again matches", "没有符合条件、可重试的项"))
        return
    heads = say("state,kind,partner,reason,number", "状态,类别,伙伴,原因,数量").split(",")
    output.table(heads, [(*key, str(number)) for key, number in chosen.counts.items()])
    for item in chosen.items[:first]:
        print(f"  {item.kind} {item.id}")
    if len(chosen.items) > first:
        print(say(f"  … {len(chosen.items) - first} more", f"  …… 另有 {len(chosen.items) - first} 项"))
    print(
        say(
            f"{len(chosen.items)} would be tried again; token {chosen.digest}",
            f"将重试 {len(chosen.items)} 项；令牌 {chosen.digest}",
        )
    )
