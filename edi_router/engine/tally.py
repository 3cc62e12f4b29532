"""What this process has done since it began, counted for whoever looks at it: nothing here is kept.

What is open, waits or is balanced is asked of the ledger (`edi_router.ledger.gauges`). Counting never fails and
costs next to nothing, so the engine counts whether or not anybody looks.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

BUCKETS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""Upper bounds of the classes of round durations, in seconds."""


STEPS = ("receive", "process", "deliver", "clocks", "supervise", "nightly", "webhooks")
"""The jobs of workers."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is counted: a name without prefix and unit of counting, what it means, and the label beside `partner`."""

    name: str
    help: str
    label: str = ""
    values: tuple[str, ...] = ()
    """All values of the label."""
    by_partner: bool = True


class Count(Enum):
    """Everything that is counted."""

    FILES = Series("files_received", "Files received, by the partner that sent them.")
    BYTES_IN = Series("received_bytes", "Bytes of the files received.")
    MESSAGES = Series(
        "messages_decided",
        "Messages that were decided on, by the partner that sent them; a released one is decided on again.",
        "decision", ("accepted", "rejected", "duplicate", "held"),
    )  # fmt: skip
    UNREADABLE = Series("files_held", "Files in which nothing could be read.")
    BROKEN = Series("processing_failures", "Files whose processing broke off: a bug, or a damaged archive.")
    DELIVERIES = Series("deliveries", "Deliveries made, by the partner that got them.")
    BYTES_OUT = Series("delivered_bytes", "Bytes of the deliveries made.")
    FAILURES = Series(
        "delivery_failures", "Attempts to deliver that failed, and those with which it was given up.",
        "end", ("retry", "given_up"),
    )  # fmt: skip
    CHANNELS = Series("channel_failures", "Rounds in which the partner's channel could not be used.")
    CLOCKS = Series("clocks_struck", "Clocks of register entries that struck.", by_partner=False)
    ROUNDS = Series("rounds", "Rounds that came to their end.", by_partner=False)
    ROUNDS_BROKEN = Series("rounds_broken", "Rounds that were broken off by an error.", by_partner=False)
    JOBS = Series("jobs", "Jobs that workers did, by step.", "step", STEPS, by_partner=False)
    JOBS_BROKEN = Series(
        "jobs_broken", "Jobs that were broken off by an error, by step.", "step", STEPS, by_partner=False
    )


OF_ROUNDS = frozenset({Count.ROUNDS, Count.ROUNDS_BROKEN})
"""What only an embedded engine counts."""
OF_JOBS = frozenset({Count.JOBS, Count.JOBS_BROKEN})
"""What only workers count."""


@dataclass(frozen=True, slots=True)
class Durations:
    """How long rounds took: the number in each class of `BUCKETS` and above, and the seconds in all."""

    classes: tuple[int, ...]
    seconds: float


class Tally:
    """The counts of one engine; counted by its threads, read by any other.

    `monotonic` gives seconds that never go back, `clock` seconds since 1970.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.monotonic, self.clock = monotonic, clock
        self._lock = threading.Lock()
        self._counts: Counter[tuple[Count, str, str]] = Counter()
        self._classes = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0
        self._began: float | None = None
        self._reached: dict[str, tuple[bool, float | None]] = {}
        self.last_round: float | None = None
        """When the last round began, in seconds since 1970."""
        self.alive = monotonic()
        """When the engine last showed a sign of life, by `monotonic`."""

    def count(self, what: Count, partner: str = "", label: str = "", by: int = 1) -> None:
        """Count `by` more."""
        with self._lock:
            self._counts[what, partner, label] += by

    def counts(self) -> Mapping[tuple[Count, str, str], int]:
        """What was counted, by what, partner and label (empty where there is none)."""
        with self._lock:
            return dict(self._counts)

    def beat(self) -> None:
        """Show a sign of life: called with every step, so that a long round is not taken for a dead one."""
        self.alive = self.monotonic()

    def begin_round(self) -> None:
        """A round begins."""
        self.beat()
        self.last_round, self._began = self.clock(), self.monotonic()

    def end_round(self, broken: bool = False) -> None:
        """It has come to its end, or was broken off."""
        self.count(Count.ROUNDS_BROKEN if broken else Count.ROUNDS)
        if self._began is None:
            return
        took, self._began = self.monotonic() - self._began, None
        with self._lock:
            self._classes[bisect_left(BUCKETS, took)] += 1
            self._seconds += took

    def durations(self) -> Durations:
        """How long the rounds took."""
        with self._lock:
            return Durations(tuple(self._classes), self._seconds)

    def contact(self, partner: str, reached: bool) -> None:
        """The channel of a partner was opened, or failed."""
        self.beat()
        with self._lock:
            last = self.clock() if reached else self._reached.get(partner, (False, None))[1]
            self._reached[partner] = (reached, last)
            if not reached:
                self._counts[Count.CHANNELS, partner, ""] += 1

    def contacts(self) -> Mapping[str, tuple[bool, float | None]]:
        """Of each partner tried: whether it was reached the last time, and when last (seconds since 1970)."""
        with self._lock:
            return dict(self._reached)
