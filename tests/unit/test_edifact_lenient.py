"""Every leniency: without it the error, with it a warning at the same place and the right values."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.faults import CATALOGUE, Fault, Severity, is_error, render
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.contrl import contrl
from edi_router.formats.edifact.lenient import Leniency, leniencies
from edi_router.formats.edifact.lenient_segment import RepairedSegment
from edi_router.formats.edifact.model import Interchange, Message
from edi_router.formats.edifact.segment import Segment
from edi_router.library import as_tree, checker, definitions_over
from tests.property import strategies as my
from tests.property.test_edifact_roundtrip import WHOLE
from tests.support.effort import examples

DEFINITIONS = definitions_over(as_tree(None), ())
ALL = tuple(each.value for each in Leniency)
UNA = "UNA:+.? '"
UNB = "UNB+UNOC:3+A:14+B:14+240102:1200+7'"
UNH = "UNH+1+CUSRES:D:96B:UN'"
BGM = "BGM+929+X1+9'"
UNZ = "UNZ+1+7'"


@dataclass
class Found:
    """One interchange, read and checked."""

    interchange: Interchange
    messages: list[Message]
    faults: list[Fault]

    @property
    def told(self) -> list[tuple[str, int | None]]:
        return [(fault.code, fault.place.offset) for fault in self.faults]

    def segment(self, tag: str) -> Segment:
        return next(segment for segment in self.messages[0].segments if segment.tag == tag)


def whole(*segments: str, una: str = UNA, unz: str = UNZ) -> bytes:
    """An interchange of one message with these segments after BGM."""
    return f"{una}{UNB}{UNH}{BGM}{''.join(segments)}UNT+{len(segments) + 3}+1'{unz}".encode()


def found(data: bytes, *lenient: str, byte_lengths: bool = False, encoding: str | None = None) -> Found:
    """What is found in the first interchange."""
    interchange = next(read(data, lenient=lenient, encoding=encoding))
    messages = list(interchange.messages())
    faults = list(interchange.faults)
    for message in messages:
        checked = check(
            message, DEFINITIONS, syntax_version=interchange.syntax_version,
            interchange_header=interchange.header, lenient=leniencies(lenient), byte_lengths=byte_lengths,
        )  # fmt: skip
        faults += [*message.faults, *checked.faults]
    return Found(interchange, messages, faults)


FTX = "FTX+AAI+++"
CASES = [
    ("junk-before-una", b"POST /in\r\n" + whole(), "junk-before-interchange", b"POST"),
    ("junk-before-una", b"POST /in\r\n" + whole(una=""), "junk-before-interchange", b"POST"),
    ("repeated-una", whole(una=UNA + UNA), "una-repeated", 9),
    ("repeated-una", whole(una=f"{UNA}\r\n{UNA}\r\n"), "una-repeated", 11),
    ("wrong-unt-count", whole().replace(b"UNT+3", b"UNT+30"), "message-count-wrong", b"30+1"),
    ("wrong-unz-count", whole(unz="UNZ+2+7'"), "interchange-count-wrong", b"2+7"),
    ("missing-unz", whole(unz=""), "interchange-trailer-missing", b"UNT"),
    ("missing-unz", whole(unz="\r\n"), "interchange-trailer-missing", b"UNT"),
    ("lower-case", whole().replace(b"BGM", b"bgm"), "segment-tag-invalid", b"bgm"),
    ("lower-case", whole().replace(b"BGM", b"Bgm"), "segment-tag-invalid", b"Bgm"),
    ("lower-case", whole("FTX+aai+++x'"), "code-unknown", b"aai"),
    ("trailing-separators", whole(FTX + "x+++++'"), "elements-too-many", b"+++'UNT"),
    ("trailing-separators", whole(FTX + "a:b:c:d:e:::+EN'"), "components-too-many", b"::+EN"),
    ("comma-decimals", whole("TAX+1'", "MOA+9:12,50'"), "decimal-mark-wrong", b"12,50"),
    ("comma-decimals", whole("TAX+1'", "MOA+9:1.5'", una="UNA:+,? '"), "decimal-mark-wrong", b"1.5"),
    ("unescaped-separators", whole(FTX + "nuts + bolts'"), "element-too-long", b" bolts"),
    ("unescaped-separators", whole(FTX + "a:b:c:d:e:f'"), "components-too-many", b"f'UNT"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "code", "at"), CASES)
def test_without_the_leniency_it_is_an_error_at_its_place(
    name: str, data: bytes, code: str, at: bytes | int
) -> None:
    offset = data.index(at) if isinstance(at, bytes) else at
    others = [each for each in ALL if each != name]
    for granted in ((), others):
        there = found(data, *granted)
        assert there.told == [(code, offset)]
        assert is_error(there.faults[0])


@pytest.mark.parametrize(("name", "data", "code", "at"), CASES)
def test_with_it_the_message_is_right_and_a_warning_stands_in_its_place(
    name: str, data: bytes, code: str, at: bytes | int
) -> None:
    for granted in ((name,), ALL):
        there = found(data, *granted)
        [fault] = there.faults
        assert (fault.code, fault.values["fault"]) == (f"tolerated-{name}", code)
        assert CATALOGUE[fault.code].severity is Severity.WARNING
        assert "?" not in render(fault, "en").replace("? '", "")
        assert CATALOGUE[fault.code].fields <= set(fault.values)
        if name != "unescaped-separators":
            assert fault.place.offset == (data.index(at) if isinstance(at, bytes) else at)
        [message] = there.messages
        answer = contrl(there.interchange, [(message, there.faults)], there.faults, reference="1")
        assert [segment.text for segment in answer[1:-1]] == ["UCI+7+A:14+B:14+7"]


def test_the_repaired_values() -> None:
    assert found(CASES[8][1], "lower-case").segment("BGM").elements() == ((("929",),), (("X1",),), (("9",),))
    lines = found(whole(FTX + "a:b:c:d:e:f:g'"), "unescaped-separators").segment("FTX").elements()[3]
    assert lines == (("a", "b", "c", "d", "e:f:g"),)
    mended = found(whole(FTX + "nuts + bolts'"), "unescaped-separators")
    assert mended.segment("FTX").elements()[3] == (("nuts + bolts",),)
    assert mended.faults[0].place.offset == whole(FTX + "nuts + bolts'").index(b"+ bolts")
    trailing = found(whole(FTX + "a:b:c:d:e:::+EN'"), "trailing-separators").segment("FTX")
    assert trailing.elements()[3:] == ((("a", "b", "c", "d", "e"),), (("EN",),))
    amounts = found(whole("TAX+1'", "MOA+9:12,50'"), "comma-decimals").segment("MOA")
    assert amounts.get(1, 2) == "12.50"
    reversed_ = found(whole("TAX+1'", "MOA+9:1.5'", una="UNA:+,? '"), "comma-decimals").segment("MOA")
    assert reversed_.get(1, 2) == "1,5"


@pytest.mark.parametrize("lower", [b"cusres:D:96B", b"CUSRES:d:96b"])
def test_a_message_type_in_lower_case_behind_a_tag_in_capitals(lower: bytes) -> None:
    data = whole().replace(b"CUSRES:D:96B", lower)
    [fault] = found(data).faults
    assert (fault.code, fault.hint) == ("definition-missing", "CUSRES D96B")
    there = found(data, "lower-case")
    assert [fault.code for fault in there.faults] == ["tolerated-lower-case"]
    assert (there.messages[0].type, there.messages[0].directory) == ("CUSRES", "D96B")


def test_a_whole_file_in_lower_case() -> None:
    data = whole(FTX + "text with X'").replace(b"text", b"TEXT").lower()
    assert [fault.code for fault in next(read(data)).faults] == ["edifact-lower-case"]
    there = found(data, "lower-case")
    assert [fault.code for fault in there.faults] == ["tolerated-lower-case", "tolerated-lower-case"]
    assert [fault.values["count"] for fault in there.faults] == ["2", "5"]
    assert (there.interchange.syntax, there.interchange.sender) == ("UNOC", "a")
    assert (there.messages[0].type, there.messages[0].directory) == ("CUSRES", "D96B")
    assert there.segment("FTX").get(4) == "text with x"
    raw = [s.raw for s in there.messages[0].segments if isinstance(s, RepairedSegment)]
    assert "".join(f"{text}'" for text in raw) in data.decode()


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("it's", "it's"),
        ("ROCK'N' ROLL", "ROCK'N' ROLL"),
        ("L'EAU + VIN", "L'EAU + VIN"),
        # Nothing follows the last one: an empty segment can be meant as well.
        ("it?'s 'quoted'", "it's 'quoted"),
    ],
)
def test_a_terminator_inside_a_text(text: str, read_as: str) -> None:
    data = whole(f"{FTX}{text}'", "TAX+1'")
    assert any(is_error(fault) for fault in found(data).faults)
    there = found(data, "unescaped-separators")
    assert not [fault for fault in there.faults if is_error(fault)]
    assert there.segment("FTX").get(4) == read_as
    assert [segment.number for segment in there.messages[0].segments] == [1, 2, 3, 4, 5]
    for fault in there.faults:
        if fault.code == "tolerated-unescaped-separators":
            assert fault.place.offset is not None
            assert chr(data[fault.place.offset]) == fault.values["separator"]


@pytest.mark.parametrize(
    "segment",
    [
        "RFF+ABC:1:2:3:4:5:6'",  # several data elements could hold the surplus
        FTX + ":".join(["x" * 70] * 6) + "'",  # no line has room for it
        "BGM+929+X1+9+NA+ZZ'",  # no free text
        FTX + "a+b+c+d+e+f+g'",  # more separators than are tried
    ],
)
def test_what_is_not_plain_stays_an_error(segment: str) -> None:
    data = whole(segment)
    before = found(data)
    assert any(is_error(fault) for fault in before.faults)
    assert found(data, "unescaped-separators").told == before.told


def test_a_count_that_is_no_number_is_not_tolerated() -> None:
    for data in (whole().replace(b"UNT+3", b"UNT+x"), whole().replace(b"UNT+3", b"UNT+")):
        assert any(is_error(fault) for fault in found(data, "wrong-unt-count").faults)
    assert any(is_error(fault) for fault in found(whole(unz="UNZ+x+7'"), "wrong-unz-count").faults)


def test_contradicting_service_string_advices_are_not_tolerated() -> None:
    there = found(whole(una="UNA:+,? '" + UNA), "repeated-una")
    assert there.told == [("una-repeated", 9)]
    assert there.interchange.separators.decimal == "."


def test_a_file_cut_off_inside_a_segment_is_not_complete() -> None:
    data = whole(unz="")
    assert ("segment-not-terminated", data.index(b"UNT")) in found(data[:-1], "missing-unz").told
    open_ = found(data[: data.index(b"UNT")], "missing-unz")
    assert [fault.code for fault in open_.faults] == ["tolerated-missing-unz", "message-trailer-missing"]


def test_a_missing_unz_before_the_next_interchange() -> None:
    first, second = (list(i.faults) for i in _read_all(whole(unz="") + whole(), "missing-unz"))
    assert [fault.code for fault in first] == ["tolerated-missing-unz"]
    assert not second


def _read_all(data: bytes, *lenient: str) -> list[Interchange]:
    interchanges = []
    for interchange in read(data, lenient=lenient):
        interchanges.append(interchange)
        for message in interchange.messages():
            check(message, DEFINITIONS, lenient=leniencies(lenient))
    return interchanges


def test_group_counts_are_tolerated_with_the_count_of_unz() -> None:
    ung = "UNG+CUSRES+A+B+240102:1200+1+UN+D:96B'"
    data = f"{UNB}{ung}{UNH}{BGM}UNT+3+1'UNE+2+1'{UNZ}".encode()
    assert found(data).told == [("group-count-wrong", data.index(b"2+1'UNZ"))]
    assert [fault.code for fault in found(data, "wrong-unz-count").faults] == ["tolerated-wrong-unz-count"]


def test_without_una_and_in_version_4_both_decimal_marks_are_right() -> None:
    for una, version in (("", "3"), (UNA, "4")):
        data = whole("TAX+1'", "MOA+9:12,50'", una=una).replace(b"UNOC:3", f"UNOC:{version}".encode())
        assert "decimal-mark-wrong" not in [code for code, _ in found(data).told]


def test_the_fast_lane_holds_by_the_decimal_mark() -> None:
    from edi_router.formats.edifact.fast import Lane, is_proven

    for text, proven in (("12.50", True), ("12,50", False)):
        data = whole("TAX+1'", f"MOA+9:{text}'")
        [interchange] = read(data, prove=Lane(DEFINITIONS, warm=0))
        [message] = interchange.messages()
        assert is_proven(message, DEFINITIONS, None, 3) is proven


def test_names_that_are_none() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        read(b"", lenient=["nonsense"])


# --- lengths in bytes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_lengths_in_bytes_of_the_file_s_encoding(encoding: str) -> None:
    lines = whole().decode().replace(BGM, BGM + "NAD+AA+++" + "口岸" * 8 + "'").replace("UNT+3", "UNT+4")
    data = lines.encode(encoding)
    assert not found(data, encoding=encoding).faults
    told = found(data, encoding=encoding, byte_lengths=True)
    size = len(("口岸" * 8).encode(encoding))
    if encoding == "gb18030":
        assert size == 32
        assert not told.faults
    else:
        assert [fault.code for fault in told.faults] == ["element-too-long"]
        assert told.faults[0].values["length"] == str(size)
        assert told.faults[0].place.offset == data.index("口".encode())


def test_the_checker_counts_bytes_although_the_fast_lane_would_not() -> None:
    text = whole().decode().replace(BGM, BGM + "NAD+AA+++" + "口岸" * 9 + "'").replace("UNT+3", "UNT+4")
    data = text.encode("gb18030")
    for many in (1, 200):
        body = data[data.index(b"UNH") : data.index(b"UNZ")]
        messages = b"".join(body.replace(b"+1+C", b"+%d+C" % n).replace(b"+4+1'", b"+4+%d'" % n)
                            for n in range(1, many + 1))  # fmt: skip
        file = data[: data.index(b"UNH")] + messages + b"UNZ+%d+7'" % many
        assert not checker(encoding="gb18030").report(file).fault_count
        report = checker(encoding="gb18030", byte_lengths=True).report(file)
        assert {fault.code for fault in report.faults} == {"element-too-long"}
        assert report.fault_count == many


def test_second_bytes_of_gb18030_that_look_like_separators() -> None:
    # U+4E02 is 81 40, U+76F6 is B1 5C; with UNA these second bytes can be separators
    text = whole(FTX + "丂盶'", una="UNA@\\.? '").decode().replace("+", "\\").replace(":", "@")
    data = text.encode("gb18030")
    assert "丂".encode("gb18030")[1:] == b"@"
    there = found(data, encoding="gb18030", byte_lengths=True)
    assert not there.faults
    assert there.segment("FTX").get(4) == "丂盶"


# --- the properties of reading hold with leniencies -------------------------------------------------------


@settings(max_examples=examples(150), deadline=None)
@given(my.damaged(WHOLE), st.sets(st.sampled_from(ALL)))
def test_damage_is_told_and_never_raised(data: bytes, names: set[str]) -> None:
    for interchange in read(data, lenient=names):
        segments = [interchange.header, interchange.trailer]
        for message in interchange.messages():
            checked = check(message, DEFINITIONS, lenient=leniencies(names), byte_lengths=True)
            segments += message.segments
            for fault in (*message.faults, *checked.faults):
                assert fault.place.offset is None or 0 <= fault.place.offset <= len(data)
                assert render(fault, "zh")
        for segment in segments:
            if segment is None:
                continue
            text = segment.raw if isinstance(segment, RepairedSegment) else segment.text
            raw = text.encode(segment.dialect.encoding, "surrogateescape")
            assert data[segment.offset : segment.offset + len(raw)] == raw


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_with_all_leniencies(data: bytes) -> None:
    for interchange in read(data, lenient=ALL):
        for message in interchange.messages():
            check(message, DEFINITIONS, lenient=leniencies(ALL))
