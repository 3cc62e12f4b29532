"""`edi-router webhook`: the webhooks of partners: how they stand, a call for a test, what was given up once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say
from edi_router.cli.operate import done, who

if TYPE_CHECKING:
    from edi_router.engine.webhook_standing import Standing
    from edi_router.partners.webhooks import Webhook
    from edi_router.pipeline.series import Exchange


@click.group(
    help=say(
        "Webhooks: addresses of partners that are told at once of what happens to their messages.\n\n"
        "Example: edi-router --workspace DIR webhook ls",
        "Webhook：报文有进展时立即通知的伙伴地址。\n\n示例：edi-router --workspace DIR webhook ls",
    )
)
def webhook() -> None:
    """The group; each verb below."""


@webhook.command(
    help=say(
        "How the webhooks stand: since when something waits, the last success, failures, what was given up. Exit code 1 "
        "when one fails or has given something up.\n\nExample: edi-router --workspace DIR webhook ls",
        "各 Webhook 的状态：最早待通知、最近成功、失败次数、已放弃的事件。有失败或放弃时退出码为 1。\n\n"
        "示例：edi-router --workspace DIR webhook ls",
    )
)
@click.argument("partner", required=False)
@options.json_option
@options.lang_option
@click.pass_context
def ls(ctx: click.Context, partner: str | None, as_json: bool) -> int:
    """List the webhooks."""
    from edi_router.engine.webhook_standing import standings

    loaded = workspace.exchange(ctx)
    with workspace.ledger(ctx) as ledger:
        found = standings(ledger, loaded, partner)
    if as_json:
        for each in found:
            output.emit(_shape(each))
    else:
        _table(found, loaded.settings.zone)
    bad = any(each.failures or each.given_up for each in found)
    return output.FINDINGS if bad else output.FINE


@webhook.command(
    help=say(
        "Call a webhook with an event that tells of nothing (webhook.test), signed as all are.\n\n"
        "Example: edi-router --workspace DIR webhook test ENT-A/erp",
        "用不含内容的测试事件（webhook.test）调用 Webhook，签名方式与正式事件相同。\n\n"
        "示例：edi-router --workspace DIR webhook test ENT-A/erp",
    )
)
@click.argument("name", metavar="PARTNER/ID")
@options.json_option
@options.lang_option
@click.pass_context
def test(ctx: click.Context, name: str, as_json: bool) -> None:
    """Call it once."""
    from edi_router.engine.webhooks import call_for_test
    from edi_router.engine.workspace import utc_now
    from edi_router.transports import ChannelError

    place = workspace.needed(ctx)
    partner, settings = _named(workspace.exchange(ctx), name)
    try:
        id = call_for_test(settings, place.root, partner, utc_now())
    except ChannelError as error:
        output.fail(f"{name}: {error.text(LANGUAGE)} {error.remedy_in(LANGUAGE)}", output.FINDINGS)
    done(as_json, "test", name, say(f"{name} took {id}", f"{name} 已接收 {id}"), event=id)


@webhook.command(
    help=say(
        "Have a webhook tried now, and told once more of what was given up.\n\n"
        "Example: edi-router --workspace DIR webhook retry ENT-A/erp --reason 'the receiver is mended'",
        "立即重试 Webhook，并再次通知已放弃的事件。\n\n"
        "示例：edi-router --workspace DIR webhook retry ENT-A/erp --reason 接收方已修复",
    )
)
@click.argument("name", metavar="PARTNER/ID")
@click.option("--reason", default="", help=say("Why; kept in the ledger.", "原因；记入台账。"))
@options.json_option
@options.lang_option
@click.pass_context
def retry(ctx: click.Context, name: str, reason: str, as_json: bool) -> None:
    """Try it again."""
    from edi_router.ledger.errors import NotFound

    partner, settings = _named(workspace.exchange(ctx), name)
    with workspace.ledger(ctx) as ledger:
        try:
            count = ledger.retry_webhook((partner, settings.id), who(), reason)
        except NotFound:
            text = say(f"the engine has not seen {name} yet; reload", f"引擎尚未载入 {name}，请先 reload")
            output.fail(text, output.FINDINGS)
    text = say(
        f"{name} is tried now; {count} events are told once more", f"立即重试 {name}；再次通知 {count} 个事件"
    )
    done(as_json, "retry", name, text, count=count)


def _named(loaded: Exchange, name: str) -> tuple[str, Webhook]:
    """The partner and webhook of a name; a usage error when there is none."""
    from edi_router.config import did_you_mean
    from edi_router.engine.webhooks import webhooks_of

    known = {"/".join(found): (found[0], settings) for found, settings, _ in webhooks_of(loaded)}
    if name not in known:
        near = did_you_mean(name, list(known))
        hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
        raise click.UsageError(say(f"there is no webhook {name}", f"没有 Webhook {name}") + hint)
    return known[name]


def _shape(each: Standing) -> dict[str, Any]:
    moments = {"last": each.last, "waiting": each.waiting, "since": each.since, "again": each.again}
    return {
        "partner": each.partner, "id": each.id, "address": each.address, "events": list(each.events),
        "state": each.state, "failures": each.failures, "reason": each.reason, "given_up": each.given_up,
        **{name: None if at is None else at.isoformat() for name, at in moments.items()},
    }  # fmt: skip


def _table(found: list[Standing], zone: Any) -> None:
    from edi_router.faults.reasons import reason_in

    words = {
        "new": say("new", "新增"), "told": say("told", "已通知"), "waiting": say("waiting", "待通知"),
        "failing": say("FAILING", "失败"),
    }  # fmt: skip
    heads = say(
        "webhook,state,last told,oldest waits,failures,given up,why",
        "Webhook,状态,最近通知,最早待通知,失败,放弃,原因",
    )
    output.table(heads.split(","), (
        [
            f"{each.partner}/{each.id}", words[each.state], _moment(each.last, zone), _moment(each.waiting, zone),
            str(each.failures), str(each.given_up), reason_in(each.reason, LANGUAGE),
        ]
        for each in found
    ))  # fmt: skip


def _moment(at: Any, zone: Any) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
