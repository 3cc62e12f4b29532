"""The catalogue of fault codes, and how faults are told."""

import re
import string

import pytest

from edi_router.faults import CATALOGUE, Blocks, Fault, FaultList, Place, Severity, as_json, blocks, render

CODES = sorted(CATALOGUE)


@pytest.mark.parametrize("code", CODES)
def test_every_entry_is_complete_in_both_languages(code: str) -> None:
    entry = CATALOGUE[code]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
    for text in (entry.text, entry.cause, entry.remedy):
        assert text.en.strip()
        assert re.search(r"[一-鿿]|_zh}", text.zh), f"{code}: no Chinese in {text.zh!r}"
        assert not re.search(r"[一-鿿]", text.en), f"{code}: Chinese in {text.en!r}"


@pytest.mark.parametrize("code", CODES)
def test_both_languages_tell_the_same_values(code: str) -> None:
    text = CATALOGUE[code].text
    en, zh = (
        {name for _, name, _, _ in string.Formatter().parse(each) if name} for each in (text.en, text.zh)
    )
    # `problem` may be told as `problem_zh`: a text that somebody else wrote in both languages.
    assert en == {name.removesuffix("_zh") for name in zh}


@pytest.mark.parametrize("code", CODES)
def test_wire_codes_are_of_data_element_0085(code: str) -> None:
    for version, value in CATALOGUE[code].contrl.items():
        assert version in (3, 4)
        assert 1 <= int(value) <= 99


def test_a_place_tells_only_what_applies() -> None:
    place = Place("a.edi", 3, 1, 120, segment=4, tag="CST", group="SG30", element=2, component=1)
    assert place.as_json() == {
        "line": 3, "column": 1, "offset": 120, "segment": 4, "tag": "CST", "group": "SG30", "element": 2,
        "component": 1,
    }  # fmt: skip
    assert str(place) == "a.edi:3:1 CST(4) SG30 element 2.1"
    assert str(Place(xpath="/A/B[2]", line=7)) == "7 /A/B[2]"


def test_a_missing_value_shows_as_a_question_mark() -> None:
    assert "?" in render(Fault("route-none", Place(), {"partner": "X"}))


@pytest.mark.parametrize("code", CODES)
def test_empty_values_read_well(code: str) -> None:
    """Also a value that is not there is told: no quotes around nothing, no blanks left over."""
    fault = Fault(code, Place(), dict.fromkeys(CATALOGUE[code].fields, ""))
    for language in ("en", "zh"):
        text = render(fault, language)
        assert "``" not in text
        assert not re.search(r"  | [;.,，。]", text)


def test_an_empty_value_is_called_so() -> None:
    fault = Fault("group-types-mixed", Place(), {"reference": "", "expected": "CUSRES", "found": "CUSDEC"})
    assert render(fault) == "The group (empty) of CUSRES holds a message CUSDEC."
    assert render(fault, "zh") == "CUSRES 功能组（空）中含有 CUSDEC 报文。"


def test_a_fault_as_json_has_the_shape_of_the_contract() -> None:
    fault = Fault("route-none", Place(line=1, column=1, offset=0), {"partner": "X", "kind": "ORDERS D96A"})
    assert as_json(fault, "zh") == {
        "code": "route-none",
        "severity": "error",
        "text": render(fault, "zh"),
        "hint": CATALOGUE["route-none"].remedy.zh,
        "place": {"line": 1, "column": 1, "offset": 0},
    }


def test_a_warning_blocks_nothing() -> None:
    warnings = [code for code in CODES if CATALOGUE[code].severity is not Severity.ERROR]
    assert warnings
    assert all(blocks(Fault(code)) is Blocks.NOTHING for code in warnings)


def test_a_fault_list_counts_what_it_does_not_keep() -> None:
    faults = FaultList(limit=2)
    faults.extend(Fault("file-empty") for _ in range(5))
    assert (len(faults), faults.total) == (2, 5)
