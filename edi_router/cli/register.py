"""`edi-router register`: what the registers remember."""

from __future__ import annotations

import json
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say
from edi_router.cli.ls import shown

if TYPE_CHECKING:
    from edi_router.ledger.registering import RegisterEvent
    from edi_router.registers import Entry, Register


_MOST = 100_000
"""So many entries of a queue are looked at, and no more."""


@click.group(
    help=say(
        "Look at the registers: transfers, licences, container results and the like.\n\n"
        "\b\nExample: edi-router --workspace DIR register show transfer 4205002604000110",
        "查看登记簿：转单、许可证、集装箱检验结果等。\n\n"
        "\b\n示例：edi-router --workspace DIR register show transfer 4205002604000110",
    )
)
def register() -> None:
    """The verbs of registers."""


@register.command(
    "list",
    help=say(
        "The registers of the configuration, with the number of entries in each state.\n\n"
        "\b\nExample: edi-router --workspace DIR register list",
        "列出配置中的登记簿及各状态的条数。\n\n\b\n示例：edi-router --workspace DIR register list",
    ),
)
@options.lang_option
@options.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> int:
    """All registers."""
    registers = _registers(ctx)
    with workspace.ledger(ctx) as ledger:
        counts = ledger.register_counts()
    rows: list[dict[str, Any]] = []
    for id, each in registers.items():
        states = {state: number for name, state, number in counts if name == id}
        rows.append({"id": id, "name": _name(each), "entries": sum(states.values()), "states": states})
    if as_json:
        for row in rows:
            output.emit(row)
        return output.FINE
    told = [
        [row["id"], row["name"], row["entries"], ", ".join(f"{k} {v}" for k, v in row["states"].items())]
        for row in rows
    ]
    output.table(("id", "name", "entries", "states"), ([shown(cell) for cell in row] for row in told))
    return output.FINE


@register.command(
    "ls",
    help=say(
        "The entries of a register in the order of their keys.\n\n"
        "\b\nExample: edi-router --workspace DIR register ls licence --open --value 91420500MA00000079",
        "按编号列出登记簿的登记项。\n\n"
        "\b\n示例：edi-router --workspace DIR register ls licence --open --value 91420500MA00000079",
    ),
)
@click.argument("name", metavar="REGISTER")
@click.option("--state", help=say("Only in this state.", "只列此状态。"))
@click.option("--open", "only_open", is_flag=True, help=say("Only what is not done with.", "只列未了结的。"))
@click.option("--value", help=say("Only with this value in any field.", "只列任一字段为此值的。"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True,
              help=say("At most so many.", "最多条数。"))  # fmt: skip
@options.lang_option
@options.json_option
@click.pass_context
def ls(
    ctx: click.Context,
    name: str,
    state: str | None,
    only_open: bool,
    value: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """Entries of one register."""
    from edi_router.registers.shape import as_values

    found = _register(ctx, name)
    if state is not None and state not in found.definition.states:
        known = ", ".join(found.definition.states)
        raise click.UsageError(
            say(f"{name} has no state {state} ({known})", f"{name} 没有状态 {state}（{known}）")
        )
    with workspace.ledger(ctx) as ledger:
        listed = ledger.register_entries(name, state, value, only_open, limit)
    if as_json:
        for each in listed:
            output.emit(as_values(each.entry, found))
        return output.FINE
    columns = ("key", "state", *found.definition.show)
    rows = ([each.entry.key, _state(found, each.entry), *(each.entry.value(c) for c in found.definition.show)]
            for each in listed)  # fmt: skip
    output.table(columns, rows)
    return output.FINE


@register.command(
    "queue",
    help=say(
        "Who waits at each desk for a person, in the order of service: number, priority and how long; and the longest wait.\n\n"
        "\b\nExample: edi-router --workspace DIR register queue declaration --desk 420500",
        "列出各窗口排队情况：叫号、优先级、等候时间及最长等候。\n\n"
        "\b\n示例：edi-router --workspace DIR register queue declaration --desk 420500",
    ),
)
@click.argument("name", metavar="REGISTER")
@click.option("--desk", "wanted", help=say("Only of this desk.", "只列此窗口。"))
@options.lang_option
@options.json_option
@click.pass_context
def queue(ctx: click.Context, name: str, wanted: str | None, as_json: bool) -> int:
    """The queues of one register."""
    from edi_router.ledger.store import instant
    from edi_router.registers import desks

    found = _register(ctx, name)
    if found.definition.queue is None:
        output.fail(say(f"{name} has no queue", f"{name} 没有排队"), output.FINDINGS)
    with workspace.ledger(ctx) as ledger:
        listed = ledger.register_entries(name, found.definition.queue.state, wanted, limit=_MOST)
        now = instant(ledger.now())
    for desk in desks(found.definition.queue, (each.entry for each in listed)):
        if wanted not in (None, desk.id):
            continue
        rows = [
            (place, each.number, each.key, each.priority, int((now - each.since).total_seconds() // 60))
            for place, each in enumerate(desk.queue, 1)
        ]
        longest = int((now - desk.longest).total_seconds() // 60)
        columns = ("place", "number", "key", "priority", "minutes")
        if as_json:
            told = [dict(zip(columns, row, strict=True)) for row in rows]
            output.emit({"desk": desk.id, "waiting": len(rows), "longest_minutes": longest, "queue": told})
            continue
        waiting = say(
            f"{len(rows)} waiting, the longest {longest} min", f"等候 {len(rows)} 件，最长 {longest} 分钟"
        )
        print(f"{desk.id}: {waiting}")
        output.table(columns, ([shown(cell) for cell in row] for row in rows))
    return output.FINE


@register.command(
    "show",
    help=say(
        "One entry: its fields, its lines with what is left, and everything that happened to it.\n\n"
        "\b\nExample: edi-router --workspace DIR register show transfer 4205002604000110",
        "显示一项登记：字段、各项余量以及全部变动。\n\n"
        "\b\n示例：edi-router --workspace DIR register show transfer 4205002604000110",
    ),
)
@click.argument("name", metavar="REGISTER")
@click.argument("key")
@options.lang_option
@options.json_option
@click.pass_context
def show(ctx: click.Context, name: str, key: str, as_json: bool) -> int:
    """One entry with its history."""
    from edi_router.registers.shape import amounts, as_values

    found = _register(ctx, name)
    zone = workspace.needed(ctx).settings().zone
    with workspace.ledger(ctx) as ledger:
        entry = ledger.register_entry(name, key)
        events = ledger.register_events(name, key)
    if entry is None:
        output.fail(say(f"{name} has no entry {key}", f"{name} 中没有 {key}"), output.FINDINGS)
    if as_json:
        output.emit({**as_values(entry, found), "events": [_event(each, zone) for each in events]})
        return output.FINE
    print(f"{_name(found)} {entry.key}: {_state(found, entry)}")
    if entry.test:
        print("  " + say("made by a test message", "由测试报文登记"))
    for field, values in entry.fields.items():
        print(f"  {field}: {', '.join(values)}")
    if entry.lines:
        rows = ([line.key, *map(shown, amounts(entry, line)), _fields(line.fields)] for line in entry.lines)
        output.table(("line", "granted", "used", "left", "fields"), rows)
    columns = ("at", "move", "outcome", "state", "partner")
    output.table(columns, ([_event(each, zone)[column] for column in columns] for each in events))
    return output.FINE


def _registers(ctx: click.Context) -> dict[str, Register]:
    from edi_router.registers import load_registers

    registers, _ = load_registers(workspace.tree(ctx))
    return registers


def _register(ctx: click.Context, name: str) -> Register:
    from edi_router.config import did_you_mean

    registers = _registers(ctx)
    if name not in registers:
        near = did_you_mean(name, list(registers))
        hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
        raise click.UsageError(say(f"no register {name}", f"没有登记簿 {name}") + hint)
    return registers[name]


def _name(register: Register) -> str:
    names = register.definition.name
    return names.zh if LANGUAGE == "zh" else names.en


def _state(register: Register, entry: Entry) -> str:
    state = register.definition.states.get(entry.state)
    if state is None:
        return entry.state
    return f"{entry.state} ({state.zh if LANGUAGE == 'zh' else state.en})"


def _fields(fields: Any) -> str:
    return ", ".join(f"{name} {'/'.join(values)}" for name, values in fields.items())


def _event(event: RegisterEvent, zone: tzinfo) -> dict[str, Any]:
    from edi_router.ledger.store import instant

    detail = json.loads(event.detail)
    return {
        "at": shown(instant(event.at), zone), "move": event.move, "outcome": detail.pop("outcome", ""),
        "before": event.before, "state": event.state, "partner": event.partner, "detail": detail,
    }  # fmt: skip
