"""`edi-router progress NUMBER`: how far a declaration, transfer, certificate, container or payment has come."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.config.shelf import Shelf
    from edi_router.ledger.progress import Progress, Stage, Standing
    from edi_router.registers import Register


@click.command(
    help=say(
        "How far the business of a number has come: its messages and what the registers remember of it.\n\n"
        "With --as, only what that partner may see: a firm its own cases, a bureau what is addressed to it.\n\n"
        "Example: edi-router --workspace DIR progress 420500226000017 --as ENT-A",
        "查询某编号业务的办理进度：相关报文及登记簿中的记录。\n\n"
        "用 --as 时只显示该伙伴有权查看的内容：企业只见本企业业务，机构只见发给本机构的业务。\n\n"
        "示例：edi-router --workspace DIR progress 420500226000017 --as ENT-A",
    )
)
@click.argument("number")
@click.option("--as", "viewer", metavar="PARTNER", help=say("Who asks.", "查询者。"))
@click.option("--json", "as_json", is_flag=True, help=say("The answer as JSON.", "以 JSON 输出。"))
@options.lang_option
@click.pass_context
def progress(ctx: click.Context, number: str, viewer: str | None, as_json: bool) -> None:
    """Show the progress of a number; exit code 1 when there is nothing that one may see."""
    from edi_router.config import did_you_mean

    place = workspace.needed(ctx)
    configuration, faults = place.configuration()
    if configuration is None:
        output.print_faults(faults)
        output.stop(output.FINDINGS)
    partners = configuration.directory.partners
    if viewer is not None and viewer not in partners:
        near = did_you_mean(viewer, list(partners))
        hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
        raise click.UsageError(say(f"there is no partner {viewer}", f"没有伙伴 {viewer}") + hint)
    codes = partners[viewer].codes if viewer is not None else ()
    with workspace.ledger(ctx) as ledger:
        found = ledger.progress(number, viewer, codes)
    zone = configuration.settings.zone
    if as_json:
        output.emit(as_object(found, configuration.registers, zone))
    else:
        _print(found, configuration.registers, zone)
    if not found.known:
        output.stop(output.FINDINGS)


def as_object(found: Progress, registers: Shelf[Register], zone: tzinfo) -> dict[str, Any]:
    """The answer for programs; times in the business zone."""
    return {
        "number": found.number,
        "messages": [_stage(each, zone) for each in found.stages],
        "registers": [_standing(each, registers.find(each.entry.register), zone) for each in found.standings],
    }


def _stage(stage: Stage, zone: tzinfo) -> dict[str, Any]:
    return {
        "id": stage.id, "type": stage.type, "reference": stage.reference, "from": stage.partner,
        "state": stage.state, "entered": _time(stage.entered, zone),
        "steps": [{"at": _time(at, zone), "what": what} for at, what in stage.steps],
    }  # fmt: skip


def _standing(standing: Standing, register: Register | None, zone: tzinfo) -> dict[str, Any]:
    entry = standing.entry
    shown = register.definition.show if register is not None else ()
    return {
        "register": entry.register, "key": entry.key, "state": entry.state,
        "state_text": _state(register, entry.state), "changed": _time(standing.changed, zone),
        "fields": {name: list(entry.fields[name]) for name in shown if name in entry.fields},
        "steps": [
            {"at": _time(at, zone), "what": what, "state": state} for at, what, state in standing.steps
        ],
    }  # fmt: skip


def _state(register: Register | None, state: str) -> str:
    told = register.definition.states.get(state) if register is not None else None
    if told is None:
        return state
    return told.zh if LANGUAGE == "zh" else told.en


def _time(at: int, zone: tzinfo) -> str:
    from edi_router.ledger.store import instant

    return instant(at).astimezone(zone).isoformat(sep=" ", timespec="seconds")


def _print(found: Progress, registers: Shelf[Register], zone: tzinfo) -> None:
    if not found.known:
        print(say(f"nothing is known of {found.number}", f"没有编号 {found.number} 的记录"))
        return
    rows = [
        (at, f"{stage.type} {stage.reference}", what, stage.partner)
        for stage in found.stages
        for at, what in stage.steps
    ]
    for standing in found.standings:
        register = registers.find(standing.entry.register)
        name = register.definition.name if register is not None else None
        told = standing.entry.register if name is None else name.zh if LANGUAGE == "zh" else name.en
        rows += [
            (at, f"{told} {standing.entry.key}", what, _state(register, state))
            for at, what, state in standing.steps
        ]
    heads = [
        say("time", "时间"), say("of", "业务"), say("what", "动作"), say("state or sender", "状态或发送方")
    ]  # fmt: skip
    # What happened at one moment stays in the order in which it happened.
    rows.sort(key=lambda row: row[0])
    output.table(heads, [(_time(at, zone), *told) for at, *told in rows])
