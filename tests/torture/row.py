"""One row of the campaign's table: a fault, how it was made, how often, and what was violated."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from tests.torture.version import version

SAVED_EVERY = 5.0
"""Seconds between two savings of a part that is being run."""
KINDS = ("lost", "twice", "partial", "other")


@dataclass(frozen=True)
class Violation:
    """One thing that must not be: of which kind, and what exactly."""

    kind: str
    what: str

    def __post_init__(self) -> None:
        assert self.kind in KINDS, self.kind

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


@dataclass
class Row:
    """What a fault came to. `trials` counts the faults that were really made, not those that missed their moment."""

    name: str
    fault: str
    how: str
    trials: int = 0
    violations: list[tuple[str, Violation]] = field(default_factory=list)
    """Which trial, and what was wrong."""
    share: str = ""
    """How much of the row was run, where that is not all of it."""
    cpu: float = 0.0
    """Seconds of processor time, of engines and checker."""
    seconds: float = 0.0
    version: str = field(default_factory=version)
    """Of the product (`rows.version`)."""
    finished: bool = True
    """Else it was broken off: what was tried until then counts, the rest of the part was not run."""
    tally: dict[str, int] = field(default_factory=dict)
    """Of the trials, how many were of which kind; and other figures worth telling."""

    place: ClassVar[Path | None] = None
    """Where the part that this process runs is saved, unfinished, as it goes."""
    _saved: ClassVar[float] = 0.0

    def add(self, trial: str, violations: Iterable[Violation], trials: int = 1) -> None:
        """Count a trial (or `trials` faults in one) and what it violated."""
        self.trials += trials
        self.violations += [(trial, each) for each in violations]
        if Row.place is not None and time.monotonic() > Row._saved + SAVED_EVERY:
            Row._saved = time.monotonic()
            self.finished = False
            self.save(Row.place)
            self.finished = True

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        temporary = path.with_suffix(".new")
        temporary.write_text(self.json(), encoding="utf-8")
        temporary.replace(path)

    def also(self, name: str, number: int = 1) -> None:
        """Count something beside the trials; of what begins with `most` the largest number counts."""
        before = self.tally.get(name, 0)
        self.tally[name] = max(before, number) if name.startswith("most") else before + number

    def merge(self, other: Row) -> None:
        """Take up another part of the same row."""
        self.trials += other.trials
        self.violations += other.violations
        self.cpu += other.cpu
        self.seconds += other.seconds
        for name, number in other.tally.items():
            self.also(name, number)

    def json(self) -> str:
        """The row as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The row that `json` wrote."""
        values = json.loads(text)
        values["violations"] = [(trial, Violation(**each)) for trial, each in values["violations"]]
        return cls(**values)

    def count(self, kind: str) -> int:
        """How many violations of a kind there were."""
        return sum(each.kind == kind for _, each in self.violations)

    @property
    def held(self) -> bool:
        """Whether something was tried and nothing violated."""
        return self.trials > 0 and not self.violations

    def told(self) -> str:
        """The row for a terminal, with its first violations."""
        counts = ", ".join(f"{self.count(kind)} {kind}" for kind in KINDS)
        lines = [
            f"{self.name:12} {self.trials:6} trials: {counts}; {self.seconds:.0f} s, {self.cpu:.0f} s of CPU"
        ]
        lines += [f"    {trial}: {violation}" for trial, violation in self.violations[:10]]
        lines += [f"    {name}: {number:,}" for name, number in self.tally.items()]
        return "\n".join(lines)
