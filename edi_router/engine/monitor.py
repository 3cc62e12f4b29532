"""A small HTTP server for those who watch the engine: `/metrics`, `/health`, `/ready`.

It has threads of its own and only looks. It tells numbers and names of partners and asks nobody who they are, so
it listens on this machine alone unless told otherwise.
"""

from __future__ import annotations

import json
import logging
import socket
import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

from edi_router.engine.about import brief
from edi_router.engine.metrics import Fresh, Watched, registry
from edi_router.engine.workspace import WorkspaceError
from edi_router.ledger.gauges import WAIT, Gauges

log = logging.getLogger(__name__)
POLLS = 5
LEAST = 120.0
"""The engine is taken for dead after so many polls without a sign of life, but not before so many seconds."""
FRESH = 2.0
"""Seconds for which a finding is told again without looking."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    ok: bool
    text: str


Checks = Mapping[str, Check]


class Health:
    """Whether the engine works at all (`alive`), and whether it has all that it needs (`ready`)."""

    def __init__(self, engine: Watched, wait_seconds: float = WAIT) -> None:
        self._engine = engine
        self._gauges = Gauges(engine.ledger, wait_seconds)
        self._ready = Fresh(self._told_once, FRESH, engine.tally.monotonic)
        self._told: Checks = {}

    def alive(self) -> Checks:
        """Rounds begin, and their steps go on."""
        tally = self._engine.tally
        silent = tally.monotonic() - tally.alive
        limit = max(LEAST, POLLS * self._engine.configuration.settings.poll_seconds)
        return {
            "rounds": Check(silent <= limit, f"last sign of life {silent:.0f} s ago, limit {limit:.0f} s")
        }

    def ready(self) -> Checks:
        """The database answers and takes writers, its tables are this version's, the archive can be written."""
        return self._ready.get()

    def look(self) -> Checks:
        """Each thing that is needed, looked at."""
        return {
            "database": _check(self._gauges.is_writable, "answers", "takes no writers"),
            "migrations": _check(self._gauges.is_current, "current", "tables of another version"),
            "archive": _check(self._archive, "writable", ""),
            "configuration": Check(True, self._engine.configuration.digest[:12]),
        }

    def _told_once(self) -> Checks:
        checks = self.look()
        for name, check in checks.items():
            before = self._told.get(name)
            if not check.ok and (before is None or before.ok):
                log.warning("not ready: %s: %s", name, check.text)
        self._told = checks
        return checks

    def _archive(self) -> bool:
        folder = self._engine.archive.folder
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True


def _check(ask: Callable[[], bool], yes: str, no: str) -> Check:
    try:
        ok = ask()
    except Exception as error:  # whatever it is, it is the answer
        return Check(False, brief(error))
    return Check(ok, yes if ok else no)


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """A thread for each request."""

    daemon_threads = True
    request_queue_size = 32

    def server_bind(self) -> None:
        """Bind without asking the name service for a name of this machine, which may take long."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "edi-router", self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no trouble of ours."""
        log.debug("a request to the monitor was broken off", exc_info=True)


@contextmanager
def served(engine: Watched, host: str, port: int, wait_seconds: float = WAIT) -> Iterator[int]:
    """Serve on this address as long as the block lasts; gives the port, which is any free one for 0.

    A database that does not answer within `wait_seconds` is told as such. Raises WorkspaceError when nothing can be
    served there.
    """
    server = listen(host, port)
    server.set_app(application(engine, wait_seconds))
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="monitor", daemon=True)
    thread.start()
    log.info("metrics, health and readiness on %s port %d", host, server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def listen(host: str, port: int) -> Server:
    """A server that listens on this address and answers nobody yet. Raises WorkspaceError when it cannot."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _server(family, cast("tuple[str, int]", address[:2]))
    except OSError as error:
        raise WorkspaceError(
            f"metrics cannot be served on {host} port {port}: {error.strerror or error}"
        ) from None


def application(engine: Watched, wait_seconds: float = WAIT) -> WSGIApplication:
    """The three pages, for any WSGI server."""
    return pages(Health(engine, wait_seconds), registry(engine, wait_seconds))


def pages(health: Health, registry: CollectorRegistry) -> WSGIApplication:
    """The three pages of what these tell."""
    metrics = make_wsgi_app(registry)
    looks: Mapping[str, Callable[[], Checks]] = {"/health": health.alive, "/ready": health.ready}

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return cast(Iterable[bytes], metrics(environ, start_response))
        if path not in looks:
            return _answer(start_response, "404 Not Found", {"pages": ["/metrics", *looks]})
        if environ.get("REQUEST_METHOD") != "GET":
            return _answer(start_response, "405 Method Not Allowed", {"allowed": ["GET"]})
        checks = looks[path]()
        fine = all(check.ok for check in checks.values())
        body = {
            "status": "ok" if fine else "failing",
            "checks": {name: {"ok": check.ok, "text": check.text} for name, check in checks.items()},
        }
        return _answer(start_response, "200 OK" if fine else "503 Service Unavailable", body)

    return serve


def _answer(start_response: StartResponse, status: str, body: dict[str, Any]) -> list[bytes]:
    content = json.dumps(body, ensure_ascii=False).encode() + b"\n"
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", str(len(content))),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, headers)
    return [content]


class _Handler(WSGIRequestHandler):
    timeout = 10
    """Seconds that a client may take for its request."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: who looks every few seconds is no news."""


def _server(family: int, address: tuple[str, int]) -> Server:
    made = type("Server", (Server,), {"address_family": family})
    return cast(Server, made(address, _Handler))
