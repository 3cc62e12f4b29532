"""Behaviours of the syntax in which public parsers fail, a test each; offsets are bytes, counted by hand.

Each file is written out in full, so that every literal offset can be checked by eye: `at` gives the text that
stands at an offset.
"""

from __future__ import annotations

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.formats.edifact import Interchange, Message, read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import definitions_over

DEFINITIONS = definitions_over(Tree.over_shipped())
UNB = b"UNB+UNOC:3+A+B+240102:1200+7'"  # 29 bytes
UNH = b"UNH+1+CUSRES:D:96B:UN'"  # 22 bytes: 29 … 51
BGM = b"BGM+962+X+11'"  # 13 bytes: 51 … 64
UNT = b"UNT+3+1'"  # 8 bytes: 64 … 72
UNZ = b"UNZ+1+7'"  # 72 … 80
GOOD = UNB + UNH + BGM + UNT + UNZ


def whole(data: bytes, **options: str) -> tuple[list[Interchange], list[Message], list[Fault]]:
    """Interchanges, messages and all faults of a file: of envelopes, syntax and content."""
    interchanges, messages, faults = [], [], []
    for interchange in read(data, **options):
        for message in interchange.messages():
            messages.append(message)
            faults += message.faults
            faults += check(message, DEFINITIONS, syntax_version=interchange.syntax_version).faults
        interchanges.append(interchange)
        faults += interchange.faults
    return interchanges, messages, faults


def told(data: bytes, **options: str) -> list[tuple[str, int | None]]:
    """Code and offset of every fault."""
    return [(fault.code, fault.place.offset) for fault in whole(data, **options)[2]]


def bgm(message: Message) -> str:
    return message.segments[1].get(2)


def test_the_file_that_the_others_are_made_of_is_sound() -> None:
    interchanges, messages, faults = whole(GOOD)
    assert faults == []
    assert [interchange.offset for interchange in interchanges] == [0]
    assert [(message.offset, message.length) for message in messages] == [(29, 43)]


def test_a_custom_una_of_any_set() -> None:
    data = (
        b"UNA<|,!^~UNB|UNOC<4|A|B|20240102<1200|7~UNH|1|CUSRES<D<96B<UN~BGM|962|X!|Y!!'+:|11~UNT|3|1~UNZ|1|7~"
    )
    interchanges, messages, faults = whole(data)
    assert faults == []
    assert interchanges[0].separators.una == "UNA<|,!^~"
    assert bgm(messages[0]) == "X|Y!'+:"
    assert [segment.offset for segment in messages[0].segments] == [40, 62, 83]
    wrong = data.replace(b"UNT|3", b"UNT|4")
    assert told(wrong) == [("message-count-wrong", 87)]


def test_a_una_that_is_none() -> None:
    assert told(b"UNA++.? '" + GOOD) == [("una-invalid", 0)]


def test_a_new_una_before_the_second_interchange() -> None:
    second = b"UNA#|.! ~UNB|UNOC#3|A|B|240102#1200|8~UNH|1|CUSRES#D#96B#UN~BGM|962|X+Y|11~UNT|3|1~UNZ|1|8~"
    interchanges, messages, faults = whole(GOOD + second)
    assert faults == []
    assert [each.offset for each in interchanges] == [0, 80]
    assert [bgm(message) for message in messages] == ["X", "X+Y"]
    assert [message.offset for message in messages] == [29, 118]
    assert told(GOOD + second.replace(b"UNZ|1|8", b"UNZ|1|9")) == [("interchange-reference-differs", 169)]


def test_a_second_interchange_without_una_has_the_default_separators() -> None:
    first = b"UNA#|.! ~UNB|UNOC#3|A|B|240102#1200|8~UNH|1|CUSRES#D#96B#UN~BGM|962|X+Y|11~UNT|3|1~UNZ|1|8~"
    interchanges, messages, faults = whole(first + GOOD)
    assert faults == []
    assert [(each.offset, each.una) for each in interchanges] == [(0, True), (91, False)]
    assert [message.offset for message in messages] == [38, 120]
    assert told(first + GOOD.replace(b"UNT+3", b"UNT+2")) == [("message-count-wrong", 159)]


def test_groups() -> None:
    group = b"UNG+CUSRES+S+R+240102:1200+5+UN+D:96B'"  # 29 … 67
    data = UNB + group + UNH + BGM + UNT + b"UNE+1+5'" + UNZ
    interchanges, messages, faults = whole(data)
    assert faults == []
    assert (interchanges[0].group_count, messages[0].group and messages[0].group.reference) == (1, "5")
    assert messages[0].offset == 67
    assert told(data.replace(b"UNE+1+5", b"UNE+2+6")) == [
        ("group-count-wrong", 114), ("group-reference-differs", 116),
    ]  # fmt: skip
    assert told(data.replace(b"UNZ+1", b"UNZ+3")) == [("interchange-count-wrong", 122)]
    assert told(data.replace(b"UNE+1+5'", b"")) == [("group-trailer-missing", 110)]
    assert told(data.replace(group, b"")) == [("group-header-missing", 72)]


def test_the_version_of_a_message_may_stand_in_its_group() -> None:
    data = UNB + b"UNG+CUSRES+S+R+240102:1200+5+UN+D:96B'UNH+1+CUSRES'" + BGM + UNT + b"UNE+1+5'" + UNZ
    assert told(data) == []
    other = UNB + b"UNG+CUSRES+S+R+240102:1200+5+UN+D:95B'" + UNH + BGM + UNT + b"UNE+1+5'" + UNZ
    assert told(other) == [("group-version-differs", 80)]


def test_the_asterisk_splits_repeats_in_version_4_only() -> None:
    four = b"UNB+UNOC:4+A+B+20240102:1200+7'UNH+1+CUSRES:D:96B:UN'BGM+962+X*Y?*Z+11'UNT+3+1'UNZ+1+7'"
    _, [message], faults = whole(four)
    assert message.segments[1].elements()[1] == (("X",), ("Y*Z",))
    assert [(fault.code, fault.place.offset, fault.place.repeat) for fault in faults] == [
        ("element-repeated", 63, 2)
    ]
    _, [message], faults = whole(GOOD.replace(b"+X+", b"+X*Y+"))
    assert bgm(message) == "X*Y"
    assert faults == []


def test_line_ends_between_segments_are_nothing() -> None:
    for ends in (b"\r\n", b"\n"):
        data = GOOD.replace(b"'", b"'" + ends)
        assert told(data) == []
        wrong = data.replace(b"UNT+3", b"UNT+5")
        assert told(wrong) == [("message-count-wrong", 68 + 3 * len(ends))]


def test_a_line_end_inside_data_is_kept_and_told() -> None:
    data = GOOD.replace(b"+X+", b"+X\nY+")
    _, [message], faults = whole(data)
    assert bgm(message) == "X\nY"
    assert [(fault.code, fault.place.offset) for fault in faults] == [("control-character", 60)]
    assert message.segments[2].offset == 66


def test_a_byte_order_mark_is_passed_and_counted() -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace(b"UNT+3", b"UNT+4")
    assert told(data) == [("message-count-wrong", 71), ("byte-order-mark", 0)]


def test_the_bytes_are_decoded_by_the_set_that_unb_declares() -> None:
    for level, encoding, text in (
        (b"UNOC", "iso8859-1", "é"), (b"UNOD", "iso8859-2", "ł"), (b"UNOE", "iso8859-5", "Ж"),
        (b"UNOF", "iso8859-7", "Ω"), (b"UNOG", "iso8859-3", "ħ"), (b"UNOH", "iso8859-4", "ŋ"),
        (b"UNOI", "iso8859-6", "ع"), (b"UNOJ", "iso8859-8", "ש"), (b"UNOK", "iso8859-9", "ğ"),
        (b"UNOL", "iso8859-15", "€"), (b"UNOW", "utf-8", "€"), (b"UNOY", "utf-8", "关"),
    ):  # fmt: skip
        data = GOOD.replace(b"UNOC", level).replace(b"+X+", b"+" + text.encode(encoding) + b"+")
        _, [message], faults = whole(data)
        assert (bgm(message), faults) == (text, []), level


def test_what_the_declared_set_has_not_is_told() -> None:
    lower = GOOD.replace(b"UNOC", b"UNOA").replace(b"+X+", b"+Xy+")
    assert told(lower) == [("character-outside-repertoire", 60)]
    assert told(lower.replace(b"UNOA", b"UNOB")) == []
    assert told(GOOD.replace(b"UNOC", b"UNOB").replace(b"+X+", b"+\xe9+")) == [
        ("character-outside-repertoire", 59)
    ]
    assert told(GOOD.replace(b"UNOC", b"UNOY").replace(b"+X+", b"+\xe9+")) == [("byte-not-decodable", 59)]
    assert told(GOOD.replace(b"UNOC", b"UNOF").replace(b"+X+", b"+\xae+")) == [("byte-not-decodable", 59)]


def test_chinese_in_unoy_and_in_gb18030() -> None:
    text = "进出口货物"
    data = GOOD.replace(b"UNOC", b"UNOY").replace(b"+X+", b"+" + text.encode() + b"+")
    _, [message], faults = whole(data)
    assert (bgm(message), faults) == (text, [])
    assert message.segments[2].offset == 64 + 14, "bytes are counted, not characters"
    assert told(data.replace(b"UNT+3", b"UNT+4")) == [("message-count-wrong", 82)]
    chinese = GOOD.replace(b"UNOC", b"UNOX").replace(b"+X+", b"+" + text.encode("gb18030") + b"+")
    assert told(chinese, encoding="gb18030") == []
    assert told(chinese.replace(b"UNT+3", b"UNT+4"), encoding="gb18030") == [("message-count-wrong", 77)]


def test_a_file_cut_off_inside_a_segment() -> None:
    assert told(GOOD[:58]) == [("segment-not-terminated", 51)]
    assert told(GOOD[:79]) == [("end-not-terminated", 72)]


def test_a_missing_unz() -> None:
    assert told(UNB + UNH + BGM + UNT) == [("interchange-trailer-missing", 64)]


def test_a_missing_unz_before_another_interchange() -> None:
    interchanges, messages, faults = whole(UNB + UNH + BGM + UNT + GOOD)
    assert [(fault.code, fault.place.offset) for fault in faults] == [("interchange-trailer-missing", 64)]
    assert [each.offset for each in interchanges] == [0, 72]
    assert len(messages) == 2


def test_wrong_counts() -> None:
    assert told(GOOD.replace(b"UNT+3", b"UNT+4")) == [("message-count-wrong", 68)]
    assert told(GOOD.replace(b"UNZ+1", b"UNZ+2")) == [("interchange-count-wrong", 76)]


def test_wrong_references() -> None:
    assert told(GOOD.replace(b"UNT+3+1", b"UNT+3+2")) == [("message-reference-differs", 70)]
    assert told(GOOD.replace(b"UNZ+1+7", b"UNZ+1+8")) == [("interchange-reference-differs", 78)]


def test_trailers_with_nothing_in_them() -> None:
    assert told(GOOD.replace(b"UNT+3+1", b"UNT")) == [
        ("element-missing", 67), ("element-missing", 67),
    ]  # fmt: skip
    assert told(GOOD.replace(b"UNT+3", b"UNT+x")) == [("message-count-wrong", 68)]
    assert told(GOOD.replace(b"UNZ+1", b"UNZ+x")) == [("service-element-invalid", 76)]
    assert told(GOOD.replace(b"UNZ+1+7", b"UNZ")) == [
        ("service-element-missing", 75), ("service-element-missing", 75),
    ]  # fmt: skip


def test_an_unknown_segment() -> None:
    data = UNB + UNH + BGM + b"XYZ+1'" + b"UNT+4+1'" + UNZ
    assert told(data) == [("segment-unknown", 64)]


def test_a_segment_in_the_wrong_order() -> None:
    data = UNB + UNH + BGM + b"FTX+AAA'DTM+137:20240102:102'UNT+5+1'" + UNZ
    assert told(data) == [("segment-misplaced", 72)]


def test_a_section_separator_in_the_wrong_place_or_with_a_wrong_code() -> None:
    service = UNB + b"UNH+1+CUSDEC:D:96B:UN'BGM+929+X+9'UNS+{}'UNS+S'UNT+5+1'" + UNZ
    sound = told(service.replace(b"{}", b"D"))
    assert ("code-unknown", 67) not in sound
    assert ("code-unknown", 67) in told(service.replace(b"{}", b"X"))
    assert ("segment-unknown", 64) in told(UNB + UNH + BGM + b"UNS+D'" + b"UNT+4+1'" + UNZ)


def test_elements_of_the_envelope_are_checked_by_the_syntax_version() -> None:
    long = b"7" * 60
    assert told(GOOD.replace(b"+7'", b"+" + long + b"'", 1).replace(b"UNZ+1+7", b"UNZ+1+" + long)) == [
        ("service-element-too-long", 27)
    ]
    assert told(GOOD.replace(b":1200+7'", b":1200+'")) == [("service-element-missing", 27)]
    assert told(GOOD.replace(b"+A+", b"+A:14:INTERNAL-OF-US-14-MAX+")) == [("service-element-too-long", 16)]
    four = GOOD.replace(b"UNOC:3", b"UNOC:4").replace(b"240102:", b"20240102:")
    assert told(four.replace(b"+A+", b"+A:14:INTERNAL-OF-US-14-MAX:SUB+")) == []
    assert told(GOOD.replace(b"+A+", b"+A:14:I:SUB+")) == [("service-too-many-parts", 18)]
    assert told(GOOD.replace(b"240102:", b"20240102:")) == [("service-date-form", 15)]
    assert told(GOOD.replace(b"+7'UNH", b"+7+PASSWORD:A'UNH")) == [("service-element-invalid", 38)]
    assert told(GOOD.replace(b"+7'UNH", b"+7+:AA'UNH")) == [("service-element-missing", 29)]


def test_parts_of_a_group_header_are_mandatory_before_version_4_only() -> None:
    def grouped(unb: bytes, date: bytes) -> bytes:
        return unb + b"UNG++++" + date + b":1200+5'" + UNH + BGM + UNT + b"UNE+1+5'" + UNZ

    four = b"UNB+UNOC:4+A+B+20240102:1200+7'"
    assert told(grouped(four, b"20240102")) == []
    assert told(grouped(UNB, b"240102")) == [
        ("service-element-missing", 33), ("service-element-missing", 34), ("service-element-missing", 35),
        ("service-element-missing", 49), ("service-element-missing", 49),
    ]  # fmt: skip
