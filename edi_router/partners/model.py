"""Partners and their agreements: who exchanges what with us, and what becomes of it. One file a partner."""

from __future__ import annotations

import string
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from edi_router.config import Model, YesNo, listed
from edi_router.formats.document_type import KindText
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.lenient import Leniencies, Leniency
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.encodings import usable_encoding
from edi_router.formats.selecting import PathText
from edi_router.partners.batches import Batch
from edi_router.partners.channels import ChannelSettings
from edi_router.partners.replies import AperakWhen, Replies
from edi_router.partners.security import AgreementSecurity, Protection, Security
from edi_router.partners.spans import Expected, Limit
from edi_router.partners.supervision import BooksFile, Digest, Volume
from edi_router.partners.webhooks import Webhook


class Status(StrEnum):
    """How far a partner has come. Only test and live ones are polled and delivered to."""

    DRAFT = "draft"
    TEST = "test"
    LIVE = "live"
    SUSPENDED = "suspended"

    @property
    def active(self) -> bool:
        """Whether files are exchanged with the partner."""
        return self in (Status.TEST, Status.LIVE)


class Name(Model):
    """A partner's name in both languages."""

    en: str
    zh: str


class Identification(Model):
    """How a partner stands in UNB S002 and S003: data elements 0004/0010 and the qualifier 0007."""

    id: str = Field(min_length=1, max_length=35)
    qualifier: str = Field(default="", max_length=4)


class Condition(Model):
    """A question to the content of a document: has the path a value, one of these values, or none."""

    path: PathText
    equals: str | None = None
    in_: Annotated[tuple[str, ...], BeforeValidator(listed)] = Field(default=(), alias="in")
    absent: YesNo = False

    @model_validator(mode="after")
    def _one(self) -> Condition:
        if sum((self.equals is not None, bool(self.in_), self.absent)) > 1:
            raise ValueError("give only one of equals, in and absent")
        return self

    @property
    def allowed(self) -> frozenset[str] | None:
        """The values that satisfy it; empty for `absent`; None when any value does."""
        if self.absent:
            return frozenset()
        if self.equals is not None:
            return frozenset([self.equals])
        return frozenset(self.in_) or None

    def excludes(self, other: Condition) -> bool:
        """Whether no document can satisfy both (as far as the texts tell)."""
        if self.path != other.path:
            return False
        mine, others = self.allowed, other.allowed
        if mine is None or others is None:
            return (mine == frozenset()) != (others == frozenset())
        return not (mine & others) and not (self.absent and other.absent)


def _destination(value: object) -> object:
    return {"partner": value} if isinstance(value, str) else value


class Destination(Model):
    """Where a document goes: a partner by id, or the partner that a path finds the code or the id of."""

    partner: str | None = None
    code: PathText | None = None
    id: PathText | None = None

    @model_validator(mode="after")
    def _one(self) -> Destination:
        if sum(each is not None for each in (self.partner, self.code, self.id)) != 1:
            raise ValueError("give one of partner, code (the path of its code) and id (the path of its id)")
        return self


_FILE_NAME_FIELDS = frozenset({"id", "type", "reference", "mapping", "sender"})


class Delivery(Model):
    """One document to make and send; without a mapping the document itself is passed on (EDIFACT: enveloped)."""

    to: Annotated[Destination, BeforeValidator(_destination)]
    mapping: str | None = None
    name: str | None = None
    """The file name, with {id} {type} {reference} {mapping} {sender}; it must contain {id}."""

    @field_validator("name")
    @classmethod
    def _name(cls, value: str | None) -> str | None:
        if value is None:
            return value
        try:
            parts = list(string.Formatter().parse(value))
        except ValueError as error:
            raise ValueError(f"is no pattern: {error}") from None
        used = {name for _, name, _, _ in parts if name is not None}
        if any(form or conversion for _, name, form, conversion in parts if name is not None):
            raise ValueError("takes the plain fields only, without format or conversion")
        if unknown := used - _FILE_NAME_FIELDS:
            raise ValueError(f"unknown field {{{sorted(unknown)[0]}}}")
        if "id" not in used or "/" in value:
            raise ValueError("must contain {id}, which makes it unique, and no slash")
        return value


class Agreement(Model):
    """What is done with one kind of document from a partner."""

    id: str
    receives: KindText
    when: Annotated[tuple[Condition, ...], BeforeValidator(listed)] = ()
    check_as: str | None = Field(default=None, pattern=r"^[A-Z]\d{2}[A-Z]$")
    """Another directory to check EDIFACT messages against when their own is not to be had."""
    profile: str | None = None
    """The profile that EDIFACT messages must follow besides, by its id."""
    rules: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Rule files that its documents must keep besides those of their type, names below `schemas/`."""
    deliver: Annotated[tuple[Delivery, ...], BeforeValidator(listed)] = ()
    registers: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """The registers that these documents move, in this order."""
    within: Limit | None = None
    """How long it may take from the arrival of a document until everything made of it is delivered."""
    priority: int = Field(default=5, ge=1, le=9)
    """Which documents go first where they have to wait for each other, in batches and in queues: 1 before 9."""
    receipt: str | None = None
    """The mapping that makes the technical receipt of an XML document."""
    security: AgreementSecurity | None = None
    """How its documents, and what is made of them, are signed and encrypted, where that is other than for the partner."""
    note: str = ""

    @model_validator(mode="after")
    def _some(self) -> Agreement:
        if not (self.routes or self.check_as):
            raise ValueError("must name at least one delivery or register")
        return self

    @property
    def routes(self) -> bool:
        """Whether it says where documents go; one that only says how to check them is for answers to what we sent."""
        return bool(self.deliver or self.registers)

    @property
    def kind(self) -> Kind:
        """The kind of document it takes."""
        return Kind.parse(self.receives)

    def collides(self, other: Agreement) -> bool:
        """Whether one document could fit both agreements."""
        if not self.kind.overlaps(other.kind):
            return False
        return not any(mine.excludes(others) for mine in self.when for others in other.when)


class Duplicates(Model):
    """What happens to an interchange or document that was accepted before."""

    window_days: int = Field(default=90, ge=1, le=3660)
    policy: Literal["answer-again", "reject", "hold"] = "answer-again"


class Grant(Model):
    """A leniency that is granted to a partner."""

    until: date
    """The last day of it."""
    note: str = ""


class Partner(Model):
    """One `partners/<ID>.yaml`."""

    id: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,34}$")
    name: Name
    status: Status
    role: str
    note: str = ""
    identifications: tuple[Identification, ...] = ()
    codes: tuple[str, ...] = ()
    """Codes by which documents name the partner (organisation, customs office, terminal)."""
    channel: ChannelSettings | None = None
    unpack: YesNo = False
    """Whether ZIP archives and gzip files from it are unpacked, each member a file of its own; else they are held."""
    agreements: tuple[Agreement, ...] = ()
    contrl: Literal["as-received", "2", "3", "4", "none"] = "as-received"
    """The syntax version of the CONTRL given for EDIFACT interchanges; as-received answers 4 by 4, others by 3."""
    contrl_kinds: Annotated[tuple[Literal["technical", "functional"], ...], BeforeValidator(listed)] = Field(
        default=("functional",), min_length=1
    )
    """Which CONTRL is given: that the interchange has arrived, what became of it, or both."""
    aperak: AperakWhen = "none"
    """Whether what rules, registers and mappings say of EDIFACT messages is told by APERAK."""
    replies: Replies | None = None
    """The reply for people that goes beside the acknowledgements; None for none."""
    expects: Annotated[tuple[Expected, ...], BeforeValidator(listed)] = ()
    """Which acknowledgements it gives to what we send, and within which time."""
    batches: Annotated[tuple[Batch, ...], BeforeValidator(listed)] = ()
    """What we send it collected, in one interchange with others, and when."""
    books: BooksFile = "none"
    """Whether, and in which form, it gets a list of what was exchanged each day, to compare with its own."""
    mismatches: Digest | None = None
    """Of a bureau of origin: the monthly digest of findings that do not match what it had passed."""
    volumes: Annotated[tuple[Volume, ...], BeforeValidator(listed)] = ()
    """Which of its volumes and values are watched, and when they raise an alarm."""
    security: Security | None = None
    """What it signs and encrypts, and what is signed and encrypted for it; None: nothing is, and nothing looked at."""
    webhooks: Annotated[tuple[Webhook, ...], BeforeValidator(listed)] = ()
    """Where it is told at once of what happens to its own messages, and of which events."""
    call: str = ""
    """Whom to call when it cannot be reached or does not answer: an office, a role; no person's name."""
    on_bad_message: Literal["reject_message", "reject_interchange"] = "reject_message"
    duplicates: Duplicates = Duplicates()
    edifact: EdifactSettings = EdifactSettings()
    """How the EDIFACT interchanges that we send look."""
    encoding: str | None = None
    """The encoding of EDIFACT files where it is not the one that UNB declares (``gb18030``)."""
    lengths: Literal["characters", "bytes"] = "characters"
    """What the lengths of data elements count: ISO 9735 has characters, some agree on bytes."""
    leniencies: dict[Leniency, Grant] = Field(default_factory=dict)
    """What is tolerated in its EDIFACT files, by name, each until a day."""

    @field_validator("encoding")
    @classmethod
    def _encoding(cls, value: str | None) -> str | None:
        if value is not None:
            usable_encoding(value)
        return value

    @model_validator(mode="after")
    def _verifiable(self) -> Partner:
        asks = any(each.signature != "none" for each in self.asked)
        if asks and (self.security is None or not self.security.certificates):
            raise ValueError("an agreement asks for a signature: `security` needs the partner's certificates")
        return self

    @property
    def asked(self) -> tuple[Protection, ...]:
        """What its agreements ask of its files, where they do; empty when all is as `security` says."""
        own = (each.security.receive for each in self.agreements if each.security is not None)
        return tuple(each for each in own if each is not None)

    def receives(self, agreement: Agreement | None) -> Protection | None:
        """What is asked of a document from it: by the agreement that takes it, else by the partner's file."""
        if (
            agreement is not None
            and agreement.security is not None
            and agreement.security.receive is not None
        ):
            return agreement.security.receive
        return None if self.security is None else self.security.receive

    def granted(self, day: date) -> Leniencies:
        """The leniencies in force on a day."""
        return frozenset(each for each, grant in self.leniencies.items() if day <= grant.until)

    def granted_at(self, moment: datetime, zone: tzinfo) -> Leniencies:
        """Those in force at a moment: by its day in the business zone, which may be another one than in UTC."""
        return self.granted(moment.astimezone(zone).date())
