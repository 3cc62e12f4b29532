"""The EDIFACT writer: escaping, envelopes, what it refuses."""

import pytest

from edi_router.faults import CATALOGUE
from edi_router.formats.edifact import (
    Segment,
    Separators,
    WriteError,
    read,
    write_interchange,
    write_segments,
)

UNH = Segment.make("UNH", "1", ("CUSRES", "D", "96B", "UN"))
FRAME = {"sender": "A", "recipient": "B", "control_reference": "7", "date": "240102", "time": "1200"}


def test_escaping():
    assert write_segments([Segment.make("FTX", "a'b+c:d?e*f")]) == b"FTX+a?'b?+c?:d??e*f'"
    marks = Separators(repetition="*")
    assert write_segments([Segment.make("FTX", "a*b")], marks) == b"FTX+a?*b'"


def test_trailing_empty_parts_are_left_out():
    segment = Segment.make("NAD", ("BY", "", ""), "", ("", "x", ""), "", ("", ""))
    assert write_segments([segment]) == b"NAD+BY++:x'"
    assert write_segments([Segment.make("UNS", "")]) == b"UNS'"


def test_repeats():
    segment = Segment.make("FTX", [("a", "b"), ("c",)], "x")
    marks = Separators(repetition="*")
    assert write_segments([segment], marks) == b"FTX+a:b*c+x'"
    with pytest.raises(WriteError) as caught:
        write_segments([segment])
    assert caught.value.fault.code == "repetition-not-possible"


def test_a_message_that_is_text_already():
    message = [UNH, Segment.make("BGM", "it's")]
    whole = write_interchange([message, message], **FRAME)
    text = "UNH+1+CUSRES:D:96B:UN'BGM+it?'s'UNT+3+1'"
    assert write_interchange([text, message], **FRAME) == whole
    assert write_interchange([text, text], **FRAME) == whole
    with pytest.raises(ValueError, match="group"):
        write_interchange([text, message], **FRAME, groups=True)
    with pytest.raises(WriteError) as caught:
        write_interchange([text.replace("it", "关")], **FRAME)
    assert caught.value.fault.code == "character-not-encodable"


def test_una_only_when_needed():
    segment = Segment.make("BGM", "1")
    assert write_segments([segment], una=True) == b"UNA:+.? 'BGM+1'"
    assert write_segments([segment], Separators(decimal=",")) == b"UNA:+,? 'BGM+1'"
    assert write_segments([segment], Separators("|", "~", ",", "!", "", "#")) == b"UNA|~,! #BGM~1#"
    assert write_segments([segment], una=True, newline=True) == b"UNA:+.? '\nBGM+1'\n"


def test_useless_separators_are_the_callers_mistake():
    with pytest.raises(ValueError, match="stands twice"):
        write_segments([], Separators(component="+"))


def test_a_separator_that_cannot_be_released():
    with pytest.raises(WriteError) as caught:
        write_segments([Segment.make("BGM", "a+b")], Separators(release=""))
    assert caught.value.fault.code == "separator-in-data"
    assert caught.value.fault.place.element == 1


def test_a_character_that_cannot_be_encoded():
    with pytest.raises(WriteError) as caught:
        write_segments([UNH, Segment.make("NAD", "CN", ("a", "上海"))], encoding="iso8859-1")
    fault = caught.value.fault
    assert fault.code == "character-not-encodable"
    assert (fault.values["character"], fault.values["codepoint"]) == ("上", "U+4E0A")
    place = fault.place
    assert (place.segment, place.tag, place.element, place.component) == (2, "NAD", 2, 2)
    assert CATALOGUE[fault.code].fields <= set(fault.values)


def test_undecodable_bytes_are_never_written_as_something_else():
    data = write_interchange([[UNH, Segment.make("BGM", "X")]], syntax="UNOY", **FRAME).replace(b"X", b"\xff")
    (interchange,) = read(data)
    (message,) = interchange.messages()
    with pytest.raises(WriteError):
        write_segments(message.segments, encoding="utf-8")


def test_the_envelope_and_its_counts():
    messages = [[UNH, Segment.make("BGM", "1")], [Segment.make("UNH", "2", ("A", "D", "96B", "UN"))]]
    data = write_interchange(
        messages,
        sender_qualifier="14",
        recipient_internal="X",
        application_reference="APP",
        ack_requested=True,
        test=True,
        **FRAME,
    )
    assert data == (
        b"UNB+UNOC:3+A:14+B::X+240102:1200+7++APP++1++1'UNH+1+CUSRES:D:96B:UN'BGM+1'UNT+3+1'"
        b"UNH+2+A:D:96B:UN'UNT+2+2'UNZ+2+7'"
    )
    (interchange,) = read(data)
    assert interchange.test
    assert interchange.ack_requested
    assert interchange.application_reference == "APP"
    assert [len(message.segments) for message in interchange.messages()] == [3, 2]
    assert not interchange.faults


def test_a_wrong_trailer_is_made_anew():
    data = write_interchange([[UNH, Segment.make("UNT", "99", "x")]], **FRAME)
    assert b"UNT+2+1'" in data


def test_version_4_announces_that_it_does_not_repeat():
    data = write_interchange([[UNH]], syntax_version=4, separators=Separators(), **FRAME)
    assert data.startswith(b"UNA:+.? 'UNB")
    assert not write_interchange([[UNH]], syntax_version=4, **FRAME).startswith(b"UNA")
