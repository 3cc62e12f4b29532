"""The view of a message that paths walk over."""

import pytest

from edi_router.config.tree import shipped_directory
from edi_router.formats.edifact.check import Checked, check
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.reader import read
from edi_router.paths import parse as parse_path
from edi_router.paths.node import Node

SHIPPED = shipped_directory() / "schemas" / "edifact"
CUSDEC = (
    "UNB+UNOC:3+SENDER:14+RECEIVER+240102:1030+REF1'UNH+1+CUSDEC:D:96B:UN'BGM+929+A?+1+9'LOC+35+CN'LOC+36+DE'"
    "DTM+137:20240102:102'NAD+CZ+++Seller::Second'UNS+D'"
    "CST+1+1001:1:2++2002'FTX+AAA+++One:Two'MEA+AAR++KGM:12.5'"
    "CST+2+3003'RFF+ABT:X'DTM+171:20240101:102'UNS+S'CNT+5:2'UNT+15+1'UNZ+1+REF1'"
)


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    def read_file(name: str) -> bytes | None:
        return (SHIPPED / name).read_bytes() if (SHIPPED / name).is_file() else None

    return Definitions(read_file)


def parse(text: str, definitions: Definitions, **options: str) -> Checked:
    interchange = next(read(text.encode()))
    message = next(iter(interchange.messages()))
    return check(message, definitions, interchange_header=interchange.header, **options)  # type: ignore[arg-type]


def one(node: Node, *names: str) -> Node:
    for name in names:
        found = node.children(name)
        assert found, name
        node = found[0]
    return node


def test_groups_segments_composites_and_elements(definitions: Definitions) -> None:
    root = parse(CUSDEC, definitions).root
    assert isinstance(root, Node)
    assert root.name == "CUSDEC"
    assert root.parent is None
    assert [node.name for node in root.children("LOC")] == ["LOC", "LOC"]
    assert one(root, "BGM", "C106", "d1004").value() == "A+1"
    items = root.children("SG30")
    assert len(items) == 2
    assert one(items[1], "SG35", "DTM", "C507", "d2380").value() == "20240101"
    rff = one(items[1], "SG35", "RFF")
    assert rff.parent is not None
    assert rff.parent.name == "SG35"
    assert rff.parent.parent is items[1]
    assert root.children("SG99") == ()


def test_empty_parts_keep_their_places(definitions: Definitions) -> None:
    root = parse(CUSDEC, definitions).root
    customs = one(root, "SG30", "CST").children("C246")
    assert [one(part, "d7361").value() for part in customs] == ["1001", None, "2002"]
    name = one(root, "SG6", "NAD", "C080")
    assert [node.value() for node in name.children("d3036")] == ["Seller", None, "Second"]
    assert name.value() is None


def test_places_name_segment_group_element_and_component(definitions: Definitions) -> None:
    root = parse(CUSDEC, definitions).root
    place = one(root.children("SG30")[1], "SG35", "DTM", "C507", "d2380").place()
    assert (place.segment, place.tag, place.group, place.element, place.component) == (
        13,
        "DTM",
        "SG30/SG35",
        1,
        2,
    )
    assert place.offset is not None
    assert CUSDEC[place.offset :].startswith("20240101")
    group = root.children("SG30")[1].place()
    assert (group.tag, group.segment) == ("CST", 11)
    assert root.place().segment == 1


def test_the_envelope_is_beside_the_message(definitions: Definitions) -> None:
    root = parse(CUSDEC, definitions).root
    assert one(root.envelope, "UNB", "S002", "d0004").value() == "SENDER"
    assert one(root.envelope, "UNH", "S009", "d0065").value() == "CUSDEC"
    assert root.envelope.name == "$envelope"
    assert one(root, "UNH", "d0062").value() == "1"


def test_repeated_elements_of_syntax_4(definitions: Definitions) -> None:
    text = (
        "UNB+UNOC:4+A+B+20240102:1030+R'UNH+1+CUSRES:D:21B:UN'BGM+962'NAD+CZ'CTA+IC'COM+a:EM*2:TE'UNT+6+1'"
        "UNZ+1+R'"
    )
    parts = one(parse(text, definitions).root, "SG1", "SG2", "COM").children("C076")
    assert [one(part, "d3148").value() for part in parts] == ["a", "2"]
    assert [part.place().repeat for part in parts] == [1, 2]


def test_a_directory_with_plain_elements(definitions: Definitions) -> None:
    text = "UNB+UNOC:3+A+B+240102:1030+R'UNH+1+CODECO:D:95B:UN'BGM+34+N1+9'UNT+3+1'UNZ+1+R'"
    assert one(parse(text, definitions).root, "BGM", "d1004").value() == "N1"


def test_without_a_definition_the_segments_are_flat(definitions: Definitions) -> None:
    checked = parse(CUSDEC.replace("96B", "92B"), definitions)
    assert len(checked.root.children("CST")) == 2
    assert checked.root.children("SG30") == ()
    assert one(checked.root, "UNH", "S009", "d0054").value() == "92B"
    assert checked.root.children("BGM")[0].children("C106") == ()


def test_a_last_part_that_is_repeated_as_further_elements_is_seen(definitions: Definitions) -> None:
    # Syntax 3 has no repetition separator: ISO 9735 version 3 writes the repetitions one after the other.
    text = (
        "UNB+UNOC:3+SENDER:14+RECEIVER+240102:1030+REF1'UNH+1+CUSRES:D:01B:UN'BGM+961+A1+9'"
        "NAD+CZ+1'CTA+IC+:LI'COM+0717:TE+li@example.org:EM+0718:FX'UNT+6+1'UNZ+1+REF1'"
    )
    checked = parse(text, definitions)
    assert [fault.code for fault in checked.faults] == []
    [com] = parse_path("SG1/SG2/COM").select(checked.root)
    values = [part.children("d3148")[0] for part in com.children("C076")]
    assert [value.value() for value in values] == ["0717", "li@example.org", "0718"]
    assert [value.place().element for value in values] == [1, 2, 3]
    assert checked.root.rows() is None, "a program would not see them"
