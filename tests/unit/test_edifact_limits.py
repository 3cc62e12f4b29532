"""What an EDIFACT file may have at most: separators in a segment, segments in a message, messages in an interchange."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from edi_router.formats.edifact import Interchange, Message, limits, read, scan
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.limits import FIRST, PARTS, Limits

HEAD = b"UNB+UNOC:3+A+B+260314:0930+1'"
WIDE = b"UNA:+.?*'UNB+UNOC:4+A+B+20260314:0930+1'"


def message(*segments: bytes, number: int = 1) -> bytes:
    body = b"".join(segment + b"'" for segment in segments)
    return b"UNH+%d+CUSRES:D:96B:UN'%sUNT+%d+%d'" % (number, body, len(segments) + 2, number)


def interchange(*messages: bytes, head: bytes = HEAD) -> bytes:
    return head + b"".join(messages) + b"UNZ+%d+1'" % len(messages)


def one(data: bytes, bounds: Limits | None = None) -> tuple[Interchange, list[Message]]:
    [found] = read(data, limits=bounds)
    return found, list(found.messages())


def told(messages: list[Message]) -> list[list[str]]:
    return [[fault.code for fault in each.faults] for each in messages]


@pytest.mark.parametrize("mark", [b"+", b":", b"*", b"+:*", b"?'+"])
def test_a_segment_of_nothing_but_separators_is_told_and_not_split(mark: bytes) -> None:
    repeats = PARTS + 1 if len(mark) == 1 or mark == b"?'+" else PARTS // 3 + 1
    data = interchange(message(b"BGM+1", b"FTX+AAI" + mark * repeats), head=WIDE)
    found, messages = one(data)
    assert told(messages) == [["segment-crowded"]]
    assert not found.faults
    [segment] = [each for each in messages[0].segments if each.tag == "FTX"]
    assert len(segment.elements()) <= limits.KEPT
    assert segment.length == 7 + len(mark) * repeats, "its text stays, and what follows is found"
    fewer = mark * ((PARTS - 1) // len(mark.replace(b"?'", b"")))
    assert told(one(interchange(message(b"BGM+1", b"FTX+AAI" + fewer), head=WIDE))[1]) == [[]]


def test_a_crowded_segment_takes_the_memory_of_its_text() -> None:
    data = interchange(message(b"BGM+1", b"FTX" + b"+" * 3_000_000))
    tracemalloc.start()
    try:
        for each in read(io.BytesIO(data)):
            for found in each.messages():
                assert [fault.code for fault in found.faults] == ["segment-crowded"]
                assert all(segment.elements() is not None for segment in found.segments)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10 * len(data), "a split would take some hundred bytes for each"


@pytest.mark.parametrize("broken", [b"", b"DTM+'"])
@pytest.mark.parametrize("count", [20, 21, 25])
def test_a_message_of_too_many_segments_is_told(count: int, broken: bytes) -> None:
    """Also one that is cut out as a whole, and one that the scanner reads."""
    bounds = Limits(segments=20)
    segments = [b"BGM+1", *([b"LOC+22+4202"] * (count - 3 - bool(broken)))]
    segments += [broken.removesuffix(b"'")] if broken else []
    data = interchange(message(*segments), message(b"BGM+1", number=2))
    found, messages = one(data, bounds)
    assert told(messages) == [["message-over-limit"] if count > 20 else [], []]
    assert not found.faults
    assert messages[0].segments[-1].tag == "UNT"


class Endless(io.RawIOBase):
    """A message of so many segments, made as it is read."""

    def __init__(self, segments: int) -> None:
        super().__init__()
        self.parts: Iterator[bytes] = iter(
            [HEAD, b"UNH+1+CUSRES:D:96B:UN'BGM+1'", *([b"DTM'" * 1000] * (segments // 1000))]
        )
        self.end = b"UNT+%d+1'UNZ+1+1'" % (segments // 1000 * 1000 + 3)

    def read(self, size: int = -1) -> bytes:
        data = next(self.parts, self.end)
        self.end = self.end if data is not self.end else b""
        return data


def test_memory_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "BLOCK", 1 << 14)

    def most(segments: int) -> int:
        tracemalloc.start()
        try:
            [found] = read(Endless(segments), limits=Limits(segments=3000))  # type: ignore[arg-type]
            [made] = found.messages()
            assert [fault.code for fault in made.faults] == ["message-over-limit"]
            assert len(made.segments) == FIRST + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert most(24_000) < most(8_000) + 2_000_000


def test_a_message_of_too_many_bytes_is_told() -> None:
    long = message(b"BGM+1", b"dtm", *([b"FTX+" + b"x" * 5000] * 200))
    assert told(one(interchange(long), Limits(size=500_000))[1])[0].count("message-over-limit") == 1
    assert "message-over-limit" not in told(one(interchange(long))[1])[0]


def test_an_interchange_of_too_many_messages_falls() -> None:
    data = interchange(*(message(b"BGM+1", number=number) for number in range(1, 6)))
    assert [len(one(data, Limits(messages=most))[1]) for most in (5, 4)] == [5, 4]
    found, messages = one(data, Limits(messages=2))
    assert [each.reference for each in messages] == ["1", "2"]
    [fault] = found.faults
    assert (fault.code, str(fault.place)) == ("interchange-over-limit", "1:102 UNH(1)")


def test_what_is_cut_is_checked_without_an_error(definitions: Definitions) -> None:
    crowded = interchange(message(b"BGM+962+X+11", b"FTX+AAI" + b"+" * PARTS))
    [made] = one(crowded)[1]
    assert [fault.code for fault in check(made, definitions).faults] == []


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    from edi_router.config import Tree
    from edi_router.library.files import definitions_over

    return definitions_over(Tree.over_shipped(), ())
