"""Register files: strict models of what enters a register, what moves its entries, and what follows from it.

One register is one file `registers/<id>.yaml` (`docs/registers.md`). A *move* is what a document does to an
entry. Its *checks* are rules over a tree of the document, the entry and their paired lines; each names the
*outcome* that it leads to when it is broken. An outcome says what becomes of the entry and of the message, and
which documents are made.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from edi_router.config import Model, YesNo, listed
from edi_router.formats.documents import Kind
from edi_router.partners.model import Delivery, Name
from edi_router.partners.spans import Span
from edi_router.rules.model import Conditions, Paths, PathText, Rule

_NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
PLACEHOLDER = re.compile(r"\{(\w+)(?::(\d{1,2}))?\}")
"""`{Field}`, or `{n:6}` for the running number with leading zeros."""


def _named(value: object) -> object:
    """Fields may be written as a list of elements of the same name, or as names with their paths."""
    if isinstance(value, list):
        return {str(each): f"Document/{each}" for each in value}
    return value


def _named_below(value: object) -> object:
    if isinstance(value, list):
        return {str(each): str(each) for each in value}
    return value


class _Model(Model):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True
    )


class State(Model):
    """A state that an entry may be in."""

    en: str
    zh: str
    final: YesNo = False
    """Whether an entry in it is done with: it does not count as open, and no clock strikes."""


class Alike(_Model):
    """Which lines of a document are about an entry: those with the value of one of its fields."""

    path: PathText
    """The value, seen from the line."""
    field: str
    """The field of the entry."""
    first: int | None = Field(default=None, ge=1, le=99)
    """How many characters are compared; otherwise all."""


class LineSource(_Model):
    """Where the lines of a document stand, for an entry to be made of them or to be drawn from."""

    each: PathText
    """The lines: paths begin at the move's tree, as in `Document/Goods`."""
    key: PathText
    """The key of a line, seen from the line."""
    fields: Annotated[dict[str, PathText], BeforeValidator(_named_below)] = Field(default_factory=dict)
    """What is remembered of a line, seen from the line."""
    quantity: PathText | None = None
    """How much is granted or asked for, seen from the line."""
    whole: YesNo = False
    """Whether all that is left is asked for where the document names no lines."""
    alike: Alike | None = None
    """Which of the document's lines are asked for; otherwise all of them."""
    spread: YesNo = False
    """Whether the document does not know the entry's lines: the sum is taken from these, one after the other."""


class Enter(_Model):
    """What an entry is made of."""

    fields: Annotated[dict[str, PathText], BeforeValidator(_named)] = Field(default_factory=dict)
    lines: LineSource | None = None
    line_keys: tuple[str, ...] = ()
    """Lines that do not stand in the document: the agencies that have to answer, say."""
    secret: PathText | None = None
    replaces: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """States in which an entry of the same key gives way to a new one."""
    adds: YesNo = False
    """Whether the document's lines are added to an entry that is there already, where it has none of that key."""


class Mark(_Model):
    """One of several texts that a mark may have: the first whose conditions hold."""

    when: Conditions = ()
    text: str


class Look(_Model):
    """An entry of another register that the checks may look at."""

    in_: str = Field(alias="in")
    """The register."""
    key: PathText


class Check(Rule):
    """A rule of a move, with the outcome that it leads to when it is broken."""

    outcome: str | None = None
    stop: YesNo = False
    """Whether the checks after it are not made when it is broken: a wrong password is told nothing more."""


class Chosen(_Model):
    """One of several outcomes of a move that no check has stopped: the first whose conditions hold."""

    when: Conditions = ()
    outcome: str


def _chosen(value: object) -> object:
    return [{"outcome": value}] if isinstance(value, str) else value


class Move(_Model):
    """What a kind of document does to an entry."""

    id: str = Field(pattern=_NAME)
    on: Annotated[tuple[str, ...], BeforeValidator(listed)] = Field(min_length=1)
    """The kinds of document, as in an agreement."""
    when: Conditions = ()
    """Which of them, by their content; paths begin at the move's tree."""
    through: Look | None = None
    """An entry of another register that knows which entries are moved: `Through` in the tree, for `when`, `each` and `key`."""
    each: PathText | None = None
    """Parts of the document that each move an entry of their own; `Item` in the tree."""
    only: Conditions = ()
    """Which of these parts; paths begin at the move's tree, with `Item`."""
    key: Paths
    """Paths of the entry's key; several are joined by `/`."""
    enter: Enter | None = None
    """Set when the move makes an entry."""
    set: dict[str, PathText] = Field(default_factory=dict)
    """Fields of the entry that the document sets, before the checks see it."""
    set_line: dict[str, PathText] = Field(default_factory=dict)
    """Fields of the paired lines that the document sets, before the checks see them; seen from `Line`."""
    lines: LineSource | None = None
    """The lines that it is about."""
    by: PathText | None = None
    """The reference of the taker: what draws are counted and reversed by."""
    secret: PathText | None = None
    """The secret that a claim brings."""
    look: dict[str, Look] = Field(default_factory=dict)
    mark: dict[str, tuple[Mark, ...]] = Field(default_factory=dict)
    """What the move is, by conditions, for checks, outcomes and mappings: names in the tree, such as a class of goods."""
    checks: tuple[Check, ...] = ()
    outcome: Annotated[tuple[Chosen, ...], BeforeValidator(_chosen)] = Field(min_length=1)

    @field_validator("on")
    @classmethod
    def _kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            Kind.parse(each)
        return value

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The documents that it is for."""
        return tuple(Kind.parse(each) for each in self.on)


class Made(Delivery):
    """A document that an outcome makes; its mapping reads the move's tree (`xml Move`)."""

    mapping: str | None = None
    each: PathText | None = None
    """Parts of the move's tree of which each makes a document of its own; `This` in its tree."""
    if_known: YesNo = False
    """Whether nothing is made where the destination is no partner of ours."""
    registers: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Registers that the document itself moves, as if it had come from the sender."""


class Outcome(_Model):
    """What follows from a move or a clock."""

    en: str
    zh: str
    message: Literal["accept", "repeat", "reject", "hold"] = "accept"
    """What becomes of the message; `repeat`: it says what another has said, is answered as that one, and goes nowhere."""
    state: str | None = None
    """The state that the entry comes into; a new entry without one is not kept."""
    keep: YesNo = True
    """Whether what the move set stays; a refusal usually leaves the entry as it was."""
    draw: Literal["no", "yes", "rest"] = "no"
    """Whether the quantities asked for are drawn; `rest` draws no more than what is left."""
    reverse: YesNo = False
    """Whether what the taker (`by`) drew before is given back."""
    tries: Literal["count", "clear"] | None = None
    """Whether a wrong secret is counted, or the count begins anew."""
    set: dict[str, PathText] = Field(default_factory=dict)
    """Fields of the entry that it sets; `Number` may be one."""
    number: str | None = None
    """The series that a number is taken from; it stands in the tree as `Number`."""
    deliver: Annotated[tuple[Made, ...], BeforeValidator(listed)] = ()


class Series(_Model):
    """Gapless numbers that we give in a register."""

    stream: str
    """Which numbers form one series: `{PortOrg}` and `{yy}` make one for each bureau and year."""
    text: str
    """How a number is written: fields of the entry, `{yy}`, `{yyyy}`, `{mm}`, `{dd}` and `{n:6}`."""

    @model_validator(mode="after")
    def _numbered(self) -> Series:
        names = [name for name, _ in PLACEHOLDER.findall(self.text)]
        if "n" not in names:
            raise ValueError("the text needs the running number, as {n:6}")
        if "n" in [name for name, _ in PLACEHOLDER.findall(self.stream)]:
            raise ValueError("the stream must not have the running number")
        return self


class Clock(_Model):
    """What happens to an entry by the passing of time."""

    id: str = Field(pattern=_NAME)
    in_: Annotated[tuple[str, ...], BeforeValidator(listed)] = Field(alias="in", min_length=1)
    """The states in which it runs."""
    after: Span | None = None
    """So long after the entry came into its state."""
    calendar: str | None = None
    """The calendar in whose open hours and working days `after` is counted; without one it is by the clock."""
    since: str | None = None
    """The field with the moment from which `after` counts instead, as `Now` writes it."""
    field: str | None = None
    """At the beginning of the day that this field of the entry names, `days` later."""
    days: int = Field(default=0, ge=-3660, le=3660)
    outcome: str

    @model_validator(mode="after")
    def _one(self) -> Clock:
        if (self.after is None) == (self.field is None):
            raise ValueError("needs either after or field")
        if self.since is not None and self.after is None:
            raise ValueError("since says from when after counts")
        if self.calendar is not None and self.after is None:
            raise ValueError("calendar says how after is counted")
        return self


class Queue(_Model):
    """Entries that wait at desks for a person, and who is served first."""

    state: str
    """The state in which an entry waits."""
    desk: str
    """The field with the code of the desk."""
    number: str
    """The field with the queue number, which an outcome took from a series."""
    priority: str | None = None
    """The field by whose values some go first."""
    first: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Those values, in the order in which they are served; all others come after them."""


class RegisterFile(_Model):
    """One `registers/<id>.yaml`."""

    id: str = Field(pattern=_NAME)
    name: Name
    note: str = ""
    states: dict[str, State] = Field(min_length=1)
    valid_to: str | None = None
    """The field with the last day of validity; `Entry/Expired` is `yes` after it."""
    show: tuple[str, ...] = ()
    """The fields that lists and pages show first."""
    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Lists of values for the checks."""
    series: dict[str, Series] = Field(default_factory=dict)
    moves: tuple[Move, ...] = Field(min_length=1)
    outcomes: dict[str, Outcome] = Field(min_length=1)
    clocks: tuple[Clock, ...] = ()
    queue: Queue | None = None
