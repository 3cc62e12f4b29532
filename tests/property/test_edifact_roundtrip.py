"""What is written is read back as it was; whatever is read gives segments and faults in their places."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.faults import CATALOGUE, render
from edi_router.formats.edifact import Segment, Separators, read, write_interchange, write_segments
from tests.property import strategies as my
from tests.support.effort import examples

WHOLE = (
    b"UNA:+.? '\r\nUNB+UNOC:3+A:14+B:14+240102:1200+7'\r\n"
    b"UNG+CUSDEC+A+B+240102:1200+1+UN+D:96B'UNH+1+CUSDEC:D:96B:UN'BGM+929+it?'s+9'DTM+137:20240102:102'"
    b"UNT+4+1'UNE+1+1'UNZ+1+7'UNB+UNOY:4+A+B+20240102:1200+8'UNH+1+CUSRES:D:96B:UN'"
    b"FTX+AAA*BBB+\xe4\xb8\xad:x'UNT+3+1'UNZ+1+8'"
)


def write(messages, marks, encoding, version):
    return write_interchange(
        messages,
        syntax="UNOY" if encoding == "utf-8" else "UNOC",
        syntax_version=version,
        sender="SENDER+1",
        recipient="R:2",
        control_reference="REF'7",
        date="20240102" if version == 4 else "240102",
        time="1200",
        separators=marks,
        encoding=encoding,
        una=True,
    )


def same(data, messages, encoding=None):
    (interchange,) = read(io.BytesIO(data), encoding=encoding)
    got = list(interchange.messages())
    assert [[s.canonical() for s in m.segments[1:-1]] for m in got] == [
        [s.canonical() for s in message[1:]] for message in messages
    ]
    assert (interchange.sender, interchange.recipient) == ("SENDER+1", "R:2")
    assert interchange.control_reference == "REF'7"
    assert not [f for f in interchange.faults if f.code not in ALLOWED]
    assert not [f for m in got for f in m.faults if f.code not in ALLOWED]
    return interchange


ALLOWED = {"control-character"}  # separators may be control characters that stand in data, released


@settings(deadline=None)
@given(my.messages(), my.separators())
def test_write_then_read_is_identity(messages, marks):
    same(write(messages, marks, "iso8859-1", 3), messages)


@settings(deadline=None)
@given(my.messages(my.LATIN + my.CHINESE, repeats=True), my.separators(repetition=True))
def test_write_then_read_with_repetitions_and_chinese(messages, marks):
    same(write(messages, marks, "utf-8", 4), messages)


@settings(deadline=None)
@given(my.messages(my.CHINESE + "0123+:'?丂盶"), my.separators())
def test_write_then_read_gb18030_whose_trail_bytes_may_be_separators(messages, marks):
    data = write(messages, marks, "gb18030", 3)
    same(data, messages, encoding="GB18030")


@settings(deadline=None)
@given(my.messages(), my.separators(), st.sampled_from(["iso8859-1", "utf-8"]))
def test_read_then_write_gives_the_same_bytes(messages, marks, encoding):
    data = write(messages, marks, encoding, 3)
    (interchange,) = read(data)
    body = [segment for message in interchange.messages() for segment in message.segments]
    segments = [interchange.header, *body, interchange.trailer]
    assert write_segments(segments, interchange.separators, interchange.encoding, una=True) == data


@settings(deadline=None)
@given(my.segments(repeats=True), my.separators(repetition=True), st.sampled_from(["utf-8", "gb18030"]))
def test_a_place_names_the_bytes_of_its_part(segment, marks, encoding):
    data = write([[Segment.make("UNH", "1", ("A", "D", "1", "UN")), segment]], marks, encoding, 4)
    (interchange,) = read(data, encoding=encoding)
    (message,) = interchange.messages()
    got = message.segments[1]
    assert data[got.offset : got.offset + got.length].decode(encoding) == got.text
    for number, element in enumerate(got.elements(), 1):
        for turn, repeat in enumerate(element, 1):
            for position, value in enumerate(repeat, 1):
                place = got.place(number, position, turn)
                raw = _escaped(value, marks).encode(encoding)
                assert data[place.offset : place.offset + len(raw)] == raw
                after = data[place.offset + len(raw) :].decode(encoding)[0]
                assert after in marks.active


def _escaped(value: str, marks: Separators) -> str:
    return "".join(marks.release + c if c in marks.active else c for c in value)


def everything(data, encoding=None):
    """All segments and faults of all interchanges."""
    segments, faults = [], []
    for interchange in read(io.BytesIO(data), encoding=encoding):
        segments += [interchange.header] if interchange.header else []
        for message in interchange.messages():
            segments += message.segments
            faults += message.faults
        segments += [interchange.trailer] if interchange.trailer else []
        faults += interchange.faults
    return segments, faults


def holds(data, segments, faults):
    offsets = [segment.offset for segment in segments]
    assert offsets == sorted(set(offsets))
    for segment in segments:
        at, encoding = segment.offset, segment.dialect.encoding
        raw = segment.text.encode(encoding, "surrogateescape")
        assert data[at : at + len(raw)] == raw
        if any("\r" in other.dialect.separators.terminator for other in segments):
            continue
        before = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        assert segment.line == before.count(b"\n") + 1
        before = data[before_line(data, at) : at]  # columns count characters
        assert not before.isascii() or segment.column == len(before) + 1
    for fault in faults:
        entry = CATALOGUE[fault.code]
        assert entry.fields <= set(fault.values)
        assert render(fault, "zh")
        assert fault.place.offset is not None
        assert 0 <= fault.place.offset <= len(data)
        if fault.place.element is None and fault.place.tag and fault.code != "terminator-suspected":
            found = data[fault.place.offset : fault.place.offset + 12]
            tag = fault.place.tag[:3]
            names = tag.encode("utf-8", "surrogateescape"), tag.encode("iso8859-1", "replace")
            assert fault.code in PLACED_INSIDE or found.startswith(names)


PLACED_INSIDE = {"control-character", "byte-not-decodable", "character-outside-repertoire"}


def before_line(data, at):
    """Where the line begins that `at` stands in."""
    return max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1


@settings(max_examples=examples(300), deadline=None)
@given(my.damaged(WHOLE))
def test_damage_is_told_and_never_raised(data):
    holds(data, *everything(data))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data):
    holds(data, *everything(data))
    everything(data, encoding="gb18030")


@settings(deadline=None)
@given(my.damaged(WHOLE), st.sampled_from(["gb18030", "big5", "euc_kr", "iso8859-3"]))
def test_any_damage_in_any_encoding(data, encoding):
    segments, _ = everything(data, encoding)
    for segment in segments:
        raw = segment.text.encode(encoding, "surrogateescape")
        assert data[segment.offset : segment.offset + len(raw)] == raw
