"""The one interface through which the engine reaches a partner."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Protocol, Self, TypeVar

from edi_router.transports.names import actual, is_ignored
from edi_router.transports.problems import ChannelError

BLOCK = 32768
"""Bytes moved at once: what every SFTP server takes in one packet."""


A = TypeVar("A")
T = TypeVar("T")
S = TypeVar("S", bound="Sink")


@dataclass(frozen=True, slots=True)
class Drop:
    """One file in a partner's outbox; `modified` in microseconds UTC, as exact as the channel tells it."""

    name: str
    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be put into the inbox under a temporary name; `leftovers` are those of earlier tries, to be removed."""

    temporary: str
    content: bytes
    leftovers: tuple[str, ...] = ()


class Sink(Protocol):
    """What a drop is written to: an open file, or the archive's writer."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes; returns how many."""
        ...


class Channel(ABC):
    """A connection to one partner's outbox and inbox. Used by one thread, and as a context manager.

    Every method raises `ChannelError` (from `problems`) when the channel fails; names are those of
    `drops()`, or file names for the inbox. After a lost connection the channel stays lost: open a new one.
    """

    @abstractmethod
    def drops(self) -> list[Drop]:
        """The files in the outbox, sorted by time and name; hidden and unfinished ones are left out."""

    @abstractmethod
    def fetch(self, name: str, into: Sink) -> int:
        """Write a drop to `into`; returns the bytes written. Raises FileNotFoundError when it is gone.

        A file that changes meanwhile is a transient `ChannelError`; what was written then is to be dropped.
        """

    @abstractmethod
    def remove(self, name: str, seen: Drop | None = None) -> bool:
        """Remove a drop; one that is gone already is done.

        With `seen` only the file that a listing showed: when the partner has put another one under its name
        since (size or time differ), that one stays, and the answer is False.
        """

    @abstractmethod
    def put_temporary(self, temporary: str, content: bytes | BinaryIO) -> None:
        """Write a whole file into the inbox, under a hidden name; its size is verified.

        A file of that name is replaced: it is a try of ours that did not finish.
        """

    @abstractmethod
    def inbox_size(self, name: str) -> int | None:
        """The size of a file in the inbox, or None when there is none."""

    @abstractmethod
    def rename(self, temporary: str, final: str) -> None:
        """Give a file in the inbox its final name, never overwriting.

        Raises FileNotFoundError when `temporary` is gone (whether or not `final` is there), else
        FileExistsError when `final` is there.
        """

    @abstractmethod
    def discard(self, temporary: str) -> None:
        """Remove a temporary file from the inbox; one that is gone already is done."""

    @abstractmethod
    def close(self) -> None:
        """Free everything; a second call does nothing."""

    @property
    def is_open(self) -> bool:
        """Whether it can be used, as far as is known without asking the partner."""
        return True

    # What follows is the same for many files: each yields an outcome for a file, in their order. Where waiting for
    # answers costs most of the time, a channel does many at once. After a `ChannelError` that is transient nothing
    # more is begun: what was begun has its outcomes still, unless the connection is lost. What has no outcome then
    # may have happened all the same, as with any request whose answer was lost.

    def fetch_all(
        self, drops: Sequence[Drop], into: Callable[[Drop], AbstractContextManager[S]]
    ) -> Generator[S | FileNotFoundError | ChannelError, None, None]:
        """`fetch` each drop into a sink of its own, which is yielded when it is closed.

        What a sink raises is raised.
        """
        for drop in drops:
            try:
                with into(drop) as sink:
                    self.fetch(drop.name, sink)
            except (FileNotFoundError, ChannelError) as error:
                yield error
                if isinstance(error, ChannelError) and error.transient:
                    return
            else:
                yield sink

    def remove_all(self, drops: Sequence[Drop]) -> Iterator[bool | ChannelError]:
        """`remove` each drop, if it is the one that was seen."""
        return each_of(lambda drop: self.remove(drop.name, drop), drops)

    def put_all(self, uploads: Sequence[Upload]) -> Iterator[ChannelError | None]:
        """`put_temporary` each, after its leftovers are discarded."""

        def put(upload: Upload) -> None:
            for leftover in upload.leftovers:
                self.discard(leftover)
            self.put_temporary(upload.temporary, upload.content)

        return each_of(put, uploads)

    def rename_all(
        self, names: Sequence[tuple[str, str]]
    ) -> Iterator[FileNotFoundError | FileExistsError | ChannelError | None]:
        """`rename` each: pairs of the temporary and the final name."""

        def rename(pair: tuple[str, str]) -> FileNotFoundError | FileExistsError | None:
            try:
                self.rename(*pair)
            except (FileNotFoundError, FileExistsError) as error:
                return error
            return None

        return each_of(rename, names)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PushChannel(Channel):
    """A channel on which what is sent has arrived, under its name: nothing is renamed, and nothing is fetched.

    What the partner sends it hands in by itself; there are no drops. A delivery whose `push` was answered is there; one
    whose answer was lost is pushed again under the same key.
    """

    @abstractmethod
    def push(self, key: str, name: str, content: bytes) -> None:
        """Send a whole document; `key` is the same however often this delivery is sent."""

    def drops(self) -> list[Drop]:
        """None: the partner hands in what it sends."""
        return []

    def fetch(self, name: str, into: Sink) -> int:
        """Raises FileNotFoundError: there is nothing to fetch."""
        raise FileNotFoundError(actual(name))

    def remove(self, name: str, seen: Drop | None = None) -> bool:
        """There is nothing to remove: it is done."""
        return bool(actual(name))

    def put_temporary(self, temporary: str, content: bytes | BinaryIO) -> None:
        """Raises TypeError: `push` sends."""
        raise TypeError("what is pushed has no temporary name")

    def rename(self, temporary: str, final: str) -> None:
        """What was pushed has its name already."""

    def discard(self, temporary: str) -> None:
        """There is nothing to discard."""

    def close(self) -> None:
        """Nothing is held open."""


def each_of(verb: Callable[[A], T], items: Iterable[A]) -> Iterator[T | ChannelError]:
    """What `verb` comes to for each item, up to the first error that is transient."""
    for item in items:
        try:
            yield verb(item)
        except ChannelError as error:
            yield error
            if error.transient:
                return


def blocks(content: bytes | BinaryIO) -> Iterator[bytes]:
    """The content in blocks of at most `BLOCK` bytes."""
    if isinstance(content, bytes) and 0 < len(content) <= BLOCK:
        yield content
        return
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    while block := source.read(BLOCK):
        yield block


def in_order(drops: Iterable[Drop]) -> list[Drop]:
    """The drops that are no hidden or unfinished files, oldest first."""
    return sorted(
        (drop for drop in drops if not is_ignored(drop.name)), key=lambda drop: (drop.modified, drop.name)
    )
