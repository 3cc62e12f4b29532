"""What is told of registers, progress, books, tonight, alarms and partners."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from edi_router.console.api.common import Told


class Text(Told):
    """A name in both languages."""

    en: str
    zh: str


class Step(Told):
    """Something that became of a message or an entry."""

    at: datetime
    what: str
    state: str = ""


class Stage(Told):
    """A message of a number."""

    id: str
    type: str
    reference: str
    partner: str
    state: str
    entered: datetime
    steps: list[Step]


class Standing(Told):
    """An entry of a register that knows the number."""

    in_register: str = Field(alias="register")
    key: str
    state: str
    changed: datetime
    steps: list[Step]


class Progress(Told):
    """How far the business of a number has come."""

    number: str
    known: bool
    messages: list[Stage]
    entries: list[Standing]


class Register(Told):
    """A register of the configuration."""

    id: str
    name: Text
    states: dict[str, Text]
    counts: dict[str, int] | None
    """Entries in each state; null for partners."""


class EntryLine(Told):
    """A line of an entry; amounts are decimal texts, null where nothing is counted."""

    line: str
    granted: str | None = None
    used: str | None = None
    left: str | None = None
    fields: dict[str, list[str]]


class Entry(Told):
    """An entry of a register; a secret that it asks for is never told."""

    in_register: str = Field(alias="register")
    key: str
    state: str
    open: bool
    version: int
    entered_by: str
    message: str
    test: bool
    entered: datetime | None
    since: datetime | None
    uses: int
    fields: dict[str, list[str]]
    lines: list[EntryLine]


class EntryEvent(Told):
    """A move of an entry."""

    at: datetime
    move: str
    outcome: str
    before: str
    state: str
    partner: str
    message: str


class EntryShown(Entry):
    """An entry with all that happened to it."""

    events: list[EntryEvent]


class Equation(Told):
    """One of the equations of the books: counts by what they count."""

    total: dict[str, int]
    partners: dict[str, dict[str, int]]
    routes: dict[str, dict[str, dict[str, int]]] | None = None


class Books(Told):
    """The page of a business date."""

    business_date: str
    balanced: bool
    unaccounted: int
    files: Equation
    messages: Equation
    outputs: Equation
    gaps: dict[str, list[int]]
    """Control numbers that are missing, by their series."""
    problems: list[str]
    sha256: str | None
    """Of the closed page; null while it is open."""
    previous: str | None
    standing: dict[str, Any]
    """What is told besides."""


class Window(Told):
    """A window of tonight, with its forecast; `rate` in messages per second, `margin` in seconds."""

    partner: str
    batch: str
    state: str
    opens: datetime
    cut_off: datetime
    closes: datetime
    sent: int
    remaining: int
    under_way: int
    collected: int
    expected: int
    late: int
    over_quota: int
    rate: float | None
    measured: str
    done_at: datetime | None
    margin: float | None
    stalled: bool


class Concern(Told):
    """Something that somebody has to look at."""

    kind: str
    partner: str
    number: int
    since: datetime | None
    what: str
    bad: bool
    call: str


class OpenAlarm(Told):
    """An alarm that is open."""

    kind: str
    severity: str
    partner: str
    raised: datetime


class Tonight(Told):
    """The state of the exchange now."""

    at: datetime
    fine: bool
    windows: list[Window]
    concerns: list[Concern]
    alarms: list[OpenAlarm]


class Alarm(Told):
    """An alarm, and what to do about it."""

    id: int
    kind: str
    severity: str
    partner: str
    subject: str
    text: str
    remedy: str
    raised: datetime
    cleared: datetime | None
    worse: datetime | None


class Alarms(Told):
    """A list of alarms."""

    items: list[Alarm]


class Partner(Told):
    """A partner as it stands."""

    id: str
    name: Text
    status: str
    codes: list[str]
    paused: bool
    last_contact: datetime | None
    failures: int
    """Tries to reach it that failed, in a row."""


class Webhook(Told):
    """A webhook, and how far it has been told."""

    partner: str
    id: str
    address: str
    """Without its query."""
    events: list[str]
    state: str
    """`new`, `told`, `waiting` or `failing`."""
    last: datetime | None
    """When it was told something last."""
    waiting: datetime | None
    """When the oldest event happened that it is still to be told."""
    lag: float | None
    """Seconds since then."""
    failures: int
    """Calls that failed, in a row."""
    since: datetime | None
    """When the first of them was."""
    again: datetime | None
    """When it is tried again."""
    reason: str
    """Why the last one failed."""
    given_up: int
    """How many events it was not told of."""
