"""The operator's verbs: pause, resume, release, reject, reload."""

from __future__ import annotations

import contextlib
import getpass
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.show_id import one

if TYPE_CHECKING:
    from edi_router.ledger.ledger import Ledger

_JSON = click.option("--json", "as_json", is_flag=True, help=say("The result as JSON.", "以 JSON 输出结果。"))


def who() -> str:
    """Who types: the account."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def done(as_json: bool, verb: str, subject: str, text: str, **more: object) -> None:
    """Tell what was done, for people or as JSON."""
    if as_json:
        output.emit({"verb": verb, "id": subject, **more})
    else:
        print(text)


def known_partner(ctx: click.Context, partner: str) -> None:
    """Ends the command unless the partner is configured (or nothing is, for its faults)."""
    configuration, _ = workspace.needed(ctx).configuration()
    if configuration is not None and partner not in configuration.directory.partners:
        from edi_router.config import did_you_mean

        near = did_you_mean(partner, list(configuration.directory.partners))
        hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
        raise click.UsageError(say(f"there is no partner {partner}", f"没有伙伴 {partner}") + hint)


@click.command(
    help=say(
        "Process and deliver nothing more of a partner, until it is resumed; files are still received.\n\n"
        "Example: edi-router --workspace DIR pause CIQ-QD --reason maintenance",
        "停止处理和投递某伙伴的报文，直到恢复；文件仍会接收。\n\n"
        "示例：edi-router --workspace DIR pause CIQ-QD --reason 维护",
    )
)
@click.argument("partner")
@options.reason_option
@_JSON
@options.lang_option
@click.pass_context
def pause(ctx: click.Context, partner: str, reason: str, as_json: bool) -> None:
    """Pause a partner."""
    known_partner(ctx, partner)
    with workspace.ledger(ctx) as ledger:
        ledger.pause(partner, reason, who())
    done(as_json, "pause", partner, say(f"{partner} is paused", f"{partner} 已暂停"))


@click.command(
    help=say(
        "Exchange with a paused partner again.\n\nExample: edi-router --workspace DIR resume CIQ-QD",
        "恢复与已暂停伙伴的交换。\n\n示例：edi-router --workspace DIR resume CIQ-QD",
    )
)
@click.argument("partner")
@click.option("--reason", default="", help=say("Why; kept in the ledger.", "原因；记入台账。"))
@_JSON
@options.lang_option
@click.pass_context
def resume(ctx: click.Context, partner: str, reason: str, as_json: bool) -> None:
    """Resume a partner."""
    known_partner(ctx, partner)
    with workspace.ledger(ctx) as ledger:
        ledger.resume(partner, who(), reason)
    done(as_json, "resume", partner, say(f"{partner} takes part again", f"{partner} 已恢复"))


@click.command(
    help=say(
        "Process a held message again, after what held it was mended.\n\n"
        "Example: edi-router --workspace DIR release 4205002604000017 --reason 'agreement added'",
        "在原因消除后重新处理被搁置的报文。\n\n"
        "示例：edi-router --workspace DIR release 4205002604000017 --reason 已补协议",
    )
)
@click.argument("id")
@options.reason_option
@_JSON
@options.lang_option
@click.pass_context
def release(ctx: click.Context, id: str, reason: str, as_json: bool) -> None:
    """Release a held message."""
    with workspace.ledger(ctx) as ledger:
        message = one(ledger, id, "message", "held")
        ledger.release(message, who(), reason)
    done(as_json, "release", message, say(f"{message} will be processed again", f"{message} 将重新处理"))


@click.command(
    help=say(
        "Refuse a held message for good, or close a held file that nothing can be made of.\n\n"
        "Example: edi-router --workspace DIR reject 4205002604000017 --reason 'sent in error'",
        "最终退回被搁置的报文，或了结无法处理的文件。\n\n"
        "示例：edi-router --workspace DIR reject 4205002604000017 --reason 误发",
    )
)
@click.argument("id")
@options.reason_option
@_JSON
@options.lang_option
@click.pass_context
def reject(ctx: click.Context, id: str, reason: str, as_json: bool) -> None:
    """Reject a held message or file."""
    with workspace.ledger(ctx) as ledger:
        held = [each for each in ledger.find(id) if ledger.show(each).get("state") in ("held", "failed")]
        held = [each for each in held if ledger.show(each)["kind"] in ("message", "file")]
        if len(held) != 1:
            several = ", ".join(held) or say("nothing held", "没有被搁置的")
            output.fail(say(f"{id} names {several}", f"{id} 对应：{several}"), output.FINDINGS)
        count = _refuse(ctx, ledger, held[0], reason)
    told = say(f"; {count} told of it", f"；{count} 份单证告知") if count else ""
    done(
        as_json, "reject", held[0], say(f"{held[0]} is rejected", f"{held[0]} 已退回") + told, documents=count
    )


def _refuse(ctx: click.Context, ledger: Ledger, id: str, reason: str) -> int:
    """Reject it, and tell the sender; a configuration with faults could not tell him."""
    from edi_router.engine.protect import with_keys
    from edi_router.engine.refuse import refuse
    from edi_router.ledger.registering import SealedView
    from edi_router.ledger.sealing import key_for

    place = workspace.needed(ctx)
    configuration, faults = place.configuration()
    if configuration is None:
        output.print_faults(faults)
        output.stop(output.FINDINGS)
    configuration = with_keys(configuration, place.root)
    registers = SealedView(ledger, key_for(place.secret_key(), "registers"))
    return refuse(ledger, place.open_archive(), configuration, registers, id, who(), reason)


@click.command(
    help=say(
        "Wait no longer for acknowledgements of something that was sent: it was settled by telephone, or never will be.\n\n"
        "Example: edi-router --workspace DIR waive 4205002604000017 --reason 'confirmed by telephone'",
        "不再等待某项已发内容的回执：已电话确认，或不会再有回执。\n\n"
        "示例：edi-router --workspace DIR waive 4205002604000017 --reason 已电话确认",
    )
)
@click.argument("id")
@options.reason_option
@_JSON
@options.lang_option
@click.pass_context
def waive(ctx: click.Context, id: str, reason: str, as_json: bool) -> None:
    """Give up the clocks of an output, or of all outputs made from a message."""
    from edi_router.ledger import Refused

    count = 0
    with workspace.ledger(ctx) as ledger:
        outputs = {row["id"] for each in ledger.find(id) for row in ledger.show(each)["outputs"]}
        for output_id in sorted(outputs):
            with contextlib.suppress(Refused):
                count += ledger.waive(output_id, reason, who())
    if not count:
        output.fail(say(f"no answer to {id} is waited for", f"{id} 没有等待中的回执"), output.FINDINGS)
    done(
        as_json,
        "waive",
        id,
        say(f"{count} answers are not waited for", f"不再等待 {count} 份回执"),
        count=count,
    )


@click.command(
    help=say(
        "Lint the configuration and have the running engine take it up between two rounds.\n\n"
        "Example: edi-router --workspace DIR reload",
        "检查配置，并让运行中的引擎在两轮之间载入。\n\n示例：edi-router --workspace DIR reload",
    )
)
@_JSON
@options.lang_option
@click.pass_context
def reload(ctx: click.Context, as_json: bool) -> None:
    """Ask for a reload of a configuration that is fine."""
    place = workspace.needed(ctx)
    configuration, faults = place.whole_configuration()
    if configuration is None:
        output.print_faults(faults)
        output.stop(output.FINDINGS)
    digest = configuration.digest
    with workspace.ledger(ctx) as ledger:
        ledger.decide("configuration", digest, "reload", who())
    place.request_reload(digest)
    done(
        as_json,
        "reload",
        digest,
        say(
            f"configuration {digest[:12]} is taken up at the next round", f"配置 {digest[:12]} 将在下一轮载入"
        ),
    )
