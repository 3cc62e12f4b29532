"""What the recipient of something that we sent says of it, in every dialect of acknowledgements."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Level = Literal["technical", "functional", "business"]
"""What an acknowledgement speaks of: that the transmission arrived whole, that the document is valid, or what was
decided on it."""


class Answer(StrEnum):
    """What became of something that we sent, as its recipient says; in the order in which they say more."""

    RECEIVED = "received"
    """It has arrived; whether it is accepted is to be told later."""
    ACKNOWLEDGED = "acknowledged"
    """It is valid and taken in."""
    PENDING = "pending"
    """It is being worked on; nothing is decided, and nothing may be released."""
    ACCEPTED = "accepted"
    """It was decided in favour."""
    PARTLY_REJECTED = "partly-rejected"
    """Taken, but for some of its groups, messages or parts."""
    REJECTED = "rejected"
    RELEASED = "released"
    """What it asked for is free to go: goods, payment, ship."""
    CLOSED = "closed"
    """Nothing more will come."""

    @property
    def rank(self) -> int:
        """How much it says: a later answer counts when it ranks higher."""
        return _RANK[self]

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels on which nothing more is waited for after it.

        >>> Answer.PENDING.levels
        ('technical', 'functional')
        """
        return _LEVELS.get(self, ("technical", "functional", "business"))


_RANK = {each: rank for rank, each in enumerate(Answer)}
_LEVELS: dict[Answer, tuple[Level, ...]] = {
    Answer.RECEIVED: ("technical",),
    Answer.ACKNOWLEDGED: ("technical", "functional"),
    Answer.PENDING: ("technical", "functional"),
}
