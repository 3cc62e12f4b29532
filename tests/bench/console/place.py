"""Where the bench lives: a workspace with a filled ledger on SQLite or PostgreSQL, kept for the next run if asked."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from edi_router.config import shipped_directory
from edi_router.engine.workspace import Workspace
from edi_router.ledger import Ledger, tables
from edi_router.ledger.figures import SCHEDULE
from edi_router.ledger.store import instant, micros
from tests.bench.console.filling import BIG, PARTNERS, fill
from tests.support.postgresql_server import execute, running, url
from tests.support.workspaces import prepare

STORES = ("sqlite", "postgresql")
SETTINGS = ("shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=8GB")
"""What everybody sets on a server with gigabytes of rows; all else is as PostgreSQL comes."""
PARTNER = """\
id: {id}
name: {{en: Firm {id}, zh: 企业 {id}}}
status: live
role: firm
identifications: [{{id: {id}, qualifier: ZZ}}]
channel: {{kind: folder, root: exchange/{id}}}
"""
SAMPLE, NUMBER = "samples/day/ENT-A/0800-cusdec.edi", b"YC20260314000017"


@dataclass(frozen=True)
class Place:
    """The workspace of a filled ledger."""

    store: str
    workspace: Workspace
    ledger: Ledger
    version: str
    """Of the database."""
    messages: int
    filled: float
    """Seconds that it took to make the rows."""
    closed: float
    """Seconds that it took to close the books of every day, and to add up the figures of months."""
    bytes: int
    """Of the database on the disk."""
    server: int | None = None
    """The process of the database's server, where it has one."""


@contextmanager
def place(store: str, messages: int, kept: Path | None) -> Iterator[Place]:
    """A filled ledger; below `kept` it is found again by the next run, else it is gone in the end."""
    with _folder(kept) as folder:
        root = folder / store
        root.mkdir(exist_ok=True)
        prepare(root)
        for id in PARTNERS:
            (root / "partners").mkdir(exist_ok=True)
            (root / "partners" / f"{id}.yaml").write_text(PARTNER.format(id=id), encoding="utf-8")
        if store == "sqlite":
            yield from _filled(store, root, messages, None)
            return
        server = folder / "server"
        server.mkdir(mode=0o700, exist_ok=True)
        fresh = not (server / "data").exists()
        with running(server, SETTINGS) as process:
            if fresh:
                execute(server, "CREATE DATABASE bench")
            with (root / "edi-router.yaml").open("a", encoding="utf-8") as settings:
                settings.write(f"database: {url(server, 'bench')}\n")
            yield from _filled(store, root, messages, process)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # a server of another user lives in it
        yield Path(folder)


def _filled(store: str, root: Path, messages: int, server: int | None) -> Iterator[Place]:
    workspace, note = Workspace.at(root), root / "filled.json"
    made = json.loads(note.read_text()) if note.exists() else {"messages": messages}
    steps: dict[str, Callable[[Ledger], object]] = {
        "filled": lambda ledger: fill(ledger, messages),
        "contents": lambda ledger: contents(workspace, ledger),
        "closed": close_all,
    }
    for name, step in steps.items():
        if name not in made:
            with workspace.open_ledger() as ledger:
                made[name] = _timed(lambda step=step, ledger=ledger: step(ledger))  # type: ignore[misc]
            note.write_text(json.dumps(made))
    with workspace.open_ledger() as ledger:
        moment = latest(ledger) + timedelta(minutes=30)
    with workspace.open_ledger(lambda: moment) as ledger:
        version, size = _about(ledger, root)
        yield Place(
            store, workspace, ledger, version, made["messages"], made["filled"], made["closed"], size, server
        )


def latest(ledger: Ledger) -> datetime:
    """When the latest message came: the bench's clock stands half an hour after it, whenever it runs."""
    with ledger.read() as connection:
        return instant(connection.scalar(select(func.max(tables.message.c.entered))) or 0)


def close_all(ledger: Ledger) -> None:
    """Close the books of the days of this month, and before them a page of all that was; add up the figures of the days."""
    yesterday = latest(ledger).astimezone(ledger.zone).date() - timedelta(days=1)
    day = yesterday.replace(day=1) - timedelta(days=1)
    begin = micros(datetime.combine(day, datetime.min.time(), ledger.zone))
    with ledger.write() as tx:  # earlier months are not asked for: their days need not be added up
        tx.insert_once(tables.schedule_firing, {"schedule": SCHEDULE, "fire_time": begin, "at": tx.now})
    while day <= yesterday:
        page = ledger.close_books(day)
        assert page.balanced, (page.business_date, page.unaccounted, page.problems[:3])
        day += timedelta(days=1)
    ledger.keep_figures()


def contents(workspace: Workspace, ledger: Ledger) -> None:
    """Give the files that `BIG` sent on the day before yesterday their bytes: declarations, each with a number of its own."""
    m, f = tables.message.c, tables.file.c
    day = ledger.business_date(ledger.now() - 2 * 86_400_000_000)
    sample = (shipped_directory() / SAMPLE).read_bytes()
    archive = workspace.open_archive()
    with ledger.read() as connection:
        query = select(m.id, m.file, m.reference).where(m.partner == BIG, m.date == day).order_by(m.id)
        rows = connection.execute(query.where(m.type == "CUSDEC")).all()
    for id, file, reference in rows:
        content = sample.replace(NUMBER, f"YC{reference}".encode())
        sha256, size = archive.put(content)
        offset = content.index(b"UNH+")
        length = content.index(b"UNZ+") - offset
        with ledger.write() as tx:
            tx.connection.execute(update(tables.file).where(f.id == file).values(sha256=sha256, size=size))
            tx.connection.execute(
                update(tables.message).where(m.id == id).values(offset=offset, length=length)
            )


def _about(ledger: Ledger, root: Path) -> tuple[str, int]:
    """The version of the database, and its bytes on the disk."""
    with ledger.read() as connection:
        if ledger.sqlite:
            version = connection.exec_driver_sql("SELECT sqlite_version()").scalar()
            return f"SQLite {version}", (root / "var" / "ledger.db").stat().st_size
        version = connection.exec_driver_sql("SHOW server_version").scalar()
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar()
        return f"PostgreSQL {str(version).split()[0]}", int(size or 0)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
