"""The rows of the table, by name and in order; and the parts of them that were run, put together."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from tests.torture.row import Row
from tests.torture.version import version

ROWS = (
    "kill", "power", "disk", "network", "two", "drops", "hostile", "clocks", "pgkill", "pgserver", "pgworkers", "cluster",
)  # fmt: skip
LONGEST = (
    "kill", "cluster", "pgworkers", "pgserver", "network", "power", "pgkill", "disk", "clocks", "drops", "two", "hostile",
)  # fmt: skip
"""The same, begun by those that take longest: at the end of a campaign no core waits for a long one."""
ALONE = frozenset({"cluster"})
"""Rows whose hosts have the machine's addresses: their parts run one after the other."""
WAITING = frozenset({"two", "clocks", "pgserver", "pgworkers", "cluster"})
"""Rows that wait much of their time: for polls, locks, workers to be taken for dead, servers to start."""


def run(name: str, part: tuple[int, int], trials: int | None) -> Row:
    """Run a row, or the part `(which, of how many)` of it; with `trials` at most about so many in all parts."""
    row: Row
    began, used = time.monotonic(), time.process_time()
    row = importlib.import_module(f"tests.torture.{name}").run(part, trials)
    row.seconds = time.monotonic() - began
    row.cpu += time.process_time() - used
    return row


def file_name(name: str, part: tuple[int, int]) -> str:
    """Where the result of a part `(which, of how many)` of a row lies in its folder."""
    return f"{name}-{part[0] + 1}-{part[1]}.json"


def kept(folder: Path, version_of: Callable[[], str] = version) -> list[Row]:
    """The rows whose parts lie in a folder, put together; each tells how much of it was run, and on what else."""
    return [row for name in ROWS for row in _kept(name, folder, version_of())]


def _kept(name: str, folder: Path, now: str) -> Iterator[Row]:
    paths = sorted(folder.glob(f"{name}-*-*.json"))
    parts = [Row.from_json(path.read_text(encoding="utf-8")) for path in paths]
    if not parts:
        return
    run = sum(
        (
            Fraction(part.finished, int(path.stem.rpartition("-")[2]))
            for part, path in zip(parts, paths, strict=True)
        ),
        Fraction(),
    )
    broken = sum(not part.finished for part in parts)
    older = sum(part.version != now for part in parts)
    whole = parts[0]
    for part in parts[1:]:
        whole.merge(part)
    told = [] if run >= 1 else [f"{float(run):.0%} of it run"]
    if broken:
        told.append(f"{broken} more begun, and broken off after what is counted here")
    if older:
        told.append(f"{older} of {len(parts)} pieces on a version before this one")
    whole.share = "; ".join(told)
    yield whole
