"""Serving the console with uvicorn: one process, a thread for each request that waits for the database."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import uvicorn

from edi_router.console.app import create_app
from edi_router.console.site import Site, settle
from edi_router.engine.workspace import Workspace, WorkspaceError, utc_now

Ready = Callable[[str, int], None]
"""Told the address, and how many accounts there are."""


def serve(
    workspace: Workspace,
    host: str,
    port: int,
    tls: tuple[Path, Path] | None,
    ready: Ready,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Serve until SIGTERM or SIGINT; what is being answered is finished first.

    `tls` is a certificate chain and its key. Raises WorkspaceError when the address cannot be had, and
    ConfigurationFaulty when the workspace's configuration has faults.
    """
    with workspace.open_ledger(clock) as ledger, _listening(host, port) as listener:
        site = Site(workspace, ledger, workspace.open_archive(), clock, settle)
        assert site.configuration  # loaded before the first request: its faults end the command
        app = create_app(site)
        settings = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=10,
            ssl_certfile=tls[0] if tls is not None else None, ssl_keyfile=tls[1] if tls is not None else None,
            lifespan="off",
        )  # fmt: skip
        scheme = "https" if tls is not None else "http"
        shown = f"[{host}]" if ":" in host else host
        ready(f"{scheme}://{shown}:{listener.getsockname()[1]}/", len(ledger.accounts()))
        with suppress(KeyboardInterrupt):  # which uvicorn raises again after it has ended in good order
            uvicorn.Server(settings).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        raise WorkspaceError(
            f"the console cannot be served on {host} port {port}: {error.strerror or error}"
        ) from None
    return listener
