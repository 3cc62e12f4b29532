"""A ledger filled in bulk through its own verbs: documents of many firms, and what bureaus state of their volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import count
from zoneinfo import ZoneInfo

from edi_router.ledger import Drop, Ledger, Recordable
from edi_router.pipeline.model import Decision, FileOutcome, MessageOutcome, Reference, Visibility
from edi_router.registers import Entry, Moved
from tests.support.outcomes import Clock, message, outcome, sha

ZONE = ZoneInfo("Asia/Shanghai")
_number = count(1)


def at(day: str, hour: int = 12) -> datetime:
    """Noon of a day in Shanghai, or another hour."""
    return datetime.combine(date.fromisoformat(day), time(hour), ZONE)


def record(ledger: Ledger, partner: str, messages: Sequence[MessageOutcome], name: str = "") -> str:
    """One file of one interchange with these messages (their ids are made here); returns the file's id."""
    name = name or f"{next(_number)}.xml"
    file = ledger.receive_all([Drop(partner, "outbox", name, 1, 1, sha(name))], "config-1")[0].file_id
    ledger.removed(file)
    item = next(each for each in ledger.pending_work(1000) if each.file == file)
    fence = ledger.claim(item.id)
    assert fence is not None
    made = tuple(
        replace(
            each, id=f"{file}-1-{n}", position=n,
            outputs=tuple(replace(o, id=f"{file}-1-{n}-o{k}", messages=(f"{file}-1-{n}",))
                          for k, o in enumerate(each.outputs, 1)),
            moves=tuple(
                replace(move, after=replace(move.after, message=f"{file}-1-{n}") if move.after else None)
                for move in each.moves
            ),
        )
        for n, each in enumerate(messages, 1)
    )  # fmt: skip
    result: FileOutcome = outcome(file, *made, control=file)
    assert ledger.record_all([Recordable(item.id, fence, result)]) == [None]
    return file


def document(
    type: str,
    bureau: str,
    firm: str = "",
    way: str = "",
    partner: str = "HUB",
    decision: Decision = Decision.ACCEPTED,
    outputs: int = 0,
) -> MessageOutcome:
    """A document of a firm that goes to a bureau."""
    references = [Reference(kind, value) for kind, value in (("firm", firm), ("way", way)) if value]
    return replace(
        message("file", decision=decision, outputs=outputs), type=type, references=tuple(references),
        visible_to=(Visibility(partner, "sender"), Visibility(bureau, "recipient")),
    )  # fmt: skip


def documents(
    bureau: str, type: str, firms: int, number: int, way: str = "", first: int = 1
) -> list[MessageOutcome]:
    """So many documents of so many firms (numbered from `first`), each firm sending as many as the others, or one more."""
    assert number >= firms
    return [document(type, bureau, f"{bureau}-{first + n % firms:04d}", way) for n in range(number)]


def came(
    ledger: Ledger,
    clock: Clock,
    day: str,
    bureau: str,
    type: str,
    firms: int,
    number: int,
    way: str = "",
    first: int = 1,
) -> None:
    """`documents`, recorded on a day."""
    clock.now = at(day)
    record(ledger, "HUB", documents(bureau, type, firms, number, way, first))


def volume(
    bureau: str, month: str, kind: str, number: int, firms: int, office: str = "370000"
) -> MessageOutcome:
    """What a bureau states for a month: as the register `volume` keeps it."""
    key, moment = f"{office}/{month}/{kind}", at(f"{month}-28", 18)
    values = {"Bureau": office, "Month": month, "Kind": kind, "Documents": str(number), "Firms": str(firms)}
    entry = Entry(
        "volume", key, "stated", 1, {name: (value,) for name, value in values.items()}, entered_by=bureau,
        entered=moment, since=moment,
    )  # fmt: skip
    move = Moved("volume", key, "state", "stated", None, entry, open=True)
    return replace(message("file", outputs=0), type="volume", visible_to=(), moves=(move,))


def stated(
    ledger: Ledger,
    clock: Clock,
    bureau: str,
    month: str,
    kind: str,
    number: int,
    firms: int,
    office: str = "370000",
) -> None:
    """`volume`, recorded at the end of the month."""
    clock.now = at(f"{month}-28", 18)
    record(ledger, bureau, [volume(bureau, month, kind, number, firms, office)])
