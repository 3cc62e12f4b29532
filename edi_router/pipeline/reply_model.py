"""A reply for people, as values: what was received, what became of it, each fault, and the marked-up copy.

The text and the page (`reply_text`, `reply_page`) are made of these values and of nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.lenient import NONE, Leniencies


@dataclass(frozen=True, slots=True)
class Told:
    """One fault as its reader sees it; `number` is what marks it in the copy."""

    number: int
    code: str
    error: bool
    wrong: str
    where: str
    found: str
    """The value that stands there; empty when none does, or when it may not be shown."""
    remedy: str
    blocks: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A fault in a line of the copy: the characters from `start` to `end` (never none)."""

    start: int
    end: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the copy: a segment, or a line of the file; `skipped` lines are left out where it stands."""

    number: str
    text: str
    name: str = ""
    """What the segment is called."""
    marks: tuple[Mark, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One document of the file, or what stands around them; `facts` are labels with their values."""

    title: str
    facts: tuple[tuple[str, str], ...]
    result: str
    words: str = ""
    """What a clerk said."""
    faults: tuple[Told, ...] = ()
    unlisted: int = 0
    copy: tuple[Line, ...] = ()
    note: str = ""
    """What the numbers in front of the lines of the copy count, where they are not those of the file."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole reply."""

    language: str
    state: str
    """`accepted`, `rejected`, `partly`, `held`, `duplicate`, `unreadable`, `checked` or `faulty`."""
    title: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]
    parts: tuple[Part, ...]
    omitted: int = 0
    """Documents that are not shown in detail."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A document that a reply is to tell of, and what was found in it."""

    kind: Kind
    faults: Sequence[Fault]
    state: str = "faulty"
    """`accepted`, `rejected`, `held`, `duplicate`, or `checked` / `faulty` where it was only checked."""
    reference: str = ""
    numbers: Sequence[str] = ()
    words: str = ""
    interchange: int = 1
    position: int = 1
    offset: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """What a reply is about: a file, or one interchange of it."""

    file: str
    format: str
    """``edifact``, ``xml``, ``csv``, ``records`` or ``unknown``."""
    content: bytes
    documents: Sequence[Judged] = ()
    kind: Kind | None = None
    """What an unreadable file was to be, where that is known."""
    faults: Sequence[Fault] = ()
    """What is wrong with the interchange, or with the file as a whole."""
    state: str = ""
    """As of the reply; empty: as its documents say."""
    received: str = ""
    decided: bool = False
    """Whether `received` is when a person decided on it, not when it came."""
    sender: str = ""
    reference: str = ""
    test: bool = False
    ours: str = ""
    interchange: int = 1
    """Its position in the file; 0 for the file with all its interchanges."""
    used: bool = False
    """Whether the reference is used up, because other documents came under it."""
    encoding: str | None = None
    lenient: Leniencies = NONE
