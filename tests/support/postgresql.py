"""A real PostgreSQL server for the tests, and ledgers on SQLite and on it.

Use: the fixture `ledger` (each test
runs on both databases) or `postgresql` (the server). Do not import it: pytest must be the first.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from edi_router.ledger import Ledger
from edi_router.ledger.tables import metadata
from edi_router.ledger.upgrade import HEAD
from tests.conftest import need
from tests.support.outcomes import Clock
from tests.support.postgresql_server import NotInstalled, NotStarted, execute, running, url

_FULL = "SELECT '{0}' WHERE EXISTS (SELECT FROM {0})"


@dataclass
class PostgreSQL:
    """The running server."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    clean: list[str] = field(default_factory=list)
    """Migrated databases without rows: to empty one is faster than to make one."""

    def admin(self, statement: str, database: str = "postgres") -> None:
        execute(self.folder, statement, database)

    def empty(self, database: str) -> None:
        """Take all rows out of a migrated database, and keep it for the next test.

        One whose tables a test took for those of another version is not kept.
        """
        tables = [table.name for table in metadata.sorted_tables]
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database) as link:
            if link.execute("SELECT version_num FROM alembic_version").fetchone() != (HEAD,):
                return
            link.execute("SET LOCAL session_replication_role = replica")  # no triggers
            link.execute("SET LOCAL lock_timeout = '20s'")
            link.execute(f"LOCK TABLE {', '.join(tables)}".encode())  # nobody writes any more
            # To empty a table costs the server more than to see that nothing is in it.
            found = link.execute(" UNION ALL ".join(map(_FULL.format, tables)).encode())
            if names := ", ".join(name for (name,) in found):
                link.execute(f"TRUNCATE {names} CASCADE".encode())
            link.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
        self.clean.append(database)

    def url(self, database: str) -> str:
        return url(self.folder, database)

    def create(self, template: str | None = None) -> str:
        """A fresh database; returns its name."""
        name = f"test_{next(self.numbers)}"
        self.admin(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server of its own, on a Unix socket in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="edi-router-pg-"))
    try:
        with running(folder):
            yield PostgreSQL(folder)
    except NotInstalled as error:
        need(None, str(error))
    except NotStarted as error:
        pytest.fail(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql: PostgreSQL) -> str:
    """A migrated database to copy."""
    name = postgresql.create()
    with Ledger.open(postgresql.url(name)) as ledger:
        ledger.migrate()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("ledger") / "template.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.migrate()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes a migrated database of its own at each call and returns its URL; on both databases."""
    server: PostgreSQL | None = None
    template = request.getfixturevalue(f"{request.param}_template")
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
    numbers, used = count(), list[str]()

    def make() -> str:
        if server is not None:
            used.append(server.clean.pop() if server.clean else server.create(template))
            return server.url(used[-1])
        path = tmp_path / f"ledger-{next(numbers)}.db"
        shutil.copy(template, path)
        return f"sqlite:///{path}"

    yield make
    for name in used:
        assert server is not None
        server.empty(name)


@pytest.fixture
def database(make_database: Callable[[], str]) -> str:
    """The URL of a migrated database of the test's own."""
    return make_database()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(database: str, clock: Clock) -> Iterator[Ledger]:
    """A ledger of the test's own, with a clock that stands still."""
    with Ledger.open(database, clock=clock) as opened:
        yield opened
