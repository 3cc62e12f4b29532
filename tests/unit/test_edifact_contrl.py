"""CONTRL made from faults."""

import pytest

from edi_router.faults import Fault, Place
from edi_router.formats.edifact import Segment, read, write_interchange
from edi_router.formats.edifact.contrl import contrl

HEAD = b"UNB+UNOC:3+A:14:X+B:ZZ+240102:1200+7'"
ONE = b"UNH+1+CUSDEC:D:96B:UN:EAN'BGM+929+X+9'UNT+3+1'"


def answer(data, extra=(), **options):
    """The CONTRL of `data`, whose first message also has the faults `extra`."""
    (interchange,) = read(data)
    messages = list(interchange.messages())
    results = [(message, list(message.faults)) for message in messages]
    if results:
        results[0][1].extend(extra)
    segments = contrl(interchange, results, interchange.faults, reference="9", **options)
    assert [segment.number for segment in segments] == list(range(1, len(segments) + 1))
    return [segment.text for segment in segments]


def body(*args, **options):
    return answer(*args, **options)[1:-1]


def test_a_sound_interchange_is_acknowledged():
    assert answer(HEAD + ONE + b"UNZ+1+7'") == [
        "UNH+9+CONTRL:D:3:UN",
        "UCI+7+A:14:X+B:ZZ+7",
        "UNT+3+9",
    ]


def test_version_4():
    data = (HEAD + ONE + b"UNZ+1+7'").replace(b"UNOC:3", b"UNOC:4")
    assert answer(data)[0] == "UNH+9+CONTRL:4:1:UN"
    assert answer(data, version=3)[0] == "UNH+9+CONTRL:D:3:UN"


def test_receipt_only():
    assert body(HEAD + ONE + b"UNZ+5+7'", receipt_only=True) == ["UCI+7+A:14:X+B:ZZ+8"]


def test_an_envelope_error_rejects_everything():
    assert body(HEAD + ONE + b"UNZ+2+7'") == ["UCI+7+A:14:X+B:ZZ+4+29+UNZ+2"]
    assert body(HEAD + ONE + b"UNZ+1+8'") == ["UCI+7+A:14:X+B:ZZ+4+28+UNZ+3"]
    assert body(HEAD + ONE) == ["UCI+7+A:14:X+B:ZZ+4+13+UNZ"]
    assert body(b"UNA++.? '" + HEAD + ONE + b"UNZ+1+7'") == ["UCI+7+A:14:X+B:ZZ+4+20+UNA"]
    date = HEAD.replace(b"240102", b"249902")
    assert body(date + ONE + b"UNZ+1+7'") == ["UCI+7+A:14:X+B:ZZ+4+12+UNB+5:1"]
    assert body(HEAD + ONE + b"FTX+A'UNZ+1+7'") == ["UCI+7+A:14:X+B:ZZ+4+33"]


def test_message_errors():
    two = ONE + ONE.replace(b"+1+CUS", b"+2+CUS").replace(b"+3+1", b"+4+2")
    assert body(HEAD + two + b"UNZ+2+7'") == [
        "UCI+7+A:14:X+B:ZZ+7",
        "UCM+2+CUSDEC:D:96B:UN:EAN+4+29+UNT+2",
    ]
    cut = ONE.replace(b"UNT+3+1'", b"")
    assert body(HEAD + cut + b"UNZ+1+7'")[1] == "UCM+1+CUSDEC:D:96B:UN:EAN+4+13+UNT"


def test_segment_and_element_errors():
    whole = HEAD + ONE + b"UNZ+1+7'"
    extra = [
        Fault("service-element-invalid", Place(segment=2, tag="BGM", element=2, component=3)),
        Fault("segment-tag-invalid", Place(segment=2, tag="BGM")),
        Fault("service-element-invalid", Place(segment=1000, tag="ZZZ", element=1, repeat=2)),
        Fault("segment-indented", Place(segment=4, tag="X", element=1)),  # a warning
    ]
    assert body(whole, extra)[1:] == [
        "UCM+1+CUSDEC:D:96B:UN:EAN+4",
        "UCS+2+12",
        "UCD+12+3:3",
        "UCS+1000",
        "UCD+12+2",
    ]
    assert body(whole, extra, version=4)[-1] == "UCD+12+2::2"


def test_a_code_that_the_level_does_not_know_is_unspecified():
    extra = [Fault("message-count-wrong", Place(segment=2, tag="BGM"))]
    assert body(HEAD + ONE + b"UNZ+1+7'", extra)[2] == "UCS+2+18"


def test_a_missing_segment_is_counted_by_the_last_one_before_it():
    """0096 in ISO 9735-4; the fault itself stands where the segment was missed, which is what a person looks at."""
    extra = [
        Fault("segment-missing", Place(segment=2, tag="BGM")),
        Fault("segment-unknown", Place(segment=3, tag="XXX")),
        Fault("segment-missing", Place(segment=5, tag="UNS")),
    ]
    told = body(HEAD + ONE + b"UNZ+1+7'", extra)[2:]
    assert told == ["UCS+1+13", "UCS+3+15", "UCS+4+13"]


def test_a_group_without_its_end_is_no_interchange_without_its_end():
    head = HEAD + b"UNG+CUSDEC+S:1+R:2+240102:1200+5+UN+D:96B'" + ONE
    assert body(head + b"UNZ+1+7'") == ["UCI+7+A:14:X+B:ZZ+4+13"]
    assert body(head + b"UNE+1+5'") == ["UCI+7+A:14:X+B:ZZ+4+13+UNZ"]


def test_warnings_reject_nothing():
    indented = HEAD + ONE.replace(b"BGM", b"  BGM") + b"UNZ+1+7'"
    assert body(indented) == ["UCI+7+A:14:X+B:ZZ+7"]


def test_groups():
    def group(number, count):
        head = b"UNG+CUSDEC+S:1+R:2+240102:1200+%d+UN+D:96B'" % number
        return head + ONE.replace(b"UNT+3", b"UNT+%d" % count) + b"UNE+1+%d'" % number

    data = HEAD + group(5, 3) + group(6, 4) + b"UNZ+2+7'"
    assert body(data) == [
        "UCI+7+A:14:X+B:ZZ+7",
        "UCF+6+S:1+R:2+7",
        "UCM+1+CUSDEC:D:96B:UN:EAN+4+29+UNT+2",
    ]


def test_a_message_without_name_rejects_the_interchange():
    data = HEAD + b"BGM+1'UNT+2+1'UNZ+1+7'"
    assert body(data) == ["UCI+7+A:14:X+B:ZZ+4+13"]


def test_an_interchange_that_cannot_be_answered():
    assert answer(ONE) == []
    assert answer(b"UNB+UNOC:3+A++240102:1200+7'" + ONE + b"UNZ+1+7'") == []


def test_the_limits_of_contrl():
    extra = [Fault("segment-tag-invalid", Place(segment=n, tag="X")) for n in range(2, 2000)]
    assert len(body(HEAD + ONE + b"UNZ+1+7'", extra)) == 2 + 999


def test_it_is_a_sound_message_itself():
    (interchange,) = read(HEAD + ONE.replace(b"UNT+3", b"UNT+4") + b"UNZ+1+7'")
    results = [(message, message.faults) for message in interchange.messages()]
    segments = contrl(interchange, results, interchange.faults, reference="9")
    assert isinstance(segments[0], Segment)
    data = write_interchange(
        [segments], sender="B", recipient="A", control_reference="1", date="240102", time="1201"
    )
    (back,) = read(data)
    (message,) = back.messages()
    assert message.type == "CONTRL"
    assert not message.faults
    assert not back.faults


@pytest.mark.parametrize("reference", ["7" * 15, "a\x07b", "7\n7"])
def test_what_cannot_be_carried_cannot_be_answered(reference):
    data = f"UNB+UNOC:3+A+B+240102:1200+{reference}'".encode() + ONE + b"UNZ+1+7'"
    assert answer(data) == []


def test_a_conditional_part_that_cannot_be_carried_is_left_out():
    head = HEAD.replace(b"A:14:X", b"A:SEVEN:INTERNAL-TOO-LONG-FOR-3").replace(b"B:ZZ", b"B:ZZ:R:SUB")
    uci = "UCI+7+A+B:ZZ:R+4+"
    assert body(head + ONE + b"UNZ+1+7'")[0].startswith(uci)
    four = head.replace(b"UNOC:3", b"UNOC:4").replace(b"240102", b"20240102").replace(b"SEVEN", b"14")
    assert body(four + ONE + b"UNZ+1+7'") == ["UCI+7+A:14:INTERNAL-TOO-LONG-FOR-3+B:ZZ:R:SUB+7"]


def test_version_2():
    data = (HEAD + ONE + b"UNZ+1+7'").replace(b"UNOC:3", b"UNOA:2")
    assert answer(data)[0] == "UNH+9+CONTRL:D:3:UN"
    assert answer(data, version=2)[0] == "UNH+9+CONTRL:2:2:UN"


def test_a_message_that_cannot_be_named_is_rejected_with_the_others():
    other = ONE.replace(b"UNH+1+CUSDEC:D:96B:UN:EAN", b"UNH+2+CUSDEC:D:96B").replace(b"UNT+3+1", b"UNT+3+2")
    two = HEAD + ONE + other + b"UNZ+2+7'"
    assert body(two)[0].startswith("UCI+7+A:14:X+B:ZZ+4")
    assert body(two.replace(b"UNOC:3", b"UNOC:4").replace(b"240102", b"20240102"))[1] == (
        "UCM+2++4+13+UNH+3:4"
    )


def test_a_position_that_cannot_be_carried_is_told_of_its_segment():
    extra = [Fault("service-element-invalid", Place(segment=2, tag="BGM", element=999))]
    assert body(HEAD + ONE + b"UNZ+1+7'", extra)[2:] == ["UCS+2+12"]
