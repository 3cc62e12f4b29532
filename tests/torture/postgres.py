"""PostgreSQL of a trial's own, which can be restarted, crashed and killed; and a stage whose ledger is on it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tests.torture.shim import COMMITS
from tests.torture.stage import MEMORY, Stage

HERE = "127.0.0.1"
LEDGER = "ledger"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def binary(name: str) -> str | None:
    """A program of PostgreSQL, also where it is not on the path."""
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(folders))


def _locally(*command: str) -> list[str]:
    return list(command)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


class Server:
    """A server with its data, log and socket in a folder.

    `address` is where clients reach it, those that `trusted` names, by a port of its own; `within` makes the command
    that starts it elsewhere. Raises AssertionError with the log when it does not start.
    """

    def __init__(
        self,
        folder: Path,
        *,
        address: str = HERE,
        port: int | None = None,
        trusted: str = "127.0.0.1/32",
        within: Callable[..., list[str]] = _locally,
        options: Sequence[str] = (),
        segment_megabytes: int = 16,
    ) -> None:
        self._as: list[str] = []
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        if os.geteuid() == 0:  # as which PostgreSQL refuses to run
            try:
                account = pwd.getpwnam("postgres")
            except KeyError:
                account = pwd.getpwnam("nobody")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._as = [
                "setpriv",
                f"--reuid={account.pw_uid}",
                f"--regid={account.pw_gid}",
                "--clear-groups",
            ]
        self.folder, self.address, self.port = folder, address, port or _free_port()
        self._within, self._options = within, [f"listen_addresses={address}", f"port={self.port}", *options]
        self._environment = {**os.environ, "HOME": str(folder)}
        self._process: subprocess.Popen[bytes] | None = None
        initdb = binary("initdb")
        assert initdb is not None
        asked = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            [*self._as, initdb, *asked, f"--wal-segsize={segment_megabytes}", f"--pgdata={folder / 'data'}"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, env=self._environment,
        )  # fmt: skip
        with (folder / "data" / "pg_hba.conf").open("a") as file:
            file.write(f"host all all {trusted} trust\n")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        deadline = time.monotonic() + 24
        self._begin()
        while time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                self.ask("SELECT 1")
                return
            if not self.running:
                # Sessions of one that was killed end by themselves, a moment after it.
                if "pre-existing shared memory block" not in self.logged()[-500:]:
                    break
                self._begin()
            time.sleep(0.02)
        raise AssertionError(self.logged()[-2000:])

    def _begin(self) -> None:
        postgres = binary("postgres")
        assert postgres is not None
        given = [part for option in self._options for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._within(*self._as, postgres, "-D", str(self.folder / "data"), "-k", str(self.folder), *given),
                stdout=log, stderr=log, cwd=self.folder, env=self._environment, start_new_session=True,
            )  # fmt: skip

    def stop(self, how: str = "fast") -> None:
        """Stop it: `fast` without waiting for clients, `immediate` without writing anything, `kill` by SIGKILL."""
        process, self._process = self._process, None
        if process is None:
            return
        # Of its processes the first one is told: what starts it has become it.
        if how == "kill":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.send_signal(_SIGNALS[how])
        process.wait(60)

    def restart(self, how: str = "fast") -> None:
        """Stop it and start it again."""
        self.stop(how)
        self.start()

    @property
    def running(self) -> bool:
        """Whether its first process is there."""
        return self._process is not None and self._process.poll() is None

    def ask(self, query: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with psycopg.connect(self.local(database), autocommit=True) as link:
            cursor = link.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str, port: int | None = None) -> str:
        """For engines, by the network; through the proxy at a `port`, where one is given."""
        return f"postgresql+psycopg://postgres@{self.address}:{port or self.port}/{database}"

    def local(self, database: str) -> str:
        """For the checker, as psycopg takes it."""
        return make_conninfo(host=str(self.folder), port=self.port, user="postgres", dbname=database)

    def logged(self) -> str:
        """What it has logged."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def others(self) -> int:
        """How many sessions there are on the ledger, not counting this one."""
        query = (
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{LEDGER}' AND pid <> pg_backend_pid()"
        )
        return int(self.ask(query)[0][0])

    def terminate(self) -> int:
        """End all sessions on the ledger; how many there were."""
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            f" WHERE datname = '{LEDGER}' AND pid <> pg_backend_pid()"
        )
        return int(self.ask(query)[0][0])


SMALL = ("shared_buffers=16MB", "max_connections=60", "max_wal_size=64MB", "deadlock_timeout=200ms")
"""A server that starts quickly."""


@contextmanager
def place_of_its_own() -> Iterator[Path]:
    """A folder in memory that the server's account can reach."""
    with tempfile.TemporaryDirectory(
        prefix="edi-router-pg-", dir=MEMORY if MEMORY.is_dir() else None
    ) as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


@contextmanager
def serving(options: Sequence[str] = SMALL) -> Iterator[Server]:
    """A server in a folder of its own."""
    with place_of_its_own() as folder:
        server = Server(folder / "pg", options=options)
        try:
            yield server
        finally:
            server.stop("immediate")


class PostgresStage(Stage):
    """A stage with its ledger on a server; partners in folders, so that each step of theirs is one of the engine's."""

    def __init__(self, server: Server, **more: Any) -> None:
        steps = "writes, syncs, changes of names, COMMITs"
        super().__init__(**{"sftp": (), "steps_are": steps, **more})
        self.server_of_ledger = server
        self.books = server.local(LEDGER)
        self.packets = COMMITS
        self.port: int | None = None
        """Of a proxy between the engine and the server."""

    def new_ledger(self) -> str:
        """An empty ledger, or an empty database; the engine's URL of it."""
        server = self.server_of_ledger
        there = bool(server.ask(f"SELECT 1 FROM pg_database WHERE datname = '{LEDGER}'"))
        if there and not self.fresh and (names := [str(row[0]) for row in server.ask(_TABLES, LEDGER)]):
            server.terminate()
            kept = "SET session_replication_role = replica"  # no triggers
            server.ask("; ".join([kept, *(f"DELETE FROM {name}" for name in names)]), LEDGER)
        else:
            server.ask(f"DROP DATABASE IF EXISTS {LEDGER} WITH (FORCE)")
            server.ask(f"CREATE DATABASE {LEDGER}")
            if not self.fresh:
                self.migrate()
        return server.url(LEDGER, self.port)

    def migrate(self) -> None:
        """Make the tables."""
        from edi_router.ledger import Ledger

        with Ledger.open(self.server_of_ledger.url(LEDGER)) as ledger:
            ledger.migrate()

    def settle(self) -> None:
        """Wait until the server has ended the sessions of engines that are gone."""
        super().settle()
        deadline = time.monotonic() + 20
        while (
            self.server_of_ledger.running and self.server_of_ledger.others() and time.monotonic() < deadline
        ):
            time.sleep(0.005)
