"""A made-up day of all flows through the engine in one process, on SQLite, partners on folders.

`python -m tests.bench.day --run FOLDER` plays what `lay_out` has laid out, as a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from edi_router.config import Tree
from edi_router.demo.run import MORNING, clock_from
from edi_router.ledger.tables import file, message
from edi_router.simulate import Day, simulate
from tests.bench.child import measured
from tests.bench.measure import Disagreement
from tests.bench.memory import peak

SEED = 24
AS_IT_GOES = 10_000
"""Up to so many messages the clock goes as it does; that of a larger day goes so much slower: no time limit of a partner
passes because the machine is still busy with the files of others.
"""
LONGEST = 86_400.0
SETTINGS = "name: bench\nsample_partners: yes\nchannels:\n"


@dataclass(frozen=True)
class Played:
    """What a day took, from the first file being listed to the last delivery; the start is not in it."""

    messages: int
    files: int
    outputs: int
    """Documents and acknowledgements delivered."""
    wall: float
    cpu: float
    start: float
    """CPU seconds of the process before and after: imports, configuration, migrations, end."""
    megabytes: float
    unexpected: int
    """Files that became something else than they were made for."""

    @property
    def rate(self) -> float:
        """Messages a second by the wall clock."""
        return self.messages / self.wall


def measure_day(messages: int, place: Path | None = None) -> Played:
    """One day of so many messages; Disagreement when its books do not balance."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        root = Path(folder) / "ws"
        lay_out(root, messages)
        took = measured([sys.executable, "-m", "tests.bench.day", "--run", str(root)])
        told = json.loads(took.out.splitlines()[-1])
        if not told.pop("balanced"):
            raise Disagreement("the books of the day do not balance")
        return Played(**told, start=took.cpu - told["cpu"])


def lay_out(root: Path, messages: int) -> None:
    """A workspace with a folder for every partner, and the files of the day, wave by wave, beside it."""
    tree = Tree.over_shipped()
    lines = [SETTINGS]
    for name in tree.names("partners", ".yaml"):
        partner = Path(name).stem
        lines.append(f"  {partner}: {{kind: folder, root: exchange/{partner}, wait_seconds: 0}}\n")
        for way in ("in", "out"):
            (root / "exchange" / partner / way).mkdir(parents=True)
    (root / "edi-router.yaml").write_text("".join(lines))
    with (root.parent / "expected.csv").open("w", newline="", encoding="utf-8") as told:
        rows = csv.writer(told)
        for drop in simulate(tree, Day(messages, SEED)):
            folder = root.parent / f"wave-{drop.wave:03d}" / drop.partner
            folder.mkdir(parents=True, exist_ok=True)
            (folder / drop.name).write_bytes(drop.content)
            rows.writerow((drop.partner, drop.name, drop.expected.messages, drop.expected.state))


def run(root: Path) -> None:
    """Play the day in this process, wave after wave; tell what it took."""
    from edi_router.engine.round import EmbeddedEngine
    from edi_router.engine.workspace import Workspace

    workspace = Workspace.at(root)
    with (root.parent / "expected.csv").open(newline="", encoding="utf-8") as told:
        slower = max(1.0, sum(int(row[2]) for row in csv.reader(told)) / AS_IT_GOES)
    running = clock_from(MORNING)

    def clock() -> datetime:
        return MORNING.astimezone(UTC) + (running() - MORNING) / slower

    with workspace.open_ledger(clock) as ledger, workspace.engine_lock():
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock)
        cpu, wall = time.process_time(), time.perf_counter()
        delivered = 0
        for wave in sorted(root.parent.glob("wave-*")):
            for partner in wave.iterdir():
                for path in partner.iterdir():
                    path.rename(root / "exchange" / partner.name / "out" / path.name)
            delivered += engine.until_idle(LONGEST).delivered
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        megabytes = peak() / 1e6
        states: dict[tuple[str, str], set[str]] = defaultdict(set)
        told_of = select(file.c.partner, file.c.name, message.c.state).join(file, file.c.id == message.c.file)
        with ledger.read() as connection:
            for partner_id, name, state in connection.execute(told_of):
                states[partner_id, name].add(state)
        files = messages = unexpected = 0
        with (root.parent / "expected.csv").open(newline="", encoding="utf-8") as told:
            for partner_id, name, count, state in csv.reader(told):
                files, messages = files + 1, messages + int(count)
                unexpected += states.get((partner_id, name), {"unreadable"}) != {state}
        figures = {
            "messages": messages, "files": files, "outputs": delivered, "wall": wall, "cpu": cpu,
            "megabytes": megabytes, "unexpected": unexpected, "balanced": ledger.books(None).balanced,
        }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    run(parser.parse_args().run)
