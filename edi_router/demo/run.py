"""The demonstration: a workspace, a real SFTP server, the sample day, one round, and what came of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from edi_router.config import Tree
from edi_router.demo.dropping import Droppers
from edi_router.demo.end_state import Ended, differences, end_state, golden, of_books
from edi_router.demo.played import Played, play
from edi_router.demo.routes import Kept, measured
from edi_router.demo.server import RunningServer, start
from edi_router.engine.round import EmbeddedEngine, Report
from edi_router.engine.workspace import Workspace
from edi_router.ledger.books import Books
from edi_router.simulate import Day

DAY = "samples/day/"
WAIT_SECONDS = "0"
"""The partners of the demonstration give a file its name when it is whole, so there is nothing to wait for."""
MORNING = datetime(2026, 3, 14, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When the sample day is played: its documents have dates, and some are valid for a while only."""
SEED, MESSAGES = 24, 284
"""Of the made-up rest of the day, as the golden file of its end state has it."""


@dataclass(frozen=True)
class Demonstrated:
    """What the demonstration has to show."""

    workspace: Path
    server: str
    """Which server it was: `openssh` or `paramiko`, with a note."""
    dropped: list[tuple[str, str]]
    """Partner and name of each file dropped, in order."""
    report: Report
    files: list[dict[str, Any]]
    """Everything about each file, as `Ledger.show` tells it."""
    messages: dict[str, list[dict[str, Any]]]
    """Everything about each message, by the id of its file."""
    books: Books
    played: Played | None
    """What became of the made-up rest of the day."""
    ended: list[Ended]
    """The end state: a row for each message, and those of the books when the whole day was played."""
    differences: list[str]
    """How the end state differs from the golden file, a line each."""
    routes: list[Kept]
    """How the time limits of all routes were kept."""
    clock: Callable[[], datetime]
    """The clock of the sample day, which goes on."""


def clock_from(moment: datetime) -> Callable[[], datetime]:
    """A clock that goes on from the moment."""
    began = time.monotonic()
    return lambda: moment.astimezone(UTC) + timedelta(seconds=time.monotonic() - began)


def demonstrate(root: Path, messages: int, tell: Callable[[str, str], None]) -> Demonstrated:
    """Run the sample day in the empty or missing folder `root`; `tell` hears each step.

    After the files of the morning come so many `messages` of a made-up day, on the same server.
    """
    root.mkdir(parents=True, exist_ok=True)
    tree = Tree.over_shipped(root)
    accounts = sorted(Path(name).stem for name in tree.names("partners", ".yaml"))
    with ExitStack() as stack:
        tell("server", "")
        server = stack.enter_context(start(root, accounts))
        (root / "edi-router.yaml").write_text(_settings(server, root), encoding="utf-8")
        workspace = Workspace.at(root)
        droppers = stack.enter_context(Droppers(server))
        dropped = _drop(tree, droppers, tell)
        clock = clock_from(MORNING)
        ledger = stack.enter_context(workspace.open_ledger(clock))
        stack.enter_context(workspace.engine_lock())
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock, progress=tell)
        report = engine.until_idle(timeout_seconds=50)
        files = [ledger.show(row["id"]) for row in ledger.ls("file", limit=1000)]
        played = play(tree, droppers, engine, Day(messages, SEED), tell) if messages else None
        tell("books", "")
        books, ended, whole = ledger.books(None), end_state(ledger), messages == MESSAGES
        if whole:
            ended += of_books(books)
        return Demonstrated(
            workspace=root,
            server=server.kind + (f" ({server.note})" if server.note else ""),
            dropped=dropped,
            report=report,
            files=files,
            messages={file["id"]: [ledger.show(each["id"]) for each in file["messages"]] for file in files},
            books=books,
            played=played,
            ended=ended,
            differences=differences(ended, golden(tree), whole),
            routes=measured(tree, engine),
            clock=clock,
        )


def _settings(server: RunningServer, root: Path) -> str:
    lines = [
        "# Written by edi-router demo. Every partner is an account of its own on a server of this machine.",
        "name: demo",
        "sample_partners: yes",
        "channels:",
    ]
    for name, account in server.accounts.items():
        lines += [
            f"  {name}:",
            "    kind: sftp",
            f"    host: {account.host}",
            f"    port: {account.port}",
            f"    user: {account.user}",
            f"    key_file: {account.key_file.relative_to(root.resolve())}",
            f"    host_key: {account.host_key}",
            f"    wait_seconds: {WAIT_SECONDS}",
        ]
    return "\n".join(lines) + "\n"


def _drop(tree: Tree, droppers: Droppers, tell: Callable[[str, str], None]) -> list[tuple[str, str]]:
    """The partners drop the files of the morning."""
    dropped: list[tuple[str, str]] = []
    for name in tree.names(DAY):
        partner, _, file = name.removeprefix(DAY).partition("/")
        if file:
            tell("drop", f"{partner} {file}")
            droppers.drop(partner, [(file, tree.read(name))])
            dropped.append((partner, file))
    return dropped


def remove(root: Path) -> None:
    """Remove the workspace of a demonstration."""
    shutil.rmtree(root, ignore_errors=True)
