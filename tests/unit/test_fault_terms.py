"""Chinese texts of faults: the names of service data elements, and reasons that come from elsewhere in English."""

import json

import pytest
from pydantic import BaseModel, Field, ValidationError

from edi_router.config import Tree, shipped_directory
from edi_router.faults import Fault, render
from edi_router.faults.terms import NAMES, in_chinese
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.xml.reader import parse

SECURITY = "S5"


def test_the_service_data_elements_have_chinese_names() -> None:
    folder = shipped_directory() / "schemas" / "edifact" / "service-3"
    ids = {
        id for part in ("elements", "composites") for id in json.loads((folder / f"{part}.json").read_bytes())
    }
    assert {id for id in ids if id[0] in "0S" and not id.startswith(SECURITY)} <= set(NAMES)
    assert all("一" <= name[0] <= "鿿" for name in NAMES.values())


def test_every_element_that_a_header_fault_may_name_is_there() -> None:
    definitions = definitions_over(Tree.over_shipped())
    for directory in ("service-3", "service-4"):
        for tag in ("UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"):
            segment = definitions.segment(directory, tag)
            assert segment is not None
            for use in segment.parts:
                composite = definitions.composite(directory, use.ref)
                assert (
                    {use.ref, *(part.ref for part in composite.parts if composite)} <= set(NAMES)
                    if composite
                    else (use.ref in NAMES)
                )


def test_only_the_chinese_text_has_them() -> None:
    fault = Fault("service-element-missing", values={"tag": "UNB", "id": "0020", "name": "control reference"})
    assert "control reference" in render(fault)
    assert "交换控制参考号" in render(fault, "zh")
    fault = Fault("interchange-count-wrong", values={"unit": "messages", "found": "1", "expected": "2"})
    assert "（报文）" in render(fault, "zh")


class Model(BaseModel):
    number: int = Field(default=1, ge=1, le=9)
    text: str = Field(default="ab", min_length=2, max_length=4, pattern="^[a-z]*$")
    flag: bool = False
    names: list[str] = []
    table: dict[str, str] = {}


@pytest.mark.parametrize(
    "values",
    [{"number": "x"}, {"number": 0}, {"number": 10}, {"text": "a"}, {"text": "abcde"}, {"text": "AB"}, {"text": 1},
     {"flag": "maybe"}, {"names": 1}, {"table": 1}],
)  # fmt: skip
def test_what_the_models_say_is_in_chinese(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as raised:
        Model.model_validate(values)
    problem = raised.value.errors()[0]["msg"]
    assert in_chinese({"problem": problem})["problem"] != problem


@pytest.mark.parametrize(
    "text", [b"<a><b></a>", b"<a>", b"<a/><b/>", b"<a>&</a>", b"<a>&b;</a>", b"<a b=1/>", b"<a><p:b/></a>"]
)
def test_what_the_xml_parser_says_is_in_chinese(text: bytes) -> None:
    faults = parse(text)[1]
    assert faults[0].code == "xml-malformed"
    problem = faults[0].values["problem"]
    assert in_chinese({"problem": problem})["problem"] != problem


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_chinese({"problem": "something new", "name": "depth"}) == {
        "problem": "something new",
        "name": "depth",
    }
