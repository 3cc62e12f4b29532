"""What processing a file comes to: decisions and documents, as values that the ledger then records.

Nothing here has happened yet. The ledger applies an outcome in one transaction, or the file is processed
again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import BinaryIO, Protocol

from edi_router.faults import Fault
from edi_router.formats.answer import Answer
from edi_router.registers import Moved
from edi_router.security.proof import Proof


class Decision(StrEnum):
    """What became of a message, or of an interchange as a whole."""

    ACCEPTED = "accepted"
    """Routed; in work until each of its outputs is delivered, completed then."""
    REJECTED = "rejected"
    """Faulty; the sender is told so by an acknowledgement."""
    DUPLICATE = "duplicate"
    """Known already; the first answer stands."""
    HELD = "held"
    """Waits for a person: no route, a test message for a live partner, a policy that says so."""


class OutputKind(StrEnum):
    """What an output is to the books: a business document or an acknowledgement."""

    DOCUMENT = "document"
    ACKNOWLEDGEMENT = "acknowledgement"
    BATCH = "batch"
    """An interchange of documents that are outputs themselves, each of which it delivers."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A business number of a message (declaration number, transfer number, container …)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Visibility:
    """A partner that may see a message, and as what (sender, recipient, declarant …)."""

    partner: str
    role: str


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A document whose envelope needs a control number, which only the ledger's transaction can give.

    `stream` names the gapless series (one a partner and direction); `seal` makes the bytes from the number,
    which is the control reference. `sender` and `recipient` are those of the envelope: by the three of them a
    received acknowledgement names it.
    """

    stream: str
    seal: Callable[[int], bytes]
    sender: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A document to deliver. Exactly one of `content` and `unsealed` is given."""

    id: str
    kind: OutputKind
    destination: str
    name: str
    format: str
    content: bytes | None = None
    unsealed: Unsealed | None = None
    mapping: str | None = None
    messages: tuple[str, ...] = ()
    """The ids of the messages it was made from or answers."""
    type: str = ""
    """What kind of document it is, as `Kind` writes it (``CUSDEC D96B``); empty for acknowledgements of our own."""
    priority: int = 5
    """1 goes before 9 where outputs wait for each other."""
    series: str | None = None
    """The series of batches it waits for, `PARTNER/batch`; None: it is delivered by itself. What is collected is
    an EDIFACT message without envelope, UNH to UNT."""
    references: tuple[Reference, ...] = ()
    """The numbers by which an acknowledgement will name it, besides those of its messages."""
    limits: tuple[TimeLimit, ...] = ()
    """The answers that are expected to it, each with its time; they run from the delivery on."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A clock that is to run on a message or output."""

    kind: str
    """`delivery`: from the arrival of a message to the last delivery of what was made of it; `answer`: from the
    delivery of an output to its acknowledgement."""
    level: str
    """The level of the acknowledgement; empty for a delivery."""
    partner: str
    """Who is waited for."""
    terms: Mapping[str, str | int]
    """`days`, `hours`, `minutes`, `seconds`, `calendar`, `warn`: as the configuration had them."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What an acknowledgement that we received says of one level of what we sent."""

    level: str
    """`interchange`, `group` or `message`."""
    reference: str
    answer: Answer
    within: str = ""
    """The reference of the group that a message is in."""
    detail: tuple[str, ...] = ()
    """The errors that are told, a short text each."""


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """An acknowledgement of one interchange that we sent; its own level is the first of `levels`."""

    kind: str
    """`contrl`."""
    reference: str
    sender: str
    recipient: str
    levels: tuple[Acknowledged, ...]

    @property
    def answer(self) -> Answer:
        """What became of the interchange."""
        return self.levels[0].answer


@dataclass(frozen=True, slots=True)
class Answering:
    """What a document says of another that we sent, which it names by numbers of it."""

    kind: str
    """The id of its document type."""
    answer: Answer
    numbers: tuple[Reference, ...]
    """The kind may be `any`."""
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageOutcome:
    """The decision on one message; `id` is derived from the file and the message's position in it."""

    id: str
    position: int
    offset: int
    length: int
    type: str
    directory: str
    reference: str
    decision: Decision
    reason: str
    """The route's reason ("agreement ent-a-cusdec: …"), or why it is rejected, held or a duplicate."""
    agreement: str | None = None
    test: bool = False
    faults: tuple[Fault, ...] = ()
    references: tuple[Reference, ...] = ()
    visible_to: tuple[Visibility, ...] = ()
    outputs: tuple[Output, ...] = ()
    acknowledges: Acknowledging | None = None
    """What the message says of an interchange that we sent."""
    answers: tuple[Answering, ...] = ()
    """What it says of documents that we sent."""
    moves: tuple[Moved, ...] = ()
    """What it does to the registers."""
    limits: tuple[TimeLimit, ...] = ()
    """The times it has to keep; they run from the arrival of its file on."""


@dataclass(frozen=True, slots=True)
class InterchangeOutcome:
    """The decision on one interchange (an XML document counts as an interchange of one message)."""

    id: str
    position: int
    format: str
    sender: str
    """The sender as the envelope names it (identification, or partner id for XML)."""
    recipient: str
    control_reference: str
    decision: Decision
    test: bool = False
    faults: tuple[Fault, ...] = ()
    messages: tuple[MessageOutcome, ...] = ()
    acknowledgements: tuple[Output, ...] = ()
    content: str = ""
    """SHA-256 of its own bytes; empty when it is the whole file."""
    duplicate_of: str | None = None
    """The id of the interchange that this one repeats."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which slice of a large file an outcome is: some messages of one interchange."""

    begins: bool
    """Whether nothing of the interchange was recorded before."""
    ends: bool
    """Whether it has the last message of the interchange: its decision stands then, and it is answered."""
    last: bool
    """Whether it is the last of the file."""


@dataclass(frozen=True, slots=True)
class Begun:
    """How far an interchange of a large file is recorded, slice by slice."""

    decision: str
    messages: int
    """How many, from the first on."""
    sound: int
    """How many of them are not rejected."""
    errors: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)
    """Of the messages that its sender is to be told of, by id; of the interchange that was begun last."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """Everything processing one file came to."""

    file: str
    format: str
    interchanges: tuple[InterchangeOutcome, ...]
    faults: tuple[Fault, ...] = ()
    """Faults of the file itself (not a known format, nothing readable in it)."""
    told: tuple[Output, ...] = ()
    """What tells the sender that nothing in the file could be read."""
    proofs: tuple[Proof, ...] = ()
    """What was proven of its signatures and its encryption."""
    part: Part | None = None
    """None: it is the whole file."""

    @property
    def decision(self) -> Decision:
        """HELD when nothing in the file could be read at all: a person must look; else ACCEPTED."""
        return Decision.ACCEPTED if self.interchanges else Decision.HELD


@dataclass(frozen=True, slots=True)
class Prior:
    """An interchange met before."""

    id: str
    file: str
    received: datetime
    same_content: bool
    """Whether it is the same byte for byte, not only under the same references."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An interchange or document that we sent: its output, and what its recipient said of it so far."""

    output: str
    answer: Answer | None


class LedgerView(Protocol):
    """What processing may ask the ledger: read-only, of the state before this file."""

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        """The accepted interchange with these references, or with the SHA-256 `content`, since then.

        One that was rejected or held does not count: its correction may use the same reference.
        """
        ...

    def sent_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str
    ) -> Sent | None:
        """The interchange that we sent to the partner under these references; the latest if there are several."""
        ...

    def sent_document(self, partner: str, numbers: Sequence[Reference]) -> Sent | None:
        """The document that we sent to the partner and that has one of these numbers; the latest of several."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found around a file, by which each of its documents is judged as its agreement says."""

    shape: str
    """`xml`, `edifact` or `flat`."""
    held: frozenset[str]
    """The forms of signatures and encryption that are proven."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file to process: its bytes and what is known from where it was found."""

    id: str
    partner: str
    name: str
    content: bytes
    sha256: str
    received: datetime
    """UTC."""
    business_date: str
    """yyyy-MM-dd in the business zone."""
    only: frozenset[str] = field(default_factory=frozenset)
    """When not empty: the ids of the messages to process again (after a release); others are left alone."""
    release: str = ""
    """The number of the release by which they are processed again."""
    arrived: datetime | None = None
    """When it came, where `received` is when a person released it: signatures are judged by that day."""
    faults: tuple[Fault, ...] = ()
    """What is wrong with the file around its content, such as its signature: everything in it is rejected."""
    asked: Asked | None = None
    """Set where signatures are asked for by agreement: each document is judged when its agreement is chosen."""
    refused: str = ""
    """Why a person has refused them: they are rejected with these words, whatever they come to."""
    open: Callable[[], BinaryIO] | None = None
    """Reads its bytes from their beginning, where they are too many to be `content`, which is empty then."""

    def stream(self) -> BinaryIO:
        """Its bytes, to be read once."""
        return BytesIO(self.content) if self.open is None else self.open()
