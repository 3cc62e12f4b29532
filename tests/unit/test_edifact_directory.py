"""The shipped directories and the JSON form they are kept in."""

import json
from pathlib import Path

import pytest

from edi_router.config.tree import Tree, shipped_directory
from edi_router.formats.edifact.directory import (
    Definitions,
    GroupUse,
    MessageDef,
    SegmentUse,
    definitions_in,
    definitions_over,
    directory_name,
)
from edi_router.formats.edifact.directory_json import message_json
from edi_router.formats.edifact.importer import SERVICE_SEGMENTS, segment_uses

SHIPPED = shipped_directory() / "schemas" / "edifact"
DIRECTORIES = ("D95B", "D96B", "D01B", "D21B")


def read(name: str) -> bytes | None:
    path = SHIPPED / name
    return path.read_bytes() if path.is_file() else None


@pytest.fixture(scope="module")
def shipped() -> Definitions:
    return Definitions(read)


def test_looks_up_messages_segments_elements_and_codes(shipped: Definitions) -> None:
    message = shipped.message("CUSDEC", "D", "96B")
    assert message is not None
    assert message.directory == "D96B"
    segment = shipped.segment("D96B", "BGM")
    assert segment is not None
    assert [use.ref for use in segment.parts] == ["C002", "C106", "1225", "4343"]
    composite = shipped.composite("D96B", "C507")
    assert composite is not None
    assert [(use.ref, use.status) for use in composite.parts] == [("2005", "M"), ("2380", "C"), ("2379", "C")]
    element = shipped.element("D96B", "2380")
    assert element is not None
    assert (element.form, element.codes) == ("an..35", None)
    codes = shipped.codes("D96B", "2005")
    assert codes is not None
    assert codes["137"] == "Document/message date/time"


def test_definitions_come_from_the_configuration_tree(tmp_path: Path) -> None:
    definitions = definitions_over(Tree.over_shipped(tmp_path))
    assert definitions.message("CUSRES", "D", "01B") is not None
    assert definitions.message("CUSRES", "D", "02B") is None


def test_what_is_not_there_is_none(shipped: Definitions) -> None:
    assert shipped.message("CUSDEC", "S", "93A") is None
    assert shipped.message("../D96B", "D", "96B") is None
    assert shipped.segment("D96B", "ZZZ") is None
    assert shipped.codes("D96B", "2380") is None


def test_a_name_too_long_for_a_file_is_not_there(shipped: Definitions) -> None:
    for name in ("x" * 300, "😀" * 70):
        assert shipped.message_of(name, "CUSDEC") is None
        assert shipped.message_of("D96B", "X" * 300) is None
        assert shipped.segment(name, "BGM") is None


def test_service_messages_have_their_own_directory(shipped: Definitions) -> None:
    assert directory_name("CONTRL", "D", "96A") == "service-3"
    assert directory_name("CONTRL", "4", "1") == "service-4"
    contrl = shipped.message("CONTRL", "3", "1")
    assert contrl is not None
    assert [use.tag for use in segment_uses(contrl.content)] == [
        "UNH", "UCI", "UCM", "UCS", "UCD", "UCF", "UCM", "UCS", "UCD", "UNT",
    ]  # fmt: skip


@pytest.mark.parametrize("directory", ["service-3", "service-4"])
@pytest.mark.parametrize(
    "tag", ["UNB", "UNZ", "UNG", "UNE", "UNH", "UNT", "UNS", "UCI", "UCF", "UCM", "UCS", "UCD"]
)
def test_service_segments_are_there(shipped: Definitions, directory: str, tag: str) -> None:
    assert shipped.segment(directory, tag) is not None


@pytest.mark.parametrize("directory", DIRECTORIES)
def test_shipped_directories_are_complete_in_themselves(shipped: Definitions, directory: str) -> None:
    about = shipped.about(directory)
    assert about is not None
    assert about["source"]
    used: set[str] = set()
    for path in sorted((SHIPPED / directory / "messages").iterdir()):
        message = shipped.message_of(directory, path.stem)
        assert message is not None
        for use in segment_uses(message.content):
            used.add(use.tag)
            if use.tag not in SERVICE_SEGMENTS:
                assert shipped.segment(directory, use.tag), use.tag
    for tag in used - SERVICE_SEGMENTS:
        segment = shipped.segment(directory, tag)
        assert segment is not None
        for part in segment.parts:
            composite = shipped.composite(directory, part.ref)
            for inner in composite.parts if composite else (part,):
                element = shipped.element(directory, inner.ref)
                assert element is not None, inner.ref
                assert bool(element.codes) == (shipped.codes(directory, inner.ref) is not None)


def test_the_shipped_size_is_reasonable() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*.json")) < 6_000_000


def test_a_message_survives_its_json() -> None:
    inner = GroupUse("SG2", "C", 9, (SegmentUse("DTM", "M", 1, "0050"),), "0040")
    group = GroupUse("SG1", "M", 999999, (SegmentUse("RFF", "M", 1, "0030"), inner), "0020")
    content = (SegmentUse("UNH", "M", 1, "0010"), group, SegmentUse("UNT", "M", 1, "0060"))
    message = MessageDef("TESTIT", "D", "96B", "UN", "Test", content)
    data = message_json(message)
    assert definitions_in({"D96B/messages/TESTIT.json": data}).message("TESTIT", "D", "96B") == message
    assert all(len(line) < 80 for line in data.decode().splitlines())


def test_about_names_the_source() -> None:
    for directory in (*DIRECTORIES, "service-3", "service-4"):
        about = json.loads(Path(SHIPPED / directory / "about.json").read_text(encoding="utf-8"))
        assert about["directory"] == directory
        assert len(about["source"]) > 10
