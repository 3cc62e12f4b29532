"""What was measured: how long each question and page took, as lines, as JSON and as rows of a page."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ALLOWED = 0.3
"""Seconds by the clock that 95 of 100 answers may take (R-CON-PERF), on a quiet machine."""
HEADINGS = ("p50", "p95", "CPU p50", "CPU p95", "server")


@dataclass(frozen=True, slots=True)
class Asked:
    """How long a question or page took, in seconds."""

    name: str
    wall: Sequence[float]
    cpu: Sequence[float]
    """Of this process: of SQLite all of it, of PostgreSQL the client's part."""
    server: float = 0.0
    """Seconds of processor time that the database's server took each time, on the average."""

    @property
    def figures(self) -> tuple[float, ...]:
        """Milliseconds: median and 95th percentile, by the clock and of processor time; and the server's."""
        times = (median(self.wall), _late(self.wall), median(self.cpu), _late(self.cpu), self.server)
        return tuple(1000 * each for each in times)

    def row(self) -> str:
        """A line on the terminal."""
        return f"{self.name:44}" + "".join(f"{each:9.1f}" for each in self.figures) + self.mark

    @property
    def slow(self) -> bool:
        """Whether it takes longer than allowed, by the clock."""
        return _late(self.wall) > ALLOWED

    @property
    def mark(self) -> str:
        """What is said of one that is too slow."""
        return "  TOO SLOW" if self.slow else ""

    def as_json(self) -> dict[str, Any]:
        """Name and figures."""
        return {"name": self.name, "figures": self.figures, "slow": self.slow}


def _served(server: int | None) -> float:
    """Seconds of processor time that the processes of a server have taken, which are its children."""
    if server is None:
        return 0.0
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == server:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _late(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def measure(
    questions: Mapping[str, Callable[[int], object]], times: int, only: str = "", server: int | None = None
) -> list[Asked]:
    """Ask everything so many times, each time of another row; what takes very long is asked less often."""
    found = []
    for name, ask in questions.items():
        if only not in name:
            continue
        wall, cpu = [], []
        ask(0)
        served = _served(server)
        for turn in range(1, times + 1):
            began, used = time.perf_counter(), time.process_time()
            ask(turn)
            wall.append(time.perf_counter() - began)
            cpu.append(time.process_time() - used)
            if len(wall) > 2 and sum(wall) > 10:
                break
        found.append(Asked(name, wall, cpu, (_served(server) - served) / len(wall)))
        print(found[-1].row(), flush=True)
    return found
