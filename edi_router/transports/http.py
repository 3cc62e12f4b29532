"""A partner's HTTPS service as a channel: each document is a request of its own (RFC 9110).

A request cannot be renamed: once it was answered the document is there. So nothing is put under a temporary name; each
request carries the delivery's id as its `Idempotency-Key`, which is the same however often it is sent. When we break off
between the answer and our record of it, it is sent again under the same key, and a receiver that keeps keys takes it
once.
"""

from __future__ import annotations

import errno
import http.client
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from edi_router.partners.channels import HttpSettings
from edi_router.transports.base import PushChannel
from edi_router.transports.names import actual
from edi_router.transports.problems import ChannelError

LATER = frozenset({408, 425, 429})
"""Answers of the 4xx that ask to come again; others say that the request cannot be taken."""
TOLD = 200
"""Characters of an answer that are told."""


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
        if not 200 <= answer.status < 300:
            later = answer.status >= 500 or answer.status in LATER
            raise ChannelError(
                "channel-busy" if later else "channel-answer",
                address=self._address, status=str(answer.status), problem=_readable(answer.reason, text),
            )  # fmt: skip

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

    @contextmanager
    def _told(self, code: str) -> Iterator[None]:
        """Turn what goes wrong on the way into channel errors; `code` is for what has no code of its own."""
        try:
            yield
        except TimeoutError as error:
            seconds = f"{self._settings.timeout_seconds:g}"
            raise ChannelError("channel-timeout", address=self._address, seconds=seconds) from error
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise self._lost(code, error) from error
            host = self._where.hostname or ""
            raise ChannelError("channel-host-unknown", host=host, problem=str(error.strerror)) from error
        except ssl.SSLCertVerificationError as error:
            problem = error.verify_message
            raise ChannelError("channel-certificate", address=self._address, problem=problem) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._lost(code, error) from error

    def _lost(self, code: str, error: Exception) -> ChannelError:
        problem = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ChannelError(code, address=self._address, problem=str(problem))


def _context(settings: HttpSettings, base: Path) -> ssl.SSLContext:
    """Which certificates are believed, and our own. The server's is always verified."""
    ca = str(base / settings.ca_file) if settings.ca_file is not None else None
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise _unusable(str(ca), error) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.certificate_file is not None and settings.key_file is not None:
        key = base / settings.key_file
        _guarded(key)
        try:
            context.load_cert_chain(base / settings.certificate_file, key, _no_passphrase)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise _unusable(str(key), error) from error
    return context


def _no_passphrase() -> str:
    raise ValueError("it has a passphrase: an engine that starts by itself cannot be asked for it")


def _token(settings: HttpSettings, base: Path) -> str:
    """The token that we present; empty when there is none."""
    if settings.token_env is not None:
        where, text = settings.token_env, os.environ.get(settings.token_env, "")
    elif settings.token_file is not None:
        path = base / settings.token_file
        _guarded(path)
        where = str(path)
        try:
            text = path.read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise _unusable(where, error) from error
    else:
        return ""
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ChannelError("channel-secret", secret=where, problem="it is not set, or is no token")
    return token


def _guarded(path: Path) -> None:
    """Raise ChannelError when others may read a secret."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unusable(str(path), error) from error
    if mode & 0o077:
        raise ChannelError(
            "channel-secret", secret=str(path), problem=f"others may read it; run: chmod 600 {path}"
        )


def _unusable(where: str, error: Exception) -> ChannelError:
    problem = error.strerror if isinstance(error, OSError) and error.errno == errno.ENOENT else str(error)
    return ChannelError("channel-secret", secret=where, problem=str(problem))


def _readable(reason: str, text: bytes) -> str:
    """What the service says, fit for a log: one line, nothing that is not printable."""
    told = " ".join(f"{reason} {text.decode('utf-8', 'replace')}".split())
    return "".join(each for each in told if each.isprintable())[:TOLD] or "-"
