"""Outcomes for the tests of the ledger: files, messages and outputs, without a pipeline."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edi_router.faults import Fault
from edi_router.ledger import ClaimedDelivery, Ledger, WorkItem
from edi_router.pipeline.model import (
    Decision,
    FileOutcome,
    InterchangeOutcome,
    MessageOutcome,
    Output,
    OutputKind,
    Reference,
    Unsealed,
    Visibility,
)


@dataclass
class Clock:
    """A clock that only moves when told: at noon of 2026-03-02 in Shanghai."""

    now: datetime = datetime(2026, 3, 2, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


ACCEPTED, REJECTED, DUPLICATE, HELD = Decision.ACCEPTED, Decision.REJECTED, Decision.DUPLICATE, Decision.HELD


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def drop(ledger: Ledger, name: str = "a.edi", partner: str = "ent-a", content: str | None = None) -> str:
    """Receive a file and have it removed at the source; returns its id."""
    text = name if content is None else content
    receipt = ledger.receive(partner, "outbox", name, len(text), 1, sha(text), "config-1")
    ledger.removed(receipt.file_id)
    return receipt.file_id


def take(ledger: Ledger, file: str) -> tuple[WorkItem, int]:
    """Claim the work of a file."""
    item = next(item for item in ledger.pending_work(1000) if item.file == file)
    fence = ledger.claim(item.id)
    assert fence is not None
    return item, fence


def document(message: str, number: int = 1, to: str = "ciq", stream: str | None = None) -> Output:
    unsealed = None if stream is None else Unsealed(stream, lambda control: f"<{control}>".encode())
    content = None if stream is not None else f"content of {message}".encode()
    name = f"{message}-{number}.xml"
    return Output(
        f"{message}-o{number}", OutputKind.DOCUMENT, to, name, "xml", content, unsealed, "m", (message,)
    )


def ack(interchange: str, messages: Sequence[str], to: str = "ent-a", stream: str = "ack:ent-a") -> Output:
    unsealed = Unsealed(stream, lambda control: f"CONTRL {control}".encode())
    return Output(
        f"{interchange}-ack", OutputKind.ACKNOWLEDGEMENT, to, f"{interchange}.contrl", "edifact", None,
        unsealed, None, tuple(messages),
    )  # fmt: skip


def message(
    file: str,
    position: int = 1,
    decision: Decision = ACCEPTED,
    outputs: int = 1,
    stream: str | None = None,
    faults: tuple[Fault, ...] = (),
) -> MessageOutcome:
    id = f"{file}-1-{position}"
    made = tuple(document(id, number, stream=stream) for number in range(1, outputs + 1))
    return MessageOutcome(
        id, position, 100 * position, 50, "CUSDEC", "D96B", f"M{position}", decision, f"because {decision}",
        "agr", faults=faults, references=(Reference("declaration", f"D-{id}"),),
        visible_to=(Visibility("ent-a", "sender"), Visibility("ciq", "recipient")),
        outputs=made if decision is ACCEPTED else (),
    )  # fmt: skip


def outcome(
    file: str,
    *messages: MessageOutcome,
    control: str = "C1",
    decision: Decision = ACCEPTED,
    acks: tuple[Output, ...] = (),
    faults: tuple[Fault, ...] = (),
) -> FileOutcome:
    """A file of one interchange."""
    interchange = InterchangeOutcome(
        f"{file}-1", 1, "edifact", "SENDER", "RECIPIENT", control, decision, faults=faults, messages=messages,
        acknowledgements=acks,
    )  # fmt: skip
    return FileOutcome(file, "edifact", (interchange,))


def unreadable(file: str) -> FileOutcome:
    return FileOutcome(file, "unknown", (), (Fault("format-unknown"),))


def process(ledger: Ledger, file: str, result: FileOutcome | None = None) -> None:
    """Claim and record."""
    item, fence = take(ledger, file)
    ledger.record(
        item.id, fence, result if result is not None else outcome(file, message(file), control=file)
    )


def deliver(ledger: Ledger, delivery: str) -> ClaimedDelivery:
    """One delivery, to its end."""
    claimed = ledger.claim_delivery(delivery)
    assert claimed is not None
    ledger.renaming(delivery, claimed.fence)
    ledger.delivered(delivery, claimed.fence)
    return claimed


def deliver_all(ledger: Ledger) -> int:
    rows = ledger.due(limit=1000)
    for row in rows:
        deliver(ledger, row.id)
    return len(rows)
