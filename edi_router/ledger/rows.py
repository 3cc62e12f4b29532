"""An outcome as rows of the ledger; nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from edi_router.ledger.acknowledging import Arrived
from edi_router.ledger.answering import Answered
from edi_router.ledger.coding import fault_rows
from edi_router.ledger.compressing import deflated
from edi_router.ledger.moves import Change, Entry, canonical
from edi_router.ledger.proving import proof_rows
from edi_router.ledger.states import ANSWERED, MADE_FROM
from edi_router.ledger.store import Row
from edi_router.pipeline.model import (
    Decision,
    FileOutcome,
    InterchangeOutcome,
    MessageOutcome,
    Output,
    Part,
    TimeLimit,
)

_UNITS = {"days": 86_400_000_000, "hours": 3_600_000_000, "minutes": 60_000_000, "seconds": 1_000_000}
"""The units of a limit in microseconds."""


class Numbers:
    """Gapless control numbers: given back as a whole when an outcome is not recorded."""

    def __init__(self, last: Mapping[str, int]) -> None:
        self.last = dict(last)

    def take(self, stream: str) -> int:
        """The next number of the stream."""
        self.last[stream] += 1
        return self.last[stream]


@dataclass(slots=True)
class Rows:
    """What is to be written, by table."""

    interchanges: list[Row] = field(default_factory=list)
    decided: list[Row] = field(default_factory=list)
    """Interchanges whose decision has changed, or stands only now: their decision and sequence."""
    messages: list[Entry] = field(default_factory=list)
    redone: list[Change] = field(default_factory=list)
    """Released messages that were processed again."""
    outputs: list[Entry] = field(default_factory=list)
    contents: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    deliveries: list[Entry] = field(default_factory=list)
    references: list[Row] = field(default_factory=list)
    visible: list[Row] = field(default_factory=list)
    faults: list[Row] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    unread: list[Row] = field(default_factory=list)
    """Interchanges of which nothing could be read; there from an earlier try if the file was released."""
    answered: list[Answered] = field(default_factory=list)
    known_by: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    proofs: list[Row] = field(default_factory=list)
    answering: list[tuple[str, str]] = field(default_factory=list)
    """Interchanges that came in slices, each with an output that acknowledges all of its messages."""

    def extend(self, other: Rows) -> None:
        """Add all rows of another."""
        for name in self.__slots__:
            if more := getattr(other, name):
                getattr(self, name).extend(more)


@dataclass(frozen=True, slots=True)
class Known:
    """What of the file is in the ledger already, when released messages of it are processed again."""

    interchanges: Mapping[str, Row]
    messages: Mapping[str, Row]
    """The released messages that this work is about."""
    outputs: frozenset[str]


def partner_of(destination: str) -> str:
    """The partner of a destination, which is `partner` or `partner/place`.

    >>> partner_of("ciq-4403/declarations")
    'ciq-4403'
    """
    return destination.partition("/")[0]


def outputs_of(outcome: FileOutcome) -> Iterator[Output]:
    """All outputs of an outcome."""
    for interchange in outcome.interchanges:
        for message in interchange.messages:
            yield from message.outputs
        yield from interchange.acknowledgements
    yield from outcome.told


def build(
    file: Row, common: Row, outcome: FileOutcome, sequence: int, numbers: Numbers, known: Known | None
) -> Rows:
    """The rows of one outcome. `common` has `now`, `config` and `engine`."""
    builder = _Builder(file, common, sequence, numbers, known, outcome.part)
    for interchange in outcome.interchanges:
        builder.interchange(interchange)
    if known is None:
        builder.rows.faults += fault_rows("file", file["id"], file["id"], outcome.faults)
        builder.unread(outcome)
        builder.rows.proofs += proof_rows(
            outcome.proofs, file["id"], common["now"], "received", file["sha256"]
        )
    return builder.rows


def build_later(
    file: str, interchange: str, common: Row, outputs: Iterable[Output], numbers: Numbers
) -> Rows:
    """The rows of outputs that time has made of an interchange which was recorded long before."""
    builder = _Builder({"id": file}, common, 0, numbers, None)
    for output in outputs:
        builder.output(interchange, output, output.messages, ANSWERED)
    return builder.rows


class _Builder:
    def __init__(
        self,
        file: Row,
        common: Row,
        sequence: int,
        numbers: Numbers,
        known: Known | None,
        part: Part | None = None,
    ) -> None:
        self.part = part
        self.file, self.common, self.sequence, self.numbers, self.known = (
            file,
            common,
            sequence,
            numbers,
            known,
        )
        self.rows = Rows()
        self._made: set[str] = set(known.outputs) if known else set()
        self._linked: set[tuple[str, str]] = set()

    def unread(self, outcome: FileOutcome) -> None:
        """What tells that nothing in the file could be read: it answers an interchange without messages."""
        if not outcome.told:
            return
        file, id = self.file, f"{self.file['id']}-0"
        self.rows.unread.append({
            "id": id, "file": file["id"], "position": 0, "format": outcome.format,
            "partner": file["partner"], "sender": file["partner"], "recipient": "", "control_reference": "",
            "content": file["sha256"], "decision": str(Decision.REJECTED), "test": 0, "duplicate_of": None,
            "sequence": self.sequence, "received": file["received"], "config": self.common["config"],
            "engine": self.common["engine"],
        })  # fmt: skip
        for output in outcome.told:
            self.output(id, output, (), ANSWERED)

    def interchange(self, it: InterchangeOutcome) -> None:
        file = self.file
        row: dict[str, Any] = {
            "id": it.id, "file": file["id"], "position": it.position, "format": it.format,
            "partner": file["partner"], "sender": it.sender, "recipient": it.recipient,
            "control_reference": it.control_reference, "content": it.content or file["sha256"],
            "decision": str(it.decision), "test": int(it.test),
            "duplicate_of": it.duplicate_of, "sequence": self.sequence, "received": file["received"],
            "config": self.common["config"], "engine": self.common["engine"],
        }  # fmt: skip
        if self.part is not None and not self.part.begins:
            self.rows.decided += [row] if self.part.ends else []
        elif self.known is None:
            self.rows.interchanges.append(row)
            self.rows.faults += fault_rows("interchange", it.id, file["id"], it.faults)
        elif it.id not in self.known.interchanges:
            return
        elif self.known.interchanges[it.id]["decision"] == "held" != row["decision"]:
            self.rows.decided.append(row)
        for message in it.messages:
            if self.known is None or message.id in self.known.messages:
                self.message(it, message)
        for output in it.acknowledgements:
            self.output(it.id, output, output.messages, ANSWERED)
            if self.part is not None and not output.messages:
                self.rows.answering.append((it.id, output.id))

    def message(self, it: InterchangeOutcome, message: MessageOutcome) -> None:
        file, common = self.file, self.common
        state = "completed" if message.decision is Decision.ACCEPTED else str(message.decision)
        if message.decision is Decision.ACCEPTED and message.outputs:
            state = "in_work"
        decided = {
            "reason": message.reason, "agreement": message.agreement, "config": common["config"],
            "engine": common["engine"],
        }  # fmt: skip
        detail = {"reason": message.reason} | ({"agreement": message.agreement} if message.agreement else {})
        if self.known is not None:
            released = self.known.messages[message.id]
            self.rows.redone.append(Change(released, state, str(message.decision), detail, decided))
        else:
            self.rows.messages.append(Entry({
                "id": message.id, "file": file["id"], "interchange": it.id, "partner": file["partner"],
                "position": message.position, "offset": message.offset, "length": message.length,
                "type": message.type, "directory": message.directory, "reference": message.reference,
                "state": state, "test": int(message.test), "entered": common["now"], **decided,
            }, str(message.decision), detail))  # fmt: skip
        self.rows.faults += fault_rows("message", message.id, file["id"], message.faults)
        self.rows.references += _distinct(
            {"message": message.id, "kind": r.kind, "value": r.value} for r in message.references
        )
        self.rows.visible += _distinct(
            {"message": message.id, "partner": v.partner, "role": v.role} for v in message.visible_to
        )
        if state == "in_work":
            agreement = message.agreement or ""
            self.rows.clocks += [
                clock_row(each, message.id, agreement, file["received"]) for each in message.limits
            ]
        if message.acknowledges is not None:
            self.rows.arrived.append(Arrived(message.id, file["partner"], message.acknowledges))
        self.rows.answered += [Answered(message.id, file["partner"], each) for each in message.answers]
        for output in message.outputs:
            self.output(it.id, output, dict.fromkeys((message.id, *output.messages)), MADE_FROM)

    def output(self, interchange: str, output: Output, messages: Iterable[str], role: str) -> None:
        """An output of an interchange, with its delivery."""
        for message in messages:
            if (message, output.id) not in self._linked:
                self._linked.add((message, output.id))
                self.rows.links.append({"message": message, "output": output.id, "role": role})
        if output.id in self._made:
            return
        self._made.add(output.id)
        number = None
        if output.unsealed is not None:
            number = self.numbers.take(output.unsealed.stream)
            data = output.unsealed.seal(number)
        elif output.content is not None:
            data = output.content
        else:
            raise ValueError(f"output {output.id} has neither content nor an envelope to seal")
        now, partner = self.common["now"], partner_of(output.destination)
        row = {
            "id": output.id, "file": self.file["id"], "interchange": interchange, "kind": str(output.kind),
            "destination": output.destination, "partner": partner, "name": output.name,
            "format": output.format, "mapping": output.mapping, "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "stream": output.unsealed.stream if output.unsealed else None, "number": number,
            "control_reference": None if number is None else str(number),
            "sender": (output.unsealed.sender or None) if output.unsealed else None,
            "recipient": (output.unsealed.recipient or None) if output.unsealed else None,
            "state": "waiting", "made": now, "type": output.type, "priority": output.priority,
            "series": output.series, "batch": None,
        }  # fmt: skip
        detail = {"destination": output.destination, "name": output.name}
        self.rows.known_by += _distinct(
            {"output": output.id, "kind": r.kind, "value": r.value} for r in output.references
        )
        self.rows.clocks += [clock_row(each, output.id) for each in output.limits]
        self.rows.outputs.append(Entry(row, "made", detail))
        self.rows.contents.append({"output": output.id, "data": deflated(data)})
        if output.series is not None:  # it is delivered inside a batch
            return
        self.rows.deliveries.append(Entry({
            "id": f"{output.id}-1", "output": output.id, "destination": output.destination,
            "partner": partner, "name": output.name, "state": "waiting", "again": "waiting",
            "next_attempt": now, "made": now,
        }, "made"))  # fmt: skip


def clock_row(
    limit: TimeLimit, subject: str, agreement: str = "", started: int | None = None
) -> dict[str, Any]:
    """A clock that the engine's watch is to look at: `look` 0 asks it to reckon when it warns and is due.

    One that does not run yet (`started` is None) is looked at when its output has been delivered. When one without
    a calendar is due is known at once, so one that is stopped in time need not be looked at.
    """
    terms = limit.terms
    span = sum(int(terms.get(unit, 0)) * length for unit, length in _UNITS.items())
    return {
        "kind": limit.kind, "level": limit.level, "subject": subject, "partner": limit.partner,
        "agreement": agreement, "terms": canonical(dict(limit.terms)), "started": started,
        "state": "waiting" if started is None else "running", "look": None if started is None else 0,
        "due": None if started is None or "calendar" in terms else started + span,
    }  # fmt: skip


def _distinct(rows: Iterable[Row]) -> list[Row]:
    return list({tuple(row.values()): row for row in rows}.values())
