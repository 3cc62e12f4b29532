"""SFTP version 3 requests over an SSH channel, many in flight at once.

paramiko gives the channel and the packing of messages. Its own SFTP client is not used here: it drops the
errors of pipelined writes, cannot show names that are not UTF-8, and waits for every answer by itself.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from paramiko import Channel, SSHException
from paramiko.message import Message

IN_FLIGHT = 64
"""Requests sent before the first of them must be answered; what OpenSSH's own client uses."""
_VERSION = 3
_LARGEST_PACKET = 1 << 20

_INIT, _VERSION_ANSWER = 1, 2
OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT = 3, 4, 5, 6, 7, 8
OPENDIR, READDIR, REMOVE, RENAME = 11, 12, 13, 18
_STATUS, _HANDLE, _DATA, _NAME, _ATTRIBUTES = 101, 102, 103, 104, 105

FOR_READING, FOR_WRITING = 0x01, 0x02 | 0x08 | 0x10  # the latter: write, create, truncate
OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, UNSUPPORTED = 0, 1, 2, 3, 4, 8
_NO_ATTRIBUTES = 0


class Refused(Exception):
    """The server answered a request with an error status."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem or f"status {status}")
        self.status = status


class ProtocolError(Exception):
    """The server does not speak SFTP version 3 as it is written."""


class SourceError(Exception):
    """Our own side could not read what is to be uploaded."""

    def __init__(self, problem: OSError) -> None:
        super().__init__(str(problem))
        self.problem = problem


_LOST = (SSHException, EOFError, OSError, ProtocolError)  # after these the session is of no use


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the server tells of a file; None where it tells nothing."""

    size: int | None = None
    mode: int | None = None
    modified: int | None = None

    @classmethod
    def read(cls, message: Message) -> Attributes:
        """Take the attributes out of an answer."""
        flags = message.get_int()
        size = message.get_int64() if flags & 1 else None
        if flags & 2:
            message.get_int()
            message.get_int()
        mode = message.get_int() if flags & 4 else None
        modified = None
        if flags & 8:
            message.get_int()
            modified = message.get_int()
        if flags & 0x80000000:
            for _ in range(message.get_int()):
                message.get_string()
                message.get_string()
        return cls(size, mode, modified)


class Requests:
    """One SFTP session. Requests are sent at once and answered later: `send`, then one of the answers."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._buffer = bytearray()
        self._number = 0
        self._pending: set[int] = set()
        self._answers: dict[int, tuple[int, Message]] = {}
        channel.sendall(struct.pack(">IBI", 5, _INIT, _VERSION))
        kind, body = self._packet()
        if kind != _VERSION_ANSWER:
            raise ProtocolError(f"the server did not answer the greeting (packet type {kind})")
        version = int.from_bytes(body[:4], "big")
        if version != _VERSION:
            raise ProtocolError(f"the server offers version {version} of the protocol, not {_VERSION}")

    def send(self, kind: int, *parts: bytes | int | tuple[int]) -> int:
        """Send a request made of strings, 32-bit numbers and (in a tuple) 64-bit ones; returns its number."""
        self._number = self._number % 0xFFFFFFFF + 1
        message = Message()
        message.add_int(self._number)
        for part in parts:
            if isinstance(part, bytes):
                message.add_string(part)
            elif isinstance(part, tuple):
                message.add_int64(part[0])
            else:
                message.add_int(part)
        body = message.asbytes()
        self._channel.sendall(struct.pack(">IB", len(body) + 1, kind) + body)
        self._pending.add(self._number)
        return self._number

    def done(self, number: int) -> None:
        """Wait for a request that is answered with a status only."""
        self._answer(number, _STATUS)

    def handle(self, number: int) -> bytes:
        """Wait for the handle that a request opens."""
        return self._answer(number, _HANDLE).get_binary()

    def data(self, number: int) -> bytes:
        """Wait for bytes read; empty at the end of the file."""
        try:
            return self._answer(number, _DATA).get_binary()
        except Refused as refused:
            if refused.status == EOF:
                return b""
            raise

    def attributes(self, number: int) -> Attributes | None:
        """Wait for the attributes of a file; None when there is no such file."""
        try:
            return Attributes.read(self._answer(number, _ATTRIBUTES))
        except Refused as refused:
            if refused.status == NO_SUCH_FILE:
                return None
            raise

    def settle(self) -> None:
        """Wait for all requests still unanswered, whatever the answers are."""
        while self._pending:
            self._receive()
        self._answers.clear()

    def names(self, folder: bytes) -> Iterator[tuple[bytes, Attributes]]:
        """What a folder holds."""
        handle = self.handle(self.send(OPENDIR, folder))
        with self._closing(handle):
            while (message := self._entries(handle)) is not None:
                for _ in range(message.get_int()):
                    name = message.get_binary()
                    message.get_binary()  # the line as `ls -l` shows it: not made for programs
                    yield name, Attributes.read(message)

    def _entries(self, handle: bytes) -> Message | None:
        try:
            return self._answer(self.send(READDIR, handle), _NAME)
        except Refused as refused:
            if refused.status == EOF:
                return None
            raise

    def upload(self, path: bytes, source: Iterable[bytes]) -> tuple[int, int | None]:
        """Write a file; returns the bytes sent, and its size as the server tells it once it is closed."""
        handle = self.handle(self.send(OPEN, path, FOR_WRITING, _NO_ATTRIBUTES))
        waiting: deque[int] = deque()
        sent = 0
        try:
            for block in _reading(source):
                waiting.append(self.send(WRITE, handle, (sent,), block))
                sent += len(block)
                if len(waiting) >= IN_FLIGHT:
                    self.done(waiting.popleft())
        except (Refused, SourceError):
            self.send(CLOSE, handle)
            self.settle()
            raise
        closing, status = self.send(CLOSE, handle), self.send(LSTAT, path)
        try:
            for number in (*waiting, closing):
                self.done(number)
            attributes = self.attributes(status)
        except Refused:
            self.settle()
            raise
        return sent, attributes.size if attributes else None

    def download(self, path: bytes, block: int) -> Generator[bytes, None, None]:
        """Read a file, in order; ends where the server says that the file ends."""
        handle = self.handle(self.send(OPEN, path, FOR_READING, _NO_ATTRIBUTES))
        with self._closing(handle):
            known = self.attributes(self.send(FSTAT, handle))
            size = known.size if known and known.size is not None else 0
            waiting: deque[tuple[int, int, int]] = deque()
            ask = 0
            while True:
                while len(waiting) < IN_FLIGHT and (ask <= size or not waiting):
                    waiting.append((self.send(READ, handle, (ask,), block), ask, block))
                    ask += block
                number, offset, length = waiting.popleft()
                data = self.data(number)
                if not data:
                    return
                yield data
                if len(data) < length:
                    rest = (offset + len(data), length - len(data))
                    waiting.appendleft((self.send(READ, handle, (rest[0],), rest[1]), *rest))

    @contextmanager
    def _closing(self, handle: bytes) -> Iterator[None]:
        """Close a handle at the end, however it comes, unless the session is lost."""
        try:
            yield
        except _LOST:
            raise
        except BaseException:
            self.send(CLOSE, handle)
            self.settle()
            raise
        self.send(CLOSE, handle)
        self.settle()

    def _answer(self, number: int, expected: int) -> Message:
        while number not in self._answers:
            self._receive()
        kind, message = self._answers.pop(number)
        if kind == _STATUS:
            status = message.get_int()
            if status != OK or expected != _STATUS:
                raise Refused(status, message.get_binary().decode("utf-8", "replace").strip())
        elif kind != expected:
            raise ProtocolError(f"packet type {kind} instead of {expected}")
        return message

    def _receive(self) -> None:
        kind, body = self._packet()
        message = Message(body)
        number = message.get_int()
        if number not in self._pending:
            raise ProtocolError(f"an answer to request {number}, which is not open")
        self._pending.discard(number)
        self._answers[number] = kind, message

    def _packet(self) -> tuple[int, bytes]:
        length = int.from_bytes(self._take(4), "big")
        if not 1 <= length <= _LARGEST_PACKET:
            raise ProtocolError(f"a packet of {length} bytes")
        packet = self._take(length)
        return packet[0], packet[1:]

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            received = self._channel.recv(1 << 18)
            if not received:
                raise EOFError("the server closed the session")
            self._buffer += received
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def _reading(source: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from source
    except OSError as error:
        raise SourceError(error) from error
