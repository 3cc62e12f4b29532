"""What processing may ask the registers, and the registers as they will be when its moves are applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from edi_router.registers.entry import Entry


class RegisterView(Protocol):
    """The registers, read-only, as they stand."""

    def register_entry(self, register: str, key: str) -> Entry | None:
        """The entry of this key; None when there is none."""
        ...

    def last_number(self, stream: str) -> int:
        """The number given last in a series; 0 when none was."""
        ...

    def sealed(self, register: str, key: str, secret: str) -> str:
        """The keyed hash of a secret, by which it can be compared but not be guessed."""
        ...


@dataclass(frozen=True, slots=True)
class Moved:
    """One entry moved, or refused to be: what the ledger applies when the entry is still as it was seen.

    `after` is None where nothing changes and only the event is kept; `number` is a number taken from a series,
    which must be the next one.
    """

    register: str
    key: str
    move: str
    outcome: str
    before: Entry | None
    after: Entry | None
    stream: str = ""
    number: int = 0
    due: datetime | None = None
    """When the next clock of the entry strikes, after the move."""
    open: bool = True
    """Whether the entry is in a state that is not final, after the move."""
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The entry's name: register and key."""
        return f"{self.register}:{self.key}"


class Overlay:
    """A view with moves applied that are not recorded yet."""

    def __init__(self, below: RegisterView) -> None:
        self.below = below
        self._entries: dict[tuple[str, str], Entry | None] = {}
        self._numbers: dict[str, int] = {}

    def register_entry(self, register: str, key: str) -> Entry | None:
        """The entry as it will be."""
        if (register, key) in self._entries:
            return self._entries[register, key]
        return self.below.register_entry(register, key)

    def last_number(self, stream: str) -> int:
        """The last number as it will be."""
        return self._numbers.get(stream) or self.below.last_number(stream)

    def sealed(self, register: str, key: str, secret: str) -> str:
        """As the view below it."""
        return self.below.sealed(register, key, secret)

    def apply(self, moved: Moved) -> None:
        """Let the move have happened."""
        if moved.after is not None:
            self._entries[moved.register, moved.key] = moved.after
        if moved.number:
            self._numbers[moved.stream] = moved.number

    def forget(self) -> None:
        """Let nothing of what was applied have happened."""
        self._entries.clear()
        self._numbers.clear()

    def commit(self) -> None:
        """Hand everything applied down to the overlay below."""
        assert isinstance(self.below, Overlay)
        self.below._entries |= self._entries
        self.below._numbers |= self._numbers


class Empty:
    """Registers with nothing in them: for checks and conversions outside a deployment."""

    def register_entry(self, register: str, key: str) -> Entry | None:
        """None: there is no entry."""
        return None

    def last_number(self, stream: str) -> int:
        """0: no number was given."""
        return 0

    def sealed(self, register: str, key: str, secret: str) -> str:
        """Nothing is kept, so nothing is sealed."""
        return ""
