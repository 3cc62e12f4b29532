"""Mapping beside pydifact in many short turns, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from tests.bench.measure import MAPPED, PEER, Parts, quiet, steps_of, tidy, verified
from tests.bench.sample import Sample, interchange

TURNS = 25
MESSAGES, THEIRS = 40, 5
"""Messages of ours and of the peer in one turn: about as long."""
WARM = 150
"""Messages before the first turn: until the pattern is made."""


@dataclass(frozen=True)
class Turns:
    """What a message costs in CPU seconds, turn by turn, for each step."""

    name: str
    segments: int
    seconds: dict[str, list[float]]

    def ratio(self, step: str) -> float:
        """How many times the peer's rate: the median of the turns."""
        return median(
            theirs / ours for theirs, ours in zip(self.seconds[PEER], self.seconds[step], strict=True)
        )

    @property
    def lineage(self) -> float:
        """What the recorded lineage costs, as a share of the same without it: the median of the turns."""
        both = zip(self.seconds["lineage"], self.seconds["map"], strict=True)
        return median(recorded / plain for recorded, plain in both) - 1

    def row(self) -> tuple[str, ...]:
        """The row of the table."""
        ratios = [f"{self.ratio(step):.1f}" for step in MAPPED]
        best = [f"{min(self.seconds[step]) * 1e6:,.0f}" for step in (PEER, *MAPPED)]
        return self.name, str(self.segments), *best, *ratios, f"{self.lineage:+.0%}"


HEADINGS = (
    "message", "segments", "pydifact µs", "without XSD µs", "with XSD µs", "with lineage µs",
    "without XSD ×", "with XSD ×", "with lineage ×", "lineage costs",
)  # fmt: skip


def measure_turns(parts: Parts, turns: int = TURNS) -> list[Turns]:
    """A message of the bench, and one of 100 segments."""
    kinds = (("EEntDeclIo, full message", "CUSDEC"), ("EEntDeclIo, brief message", "brief"))
    return [_measured(name, kind, parts, turns) for name, kind in kinds]


def _measured(name: str, kind: str, parts: Parts, turns: int) -> Turns:
    ours, theirs = interchange(MESSAGES, kind=kind), interchange(THEIRS, kind=kind)
    found = verified(Sample(name, theirs, theirs), parts)
    steps = steps_of(parts)
    runs: dict[str, tuple[Callable[[bytes], None], bytes, int]] = {
        step: (steps[step], theirs if step == PEER else ours, THEIRS if step == PEER else MESSAGES)
        for step in (PEER, *MAPPED)
    }
    steps["written"](interchange(WARM, kind=kind))
    steps["lineage"](theirs)  # its program is another one
    seconds: dict[str, list[float]] = {step: [] for step in runs}
    for _ in range(turns):
        tidy()
        for step, (run, data, messages) in runs.items():
            with quiet():
                began = time.process_time()
                run(data)
                seconds[step].append((time.process_time() - began) / messages)
    return Turns(name, (found.segments - 2) // found.messages, seconds)
