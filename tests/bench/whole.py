"""Files through the whole engine, folder to folder, beside the whole engine of Bots over the same files.

Both are processes of their own; what they take is counted by the system from their start to their end. Ours keeps its
ledger in SQLite with every commit synced, and its archive synced; Bots switches syncing off in its database.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.child import Failed, measured
from tests.bench.engines import values_of
from tests.bench.floor import START
from tests.bench.flow import lay_out, without_contrl
from tests.bench.measure import Disagreement
from tests.bench.peers import HERE, PLACE, engine_python


@dataclass(frozen=True)
class Side:
    """What one engine took for so many files of so many messages each."""

    files: int
    messages: int
    size: int
    """Bytes of all files."""
    cpu: float
    """CPU seconds of the whole process, with its start."""
    wall: float
    megabytes: float
    """Its peak resident memory."""
    start: float
    """CPU seconds of a run with nothing to do (ours), or with a single order (Bots)."""

    @property
    def rate(self) -> float:
        """Messages a CPU second, its start counted."""
        return self.files * self.messages / self.cpu

    @property
    def started(self) -> float:
        """The same without its start."""
        return self.files * self.messages / max(self.cpu - self.start, 1e-9)


@dataclass(frozen=True)
class Both:
    """Ours, and Bots or why it is missing."""

    ours: Side
    """With the documents as its only outputs, as Bots has them."""
    theirs: Side | None
    problem: str = ""
    answering: Side | None = None
    """Ours, with a CONTRL for each file besides."""
    least: Side | None = None
    """The least that any engine does with the same files (see `floor`)."""

    @property
    def ratio(self) -> float:
        """How many times Bots' rate ours is: our start is counted, theirs is not."""
        return self.ours.rate / self.theirs.started if self.theirs is not None else 0


def measure_whole(
    files: int, messages: int, items: int, theirs: int, problem: str = "", place: Path | None = None
) -> Both:
    """So many `files` of orders of `items` lines through ours, the first `theirs` of them through Bots.

    `problem` is why Bots cannot be had; `place` is where the folders are made.
    """
    with tempfile.TemporaryDirectory(dir=place) as folder:
        given, idle = Path(folder) / "given", Path(folder) / "idle"
        idle.mkdir()
        lay_out(idle, 0, messages, items)
        start = _run(idle)[0]
        sides = []
        for answers in (True, False):
            # Nothing is removed before the end: where thousands of files were just removed, ext4 takes several times
            # as long to make a new one.
            root = Path(folder) / f"ws-{answers}"
            root.mkdir()
            size = lay_out(root, files, messages, items)
            if not answers:
                without_contrl(root)
            if not given.exists():
                shutil.copytree(root / "exchange" / "BUYER" / "out", given)
            cpu, wall, megabytes = _run(root)
            made = sorted((root / "exchange" / "SELLER" / "in").iterdir())
            contrls = sum(1 for _ in (root / "exchange" / "BUYER" / "in").iterdir())
            if (len(made), contrls) != (files * messages, files * answers):
                raise Disagreement(
                    f"{len(made)} of {files * messages} orders were delivered, {contrls} CONTRL"
                )
            sides.append(Side(files, messages, size, cpu, wall, megabytes, start))
        answering, ours = sides
        least = _least(Path(folder), files, items, size) if messages == 1 else None
        if problem:
            return Both(ours, None, problem, answering, least)
        documents = {_number(each.read_bytes()): each for each in made[: 3 * messages]}
        try:
            lay_out(Path(folder) / "one", 1, 1, items)
            first = _bots(Path(folder) / "one" / "exchange" / "BUYER" / "out", 1, 1, Path(folder) / "one")
            found = _bots(given, theirs, messages, Path(folder))
        except (Failed, Disagreement) as error:
            return Both(ours, None, str(error)[-160:], answering, least)
        same = documents.get(_number(found.first))
        if same is not None and values_of(same.read_bytes()) != values_of(found.first):
            raise Disagreement("orders: Bots writes another document")
        size = sum(path.stat().st_size for path in sorted(given.iterdir())[:theirs])
        side = Side(theirs, messages, size, found.cpu, found.wall, found.megabytes, first.cpu)
        return Both(ours, side, answering=answering, least=least)


def _least(folder: Path, files: int, items: int, size: int) -> Side:
    """The least that any engine does with so many files of one order."""
    took = []
    for name, count in (("none", 0), ("least", files)):
        root = folder / name
        root.mkdir()
        lay_out(root, count, 1, items)
        took.append(measured([sys.executable, "-c", START, str(root)]))
        if (made := sum(1 for _ in (root / "exchange" / "SELLER" / "in").iterdir())) != count:
            raise Disagreement(f"{made} of {count} orders were delivered by the least engine")
    start, whole = took
    megabytes = float(json.loads(whole.out.splitlines()[-1])["megabytes"])
    return Side(files, 1, size, whole.cpu, whole.wall, megabytes, start.cpu)


def _number(document: bytes) -> str:
    return dict(values_of(document))["Number"]


def _run(root: Path) -> tuple[float, float, float]:
    """One `edi-router run --once`: CPU and wall seconds, and its peak memory."""
    took = measured([sys.executable, "-m", "tests.bench.flow", "--run", str(root)])
    return took.cpu, took.wall, float(json.loads(took.out.splitlines()[-1])["megabytes"])


@dataclass(frozen=True)
class _Bots:
    cpu: float
    wall: float
    megabytes: float
    first: bytes


def _bots(given: Path, files: int, messages: int, folder: Path) -> _Bots:
    """The engine of Bots over the first so many files."""
    chosen = folder / f"bots-{files}"
    if not chosen.is_dir():
        chosen.mkdir()
        for path in sorted(given.iterdir())[:files]:
            shutil.copy(path, chosen / path.name)
    command = [engine_python(), str(HERE / "bots_engine.py"), str(chosen), str(PLACE), str(files * messages)]
    took = measured(command, cwd=folder)
    told = json.loads(took.out.splitlines()[-1])
    return _Bots(took.cpu, took.wall, told["megabytes"], told["first"].encode())
