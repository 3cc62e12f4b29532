"""What the workers of one host have counted: each writes it into a folder of their supervisor, whoever watches sums it.

A file for each worker, written anew every second, so a worker that is killed takes the counts of a second with it. Those
of workers that have ended are added up in one file and stay, so no sum ever falls while the supervisor runs. Nobody who
works waits for any of this, and none of it is synced: it ends with the supervisor.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edi_router.engine.about import brief
from edi_router.engine.tally import Count, Tally

log = logging.getLogger(__name__)
Sums = Counter[tuple[Count, str, str]]
HOST, ENDED = "host", "ended"
REMEMBERED = 1000
"""Ended workers whose files may still be read by one who listed the folder before they were added up."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker, as it told of itself last; seconds of the machine's clock that never goes back."""

    process: int
    seen: float
    """When it told."""
    alive: float
    """When its job last showed a sign of life."""
    doing: str
    """The job in hand; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Host:
    """What the supervisor tells: which workers it runs, of how many, and how often one was started again."""

    wanted: int
    running: tuple[int, ...]
    started_again: int
    seen: float


class Counts:
    """The folder. `keep` is for a worker, `add` and `tell` for the supervisor, the others for whoever watches."""

    def __init__(self, folder: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.monotonic = monotonic
        self._name = ""

    def keep(self, tally: Tally, doing: str) -> None:
        """Write down what this process has counted, and that it lives."""
        if not self._name:
            # Not the process alone: its number may be given again.
            self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._write(self._name, {
            "counts": _listed(tally.counts()), "process": os.getpid(), "seen": self.monotonic(),
            "alive": tally.alive, "doing": doing,
        })  # fmt: skip

    def tell(self, wanted: int, running: Iterable[int], started_again: int) -> None:
        """Write down how the workers of the host stand."""
        self._write(HOST, {
            "wanted": wanted, "running": sorted(running), "started_again": started_again, "seen": self.monotonic(),
        })  # fmt: skip

    def add(self, process: int) -> None:
        """Add the counts of a worker that has ended to those of the others."""
        for path in sorted(self.folder.glob(f"{process}-*.json")):
            ended = _read(self.folder / f"{ENDED}.json") or {"counts": [], "names": []}
            last = _read(path)
            if last is not None:
                sums = _summed([ended, last])
                self._write(ENDED, {
                    "counts": _listed(sums), "names": [*ended["names"], path.stem][-REMEMBERED:],
                })  # fmt: skip
            with suppress(OSError):
                path.unlink()

    def sums(self) -> Sums:
        """What all workers of the host have counted since the supervisor began."""
        # Those that run come first: whoever ends in between is then found among the ended, by name.
        found = {path.stem: _read(path) for path in self.folder.glob("*-*.json")}
        ended = _read(self.folder / f"{ENDED}.json") or {"counts": [], "names": []}
        known = set(ended["names"])
        return _summed(
            [ended, *(each for name, each in found.items() if each is not None and name not in known)]
        )

    def workers(self) -> list[Worker]:
        """The workers that have told of themselves and have not ended, as far as the supervisor knows."""
        found = (_read(path) for path in self.folder.glob("*-*.json"))
        return [Worker(each["process"], each["seen"], each["alive"], each["doing"]) for each in found if each]

    def host(self) -> Host | None:
        """What the supervisor told last; None before it did."""
        found = _read(self.folder / f"{HOST}.json")
        if found is None:
            return None
        return Host(found["wanted"], tuple(found["running"]), found["started_again"], found["seen"])

    def _write(self, name: str, content: Mapping[str, object]) -> None:
        path, part = self.folder / f"{name}.json", self.folder / f".{name}.part"
        try:
            part.write_text(json.dumps(content), encoding="utf-8")
            part.replace(path)
        except OSError as error:  # a full disk must not stop the work
            log.debug("counts could not be written: %s", brief(error))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:  # added up meanwhile
        return None
    return found


def _listed(counts: Mapping[tuple[Count, str, str], int]) -> list[list[object]]:
    return [[what.name, partner, label, number] for (what, partner, label), number in counts.items()]


def _summed(told: Iterable[Mapping[str, Any]]) -> Sums:
    sums: Sums = Counter()
    for each in told:
        for name, partner, label, number in each["counts"]:
            sums[Count[name], partner, label] += number
    return sums
