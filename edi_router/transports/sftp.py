"""A partner's SFTP server as a channel."""

from __future__ import annotations

import stat
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, TypeVar

from edi_router.partners.channels import SftpSettings
from edi_router.transports.base import BLOCK, Channel, Drop, S, Sink, Upload, blocks, in_order
from edi_router.transports.names import actual, shown
from edi_router.transports.problems import ChannelError
from edi_router.transports.sftp_operations import AT_ONCE, OPEN_AT_ONCE, Operation, run, together
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

A = TypeVar("A")
T = TypeVar("T")
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
        return self._run(self._removed(self._outbox, name, seen))

    def put_temporary(self, temporary: str, content: bytes | BinaryIO) -> None:  # noqa: D102
        try:
            self._run(self._uploaded(temporary, content))
        except SourceError as error:
            raise error.problem from None

    def inbox_size(self, name: str) -> int | None:  # noqa: D102
        with self._told(name, self._inbox):
            found = self._look(self._path(self._inbox, name))
        return None if found is None else found.size or 0

    def rename(self, temporary: str, final: str) -> None:  # noqa: D102
        if problem := self._run(self._renamed((temporary, final))):
            raise problem

    def discard(self, temporary: str) -> None:  # noqa: D102
        self._run(self._removed(self._inbox, temporary))

    def close(self) -> None:  # noqa: D102
        self._session.close()

    @property
    def is_open(self) -> bool:  # noqa: D102
        return self._session.is_open

    def fetch_all(  # noqa: D102
        self, drops: Sequence[Drop], into: Callable[[Drop], AbstractContextManager[S]]
    ) -> Generator[S | FileNotFoundError | ChannelError, None, None]:
        for is_small, group in groupby(drops, lambda drop: drop.size < BLOCK):
            failed = False
            for outcome in (
                self._small(list(group), into) if is_small else super().fetch_all(list(group), into)
            ):
                failed = failed or _ends(outcome)
                yield outcome
            if failed:
                return

    def remove_all(self, drops: Sequence[Drop]) -> Iterator[bool | ChannelError]:  # noqa: D102
        return self._together(lambda drop: self._removed(self._outbox, drop.name, drop), drops)

    def put_all(self, uploads: Sequence[Upload]) -> Iterator[ChannelError | None]:  # noqa: D102
        return self._together(self._put, uploads, OPEN_AT_ONCE)

    def rename_all(  # noqa: D102
        self, names: Sequence[tuple[str, str]]
    ) -> Iterator[FileNotFoundError | FileExistsError | ChannelError | None]:
        return self._together(self._renamed, names)

    def _run(self, operation: Operation[T]) -> T:
        with self._session.told():
            return run(self._requests, operation)

    def _together(
        self, operation: Callable[[A], Operation[T]], items: Sequence[A], at_once: int = AT_ONCE
    ) -> Iterator[T | ChannelError]:
        """Do an operation with each of the items, many at once: their outcomes, as `Channel` describes them."""
        failed = False

        def caught(item: A) -> Operation[T | ChannelError]:
            try:
                return (yield from operation(item))
            except ChannelError as error:
                return error

        try:
            with self._session.told():
                for outcome in together(
                    self._requests, (caught(item) for item in items if not failed), at_once
                ):
                    failed = failed or _ends(outcome)
                    yield outcome
        except ChannelError as lost:
            yield lost

    def _small(
        self, drops: Sequence[Drop], into: Callable[[Drop], AbstractContextManager[S]]
    ) -> Generator[S | FileNotFoundError | ChannelError, None, None]:
        """Fetch drops that one request can read."""
        for drop, content in zip(drops, self._together(self._content, drops, OPEN_AT_ONCE), strict=False):
            if content is None:  # it needs a closer look
                yield from super().fetch_all([drop], into)
            elif isinstance(content, Exception):
                yield content
            else:
                with into(drop) as sink:
                    sink.write(content)
                yield sink

    def _content(self, drop: Drop) -> Operation[bytes | FileNotFoundError | None]:
        try:
            with self._told(drop.name, self._outbox):
                return (yield from self._requests.content(self._path(self._outbox, drop.name), BLOCK))
        except FileNotFoundError as error:
            return error

    def _removed(self, folder: str, name: str, seen: Drop | None = None) -> Operation[bool]:
        path = self._path(folder, name)
        with self._told(name, folder):
            if seen is not None:
                there = yield from self._looked(path)
                if there is not None and (there.size or 0, (there.modified or 0) * _SECOND) != (
                    seen.size,
                    seen.modified,
                ):
                    return False
            try:
                yield (removing := self._requests.send(REMOVE, path))
                self._requests.done(removing)
            except Refused as refused:
                if (
                    refused.status not in (NO_SUCH_FILE, FAILURE)
                    or (yield from self._looked(path)) is not None
                ):
                    raise
                if (yield from self._looked(self._encode(folder))) is None:
                    raise ChannelError("channel-folder", folder=folder) from None
        return True

    def _put(self, upload: Upload) -> Operation[None]:
        for leftover in upload.leftovers:
            yield from self._removed(self._inbox, leftover)
        yield from self._uploaded(upload.temporary, upload.content)

    def _uploaded(self, temporary: str, content: bytes | BinaryIO) -> Operation[None]:
        path = self._path(self._inbox, temporary)
        with self._told(temporary, self._inbox):
            sent, size = yield from self._requests.upload(path, blocks(content))
        if size != sent:
            raise ChannelError(
                "channel-size",
                path=f"{self._inbox}/{temporary}",
                expected=str(sent),
                received="no" if size is None else str(size),
            )

    def _renamed(self, names: tuple[str, str]) -> Operation[FileNotFoundError | FileExistsError | None]:
        temporary, final = names
        old, new = self._path(self._inbox, temporary), self._path(self._inbox, final)
        with self._told(temporary, self._inbox):
            problem = yield from self._hindered(old, new, names)
            if problem is None:
                try:
                    yield (renaming := self._requests.send(RENAME, old, new))
                    self._requests.done(renaming)
                except Refused:
                    problem = yield from self._hindered(old, new, names)
                    if problem is None:
                        raise
            return problem

    def _hindered(
        self, old: bytes, new: bytes, names: tuple[str, str]
    ) -> Operation[FileNotFoundError | FileExistsError | None]:
        """Why a file cannot be renamed: it is gone, or the other name is taken."""
        both = self._requests.send(LSTAT, old), self._requests.send(LSTAT, new)
        yield from both
        there, taken = (self._requests.attributes(number) for number in both)
        if there is None:
            return FileNotFoundError(names[0])
        return None if taken is None else FileExistsError(names[1])

    def _looked(self, path: bytes) -> Operation[Attributes | None]:
        yield (asking := self._requests.send(LSTAT, path))
        return self._requests.attributes(asking)

    def _next(self, source: Iterator[bytes], name: str) -> bytes:
        with self._told(name, self._outbox):
            return next(source, b"")

    def _stop(self, source: Generator[bytes, None, None], name: str) -> None:
        with self._told(name, self._outbox):
            source.close()

    def _look(self, path: bytes) -> Attributes | None:
        return run(self._requests, self._looked(path))

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


def _ends(outcome: object) -> bool:
    """Whether nothing more is to be begun after this outcome."""
    return isinstance(outcome, ChannelError) and outcome.transient


def _is_file(raw: bytes, attributes: Attributes) -> bool:
    if raw in (b".", b".."):
        return False
    return attributes.mode is None or stat.S_IFMT(attributes.mode) in (0, stat.S_IFREG)
