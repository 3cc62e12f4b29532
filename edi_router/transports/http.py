"""A partner's HTTPS service as a channel: each document is a request of its own (RFC 9110).

A request cannot be renamed: once it was answered the document is there. So nothing is put under a temporary name; each
request carries the delivery's id as its `Idempotency-Key`, which is the same however often it is sent. When we break off
between the answer and our record of it, it is sent again under the same key, and a receiver that keeps keys takes it
once.
"""

from __future__ import annotations

import http.client
import ssl
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote, urlsplit

from edi_router.partners.channels import HttpSettings
from edi_router.transports.asking import TOLD, believing, check_answer, guarded, secret_text, told, unusable
from edi_router.transports.base import PushChannel
from edi_router.transports.names import actual
from edi_router.transports.problems import ChannelError


class HttpChannel(PushChannel):
    """Requests to one address, each over a connection of its own; files are relative to `base`.

    Opening it connects once, so that a service which is down, or not the partner's, is told before anything is sent.
    """

    def __init__(self, settings: HttpSettings, base: Path) -> None:
        self._settings = settings
        self._where = urlsplit(settings.url)
        self._address = self._where.netloc
        self._context = _context(settings, base)
        self._token = _token(settings, base)
        self._connected().close()

    def push(self, key: str, name: str, content: bytes) -> None:  # noqa: D102
        path = (self._where.path or "/") + (f"?{self._where.query}" if self._where.query else "")
        headers = {
            "Content-Type": "application/octet-stream", "Idempotency-Key": key,
            "File-Name": quote(actual(name), safe=""), "Connection": "close",
        }  # fmt: skip
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection = self._connected()
        try:
            with self._told("channel-lost"):
                connection.request(self._settings.method, path, content, headers)
                answer = connection.getresponse()
                text = answer.read(TOLD)
        finally:
            connection.close()
        check_answer(answer.status, self._address, answer.reason, text)

    def inbox_size(self, name: str) -> int | None:
        """None: what was sent cannot be looked at. Connects, to see whether the service is there."""
        actual(name)
        self._connected().close()
        return None

    def _connected(self) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(
            self._where.hostname or "", self._where.port, timeout=self._settings.timeout_seconds,
            context=self._context,
        )  # fmt: skip
        with self._told("channel-unreachable"):
            connection.connect()
        return connection

    def _told(self, code: str) -> AbstractContextManager[None]:
        """Turn what goes wrong on the way into channel errors; `code` is for what has no code of its own."""
        return told(code, self._address, self._where.hostname or "", self._settings.timeout_seconds)


def _context(settings: HttpSettings, base: Path) -> ssl.SSLContext:
    """Which certificates are believed, and our own. The server's is always verified."""
    context = believing(base / settings.ca_file if settings.ca_file is not None else None)
    if settings.certificate_file is not None and settings.key_file is not None:
        key = base / settings.key_file
        guarded(key)
        try:
            context.load_cert_chain(base / settings.certificate_file, key, _no_passphrase)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise unusable(str(key), error) from error
    return context


def _no_passphrase() -> str:
    raise ValueError("it has a passphrase: an engine that starts by itself cannot be asked for it")


def _token(settings: HttpSettings, base: Path) -> str:
    """The token that we present; empty when there is none."""
    if settings.token_env is None and settings.token_file is None:
        return ""
    file = base / settings.token_file if settings.token_file is not None else None
    where, token = secret_text(settings.token_env, file)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ChannelError("channel-secret", secret=where, problem="it is not set, or is no token")
    return token
