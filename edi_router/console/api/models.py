"""What is told of files, messages, outputs, deliveries and acknowledgements.

Instants are in UTC (ISO 8601), sizes in bytes. States are those of docs/architecture.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from edi_router.console.api.common import Told
from edi_router.faults import CATALOGUE, as_json


class File(Told):
    """A file as it came."""

    id: str
    partner: str
    channel: str
    name: str
    size: int
    sha256: str
    received: datetime
    format: str | None
    state: str
    reason: str
    inside: str | None
    """The packed file that it came in."""


class Interchange(Told):
    """An interchange of a file: an envelope with messages."""

    id: str
    file: str
    position: int
    format: str
    partner: str
    sender: str
    recipient: str
    control_reference: str
    decision: str
    test: bool
    duplicate_of: str | None
    received: datetime


class Message(Told):
    """A message that came in."""

    id: str
    file: str
    interchange: str
    partner: str
    position: int
    type: str
    directory: str
    reference: str
    state: str
    reason: str
    agreement: str | None
    test: bool
    entered: datetime


class Output(Told):
    """A document that we made for a partner."""

    id: str
    kind: str
    """`document`, `acknowledgement` or `batch`."""
    partner: str
    destination: str
    name: str
    format: str
    type: str
    size: int
    sha256: str
    state: str
    made: datetime
    stream: str | None
    number: int | None
    control_reference: str | None
    answer: str | None
    """What the partner has said of it."""


class Delivery(Told):
    """The bringing of an output to its partner."""

    id: str
    output: str
    partner: str
    destination: str
    name: str
    state: str
    attempts: int
    reason: str
    made: datetime
    delivered: datetime | None


class Acknowledgement(Told):
    """What a partner said of an output of ours, at one level of it."""

    id: int
    message: str
    """The message that carries it."""
    output: str | None
    partner: str
    kind: str
    level: str
    reference: str
    within: str
    sender: str
    recipient: str
    answer: str
    detail: Annotated[Any, BeforeValidator(lambda told: json.loads(told) if isinstance(told, str) else told)]
    at: datetime


class Reference(Told):
    """A business number of a message."""

    message: str
    kind: str
    value: str


class FaultTold(Told):
    """Something wrong, with its place and what to do about it."""

    subject: str
    """The file, interchange or message that it is in."""
    code: str
    severity: str
    text: str
    hint: str
    place: dict[str, Any]
    rule: str | None = None


class Event(Told):
    """Something that happened."""

    at: datetime
    kind: str
    subject: str
    what: str
    before: str | None
    state: str | None
    detail: dict[str, Any] = Field(default_factory=dict)


class Around(Told):
    """What belongs to a thing, as far as it is seen."""

    files: list[File]
    interchanges: list[Interchange]
    messages: list[Message]
    references: list[Reference]
    outputs: list[Output]
    deliveries: list[Delivery]
    acknowledgements: list[Acknowledgement]
    faults: list[FaultTold]
    events: list[Event]
    """The timeline, in its order."""


class FileShown(File, Around):
    """A file with all around it."""

    members: list[File]
    """What came in it, where it was packed: each a file of its own."""


class InterchangeShown(Interchange, Around):
    """An interchange with all around it."""


class MessageShown(Message, Around):
    """A message with all around it."""


class OutputShown(Output, Around):
    """An output with all around it."""


class DeliveryShown(Delivery, Around):
    """A delivery with all around it."""


class Named(Told):
    """Something that was found: what it is, and its id."""

    kind: str
    id: str


class Found(Told):
    """What has a number, reference or name."""

    items: list[Named]


class Answers(Told):
    """The acknowledgements of a message."""

    made: list[Output]
    """Those that we made for it; their bytes are at `/outputs/ID/content`."""
    received: list[Acknowledgement]
    """What partners said of what was made of it, and what it says itself."""


class Taken(Told):
    """A file that was handed over, and is ours now."""

    file: str
    known: bool
    """Whether it was handed over before, under the same key: nothing more was received."""


def fault_told(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A fault of `Ledger.show` in a language; of a code that this version does not know as it is."""
    fault = row["fault"]
    if fault.code not in CATALOGUE:
        return {**row, "severity": "error", "hint": ""}
    return {"subject": row["subject"], **as_json(fault, language)}
