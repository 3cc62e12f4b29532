"""`Fault` and `Place`: what is wrong with the data, and exactly where.

A fault in the data is a value, never an exception: it is collected, carried to the acknowledgement, the
ledger and the screen, and its text is rendered from `values` in the reader's language at the very end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """How grave a fault is: an `error` stops what its code's entry says it blocks, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Blocks(StrEnum):
    """The largest thing that cannot be processed further because of a fault."""

    NOTHING = "nothing"
    MESSAGE = "message"
    INTERCHANGE = "interchange"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; coordinates that do not apply are None.

    `line` and `column` count from 1 (columns in characters), `offset` in bytes from 0 at the start of the
    file. `segment` counts from 1 within the message (UNH is 1), or within the interchange for service
    segments outside a message; `group` is the group path such as ``SG30/SG33``; `element`, `component` and
    `repeat` count from 1. `xpath` is for XML.
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    offset: int | None = None
    segment: int | None = None
    tag: str | None = None
    group: str | None = None
    element: int | None = None
    component: int | None = None
    repeat: int | None = None
    xpath: str | None = None

    def as_json(self) -> dict[str, str | int]:
        """The coordinates that apply, without `file` (which the object around it names)."""
        return {name: value for name in _COORDINATES if (value := getattr(self, name)) is not None}

    def __str__(self) -> str:
        """A short human form: ``in.edi:3:1 CST(24) SG30 element 2.1`` or ``in.xml:7 /A/B[2]``."""
        parts: list[str] = []
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        if where:
            parts.append(where)
        if self.tag is not None:
            parts.append(f"{self.tag}({self.segment})" if self.segment is not None else self.tag)
        elif self.segment is not None:
            parts.append(f"segment {self.segment}")
        if self.group:
            parts.append(self.group)
        if self.element is not None:
            element = str(self.element)
            if self.repeat is not None and self.repeat > 1:
                element += f"[{self.repeat}]"
            if self.component is not None:
                element += f".{self.component}"
            parts.append(f"element {element}")
        if self.xpath is not None:
            parts.append(self.xpath)
        return " ".join(parts)


_COORDINATES = (
    "line", "column", "offset", "segment", "tag", "group", "element", "component", "repeat", "xpath",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the data (or with a configuration file).

    `code` names an entry of the catalogue (`edi_router.faults.CATALOGUE`); `values` fill the entry's text;
    `rule` is the place of the rule, mapping or profile line that found it (``mapping.yaml:14``); `hint` is an
    optional "did you mean" value that the entry's text does not already carry.
    """

    code: str
    place: Place = field(default_factory=Place)
    values: Mapping[str, str] = field(default_factory=dict)
    rule: str | None = None
    hint: str | None = None

    def within(self, file: str) -> Fault:
        """The same fault with its file named, if it was not yet."""
        return self if self.place.file is not None else replace(self, place=replace(self.place, file=file))


class FaultList(list[Fault]):
    """A list of faults that keeps at most `limit` but counts all: `total`."""

    def __init__(self, limit: int = 1000) -> None:
        super().__init__()
        self.limit = limit
        self.total = 0

    def append(self, fault: Fault) -> None:
        """Add one fault; beyond the limit only the total grows."""
        self.total += 1
        if len(self) < self.limit:
            super().append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Add several faults, each as `append` does."""
        for fault in faults:
            self.append(fault)
