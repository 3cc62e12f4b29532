"""Calling a partner's webhook: one request over HTTPS, with bounds on its time and on what is read of the answer.

The address stands in the partner's file, so it is the operator's; what a server answers must not lead elsewhere.
Redirects are not followed, no proxy of the environment is used, no cookie is kept.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from edi_router.partners.webhooks import Webhook
from edi_router.security.webhooks import headers, key_of
from edi_router.transports.asking import TOLD, believing, check_answer, secret_text, told
from edi_router.transports.problems import ChannelError
from edi_router.version import __version__

ANSWER = 64 * 1024
"""Bytes of an answer that are read, so that the connection can be used again; of a longer one no more is read."""


class Caller:
    """Calls one webhook, over one connection as long as the server keeps it. Raises ChannelError in all it does."""

    def __init__(self, settings: Webhook, base: Path) -> None:
        self._settings = settings
        where = urlsplit(settings.url)
        self._address, self._host, self._port = where.netloc, where.hostname or "", where.port
        self._path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        ca = base / settings.ca_file if settings.ca_file is not None else None
        self._context = believing(ca) if where.scheme == "https" else None
        self._keys = _keys(settings, base)
        self._connection: http.client.HTTPConnection | None = None
        self._used = False
        """Whether a call was answered over the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self) -> None:
        """Open the connection, and with it see whose certificate answers; nothing is sent."""
        if self._connection is None:
            with told("channel-unreachable", self._address, self._host, self._settings.timeout_seconds):
                self._connection = self._opened()

    def call(self, id: str, timestamp: int, body: bytes) -> None:
        """Call with a body, signed; returns when the receiver has answered that it took it (2xx).

        A connection that was used before may have been closed by the server meanwhile: then one of its own is tried.
        """
        sent = {
            "Content-Type": "application/json", "User-Agent": f"EDI-Router/{__version__}",
            **headers(self._keys, id, timestamp, body),
        }  # fmt: skip
        used = self._used
        try:
            self._call(sent, body)
        except ChannelError as error:
            if not used or error.code != "channel-lost":
                raise
            self._call(sent, body)

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection, self._used = None, False

    def _call(self, sent: Mapping[str, str], body: bytes) -> None:
        self.connect()
        connection, seconds = self._connection, self._settings.timeout_seconds
        assert connection is not None
        kept = False
        try:
            with told("channel-lost", self._address, self._host, seconds), _within(connection, seconds):
                connection.request("POST", self._path, body, dict(sent))
                answer = connection.getresponse()
                text = answer.read(ANSWER)
                kept = self._used = answer.isclosed() and not answer.will_close
            check_answer(answer.status, self._address, answer.reason, text[:TOLD])
        finally:
            if not kept:
                self.close()

    def _opened(self) -> http.client.HTTPConnection:
        seconds = self._settings.timeout_seconds
        if self._context is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        else:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=seconds, context=self._context
            )
        connection.connect()
        return connection


@contextmanager
def _within(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Break the connection off after so many seconds: its own limit is only for each byte that comes."""
    late = threading.Event()
    opened = connection.sock

    def end() -> None:
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(opened, socket.SHUT_RDWR)  # SSLSocket's own would let plain bytes through

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError


def _keys(settings: Webhook, base: Path) -> Sequence[bytes]:
    """What calls are signed with. ChannelError when a secret cannot be had or is none."""
    keys = []
    for secret in settings.secrets:
        where, text = secret_text(secret.env, base / secret.file if secret.file is not None else None)
        if not text:
            raise ChannelError("channel-secret", secret=where, problem="it is not set")
        try:
            keys.append(key_of(text))
        except ValueError as error:
            raise ChannelError("channel-secret", secret=where, problem=str(error)) from None
    return keys
