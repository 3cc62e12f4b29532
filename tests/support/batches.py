"""Batches for the tests of the ledger: messages that wait for them, a series of them, and what partners answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from edi_router.formats.answer import Answer
from edi_router.ledger import Ledger
from edi_router.ledger.batching import Series
from edi_router.partners.batches import Batch
from edi_router.partners.closing import Closing, Collected, next_batch
from edi_router.pipeline.model import Acknowledged, Acknowledging, Output, OutputKind, TimeLimit
from tests.support.outcomes import ACCEPTED, drop, message, outcome, process

NAME = "CUS/forms"
KIND = "CUSDEC D96B"
LIMIT = TimeLimit("answer", "functional", "CUS", {"hours": 2})


def collect(
    ledger: Ledger, *texts: str, name: str = "", partner: str = "ent-a", priority: int = 5
) -> list[str]:
    """A file whose messages wait for a batch with these texts; the ids of what waits."""
    file = drop(ledger, name or f"{texts[0]}.edi", partner)
    messages = []
    for number, text in enumerate(texts, 1):
        made = message(file, number, outputs=0)
        waits = Output(
            f"{made.id}-o", OutputKind.DOCUMENT, "CUS", f"{text}.edi", "edifact", text.encode(),
            messages=(made.id,), type=KIND, priority=priority, series=NAME, limits=(LIMIT,),
        )  # fmt: skip
        messages.append(replace(made, outputs=(waits,)))
    process(ledger, file, outcome(file, *messages, control=file))
    return [output.id for each in messages for output in each.outputs]


def compose(members: Sequence[bytes], number: int, at: datetime, test: bool) -> bytes:
    """`7:a|b`: what is under number 7."""
    return f"{number}:".encode() + b"|".join(members)


def series(
    make: Callable[[Sequence[bytes], int, datetime, bool], bytes] = compose,
    limit: int | None = None,
    **more: Any,
) -> Series:
    """Batches from 08:00 to 20:00 in Shanghai."""
    batch = Batch.model_validate({"id": "forms", "of": "CUSDEC", "windows": {"opens": "08:00", "closes": "20:00"},
                                  "every": {"seconds": 1}} | more)  # fmt: skip
    windows = batch.hours(ZoneInfo("Asia/Shanghai"), {})

    def decide(
        now: datetime, collected: Sequence[Collected], closed: Mapping[datetime, int]
    ) -> Closing | None:
        return next_batch(batch, windows, now, collected, closed)

    return Series("CUS", "forms", decide, make, windows.missed, "US", "CUS", limit)


def inside(ledger: Ledger, batch: str) -> list[str]:
    """The texts in a batch, in their order."""
    return ledger.content(batch).decode().partition(":")[2].split("|")


def contrl(ledger: Ledger, batch: str, whole: Answer, *rejected: int, error: str = "") -> None:
    """The partner's CONTRL of a batch: what it says of the whole, and which messages it rejects by name."""
    number = str(ledger.show(batch)["control_reference"])
    levels = [Acknowledged("interchange", number, whole, detail=(error,) if error else ())]
    levels += [
        Acknowledged("message", str(place), Answer.REJECTED, detail=("12 segment 3",)) for place in rejected
    ]
    says = Acknowledging("contrl", number, "US", "CUS", tuple(levels))
    file = drop(
        ledger, f"contrl-{batch}-{whole}-{len(ledger.ls('acknowledgement', limit=10_000))}.edi", "CUS"
    )
    carrier = replace(message(file, 1, ACCEPTED, outputs=0), acknowledges=says)
    process(ledger, file, outcome(file, carrier, control=file))
