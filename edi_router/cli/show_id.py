"""`edi-router show ID`: everything about a message, found by any number it has."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import output, workspace
from edi_router.cli.language import LANGUAGE, say
from edi_router.cli.ledger_words import cell, head, heads
from edi_router.cli.ls import in_column, plain, shown

if TYPE_CHECKING:
    from edi_router.ledger.ledger import Ledger


def show_id(ctx: click.Context, text: str, as_json: bool) -> None:
    """Show what `text` names: an id, or a business number, container, control reference or file name.

    Exits with 1 when nothing is found; lists the choices when there are several.
    """
    zone = workspace.needed(ctx).settings().zone
    with workspace.ledger(ctx) as ledger:
        found = ledger.find(text)
        if not found:
            output.fail(
                say(
                    f"{text}: no file on this disk, and nothing in the ledger has this number",
                    f"{text}：既不是本机文件，台账中也没有此编号",
                ),
                output.FINDINGS,
            )
        records = [ledger.show(each) for each in found]
    if as_json:
        for record in records:
            output.emit(plain(record))
    elif len(records) == 1:
        _print(records[0], zone)
    else:
        columns = ("kind", "id", "partner", "type", "reference", "state")
        output.table(
            heads(columns), ([in_column(column, record) for column in columns] for record in records)
        )
        for record in records:
            if record["kind"] == "message":
                print()
                _print(record, zone)


def _print(record: dict[str, Any], zone: tzinfo) -> None:
    title = f"{cell('kind', record['kind'])} {record['id']}"
    for key in (
        "partner",
        "name",
        "inside",
        "type",
        "directory",
        "reference",
        "state",
        "decision",
        "reason",
        "agreement",
        "answer",
    ):
        if record.get(key):
            title += f"\n  {head(key)}{say(': ', '：')}{in_column(key, record)}"
    print(title)
    for heading, key, columns in (
        (say("references", "业务编号"), "references", ("kind", "value")),
        (say("members", "压缩包成员"), "members", ("id", "name", "size", "state", "reason")),
        (say("messages", "报文"), "messages", ("id", "type", "reference", "state", "reason")),
        (say("outputs", "输出"), "outputs", ("id", "kind", "destination", "name", "state", "answer")),
        (
            say("deliveries", "投递"),
            "deliveries",
            ("id", "destination", "name", "state", "attempts", "reason"),
        ),
        (
            say("acknowledgements", "回执"),
            "acknowledgements",
            ("partner", "kind", "level", "reference", "answer", "output"),
        ),
        (say("decisions", "处置记录"), "decisions", ("at", "verb", "by", "reason")),
        (
            say("signatures and encryption", "签名与加密"),
            "proofs",
            ("way", "output", "form", "result", "subject", "serial", "until", "at"),
        ),
    ):
        if record.get(key):
            rows = ([_part(key, column, row) for column in columns] for row in record[key])
            output.table(heads(columns), rows, heading)
    for fault in record.get("faults", ()):
        if "fault" in fault:
            print("  " + output.fault_line(fault["fault"]).replace("\n", "\n  "))
    print(say("timeline", "时间线"))
    for event in record.get("events", ()):
        what, detail = _event(event)
        print(f"  {shown(event.get('at'), zone)}  {what}  {output.visible(detail)}")


def _part(part: str, column: str, row: dict[str, Any]) -> str:
    """A cell of one of the tables of a record; the kinds of business numbers have words of their own."""
    if part == "references" and column == "kind":
        from edi_router.console.words import number

        return number(row[column], LANGUAGE) if LANGUAGE == "zh" else str(row[column])
    return in_column(column, row)


def _event(event: dict[str, Any]) -> tuple[str, str]:
    """What happened, and its details."""
    what, details = str(event.get("what", "")), (event.get("detail") or {}).items()
    if LANGUAGE != "zh":
        return what, ", ".join(f"{key} {value}" for key, value in details)
    from edi_router.console.words import detail, word

    told = (f"{detail(key, LANGUAGE)} {cell(key, str(value))}" for key, value in details)
    return word(what, LANGUAGE), "，".join(told)


def one(ledger: Ledger, text: str, kind: str, state: str | None = None) -> str:
    """The one id of this kind (and state) that `text` names; ends the command when there is none or several."""
    candidates = [text] if _is(ledger, text, kind) else []
    candidates = candidates or [each for each in ledger.find(text) if _is(ledger, each, kind)]
    if state is not None:
        candidates = [each for each in candidates if ledger.show(each).get("state") == state]
    if not candidates:
        wanted = f"{state} {kind}" if state else kind
        output.fail(say(f"{text} names no {wanted}", f"{text} 不对应任何 {wanted}"), output.FINDINGS)
    if len(candidates) > 1:
        several = ", ".join(candidates)
        output.fail(say(f"{text} names several: {several}", f"{text} 对应多个：{several}"), output.FINDINGS)
    return candidates[0]


def _is(ledger: Ledger, text: str, kind: str) -> bool:
    from edi_router.ledger.errors import NotFound

    try:
        return bool(ledger.show(text)["kind"] == kind)
    except NotFound:
        return False
