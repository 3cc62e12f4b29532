"""SFTP version 3 requests over an SSH channel, many in flight at once.

paramiko gives the channel and the packing of messages. Its own SFTP client is not used here: it drops the
errors of pipelined writes, cannot show names that are not UTF-8, and waits for every answer by itself.

Requests that are made in a row leave in one packet: a packet costs more than what is in it.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass

from paramiko import Channel, SSHException
from paramiko.message import Message

from edi_router.transports.sftp_operations import Operation

IN_FLIGHT = 64
"""Requests sent before the first of them must be answered; what OpenSSH's own client uses."""
_HELD = 1 << 15
"""Bytes of requests that are kept back until somebody waits: what every SSH server takes in one packet."""
_VERSION = 3
_LARGEST_PACKET = 1 << 20

_INIT, _VERSION_ANSWER = 1, 2
OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT = 3, 4, 5, 6, 7, 8
OPENDIR, READDIR, REMOVE, RENAME = 11, 12, 13, 18
_STATUS, _HANDLE, _DATA, _NAME, _ATTRIBUTES = 101, 102, 103, 104, 105

FOR_READING, FOR_WRITING = 0x01, 0x02 | 0x08 | 0x10  # the latter: write, create, truncate
OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, UNSUPPORTED = 0, 1, 2, 3, 4, 8
_NO_ATTRIBUTES = 0
_REQUEST, _INT, _LONG = struct.Struct(">BI").pack, struct.Struct(">I").pack, struct.Struct(">Q").pack
_USUAL, _ALL = struct.Struct(">IQIIIII"), b"\0\0\0\x0f"
"""Attributes as servers give them: flags, size, owner, group, mode, times of access and change; and those flags."""


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


LOST = (SSHException, EOFError, OSError, ProtocolError)
"""After these the session is of no use."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the server tells of a file; None where it tells nothing."""

    size: int | None = None
    mode: int | None = None
    modified: int | None = None

    @classmethod
    def of(cls, body: bytes) -> Attributes:
        """The attributes that an answer consists of."""
        if len(body) == _USUAL.size and body[:4] == _ALL:
            _, size, _, _, mode, _, modified = _USUAL.unpack(body)
            return cls(size, mode, modified)
        return cls.read(Message(body))

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
        self._unsent = bytearray()
        self._pending: set[int] = set()
        self._unwanted: set[int] = set()
        self._left_open: set[int] = set()
        self._answers: dict[int, tuple[int, bytes]] = {}
        channel.sendall(struct.pack(">IBI", 5, _INIT, _VERSION))
        kind, body = self._packet()
        if kind != _VERSION_ANSWER:
            raise ProtocolError(f"the server did not answer the greeting (packet type {kind})")
        version = int.from_bytes(body[:4], "big")
        if version != _VERSION:
            raise ProtocolError(f"the server offers version {version} of the protocol, not {_VERSION}")

    @property
    def is_open(self) -> bool:
        """Whether the server still takes requests, as far as is known."""
        return not (self._channel.closed or self._channel.eof_received)

    def send(self, kind: int, *parts: bytes | int | tuple[int]) -> int:
        """Send a request made of strings, 32-bit numbers and (in a tuple) 64-bit ones; returns its number.

        It leaves when an answer is waited for, or when there is a packet full of requests.
        """
        self._number = self._number % 0xFFFFFFFF + 1
        body = [_REQUEST(kind, self._number)]
        for part in parts:
            if isinstance(part, bytes):
                body += (_INT(len(part)), part)
            else:
                body.append(_LONG(*part) if isinstance(part, tuple) else _INT(part))
        self._unsent += _INT(sum(map(len, body))) + b"".join(body)
        self._pending.add(self._number)
        if len(self._unsent) >= _HELD:
            self.flush()
        return self._number

    def flush(self) -> None:
        """Have all requests leave."""
        if self._unsent:
            unsent, self._unsent = bytes(self._unsent), bytearray()
            self._channel.sendall(unsent)

    @property
    def is_full(self) -> bool:
        """Whether so many requests are unanswered that one should wait before the next."""
        return len(self._pending) >= IN_FLIGHT

    def is_answered(self, number: int) -> bool:
        """Whether the answer to a request has come, so that taking it does not wait."""
        return number in self._answers

    def some_of(self, numbers: Set[int]) -> list[int]:
        """Wait until at least one of these requests is answered; all of them that are. With none, for any answer."""
        self.flush()
        while not (come := numbers & self._answers.keys()):
            self._receive()
            while self._has_packet():
                self._receive()
            if not numbers:
                break
        return sorted(come)

    def done(self, number: int) -> None:
        """Wait for a request that is answered with a status only."""
        self._answer(number, _STATUS)

    def handle(self, number: int) -> bytes:
        """Wait for the handle that a request opens."""
        return _string(self._answer(number, _HANDLE))

    def data(self, number: int) -> bytes:
        """Wait for bytes read; empty at the end of the file."""
        try:
            return _string(self._answer(number, _DATA))
        except Refused as refused:
            if refused.status == EOF:
                return b""
            raise

    def attributes(self, number: int) -> Attributes | None:
        """Wait for the attributes of a file; None when there is no such file."""
        try:
            return Attributes.of(self._answer(number, _ATTRIBUTES))
        except Refused as refused:
            if refused.status == NO_SUCH_FILE:
                return None
            raise

    def forget(self, *numbers: int) -> None:
        """Have the answers of these requests thrown away when they come."""
        for number in numbers:
            if self._answers.pop(number, None) is None:
                self._unwanted.add(number)

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
            return Message(self._answer(self.send(READDIR, handle), _NAME))
        except Refused as refused:
            if refused.status == EOF:
                return None
            raise

    def upload(self, path: bytes, source: Iterable[bytes]) -> Operation[tuple[int, int | None]]:
        """Write a file; comes to the bytes sent, and its size as the server tells it once it is closed."""
        handle = yield from self._opened(self.send(OPEN, path, FOR_WRITING, _NO_ATTRIBUTES))
        waiting: deque[int] = deque()
        sent = 0
        try:
            for block in _reading(source):
                waiting.append(self.send(WRITE, handle, (sent,), block))
                sent += len(block)
                while waiting and self.is_full:
                    yield waiting[0]
                    self.done(waiting.popleft())
        except LOST:
            raise
        except BaseException:
            self.forget(self.send(CLOSE, handle), *waiting)
            raise
        waiting.append(self.send(CLOSE, handle))
        status = self.send(LSTAT, path)
        try:
            while waiting:
                yield waiting[0]
                self.done(waiting.popleft())
        except BaseException:
            self.forget(status, *waiting)
            raise
        yield status
        attributes = self.attributes(status)
        return sent, attributes.size if attributes else None

    def content(self, path: bytes, most: int) -> Operation[bytes | None]:
        """Read a file of less than `most` bytes; comes to None when it is not what it takes to be sure of it all.

        Then `download` is to have a closer look: it is longer, or the server gave less than there is.
        """
        handle = yield from self._opened(self.send(OPEN, path, FOR_READING, _NO_ATTRIBUTES))
        reading = self.send(READ, handle, (0,), most)
        self.forget(self.send(CLOSE, handle))
        status = self.send(LSTAT, path)
        try:
            yield reading
            data = self.data(reading)
        except BaseException:
            self.forget(status)
            raise
        yield status
        attributes = self.attributes(status)
        return data if attributes is not None and attributes.size == len(data) < most else None

    def download(self, path: bytes, block: int) -> Generator[bytes, None, None]:
        """Read a file, in order; ends where the server says that the file ends."""
        handle = self.handle(self.send(OPEN, path, FOR_READING, _NO_ATTRIBUTES))
        with self._closing(handle):
            known = self.attributes(self.send(FSTAT, handle))
            size = known.size if known and known.size is not None else 0
            waiting: deque[tuple[int, int, int]] = deque()
            ask = 0
            while True:
                while not waiting or (not self.is_full and ask <= size):
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

    def _opened(self, number: int) -> Operation[bytes]:
        """Comes to the handle that a request opens; it is closed if nobody waits for it any more."""
        try:
            yield number
        except GeneratorExit:
            self._left_open.add(number)
            raise
        return self.handle(number)

    @contextmanager
    def _closing(self, handle: bytes) -> Iterator[None]:
        """Close a handle at the end, however it comes, unless the session is lost."""
        try:
            yield
        except LOST:
            raise
        except BaseException:
            self.forget(self.send(CLOSE, handle))
            raise
        self.forget(self.send(CLOSE, handle))

    def _wait(self, number: int) -> None:
        while number not in self._answers:
            self._receive()

    def _answer(self, number: int, expected: int) -> bytes:
        self._wait(number)
        kind, body = self._answers.pop(number)
        if kind == _STATUS:
            status = int.from_bytes(body[:4], "big")
            if status != OK or expected != _STATUS:
                raise Refused(status, _string(body[4:]).decode("utf-8", "replace").strip())
        elif kind != expected:
            raise ProtocolError(f"packet type {kind} instead of {expected}")
        return body

    def _receive(self) -> None:
        kind, packet = self._packet()
        number, body = int.from_bytes(packet[:4], "big"), packet[4:]
        if number not in self._pending:
            raise ProtocolError(f"an answer to request {number}, which is not open")
        self._pending.discard(number)
        if number in self._left_open:
            self._left_open.discard(number)
            if kind == _HANDLE:
                self.forget(self.send(CLOSE, _string(body)))
        elif number in self._unwanted:
            self._unwanted.discard(number)
        else:
            self._answers[number] = kind, body

    def _has_packet(self) -> bool:
        """Whether a whole answer has come already."""
        return len(self._buffer) >= 4 and len(self._buffer) - 4 >= int.from_bytes(self._buffer[:4], "big")

    def _packet(self) -> tuple[int, bytes]:
        self._fill(4)
        length = int.from_bytes(self._buffer[:4], "big")
        if not 1 <= length <= _LARGEST_PACKET:
            raise ProtocolError(f"a packet of {length} bytes")
        self._fill(4 + length)
        kind, body = self._buffer[4], bytes(self._buffer[5 : 4 + length])
        del self._buffer[: 4 + length]
        return kind, body

    def _fill(self, count: int) -> None:
        """Have so many bytes there."""
        while len(self._buffer) < count:
            self.flush()
            received = self._channel.recv(1 << 18)
            if not received:
                raise EOFError("the server closed the session")
            self._buffer += received


def _string(body: bytes) -> bytes:
    """The string that an answer begins with; it may be cut short by a server that breaks the protocol."""
    return body[4 : 4 + int.from_bytes(body[:4], "big")]


def _reading(source: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from source
    except OSError as error:
        raise SourceError(error) from error
