"""The least that any engine does with files of orders, whatever it leaves out: ours is told beside it, not only beside Bots.

Each file is read, processed in memory by our own pipeline, kept in one archive for all, noted with one row, written to
the recipient under a temporary name, renamed, and removed from its source; 500 files share their syncs. There are no
states, events, leases, retries, duplicates, acknowledgements or books, and nothing could be recovered: this is no engine.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sqlite3
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from edi_router.engine.workspace import Workspace
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Incoming, Sent
from edi_router.pipeline.process import process

PART = 500
START = """\
import atexit, gc, pathlib, sys
gc.set_threshold(200_000, 20, 20)
atexit.register(gc.freeze)
from tests.bench.floor import run
run(pathlib.Path(sys.argv[1]))
"""
"""The program of a process that does it: rubbish is collected as our command has it."""


class Nothing:
    """What processing may ask a ledger, of one that knows nothing."""

    def prior_interchange(self, *_: object) -> None:
        """No interchange came before."""

    def sent_interchange(self, *_: object) -> Sent | None:
        """None was sent."""
        return None

    def sent_document(self, *_: object) -> Sent | None:
        """None was sent."""
        return None


def run(root: Path) -> None:
    """All files of the buyer to the seller, in a workspace of `tests.bench.flow`; tells the peak memory of the process."""
    configuration, faults = Workspace.at(root).configuration()
    if configuration is None:
        sys.exit(f"the workspace has faults: {faults}")
    given, taken = root / "exchange" / "BUYER" / "out", root / "exchange" / "SELLER" / "in"
    (root / "var").mkdir()
    ledger = sqlite3.connect(root / "var" / "floor.db", isolation_level=None)
    ledger.execute("PRAGMA journal_mode = WAL")
    ledger.execute("PRAGMA synchronous = FULL")
    ledger.execute("CREATE TABLE message (id TEXT PRIMARY KEY, name TEXT, reference TEXT, output TEXT)")
    with (root / "var" / "floor.archive").open("ab", buffering=0) as archive, os.scandir(given) as entries:
        names = sorted(entry.name for entry in entries if entry.stat(follow_symlinks=False).st_size)
        for start in range(0, len(names), PART):
            _part(names[start : start + PART], given, taken, archive.fileno(), ledger, configuration)
    print(json.dumps({"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


def _part(
    names: Sequence[str],
    given: Path,
    taken: Path,
    archive: int,
    ledger: sqlite3.Connection,
    configuration: Configuration,
) -> None:
    now, source, target = datetime.now(UTC), str(given), str(taken)
    contents = [_read(f"{source}/{name}") for name in names]
    os.write(archive, b"".join(contents))
    os.fdatasync(archive)
    rows, outputs = [], []
    for name, content in zip(names, contents, strict=True):
        digest = hashlib.sha256(content).hexdigest()
        incoming = Incoming(digest[:24], "BUYER", name, content, digest, now, "2026-03-14")
        [message] = process(incoming, configuration, Nothing()).interchanges[0].messages
        [output] = message.outputs
        rows.append((message.id, name, message.reference, output.name))
        outputs.append((output.name, output.content))
    ledger.execute("BEGIN IMMEDIATE")
    ledger.executemany("INSERT INTO message VALUES (?, ?, ?, ?)", rows)
    ledger.execute("COMMIT")
    for name, content in outputs:
        _write(f"{target}/.{name}", content)
    _sync(target)
    for name, _ in outputs:
        os.rename(f"{target}/.{name}", f"{target}/{name}")  # noqa: PTH104 - a Path for each file costs as much
    _sync(target)
    for name in names:
        os.unlink(f"{source}/{name}")  # noqa: PTH108
    _sync(source)


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 1 << 20)
    finally:
        os.close(file)


def _write(path: str, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(file, content)
    os.close(file)


def _sync(folder: str) -> None:
    file = os.open(folder, os.O_RDONLY)
    os.fsync(file)
    os.close(file)
