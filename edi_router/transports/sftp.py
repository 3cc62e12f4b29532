"""A partner's SFTP server as a channel."""

from __future__ import annotations

import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from edi_router.partners.channels import SftpSettings
from edi_router.transports.base import BLOCK, Channel, Drop, Sink, blocks, in_order
from edi_router.transports.names import actual, shown
from edi_router.transports.problems import ChannelError
from edi_router.transports.sftp_requests import (
    FAILURE,
    LSTAT,
    NO_SUCH_FILE,
    PERMISSION_DENIED,
    REMOVE,
    RENAME,
    UNSUPPORTED,
    Attributes,
    Refused,
    SourceError,
)
from edi_router.transports.sftp_session import Session

_SECOND = 1_000_000


class SftpChannel(Channel):
    """An SFTP session; a relative key file is relative to `base`.

    `rename` uses the protocol's own rename, which does not overwrite on servers that follow it, and looks
    first for the sake of those that do not.
    """

    def __init__(self, settings: SftpSettings, base: Path) -> None:
        self._encoding = settings.name_encoding
        self._outbox = settings.outbox
        self._inbox = settings.inbox
        self._session = Session(settings, base)
        self._requests = self._session.requests

    def drops(self) -> list[Drop]:  # noqa: D102
        with self._told(self._outbox, self._outbox):
            found = list(self._requests.names(self._encode(self._outbox)))
        return in_order(
            Drop(self._decode(raw), attributes.size or 0, (attributes.modified or 0) * _SECOND)
            for raw, attributes in found
            if _is_file(raw, attributes)
        )

    def fetch(self, name: str, into: Sink) -> int:  # noqa: D102
        path = self._path(self._outbox, name)
        written = 0
        source = self._requests.download(path, BLOCK)
        try:
            while block := self._next(source, name):
                into.write(block)
                written += len(block)
        finally:
            self._stop(source, name)
        with self._told(name, self._outbox):
            after = self._requests.attributes(self._requests.send(LSTAT, path))
        if after is None or after.size not in (None, written):
            raise ChannelError("channel-changed", path=f"{self._outbox}/{name}")
        return written

    def remove(self, name: str, seen: Drop | None = None) -> bool:  # noqa: D102
        if seen is not None:
            with self._told(name, self._outbox):
                there = self._look(self._path(self._outbox, name))
            if there is not None and (there.size or 0, (there.modified or 0) * _SECOND) != (
                seen.size,
                seen.modified,
            ):
                return False
        self._remove(self._outbox, name)
        return True

    def put_temporary(self, temporary: str, content: bytes | BinaryIO) -> None:  # noqa: D102
        path = self._path(self._inbox, temporary)
        try:
            with self._told(temporary, self._inbox):
                sent, size = self._requests.upload(path, blocks(content))
        except SourceError as error:
            raise error.problem from None
        if size != sent:
            raise ChannelError(
                "channel-size",
                path=f"{self._inbox}/{temporary}",
                expected=str(sent),
                received="no" if size is None else str(size),
            )

    def inbox_size(self, name: str) -> int | None:  # noqa: D102
        with self._told(name, self._inbox):
            found = self._look(self._path(self._inbox, name))
        return None if found is None else found.size or 0

    def rename(self, temporary: str, final: str) -> None:  # noqa: D102
        old, new = self._path(self._inbox, temporary), self._path(self._inbox, final)
        with self._told(temporary, self._inbox):
            self._may_rename(old, new, temporary, final)
            try:
                self._requests.done(self._requests.send(RENAME, old, new))
            except Refused:
                self._may_rename(old, new, temporary, final)
                raise

    def discard(self, temporary: str) -> None:  # noqa: D102
        self._remove(self._inbox, temporary)

    def close(self) -> None:  # noqa: D102
        self._session.close()

    def _may_rename(self, old: bytes, new: bytes, temporary: str, final: str) -> None:
        both = self._requests.send(LSTAT, old), self._requests.send(LSTAT, new)
        there, taken = (self._requests.attributes(number) for number in both)
        if there is None:
            raise FileNotFoundError(temporary)
        if taken is not None:
            raise FileExistsError(final)

    def _remove(self, folder: str, name: str) -> None:
        path = self._path(folder, name)
        with self._told(name, folder):
            try:
                self._requests.done(self._requests.send(REMOVE, path))
            except Refused as refused:
                if refused.status not in (NO_SUCH_FILE, FAILURE) or self._look(path) is not None:
                    raise
                if self._look(self._encode(folder)) is None:
                    raise ChannelError("channel-folder", folder=folder) from None

    def _next(self, source: Iterator[bytes], name: str) -> bytes:
        with self._told(name, self._outbox):
            return next(source, b"")

    def _stop(self, source: Generator[bytes, None, None], name: str) -> None:
        with self._told(name, self._outbox):
            source.close()

    def _look(self, path: bytes) -> Attributes | None:
        return self._requests.attributes(self._requests.send(LSTAT, path))

    def _path(self, folder: str, name: str) -> bytes:
        plain = actual(name).encode(self._encoding, "surrogateescape")
        return self._encode(folder).rstrip(b"/") + b"/" + plain if folder else plain

    def _encode(self, folder: str) -> bytes:
        return folder.encode(self._encoding) or b"."

    def _decode(self, raw: bytes) -> str:
        return shown(raw.decode(self._encoding, "surrogateescape"))

    @contextmanager
    def _told(self, name: str, folder: str) -> Iterator[None]:
        """Turn refusals and failures into channel errors."""
        path = f"{folder}/{name}" if name != folder else folder
        with self._session.told():
            try:
                yield
            except (FileNotFoundError, FileExistsError):
                raise
            except Refused as refused:
                raise self._refusal(refused, name, folder, path) from refused

    def _refusal(self, refused: Refused, name: str, folder: str, path: str) -> Exception:
        if refused.status == NO_SUCH_FILE:
            if name != folder and self._look(self._encode(folder)) is not None:
                return FileNotFoundError(name)
            return ChannelError("channel-folder", folder=folder)
        if refused.status == PERMISSION_DENIED:
            return ChannelError("channel-permission", path=path)
        code = "channel-unsupported" if refused.status == UNSUPPORTED else "channel-refused"
        return ChannelError(code, path=path, problem=str(refused))


def _is_file(raw: bytes, attributes: Attributes) -> bool:
    if raw in (b".", b".."):
        return False
    return attributes.mode is None or stat.S_IFMT(attributes.mode) in (0, stat.S_IFREG)
