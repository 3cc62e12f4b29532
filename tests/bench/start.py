"""How long `edi-router` takes to start."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from edi_router.config import shipped_directory
from tests.bench.child import measured

TIMES = 15
COMMAND = str(Path(sys.executable).with_name("edi-router"))


@dataclass(frozen=True)
class Start:
    """One command: seconds from start to end by the wall clock, and of CPU; medians, and the best."""

    name: str
    allowed: float | None
    wall: float
    best: float
    cpu: float


def commands() -> list[tuple[str, list[str], float | None]]:
    """What is started, and what it may take."""
    file = sorted((shipped_directory() / "samples" / "good").glob("cusdec*.edi"))[0]
    return [
        ("python -c pass", [sys.executable, "-c", "pass"], None),
        ("edi-router --help", [COMMAND, "--help"], 0.15),
        (f"edi-router validate {file.name}", [COMMAND, "validate", str(file)], 0.35),
    ]


def measure_start(times: int = TIMES) -> list[Start]:
    """Each command so many times, in turns, after once for the files to be there."""
    took: dict[str, list[tuple[float, float]]] = {}
    for turn in range(times + 1):
        for name, command, _ in commands():
            found = measured(command)
            if turn:
                took.setdefault(name, []).append((found.wall, found.cpu))
    return [
        Start(name, allowed, median(wall for wall, _ in took[name]), min(wall for wall, _ in took[name]),
              median(cpu for _, cpu in took[name]))
        for name, _, allowed in commands()
    ]  # fmt: skip
