"""The SFTP request layer against scripted answers: out of order, short, refused, nonsense."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from edi_router.transports.sftp_operations import Operation, run, together
from edi_router.transports.sftp_requests import Attributes, Message, ProtocolError, Refused, Requests

VERSION = struct.pack(">IBI", 5, 2, 3)


def string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def answer(kind: int, number: int, body: bytes = b"") -> bytes:
    return struct.pack(">IBI", 5 + len(body), kind, number) + body


def status(number: int, code: int, text: bytes = b"") -> bytes:
    return answer(101, number, struct.pack(">I", code) + string(text) + string(b""))


class Scripted:
    """A channel whose answers are given by a function of (kind, number, body); they may be held back."""

    def __init__(
        self, respond: Callable[[int, int, bytes], bytes], greeting: bytes = VERSION, at_once: int = 7
    ) -> None:
        self._respond = respond
        self._out = bytearray(greeting)
        self.asked: list[int] = []
        self.packets = 0
        self._at_once = at_once

    def sendall(self, data: bytes) -> None:
        self.packets += 1
        while data:
            length = 4 + int.from_bytes(data[:4], "big")
            packet, data = data[:length], data[length:]
            kind, number = packet[4], int.from_bytes(packet[5:9], "big")
            if kind != 1:
                self.asked.append(kind)
                self._out += self._respond(kind, number, packet[9:])

    def recv(self, _: int) -> bytes:
        taken, self._out = bytes(self._out[: self._at_once]), self._out[self._at_once :]
        return taken


def requests(respond: Callable[[int, int, bytes], bytes], greeting: bytes = VERSION) -> Requests:
    return Requests(Scripted(respond, greeting))  # type: ignore[arg-type]


@pytest.mark.parametrize("greeting", [struct.pack(">IBI", 5, 2, 6), status(1, 0), b"\xff" * 20, b"\0" * 9])
def test_other_greetings_are_refused(greeting: bytes) -> None:
    with pytest.raises(ProtocolError):
        requests(lambda *_: b"", greeting)


def test_a_closed_channel() -> None:
    with pytest.raises(EOFError):
        requests(lambda *_: b"", b"")


def test_an_answer_nobody_asked_for() -> None:
    opened = requests(lambda kind, number, body: status(number + 7, 0))
    number = opened.send(13, b"a")
    with pytest.raises(ProtocolError, match="not open"):
        opened.done(number)


def test_an_answer_of_another_kind() -> None:
    opened = requests(lambda kind, number, body: answer(105, number, struct.pack(">I", 0)))
    number = opened.send(13, b"a")
    with pytest.raises(ProtocolError, match="instead of"):
        opened.done(number)
    opened = requests(lambda kind, number, body: status(number, 0))
    number = opened.send(3, b"a")
    with pytest.raises(Refused):
        opened.handle(number)


def test_answers_out_of_order() -> None:
    held: list[bytes] = []

    def respond(kind: int, number: int, body: bytes) -> bytes:
        held.insert(0, status(number, 0 if number % 2 else 4, b"no"))
        if number < 4:
            return b""
        return b"".join(held)

    opened = requests(respond)
    numbers = [opened.send(13, b"x") for _ in range(4)]
    opened.done(numbers[0])
    with pytest.raises(Refused, match="no"):
        opened.done(numbers[1])
    opened.done(numbers[2])


def test_a_write_that_fails_in_the_middle_is_not_lost() -> None:
    writes = 0

    def respond(kind: int, number: int, body: bytes) -> bytes:
        nonlocal writes
        if kind == 3:
            return answer(102, number, string(b"h"))
        if kind == 6:
            writes += 1
            return status(number, 4 if writes == 2 else 0, b"disk full")
        if kind == 7:
            return answer(105, number, struct.pack(">IQ", 1, 30))
        return status(number, 0)

    opened = requests(respond)
    with pytest.raises(Refused, match="disk full"):
        run(opened, opened.upload(b"a", [b"x" * 10] * 3))
    assert run(opened, opened.upload(b"b", [b"x" * 10] * 3)) == (30, 30)


def test_short_reads_are_completed() -> None:
    content = bytes(range(256)) * 40

    def respond(kind: int, number: int, body: bytes) -> bytes:
        if kind == 3:
            return answer(102, number, string(b"h"))
        if kind == 8:
            return answer(105, number, struct.pack(">IQ", 1, len(content)))
        if kind == 5:
            offset, length = struct.unpack(">QI", body[5:17])
            part = content[offset : offset + min(length, 700)]
            return answer(103, number, string(part)) if part else status(number, 1)
        return status(number, 0)

    assert b"".join(requests(respond).download(b"a", 1000)) == content


def test_what_is_broken_off_closes_its_files() -> None:
    """Files whose opening was not answered yet, too; and the answers that nobody waits for are not kept."""
    handles: list[bytes] = []
    closed: list[bytes] = []

    def respond(kind: int, number: int, body: bytes) -> bytes:
        if kind == 3:
            handles.append(b"h%d" % number)
            return answer(102, number, string(handles[-1]))
        if kind == 4:
            closed.append(body[4:])
            return status(number, 0)
        if kind == 7:
            return answer(105, number, struct.pack(">IQ", 1, 4))
        return answer(103, number, string(b"data"))

    opened = requests(respond)
    contents = together(opened, (opened.content(b"%d" % each, 100) for each in range(50)))
    assert next(contents) == b"data"
    contents.close()
    assert run(opened, opened.content(b"last", 100)) == b"data"
    assert len(handles) > 10
    assert sorted(closed) == sorted(handles)


def test_requests_that_are_made_in_a_row_leave_together() -> None:
    channel = Scripted(lambda kind, number, body: status(number, 0), at_once=100_000)
    opened = Requests(channel)  # type: ignore[arg-type]

    def removing(number: int) -> Operation[int]:
        for _ in range(2):
            yield (asked := opened.send(13, b"%d" % number))
            opened.done(asked)
        return number

    assert list(together(opened, map(removing, range(200)))) == list(range(200))
    assert len(channel.asked) == 400
    assert channel.packets < 20


def test_attributes_with_everything() -> None:
    body = struct.pack(">IQIIIII", 0x8000000F, 5, 1, 2, 0o100644, 3, 4)
    body += struct.pack(">I", 1) + string(b"name") + string(b"value")
    assert Attributes.read(Message(body)) == Attributes(5, 0o100644, 4)
