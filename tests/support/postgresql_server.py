"""A real PostgreSQL server on a Unix socket, for as long as it is needed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

HINT = "apt-get install postgresql"
CARELESS = (
    "fsync=off",
    "full_page_writes=off",
    "autovacuum=off",
)
"""Settings of a server whose data nobody needs after the tests."""


class NotInstalled(Exception):
    """A program is missing; the text says how it is installed."""


class NotStarted(Exception):
    """The server did not start; the text is its log."""


def url(folder: Path, database: str) -> str:
    """The address of a database of the server in a folder, for SQLAlchemy."""
    return f"postgresql+psycopg://postgres@/{database}?host={folder}"


def execute(folder: Path, statement: str, database: str = "postgres") -> None:
    """Run a statement outside of a transaction."""
    with psycopg.connect(host=str(folder), user="postgres", dbname=database, autocommit=True) as link:
        link.execute(statement.encode())


@contextmanager
def running(folder: Path, settings: Sequence[str] = CARELESS) -> Iterator[int]:
    """A server with its data, log and socket in an existing folder, by its process id.

    What an earlier one has left in the folder is kept, but by a careless one, which ends without writing it down.
    `settings` are of the form name=value. Raises NotInstalled and NotStarted.
    """
    initdb, postgres = _binary("initdb"), _binary("postgres")
    if initdb is None or postgres is None:
        raise NotInstalled(HINT)
    prefix, uid, gid = _account()
    os.chown(folder, uid, gid)
    data, environment = folder / "data", {**os.environ, "HOME": str(folder)}
    if not data.exists():
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            [*prefix, initdb, *options, f"--pgdata={data}"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, env=environment,
        )  # fmt: skip
    given = [part for each in ("listen_addresses=", *settings) for part in ("-c", each)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*prefix, postgres, "-D", str(data), "-k", str(folder), *given],
            stdout=log, stderr=log, cwd=folder, env=environment,
        )  # fmt: skip
    try:
        _await(folder, process)
        yield process.pid
    finally:
        # Without waiting for its clients; and without a checkpoint of hundreds of databases that nobody needs.
        process.send_signal(signal.SIGQUIT if settings is CARELESS else signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _binary(name: str) -> str | None:
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(folders))


def _account() -> tuple[list[str], int, int]:
    """PostgreSQL refuses to run as root: the prefix of the commands and the owner of the files."""
    if os.geteuid() != 0:
        return [], os.geteuid(), os.getegid()
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        entry = pwd.getpwnam("nobody")
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NotInstalled("apt-get install util-linux (setpriv)")
    ids = [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    return [setpriv, *ids], entry.pw_uid, entry.pw_gid


def _await(folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            execute(folder, "SELECT 1")
            return
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise NotStarted((folder / "log").read_text())
