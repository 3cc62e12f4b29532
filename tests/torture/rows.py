"""The rows of the table, by name and in order."""

from __future__ import annotations

import importlib
import time
from pathlib import Path

from tests.torture.row import Row

ROWS = ("kill", "power", "disk", "network", "two", "drops", "hostile", "clocks", "cluster")


def run(name: str, part: tuple[int, int], trials: int | None) -> Row:
    """Run a row, or the part `(which, of how many)` of it; with `trials` at most about so many in all parts."""
    row: Row
    began, used = time.monotonic(), time.process_time()
    row = importlib.import_module(f"tests.torture.{name}").run(part, trials)
    row.seconds = time.monotonic() - began
    row.cpu += time.process_time() - used
    return row


def kept(folder: Path) -> list[Row]:
    """The rows whose parts lie in a folder, put together."""
    found: list[Row] = []
    for name in ROWS:
        paths = sorted(folder.glob(f"{name}-*.json"))
        parts = [Row.from_json(path.read_text(encoding="utf-8")) for path in paths]
        if parts:
            whole = parts[0]
            for part in parts[1:]:
                whole.merge(part)
            of = int(paths[0].stem.rpartition("-")[2])
            whole.share = f"{len(parts)} of {of} parts" if len(parts) < of else ""
            found.append(whole)
    return found
