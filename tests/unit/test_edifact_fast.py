"""The fast lane: what it accepts, what it leaves to the checker, and that a file is reported the same."""

import io
import re

import pytest

from edi_router.config import Tree
from edi_router.formats.edifact import Message, fast, read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec
from edi_router.formats.edifact.fast import Key, Lane, fast_check, is_proven, patterns
from edi_router.formats.edifact.fast_codes import codes_pattern
from edi_router.formats.edifact.fast_content import Content
from edi_router.formats.edifact.fast_message import SlicedMessage, segment_count
from edi_router.formats.edifact.fast_regex import SPELLING, Characters, Spelling
from edi_router.formats.edifact.fast_stream import validate_stream
from edi_router.formats.edifact.fast_structure import ambiguous
from edi_router.formats.edifact.scan_heads import BLOCK
from edi_router.formats.edifact.structure import Structure
from edi_router.library import checker

DEFINITIONS = definitions_over(Tree.over_shipped())
BODY = (
    "BGM+929+A1+9", "LOC+35+CN", "DTM+137:20240102:102", "NAD+CZ+++SELLER ?+ SONS??",
    "UNS+D", "CST+1+1001", "FTX+AAA+++O?'NEIL", "MOA+38:-12.5:USD", "UNS+S", "CNT+5:1",
)  # fmt: skip


def interchange(*bodies, head="", syntax="UNOC:3", ends="", encoding="iso8859-1"):
    segments = [f"UNB+{syntax}+A+B+{'20240102' if syntax[-1] == '4' else '240102'}:1200+R"]
    for number, body in enumerate(bodies, 1):
        segments += [f"UNH+{number}+CUSDEC:D:96B:UN", *body, f"UNT+{len(body) + 2}+{number}"]
    segments.append(f"UNZ+{len(bodies)}+R")
    return (head + "".join(f"{segment}'{ends}" for segment in segments)).encode(encoding)


def proven(data, **options):
    found = validate_stream(data, DEFINITIONS, warm=0, **options)
    return found.proven, [fault.code for fault in (*found.envelope, *found.content)]


@pytest.mark.parametrize("ends", ["", "\n", "\r\n"])
@pytest.mark.parametrize("syntax", ["UNOA:1", "UNOB:2", "UNOC:3", "UNOY:4"])
def test_a_valid_message_is_proven(syntax, ends):
    assert proven(interchange(BODY, BODY, syntax=syntax, ends=ends)) == (2, [])


def test_custom_separators_and_a_byte_order_mark():
    text = interchange(BODY, BODY).decode().translate(str.maketrans(":+?'", "^|!~"))
    assert proven(b"UNA^|.! ~" + text.encode()) == (2, [])
    assert proven(interchange(BODY, head="\ufeff", syntax="UNOY:4", encoding="utf-8")) == (
        1,
        ["byte-order-mark"],
    )
    foreign = text.replace("A1", "A'+:?1").encode()
    assert proven(b"UNA^|.! ~" + foreign) == (2, [])
    assert proven(b"UNA^|.! ~" + foreign.replace(b"A'+:?1", b"A'+:?" * 7 + b"1")) == (
        0,
        ["element-too-long"] * 2,
    )


def test_chinese_counts_in_characters():
    goods = "绿" * 35
    body = [segment.replace("SELLER ?+ SONS??", goods) for segment in BODY]
    assert proven(interchange(body, syntax="UNOY:4", encoding="utf-8")) == (1, [])
    body = [segment.replace(goods, goods + "茶") for segment in body]
    assert proven(interchange(body, syntax="UNOY:4", encoding="utf-8")) == (0, ["element-too-long"])
    (found,) = read(
        interchange(BODY, encoding="gb18030"), encoding="gb18030", prove=Lane(DEFINITIONS, None, 0)
    )
    assert [is_proven(message, DEFINITIONS) for message in found.messages()] == [True]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("BGM+929+A1+9", "BGM+9Z9+A1+9", "code-unknown"),
        ("BGM+929+A1+9", "BGM+9Z9:111:ZZZ+A1+9", ""),
        ("BGM+929+A1+9", "BGM+9Z9::6+A1+9", "code-unknown"),
        ("BGM+929+A1+9", "BG?M+929+A1+9", "segment-tag-invalid"),
        ("BGM+929+A1+9", "BGM+929+A\x011+9", "control-character"),
        ("BGM+929+A1+9", "BGM+929+A\x7f1+9", "control-character"),
        ("BGM+929+A1+9", "BGM+929+A\n1+9", "control-character"),
        ("BGM+929+A1+9", "BGM+929+A1?'\nBGM+9", "terminator-suspected"),
        ("BGM+929+A1+9", "BGM+929+A1+9+++++", "elements-too-many"),
        ("LOC+35+CN", "LOC+:35+CN", "components-too-many"),
        ("LOC+35+CN", " LOC+35+CN", "segment-indented"),
        ("LOC+35+CN", "LOC+35+CN'", "segment-empty"),
        ("LOC+35+CN", "LOC++CN", "element-missing"),
        ("LOC+35+CN", "LOC+35+" + "C" * 26, "element-too-long"),
        ("DTM+137:20240102:102", "DTM+:20240102:102", "element-missing"),
        ("MOA+38:-12.5:USD", "MOA+38:12.5.1:USD", "element-type"),
        ("MOA+38:-12.5:USD", "MOA+38:-:USD", "element-type"),
        ("MOA+38:-12.5:USD", "MOA+38:12-:USD", "element-type"),
        ("MOA+38:-12.5:USD", "MOA+38:12.:USD", "element-type"),
        ("MOA+38:-12.5:USD", "MOA+38:-123456789012345.678:USD", ""),
        ("MOA+38:-12.5:USD", "MOA+38:-123456789012345.6789:USD", "element-too-long"),
        ("UNS+S", "UNS+X", "code-unknown"),
        ("UNS+D", "UNS+D'UNS+D", "segment-unexpected"),
        ("CST+1+1001", "FTX+AAA'CST+1+1001", "segment-misplaced"),
    ],
)  # fmt: skip
def test_what_is_not_proven_is_told(old, new, code):
    good, codes = proven(interchange([segment.replace(old, new) for segment in BODY]))
    assert good == (not code)
    assert (code in codes) if code else not codes


def test_counts_and_references_are_asked_for():
    data = interchange(BODY, BODY)
    assert proven(data.replace(b"UNT+12+2", b"UNT+13+2")) == (1, ["message-count-wrong"])
    assert proven(data.replace(b"UNT+12+2", b"UNT+12+3")) == (1, ["message-reference-differs"])
    assert proven(data.replace(b"UNZ+2", b"UNZ+3")) == (2, ["interchange-count-wrong"])
    assert proven(data.replace(b"UNH+2", b"UNH+1").replace(b"12+2", b"12+1")) == (
        2,
        ["message-reference-repeated"],
    )


def test_another_directory_and_none_at_all():
    data = interchange(BODY)
    assert proven(data, check_as="D99Z") == (0, ["definition-missing"])
    assert proven(data.replace(b"D:96B", b"D:99Z"), check_as="D96B") == (1, [])


def test_faults_stand_at_the_same_places_whatever_is_proven_before_them():
    bad = [segment.replace("929", "9Z9") for segment in BODY]
    bodies = [bad if number % 40 == 7 else BODY for number in range(1500)]
    data = interchange(*bodies, ends="\r\n")
    assert len(data) > 3 * BLOCK
    found = validate_stream(io.BytesIO(data), DEFINITIONS, warm=0)
    assert found.proven == 1500 - 38
    assert [fault.place.offset for fault in found.content] == [
        each.start() for each in re.finditer(b"9Z9", data)
    ]
    assert [fault.place.line for fault in found.content] == [
        data.count(b"\n", 0, each.start()) + 1 for each in re.finditer(b"9Z9", data)
    ]
    report = checker().report(io.BytesIO(data))
    assert report.faults == list(found.content)
    assert (report.messages, report.segments, report.interchanges) == (1500, 1500 * 12 + 2, 1)
    assert (found.messages, found.segments, found.interchanges) == (1500, 1500 * 12 + 2, 1)


def messages(data):
    return [message for each in read(data) for message in each.messages()]


def test_segments_are_made_when_they_are_asked_for():
    (message,) = messages(interchange(BODY))
    assert isinstance(message, SlicedMessage)
    assert segment_count(message) == len(message.segments) == 12
    assert [segment.text for segment in message.segments[1:-1]] == list(BODY)
    assert message.segments[0] is message.header
    assert message.length == message.segments[-1].end()[0] - message.offset
    assert message.values()[4] == ["NAD", "CZ", "", "", "SELLER + SONS?"]
    assert message.values()[3] == ["DTM", ["137", "20240102", "102"]]
    (message,) = messages(interchange(("ERC+A*B:1+?*+X",), syntax="UNOC:4"))
    assert message.values()[1] == ["ERC", [["A"], ["B", "1"]], "*", "X"]
    assert Message(message.header, message.segments).values() == message.values()
    assert message.segments[1].elements() == ((("A",), ("B", "1")), (("*",),), (("X",),))


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("at", range(1, len(BODY) + 2))
def test_lines_of_two_segments_do_not_shift_the_others(ends, at):
    """One line end is left out: after it, too, every segment begins with its tag."""
    whole = interchange(BODY, ends=ends)
    lines = whole.decode().split(ends)
    lines[at : at + 2] = ["".join(lines[at : at + 2])]
    (found,) = read(io.BytesIO(ends.join(lines).encode()), prove=Lane(DEFINITIONS, None, 0))
    (message,) = found.messages()
    assert [segment.text for segment in message.segments[1:-1]] == list(BODY)
    assert not message.faults


def test_one_message_is_checked_fast_and_its_tree_is_whole():
    (message,) = messages(interchange(BODY))
    assert fast_check(message, DEFINITIONS)
    assert not fast_check(Message(message.header, message.segments), DEFINITIONS)
    checked = check(message, DEFINITIONS)
    assert checked.faults == []
    assert [node.name for node in checked.root.children("SG30")] == ["SG30"]
    (message,) = messages(interchange([segment.replace("929", "9Z9") for segment in BODY]))
    assert not fast_check(message, DEFINITIONS)
    assert [fault.code for fault in check(message, DEFINITIONS).faults] == ["code-unknown"]


def test_a_message_in_which_nothing_is_wrong_is_read_as_one_that_is_proven():
    definitions = definitions_over(Tree.over_shipped())
    (message,) = messages(interchange(BODY))
    (other,) = messages(interchange(BODY))
    slow, proven_ = check(message, definitions), check(other, DEFINITIONS)
    assert not fast_check(message, definitions, warm=fast.WARM)
    assert fast_check(other, DEFINITIONS)
    assert slow.root.text() == proven_.root.text() is not None
    assert slow.root.rows() == proven_.root.rows() is not None
    assert list(slow.root.names()) == list(proven_.root.names())
    assert [each.place() for each in slow.root.children("SG30")] == [
        each.place() for each in proven_.root.children("SG30")
    ]
    (message,) = messages(interchange([segment.replace("929", "9Z9") for segment in BODY]))
    wrong = check(message, definitions)
    assert wrong.root.text() is None
    assert [each.name for each in wrong.root.children("SG30")] == ["SG30"]


def test_a_pattern_is_made_when_enough_was_seen():
    definitions = definitions_over(Tree.over_shipped())
    data = interchange(*[BODY] * 100)
    assert validate_stream(data, definitions).proven == 0
    assert 0 < validate_stream(data, definitions, warm=30_000).proven < 100


def test_a_pattern_is_made_anew_for_segments_that_it_lacks():
    definitions = definitions_over(Tree.over_shipped())
    plain = [segment for segment in BODY if not segment.startswith("FTX")]
    wrong = [segment.replace("929", "9Z9") for segment in BODY]
    size = len("".join(BODY))
    lane = Lane(definitions, warm=10 * size)
    (found,) = read(interchange(*[plain] * 30, wrong, *[BODY] * 30, *[plain] * 3, wrong), prove=lane)
    known = [is_proven(message, definitions) for message in found.messages()]
    first, then = known[:30].index(True), known[31:61].index(True)
    assert 5 < first < 15
    assert 3 < then < 15
    assert known == [False] * first + [True] * (30 - first) + [False] + [False] * then + [True] * (
        30 - then
    ) + [True] * 3 + [False]


def test_after_some_times_a_pattern_has_all_of_the_definition(monkeypatch):
    definitions = definitions_over(Tree.over_shipped())
    asked = []

    def noted(*given, tags=None, **options):
        asked.append(tags)
        return patterns(*given, tags=tags, **options)

    monkeypatch.setattr(fast, "patterns", noted)
    bare = [segment for segment in BODY if segment[:3] in ("BGM", "LOC", "UNS", "CST", "CNT")]
    more = ("DTM+137:20240102:102", "MEA+WT++KGM:1", "NAD+CZ+++SELLER", "PAC+1", "FTX+AAA")
    bodies = [bare, *([bare[0], bare[1], segment, *bare[2:]] for segment in more)]
    (found,) = read(interchange(*bodies, BODY), prove=Lane(definitions, warm=1))
    told = [is_proven(message, definitions) for message in found.messages()]
    assert [tags is None for tags in asked] == [False] * fast.ANEW + [True]
    assert [len(each) for each in asked[:-1]] == sorted(len(each) for each in asked[:-1])
    with_all = validate_stream(interchange(*bodies, BODY), DEFINITIONS, warm=0)
    assert sum(told) == with_all.proven


def test_the_patterns_of_long_definitions_are_two():
    key = Key("D21B", "GOVCBR", "service-3", 3, Characters())
    assert len(patterns(DEFINITIONS, key)) == 2
    assert len(patterns(DEFINITIONS, Key("D96B", "CUSDEC", "service-3", 3, Characters()))) == 1
    assert patterns(DEFINITIONS, Key("D96B", "NOSUCH", "service-3", 3, Characters())) == ()


def test_tags_that_can_be_read_in_two_ways():
    definition = DEFINITIONS.message_of("D96B", "CUSDEC")
    assert definition is not None
    assert "CST" in ambiguous(Structure(definition))
    assert "BGM" not in ambiguous(Structure(definition))


SPELLINGS = sorted({Spelling(False), SPELLING}, key=str)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
def test_spellings_keep_what_they_took(spelling):
    one = re.compile(spelling.repeat("a" + spelling.repeat("b", 0, 1) + "c", 0, 3)).match
    assert [one(text)[0] for text in ("aca", "abcab", "acacacac", "b")] == ["ac", "abc", "acacac", ""]
    assert re.match(spelling.repeat("ab", 0, 1) + "a", "aca")[0] == "a"
    assert re.fullmatch(spelling.several("[ab]", 1, 2) + "b", "ab") is None


@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
def test_codes(spelling):
    listed = ["1", "10", "1001", "A", "AB", "ZZZ", "+", "a.c", "[x]"]
    pattern = re.compile(codes_pattern(listed, spelling))
    for code in listed:
        assert bool(pattern.fullmatch(code)) == (code != "+")
    for other in ("", "100", "B", "ZZ", "ZZZZ", "abc", "x"):
        assert not pattern.fullmatch(other)
    assert codes_pattern(["+"]) is None


def element(form, mandatory=False, repeat=1, codes=None):
    kind, _, size = re.fullmatch(r"(an|a|n)(\.\.)?(\d+)", form).groups()
    low = 0 if ".." in form else int(size)
    return ElementSpec("1", "", form, kind, low, int(size), mandatory, repeat, codes)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
@pytest.mark.parametrize(
    ("parts", "good", "bad"),
    [
        ([element("n..3")], "XXX XXX+ XXX+1 XXX+-123 XXX+1,23 XXX+.5", "XXX+1234 XXX+1.234 XXX+- XXX+1. XXX+1.2.3 XXX+:"),
        ([element("n..3", True)], "XXX+1 XXX+-.5", "XXX XXX+ XXX+- XXX+. XXX+A"),
        ([element("n3")], "XXX+ XXX+123", "XXX+12 XXX+1234 XXX+-12"),
        ([element("a3", True)], "XXX+ABC XXX+A-C", "XXX+AB XXX+AB1 XXX+ABCD XXX"),
        ([element("an..3"), element("an..3", True)], "XXX++A XXX+A+A", "XXX XXX+A XXX+A+ XXX++A+"),
        ([element("an..3", codes={})], "XXX XXX+", "XXX+A"),
        ([element("an..3", codes={"A": "", "1234": ""})], "XXX XXX+A", "XXX+B XXX+1234 XXX+A:"),
        ([element("an..3", True, 3)], "XXX+A XXX+A*B XXX+A*B*C", "XXX XXX+A*B*C*D XXX+*A"),
        ([PartSpec("C", "", True, 1, (element("an..3"), element("an..3")))], "XXX+A XXX+:B XXX+A:", "XXX XXX+ XXX+: XXX+A:B:"),
        ([PartSpec("C", "", False, 1, (element("an..3"), element("an..3", True)))], "XXX XXX+ XXX+:B", "XXX+A XXX+A:"),
    ],
)  # fmt: skip
def test_segments(spelling, parts, good, bad):
    content = Content(Characters(repeats=True), False, spelling)
    pattern = re.compile(content.segment("XXX", SegmentSpec("XXX", "D96B", tuple(parts))))
    for text in good.split():
        assert pattern.fullmatch(text + "'"), text
    for text in bad.split():
        assert not pattern.fullmatch(text + "'"), text


def test_without_code_lists():
    data = interchange(
        BODY, [segment.replace("929", "9Z9") for segment in BODY], [*BODY[:5], "CST+X", *BODY[6:]]
    )
    assert proven(data) == (1, ["code-unknown", "element-type"])
    assert proven(data, codes=False) == (2, ["element-type"])
    read_by = Lane(DEFINITIONS, None, 0, codes=False)
    (found,) = read(data, prove=read_by)
    for message, one in zip(found.messages(), (True, True, False), strict=True):
        assert is_proven(message, DEFINITIONS, codes=False) == one
        assert not is_proven(message, DEFINITIONS)
