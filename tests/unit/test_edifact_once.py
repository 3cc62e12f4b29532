"""One mistake is told once: what follows from a mistake is no fault of its own, and what does not follow is one."""

import pytest

from edi_router.config import Tree
from edi_router.faults import Fault, render
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import Definitions, definitions_in, definitions_over
from edi_router.formats.edifact.structure import BEGIN, Structure
from edi_router.formats.edifact.structure_resync import REMEMBERED, read_structure


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return definitions_over(Tree.over_shipped())


def faults_of(
    definitions: Definitions, *body: str, type: str = "CUSRES:D:96B:UN", count: int = 0
) -> list[Fault]:
    """All faults of one message, the segments ending where the text says."""
    text = "UNB+UNOC:3+A+B+240102:1030+R'\nUNH+1+" + type + "'\n" + "".join(body)
    text += f"UNT+{count or len(body) + 2}+1'\nUNZ+1+R'\n"
    return all_of(definitions, text)


def told(faults: list[Fault]) -> list[tuple[str, str]]:
    return [(fault.code, str(fault.place)) for fault in faults]


def test_four_mistakes_are_four_faults(definitions: Definitions) -> None:
    """A segment too early, a bad code, a long element and a wrong count."""
    faults = faults_of(
        definitions, "DTM+9:20240102:102'\n", "BGM+962+" + "A" * 36 + "+11'\n", "GIS+ZZQ'\n", count=9
    )
    assert sorted(told(faults)) == [
        ("code-unknown", "5:5 GIS(4) element 1.1"),
        ("element-too-long", "4:9 BGM(3) element 2.1"),
        ("message-count-wrong", "6:5 UNT(5) element 1"),
        ("segment-unexpected", "3:1 DTM(2)"),
    ]


def test_a_misplaced_segment_is_checked_inside(definitions: Definitions) -> None:
    faults = faults_of(definitions, "DTM+QX9:20240102:102'\n", "BGM+962+A1+11'\n")
    assert told(faults) == [("segment-unexpected", "3:1 DTM(2)"), ("code-unknown", "3:5 DTM(2) element 1.1")]


def test_what_stands_too_early_is_told_what_belongs_before_it(definitions: Definitions) -> None:
    fault = faults_of(definitions, "DTM+9:20240102:102'\n", "BGM+962+A1+11'\n")[0]
    assert fault.values["expected"] == "BGM"


@pytest.mark.parametrize("tag", ["dtm", "DTN", "DMT", "DT"])
def test_a_slip_of_the_tag_is_one_fault(definitions: Definitions, tag: str) -> None:
    faults = faults_of(definitions, "BGM+962+A1+11'\n", tag + "+9:20240102:102'\n", "LOC+22+4202'\n")
    expected = "segment-tag-invalid" if tag in ("dtm", "DT") else "segment-unknown"
    assert [fault.code for fault in faults] == [expected]
    if expected == "segment-unknown":
        assert faults[0].hint == "DTM"


def test_two_segments_in_the_wrong_order_are_one_fault(definitions: Definitions) -> None:
    """The mandatory MOA stands before its trigger SEQ, where it could also be of a group whose trigger is missing."""
    body = (
        "BGM+450'\n",
        "DTM+137:20240102:102'\n",
        "LIN+1'\n",
        "FII+BF'\n",
        "MOA+9:1'\n",
        "SEQ++1'\n",
        "FCA+13'\n",
    )
    faults = faults_of(definitions, *body, type="PAYMUL:D:96B:UN")
    assert [(fault.code, fault.place.segment) for fault in faults] == [("segment-unexpected", 6)]


def test_a_lost_terminator_is_one_fault(definitions: Definitions) -> None:
    """The segment behind the line break is neither too long a value nor missing nor a control character."""
    faults = faults_of(definitions, "BGM+962+A1+11'\n", "GIS+1\n", "NAD+CZ+A:1:2:3:4:5'\n", count=4)
    assert "terminator-suspected" in [fault.code for fault in faults]
    assert {fault.code for fault in faults} <= {"terminator-suspected"}


WHOLE = (
    "UNB+UNOC:3+A+B+240102:1200+7'\nUNG+CUSRES+A+B+240102:1200+G+UN+D:96B'\nUNH+1+CUSRES:D:96B:UN'\n"
    "BGM+962+A1+11'\nUNT+3+1'\nUNH+2+CUSRES:D:96B:UN'\nBGM+962+A2+11'\nGIS+1'\nUNT+4+2'\nUNE+2+G'\n"
    "UNZ+1+7'\n"
)


def all_of(definitions: Definitions, text: str) -> list[Fault]:
    """All faults of a file."""
    found: list[Fault] = []
    for interchange in read(text.encode("latin-1")):
        for message in interchange.messages():
            checked = check(message, definitions, syntax_version=interchange.syntax_version)
            found += [*message.faults, *checked.faults]
        found += interchange.faults
    return found


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("line", range(10))
def test_wherever_a_terminator_is_lost_it_is_one_fault(definitions: Definitions, line: int, end: str) -> None:
    """Neither the count of UNT nor a reference nor what seems to be missing then is told besides."""
    lines = WHOLE.splitlines()
    assert all_of(definitions, end.join(lines)) == []
    lines[line] = lines[line].removesuffix("'")
    (fault,) = all_of(definitions, end.join(lines))
    assert fault.code == "terminator-suspected"
    assert (fault.place.line, fault.place.column) == (line + 1, len(lines[line]) + 1)
    assert fault.values["tag"] == lines[line + 1][:3]


def test_a_count_that_is_wrong_besides_a_lost_terminator(definitions: Definitions) -> None:
    faults = all_of(definitions, WHOLE.replace("A2+11'", "A2+11").replace("UNT+4", "UNT+9"))
    assert [fault.code for fault in faults] == ["terminator-suspected", "message-count-wrong"]
    assert faults[1].values == {"found": "9", "expected": "4"}


@pytest.mark.parametrize("count", [3, 4])
def test_a_segment_before_its_header_is_one_fault(definitions: Definitions, count: int) -> None:
    """BGM and UNH have changed places: BGM is neither missing in the message nor is the count wrong."""
    text = "UNB+UNOC:3+A+B+240102:1200+7'BGM+962+A1+11'UNH+1+CUSRES:D:96B:UN'GIS+1'"
    faults = all_of(definitions, f"{text}UNT+{count}+1'UNZ+1+7'")
    assert told(faults) == [("segment-outside-message", "1:30 BGM(1)")]


def test_messages_beside_groups_are_told_once(definitions: Definitions) -> None:
    one = "UNH+{0}+CUSRES:D:96B:UN'BGM+962+A1+11'UNT+3+{0}'"
    header = "UNB+UNOC:3+A+B+240102:1200+7'"
    group = "UNG+CUSRES+A+B+240102:1200+G+UN+D:96B'" + one.format(1) + "UNE+1+G'"
    after = header + group + one.format(2) + one.format(3) + "UNZ+1+7'"
    assert [fault.code for fault in all_of(definitions, after)] == ["groups-and-messages-mixed"]
    before = header + one.format(1) + one.format(2) + group.replace("+1+CUS", "+3+CUS") + one.format(4)
    faults = all_of(definitions, before.replace("+3+1'UNE", "+3+3'UNE") + "UNZ+1+7'")
    assert [fault.code for fault in faults] == ["groups-and-messages-mixed"]


def test_envelopes_with_nothing_in_them(definitions: Definitions) -> None:
    """An absent composite is one fault, not one for each of its parts; an empty value is one that is missing."""
    found = all_of(definitions, WHOLE.replace("UNH+1+CUSRES:D:96B:UN'", "UNH'").replace("UNT+3+1'", "UNT'"))
    assert [(fault.code, fault.place.tag, fault.place.element) for fault in found] == [
        ("message-header-incomplete", "UNH", 1),
        ("message-header-incomplete", "UNH", 2),
        ("element-missing", "UNT", 1),
        ("element-missing", "UNT", 2),
    ]
    assert render(found[2]) == "The mandatory data element 0074 Number of segments in a message is missing."
    assert render(found[2], "zh") == "缺少必备数据元 0074 报文段数。"


def test_a_header_written_twice_is_one_fault(definitions: Definitions) -> None:
    header, rest = WHOLE.split("\n", 1)
    assert told(all_of(definitions, header + WHOLE)) == [("interchange-trailer-missing", "1:1 UNB(1)")]
    assert rest


def test_a_line_broken_in_a_reference(definitions: Definitions) -> None:
    """It is no valid reference, and not too long nor another one than in UNZ for that."""
    faults = all_of(
        definitions,
        WHOLE.replace("1200+7'", "1200+12345678\n901234'").replace("UNZ+1+7", "UNZ+1+12345678901234"),
    )
    assert [fault.code for fault in faults] == ["service-element-invalid", "control-character"]
    assert "`12345678·901234`" in render(faults[0])


def test_remarks_behind_the_terminators_are_one_fault_each(definitions: Definitions) -> None:
    """Each hides the segment of the next line, here UNT and GIS."""
    text = WHOLE.replace("A1+11'", "A1+11'   the answer").replace("A2+11'", "A2+11'   is no")
    assert told(all_of(definitions, text)) == [
        ("segment-tag-invalid", "4:18 the answer(3)"),
        ("segment-tag-invalid", "7:18 is no(3)"),
    ]


def test_what_stands_before_a_lost_terminator_is_checked(definitions: Definitions) -> None:
    """But not the component that the next segment runs into."""
    header = "UNH+" + "2" * 15 + "+CUSRES:D:96B:UN:TOO LONG"
    text = WHOLE.replace("UNH+2+CUSRES:D:96B:UN'", header).replace("UNT+4+2", "UNT+4+" + "2" * 15)
    faults = all_of(definitions, text)
    assert [fault.code for fault in faults] == ["terminator-suspected", "element-too-long"]
    assert (faults[1].place.tag, faults[1].place.element) == ("UNH", 1)


def test_missing_segments_have_their_name(definitions: Definitions) -> None:
    fault = faults_of(definitions, "DTM+9:20240102:102'\n")[0]
    assert render(fault).lower() == "the mandatory segment bgm beginning of message is missing here."
    assert "必备段 BGM" in render(fault, "zh")


@pytest.mark.parametrize(
    ("value", "near"), [("96", "962 "), ("926", "926"), ("bgm", ""), ("9622", "962 "), ("0962", "962 ")]
)
def test_codes_near_to_the_given_one(definitions: Definitions, value: str, near: str) -> None:
    faults = [each for each in faults_of(definitions, f"BGM+{value}+A1+11'\n") if each.code == "code-unknown"]
    if faults and near:
        assert near in (faults[0].hint or "")
    assert bool(near) or all(fault.hint is None for fault in faults)


def test_tags_that_no_message_has_are_not_remembered_without_bound(definitions: Definitions) -> None:
    definition = definitions.message_of("D96B", "CUSRES")
    assert definition is not None
    structure = Structure(definition)
    for number in range(REMEMBERED + 50):
        structure.substitutes[number, "X"] = ()
    read_structure(structure, ["UNH", "BGM", *(f"{number:03}" for number in range(40)), "UNT"], BEGIN)
    assert len(structure.substitutes) == REMEMBERED + 50
    assert all(tag in structure.tags for _, tag in structure._direct)


@pytest.mark.parametrize(
    "begin",
    ["U", "UN", "UNH", "UNH+1", "UNH+1+CUSRES:D", "UNH+1+CUSRES:D:96", "B", "BG", "BGM", "BGM+96", "BGM+962+A", "GIS+Z",
     "GIS", "UNT", "UNT+2", "UNT+3+1"],
)  # fmt: skip
def test_a_file_that_is_cut_off_in_a_segment_has_one_fault(definitions: Definitions, begin: str) -> None:
    """What the cut leaves of the segment is no mistake besides: its tag, a code, a part that is missing."""
    data = "UNB+UNOC:3+A+B+240102:1030+R'\n"
    if not begin.startswith("UNH") and begin not in ("U", "UN"):
        data += (
            "UNH+1+CUSRES:D:96B:UN'\nBGM+962+A1+11'\n" if begin[0] in "GMU" else "UNH+1+CUSRES:D:96B:UN'\n"
        )
    found = [fault.code for fault in all_of(definitions, data + begin)]
    assert found == ["segment-not-terminated"]


@pytest.mark.parametrize("end", [0, 8, 10, 20, 26, 28])
def test_a_file_that_is_cut_off_in_its_header_has_one_fault(definitions: Definitions, end: int) -> None:
    data = "UNB+UNOC:3+A+B+240102:1030+R'"[: end or 6]
    assert [fault.code for fault in all_of(definitions, data)] == ["segment-not-terminated"]


@pytest.mark.parametrize(
    ("end", "code"),
    [("U", "segment-not-terminated"), ("UNZ", "segment-not-terminated"), ("UNZ+1", "segment-not-terminated"),
     ("UNZ+1+", "segment-not-terminated"), ("UNZ+1+R", "segment-not-terminated"), ("UNZ+1+RX", "end-not-terminated")],
)  # fmt: skip
def test_a_file_that_is_cut_off_in_its_trailer_has_one_fault(
    definitions: Definitions, end: str, code: str
) -> None:
    """Only a trailer that is whole but for its terminator is harmless."""
    data = "UNB+UNOC:3+A+B+240102:1030+RX'UNH+1+CUSRES:D:96B:UN'BGM+962+A1+11'UNT+3+1'"
    assert [fault.code for fault in all_of(definitions, data + end)] == [code]


@pytest.mark.parametrize("una", ["UNA:+.?'\n", "UNA:+.?'\r\n", "UNA:+.?'"])
def test_a_short_advice_before_a_line_end_is_one_fault(definitions: Definitions, una: str) -> None:
    for text in (WHOLE, WHOLE.replace("\n", "")):
        assert [fault.code for fault in all_of(definitions, una + text)] == ["una-invalid"]
    assert all_of(definitions, "UNA:+.?*\n" + WHOLE.replace("'", "")) == []


@pytest.mark.parametrize("type", ["CUSDEC:9:12:UN", "CUSDEC:1:921:UN", "CUSDEC:96b:d:UN"])
def test_no_import_is_advised_of_what_cannot_exist(definitions: Definitions, type: str) -> None:
    (fault,) = faults_of(definitions, "BGM+962+A1+11'\n", type=type)
    assert fault.code == "message-type-unknown"


def test_no_import_is_advised_of_what_is_here_as_a_whole() -> None:
    about = b'{"whole": true, "messages": ["CUSDEC", "ORDERS"]}'
    definitions = definitions_in({"D96B/about.json": about})
    (fault,) = faults_of(definitions, "BGM+962+A1+11'\n", type="CUSDEX:D:96B:UN")
    assert (fault.code, fault.hint) == ("message-type-unknown", "CUSDEC D96B")


def test_a_mistake_before_the_cut_is_told_besides(definitions: Definitions) -> None:
    found = [fault.code for fault in all_of(definitions, "UNB+UNOC:3++B+2401")]
    assert sorted(found) == ["segment-not-terminated", "service-element-missing"]


def test_a_terminator_in_a_text_is_one_fault(definitions: Definitions) -> None:
    """The sender counted one segment, the reader finds two: the count is no mistake besides."""
    body = ("BGM+962+A1+11'\n", "FTX+AAI+++THE MASTER'S OFFICE'\n")
    assert [fault.code for fault in faults_of(definitions, *body)] == ["segment-tag-invalid"]
    found = [fault.code for fault in faults_of(definitions, *body, count=3)]
    assert found == ["segment-tag-invalid", "message-count-wrong"]


def test_a_message_type_in_small_letters_is_named_in_capitals(definitions: Definitions) -> None:
    (fault,) = faults_of(definitions, "BGM+962+A1+11'\n", type="cusres:D:96B:UN")
    assert (fault.code, fault.hint) == ("definition-missing", "CUSRES D96B")
