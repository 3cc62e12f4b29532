"""A file of one ordinary message is read by one look as it is read segment by segment, and anything else by that."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.config import Tree
from edi_router.formats.edifact import read
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.fast import Lane
from edi_router.formats.edifact.limits import Limits
from edi_router.formats.edifact.reader_single import LONGEST, read_single
from edi_router.formats.edifact.segment import SUSPECT
from tests.support.effort import examples

DEFINITIONS = definitions_over(Tree.over_shipped())
LANE = Lane(DEFINITIONS, warm=0)
BODIES = (
    ("UNH+1+CUSRES:D:96B:UN", "BGM+962+X1+9", "DTM+137:20240102:102", "UNT+4+1"),
    ("UNH+R7+CUSRES:D:96B:UN", "BGM+962+it?'s ??", "FTX+AAO+++a?+b:c?:d", "RFF+ABT:1", "UNT+5+R7"),
    ("UNH+1+CUSDEC:D:96B:UN", "BGM+929+中é+9", "UNS+D", "UNT+4+1"),
    ("UNH+1+CONTRL:D:3:UN", "UCI+7+A:14+B:ZZ+8", "UNT+3+1"),
    ("UNH+1+ODDITY:D:96B:UN", "BGM+1", "UNT+3+1"),
    ("UNH+1+CUSRES:D:96B:UN", "BGM+1", "UNT+9+1"),
)
HEADERS = (
    "UNB+UNOC:3+A:14+EDIROUTER:ZZ+240102:1200+R1",
    "UNB+UNOA:2+A+B:14+240102:1200+R1",
    "UNB+UNOB:1+A-1.X+B+240230:1200+R1",  # no such day
    "UNB+UNOY:3+A+B+240102:1200+R1",
    "UNB+UNOC:4+A+B+20240102:1200+R1",
    "UNB+UNOC:3+A+B+240102:1200+R1++CUSRES++1++1",
    "UNB+UNOC:3+A+é+240102:1200+R1",
)
TRAILERS = ("UNZ+1+R1", "UNZ+0001+R1", "UNZ+2+R1", "UNZ+1+R2", "UNZ+1", "")


def seen(source, **options):
    """Everything about a file."""
    found = []
    for interchange in read(source, **options):
        for message in interchange.messages():
            segments = [
                (s.tag, s.text, s.place(), s.number, s.marks & ~SUSPECT, s.dialect, s.elements())
                for s in message.segments
            ]
            proof = getattr(message, "proof", "none")
            found.append(
                (segments, list(message.faults), message.position, message.offset, message.length, proof)
            )
            found.append(
                (message.values(), message.reference, message.type, message.version, message.headless)
            )
        ends = [
            each and (each.tag, each.text, each.place(), each.marks & ~SUSPECT, each.dialect, each.end())
            for each in (interchange.header, interchange.trailer)
        ]
        counts = (interchange.message_count, interchange.group_count, interchange.package_count)
        found.append((ends, counts, list(interchange.faults), interchange.offset, interchange.una))
        found.append((interchange.separators, interchange.encoding, interchange.syntax_version))
    return found


def both(data, **options):
    """The file as it is read at once, where it is, and segment by segment."""
    return seen(data, **options), seen(io.BytesIO(data), **options)


def file_of(header, body, trailer, ends="", after="", encoding="iso8859-1"):
    return (f"'{ends}".join((header, *body, trailer)) + f"'{after}").encode(encoding, "replace")


@pytest.mark.parametrize("ends", ["", "\n", "\r\n"])
@pytest.mark.parametrize("after", ["", "\n", " \r\n\t"])
@pytest.mark.parametrize("body", BODIES[:2])
def test_an_ordinary_file_is_read_by_one_look(ends: str, after: str, body: tuple[str, ...]) -> None:
    data = file_of(HEADERS[0], body, TRAILERS[0], ends, after)
    single = read_single(data, None, LANE, 100)
    assert single is not None
    assert single.trailer is not None
    at_once, one_by_one = both(data, prove=LANE)
    assert at_once == one_by_one
    assert read_single(data, None, LANE, len(body) - 1) is None  # more segments than a message may have


def test_what_is_longer_is_not() -> None:
    data = file_of(HEADERS[0], BODIES[0], TRAILERS[0], after=" " * LONGEST)
    assert read_single(data, None, LANE, 100) is None
    at_once, one_by_one = both(data, prove=LANE)
    assert at_once == one_by_one


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Files of one message, most of them ordinary; some with a few bytes changed, left out or put in."""
    encoding = draw(st.sampled_from(["iso8859-1", "utf-8", "gb18030"]))
    # One of two is drawn from the ordinary ones.
    header = draw(st.sampled_from(HEADERS[:2]) | st.sampled_from(HEADERS))
    trailer = draw(st.sampled_from(TRAILERS[:2]) | st.sampled_from(TRAILERS))
    ends, after = (
        draw(st.sampled_from(["", "\n", "\r\n"])),
        draw(st.sampled_from(["", "\n", "\r\n", "UNB", "\x1a", "?"])),
    )
    data = bytearray(file_of(header, draw(st.sampled_from(BODIES)), trailer, ends, after, encoding))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        at = draw(st.integers(0, len(data) - 1))
        new = draw(
            st.sampled_from(
                [b"", b"'", b"+", b"?", b"\n", b"\r", b"\x00", b"\xff", b"u", b"UNH+", b"1", b"'UNT+"]
            )
        )
        data[at : at + draw(st.integers(0, 1))] = new
    return bytes(data)


@settings(max_examples=examples(400), deadline=None)
@given(files(), st.sampled_from([None, "utf-8", "gb18030"]), st.booleans())
def test_both_ways_see_the_same(data: bytes, encoding: str | None, proving: bool) -> None:
    at_once, one_by_one = both(data, encoding=encoding, prove=LANE if proving else None)
    assert at_once == one_by_one


@settings(max_examples=examples(100), deadline=None)
@given(files(), st.integers(1, 5), st.booleans())
def test_also_within_limits_and_with_leniencies(data: bytes, segments: int, lower: bool) -> None:
    lenient = ("lower-case", "missing-unz") if lower else ("wrong-unt-count", "missing-unz")
    at_once, one_by_one = both(data, limits=Limits(segments=segments), lenient=lenient, prove=LANE)
    assert at_once == one_by_one
