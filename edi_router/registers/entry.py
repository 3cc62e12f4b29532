"""What a register remembers of one thing: an entry with its lines and what was drawn from them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

Fields = Mapping[str, tuple[str, ...]]
"""Values by name; a name may have several."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an entry: goods, a container, an agency that must answer."""

    key: str
    fields: Fields = field(default_factory=dict)
    granted: Decimal | None = None
    """How much may be drawn; None where nothing is counted."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What one document took from a line."""

    by: str
    """The reference of the taker, such as the number of an entry or of a request."""
    line: str
    quantity: Decimal
    partner: str = ""
    """The partner that sent the document."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a register, as it stands after `version` changes; version 0 is not stored yet."""

    register: str
    key: str
    state: str = ""
    version: int = 0
    fields: Fields = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    draws: tuple[Draw, ...] = ()
    secret: str = ""
    """The keyed hash of the secret that a claim must bring; never the secret."""
    tries: int = 0
    """Wrong secrets since the last right one."""
    entered_by: str = ""
    """The partner that made the entry."""
    message: str = ""
    """The message that made it."""
    test: bool = False
    """Whether that message was a test: what clocks make of the entry later is a test, too."""
    entered: datetime | None = None
    since: datetime | None = None
    """When it came into its state."""
    fired: frozenset[str] = frozenset()
    """The clocks that have struck for it since it came into its state, or for good where they strike once."""
    _used: dict[str, Decimal] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was drawn from each line, summed once: an entry may have thousands of lines and of draws."""

    @property
    def id(self) -> str:
        """How the entry is named everywhere: register and key."""
        return f"{self.register}:{self.key}"

    def value(self, name: str) -> str:
        """The first value of a field; empty when it has none."""
        return next(iter(self.fields.get(name, ())), "")

    def used(self, line: str) -> Decimal:
        """How much was drawn from a line."""
        if not self._used:
            for draw in self.draws:
                self._used[draw.line] = self._used.get(draw.line, Decimal(0)) + draw.quantity
        return self._used.get(line, Decimal(0))

    def left(self, line: Line) -> Decimal | None:
        """How much may still be drawn from a line; None where nothing is counted."""
        return None if line.granted is None else line.granted - self.used(line.key)

    @property
    def uses(self) -> int:
        """How many takers have drawn from it."""
        return len({draw.by for draw in self.draws})

    def without_draws_of(self, by: str) -> Entry:
        """The entry as if the taker had never drawn."""
        return replace(self, draws=tuple(draw for draw in self.draws if draw.by != by))

    def as_entered(self, fields: Collection[str], of_lines: Collection[str]) -> Entry:
        """The entry without the fields, its own and those of its lines, that answers to it have added since."""
        lines = [
            replace(line, fields={name: each for name, each in line.fields.items() if name in of_lines})
            for line in self.lines
        ]
        own = {name: each for name, each in self.fields.items() if name in fields}
        return replace(self, fields=own, lines=tuple(lines))

    def says_the_same(self, other: Entry) -> bool:
        """Whether two entries were made of the same content, whatever has become of them since."""
        return (self.fields, self.lines, self.secret) == (other.fields, other.lines, other.secret)


def to_text(entry: Entry) -> str:
    """The content of an entry as canonical JSON; register, key, version and state are kept beside it."""
    value: dict[str, Any] = {
        "fields": {name: list(values) for name, values in entry.fields.items()},
        "lines": [
            {
                "key": line.key,
                "fields": {name: list(values) for name, values in line.fields.items()},
                "granted": None if line.granted is None else str(line.granted),
            }
            for line in entry.lines
        ],
        "draws": [[draw.by, draw.line, str(draw.quantity), draw.partner] for draw in entry.draws],
        "secret": entry.secret,
        "tries": entry.tries,
        "entered_by": entry.entered_by,
        "message": entry.message,
        "test": entry.test,
        "entered": entry.entered.isoformat() if entry.entered else None,
        "since": entry.since.isoformat() if entry.since else None,
        "fired": sorted(entry.fired),
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_text(register: str, key: str, state: str, version: int, text: str) -> Entry:
    """The entry that `to_text` wrote.

    >>> entry = Entry("licence", "L1", "open", 3, {"HS": ("0101",)}, (Line("1", {}, Decimal("2.50")),))
    >>> from_text("licence", "L1", "open", 3, to_text(entry)) == entry
    True
    """
    value = json.loads(text)
    return Entry(
        register=register,
        key=key,
        state=state,
        version=version,
        fields=_fields(value["fields"]),
        lines=tuple(
            Line(
                each["key"],
                _fields(each["fields"]),
                None if each["granted"] is None else Decimal(each["granted"]),
            )
            for each in value["lines"]
        ),
        draws=tuple(
            Draw(by, line, Decimal(quantity), *by_whom) for by, line, quantity, *by_whom in value["draws"]
        ),
        secret=value["secret"],
        tries=value["tries"],
        entered_by=value["entered_by"],
        message=value["message"],
        test=value.get("test", False),  # entries of older versions do not tell
        entered=_moment(value["entered"]),
        since=_moment(value["since"]),
        fired=frozenset(value["fired"]),
    )


def _fields(value: Mapping[str, list[str]]) -> Fields:
    return {name: tuple(values) for name, values in value.items()}


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
