"""What requests over HTTP share: what goes wrong on the way as channel errors, secrets in guarded files, told answers."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edi_router.transports.problems import ChannelError

LATER = frozenset({408, 425, 429})
"""Answers of the 4xx that ask to come again; others say that the request cannot be taken."""
TOLD = 200
"""Characters of an answer that are told."""


@contextmanager
def told(code: str, address: str, host: str, seconds: float) -> Iterator[None]:
    """Turn what goes wrong on the way into channel errors; `code` is for what has no code of its own."""
    try:
        yield
    except TimeoutError as error:
        raise ChannelError("channel-timeout", address=address, seconds=f"{seconds:g}") from error
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise _lost(code, address, error) from error
        raise ChannelError("channel-host-unknown", host=host, problem=str(error.strerror)) from error
    except ssl.SSLCertVerificationError as error:
        raise ChannelError("channel-certificate", address=address, problem=error.verify_message) from error
    except (OSError, http.client.HTTPException) as error:
        raise _lost(code, address, error) from error


def check_answer(status: int, address: str, reason: str, text: bytes) -> None:
    """Raise ChannelError for an answer that is not of the 2xx."""
    if not 200 <= status < 300:
        later = status >= 500 or status in LATER
        raise ChannelError(
            "channel-busy" if later else "channel-answer",
            address=address, status=str(status), problem=_readable(reason, text),
        )  # fmt: skip


def believing(ca_file: Path | None) -> ssl.SSLContext:
    """A context that verifies the server against the machine's authorities, or those of a file."""
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise unusable(str(ca_file), error) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def secret_text(env: str | None, file: Path | None) -> tuple[str, str]:
    """Where a secret is, and its text; empty when the variable is not set. ChannelError when it cannot be had."""
    if env is not None:
        return env, os.environ.get(env, "").strip()
    assert file is not None
    guarded(file)
    try:
        return str(file), file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(str(file), error) from error


def guarded(path: Path) -> None:
    """Raise ChannelError when others may read a secret."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise unusable(str(path), error) from error
    if mode & 0o077:
        raise ChannelError(
            "channel-secret", secret=str(path), problem=f"others may read it; run: chmod 600 {path}"
        )


def unusable(where: str, error: Exception) -> ChannelError:
    """The error that a secret cannot be used."""
    problem = error.strerror if isinstance(error, OSError) and error.errno == errno.ENOENT else str(error)
    return ChannelError("channel-secret", secret=where, problem=str(problem))


def _lost(code: str, address: str, error: Exception) -> ChannelError:
    problem = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ChannelError(code, address=address, problem=str(problem))


def _readable(reason: str, text: bytes) -> str:
    """What the service says, fit for a log: one line, nothing that is not printable."""
    said = " ".join(f"{reason} {text.decode('utf-8', 'replace')}".split())
    return "".join(each for each in said if each.isprintable())[:TOLD] or "-"
