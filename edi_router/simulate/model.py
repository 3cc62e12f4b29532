"""What a simulated day consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edi_router.simulate.making import Maker


@dataclass(frozen=True, slots=True)
class Expected:
    """What must become of the messages of a file."""

    state: str
    """`completed`, `rejected`, `held`, `duplicate`, or `unreadable` for a file that holds none."""
    why: str = ""
    """The code of a fault or of a rule, or the reason, that a message which fails must have."""
    messages: int = 1


@dataclass(frozen=True, slots=True)
class Drop:
    """A file that a partner puts into its outbox."""

    partner: str
    name: str
    content: bytes
    expected: Expected
    wave: int = 1
    """What answers another document comes in a later wave, when that one has been processed."""


GOOD = Expected("completed")
FAULTY = 0.25
"""The share of stories in which something is wrong on purpose: of two or three messages one, so about 12 % of all."""
Story = Callable[[Maker], Iterator[Drop]]
"""One piece of business: the files that its partners drop, in their order."""


def rejected(why: str) -> Expected:
    """A message that is refused, because of the fault, rule or outcome `why`."""
    return Expected("rejected", why)


def held(why: str) -> Expected:
    """A message that waits for a person."""
    return Expected("held", why)
