"""Files through the engine over SFTP, beside a batch of OpenSSH's `sftp` that moves the same files, on the same sshd.

The engine's is the whole protocol: list, fetch, archive, record, remove; then claim, upload under a hidden name,
check the size, record, rename, record. `sftp` gets the files and puts the outputs, no more.
`python -m tests.bench.sftp --run FOLDER` is one run of the engine, which tells what its parts took.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from edi_router.demo.server import Account, RunningServer, start
from tests.bench.child import measured
from tests.bench.delay import Far
from tests.bench.flow import FEW_ITEMS, SETTINGS, lay_out, without_contrl
from tests.bench.measure import Disagreement

TURNS = 3
PARTNERS = ("BUYER", "SELLER")


@dataclass(frozen=True)
class Turn:
    """Wall seconds of one turn."""

    exchange: float
    """The engine's steps of receiving and delivering: connecting, the protocol, the archive and the ledger."""
    process: float
    """Its processing: reading, checking, mapping, recording."""
    whole: float
    """The process from start to end."""
    cpu: float
    """CPU seconds of the process."""
    peer: float
    """The batch of `sftp`, download and upload, from start to end."""


@dataclass(frozen=True)
class Sftp:
    """So many files in and as many out, over so long a way."""

    files: int
    round_trip: float
    """Seconds that the proxy between adds; 0: there is none."""
    turns: Sequence[Turn]

    def ratio(self, part: Callable[[Turn], float]) -> float:
        """How many times the peer's wall time a part of ours takes: the median of the turns."""
        return median(part(turn) / turn.peer for turn in self.turns)


def measure_sftp(files: int, round_trip: float = 0, turns: int = TURNS, place: Path | None = None) -> Sftp:
    """So many turns, each with a new workspace; Disagreement when something does not arrive."""
    with tempfile.TemporaryDirectory(dir=place) as folder, ExitStack() as stack:
        server = stack.enter_context(start(Path(folder) / "server", PARTNERS, kind="openssh"))
        port = server.port
        if round_trip:
            port = stack.enter_context(Far(port, round_trip)).port
        found = []
        for number in range(turns):
            root = Path(folder) / f"ws-{number}"
            root.mkdir()
            found.append(_turn(root, server, port, files))
            shutil.rmtree(root)
        return Sftp(files, round_trip, found)


def _turn(root: Path, server: RunningServer, port: int, files: int) -> Turn:
    lay_out(root, files, 1, FEW_ITEMS)
    without_contrl(root)  # so many files go out as came in
    lines = ["channels:"]
    for partner in PARTNERS:
        account = server.accounts[partner]
        for way in (account.outbox, account.inbox):
            shutil.rmtree(way)
            way.mkdir()
        lines.append(f"  {partner}: {json.dumps(_channel(account, port))}")
    (root / "edi-router.yaml").write_text(SETTINGS + "\n".join(lines) + "\n")
    given = root / "exchange" / "BUYER" / "out"
    for path in given.iterdir():
        shutil.copy(path, server.accounts["BUYER"].outbox / path.name)
    took = measured([sys.executable, "-m", "tests.bench.sftp", "--run", str(root)])
    told = json.loads(took.out.splitlines()[-1])
    outputs = server.accounts["SELLER"].inbox
    if len(list(outputs.iterdir())) != files or any(server.accounts["BUYER"].outbox.iterdir()):
        raise Disagreement("not every file went through the engine over SFTP")
    peer = _peer(root, server, port, given, outputs)
    return Turn(told["exchange"], told["process"], took.wall, took.cpu, peer)


def _channel(account: Account, port: int) -> dict[str, Any]:
    return {
        "kind": "sftp", "host": account.host, "port": str(port), "user": account.user,
        "key_file": str(account.key_file), "host_key": account.host_key, "wait_seconds": "0", "timeout_seconds": "60",
    }  # fmt: skip


def _peer(root: Path, server: RunningServer, port: int, given: Path, outputs: Path) -> float:
    """The wall seconds of `sftp` for getting the inputs and putting the outputs, by two batches, one for a partner."""
    seconds = 0.0
    for partner, source in (("BUYER", given), ("SELLER", outputs)):
        account = server.accounts[partner]
        names = sorted(path.name for path in source.iterdir())
        local = root / f"peer-{partner}"
        local.mkdir()
        if partner == "BUYER":
            for name in names:
                shutil.copy(source / name, account.outbox / name)
            batch = [f"get out/{name} {local}/{name}" for name in names]
        else:
            for name in names:
                (source / name).rename(local / name)
            batch = [f"put {local}/{name} in/{name}" for name in names]
        (root / "batch").write_text("\n".join(batch) + "\n")
        (root / "known").write_text(f"[{account.host}]:{port} {account.host_key}\n")
        options = (f"UserKnownHostsFile={root / 'known'}", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes")
        command = [
            "sftp", "-q", "-b", str(root / "batch"), "-P", str(port), "-i", str(account.key_file),
            *(part for option in options for part in ("-o", option)), f"{account.user}@{account.host}",
        ]  # fmt: skip
        seconds += measured(command, root).wall
        there = local if partner == "BUYER" else account.inbox
        if sorted(path.name for path in there.iterdir()) != names:
            raise Disagreement("not every file went by the batch of sftp")
    return seconds


def version() -> str:
    """Which OpenSSH it is."""
    said = subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=False)
    return (said.stderr or said.stdout).split(",")[0].strip()


def run(root: Path) -> None:
    """Run the engine once over the workspace, in this process; tell what its parts took by the wall clock."""
    from edi_router.cli.main import main
    from edi_router.engine.reach import Reach
    from edi_router.engine.steps import Steps

    seconds = dict.fromkeys(("exchange", "process"), 0.0)
    within: list[str] = []

    def timed(where: type, verb: str, part: str) -> None:
        inner = getattr(where, verb)

        def outer(*given: Any, **named: Any) -> Any:
            if within:
                return inner(*given, **named)
            within.append(verb)
            began = time.perf_counter()
            try:
                return inner(*given, **named)
            finally:
                seconds[part] += time.perf_counter() - began
                within.pop()

        setattr(where, verb, outer)

    for where, verb, part in (
        (Steps, "receive", "exchange"), (Steps, "deliver", "exchange"), (Reach, "get", "exchange"),
        (Steps, "process", "process"),
    ):  # fmt: skip
        timed(where, verb, part)
    problem: object = None
    try:
        sys.argv = ["edi-router", "--workspace", str(root), "run", "--once"]
        main()
    except SystemExit as ended:
        problem = ended.code
    print(json.dumps(seconds))
    sys.exit(problem if isinstance(problem, int) else 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    run(parser.parse_args().run)
