"""The checks of service segments, their places and their codes."""

import pytest

from edi_router.faults import CATALOGUE, LANGUAGES, render
from edi_router.faults.codes import edifact
from edi_router.formats.edifact import read

HEAD = b"UNB+UNOC:3+A:14+B:14+240102:1200+7'"
REST = b"UNH+1+CUSDEC:D:96B:UN'BGM+929+X+9'UNT+3+1'UNZ+1+7'"


def faults(data):
    (interchange,) = read(data)
    found = [fault for message in list(interchange.messages()) for fault in message.faults]
    return found + list(interchange.faults)


@pytest.mark.parametrize(
    ("header", "code", "element", "component"),
    [
        (b"UNB++A+B+240102:1200+7'", "service-element-missing", 1, 1),
        (b"UNB+UNOC:3++B+240102:1200+7'", "service-element-missing", 2, 1),
        (b"UNB+UNOC:3+A++240102:1200+7'", "service-element-missing", 3, 1),
        (b"UNB+UNOC:3+A+B+:1200+7'", "service-element-missing", 4, 1),
        (b"UNB+UNOC:3+A+B+240102+7'", "service-element-missing", 4, 2),
        (b"UNB+UNOC:3+A+B+241302:1200+7'", "service-element-invalid", 4, 1),
        (b"UNB+UNOC:3+A+B+20240230:1200+7'", "service-element-invalid", 4, 1),
        (b"UNB+UNOC:3+A+B+240102:1260+7'", "service-element-invalid", 4, 2),
        (b"UNB+UNOC:3+A+B+240102:1200+7++++9'", "service-element-invalid", 9, None),
        (b"UNB+UNOC:3+A+B+240102:1200+7++++++x'", "service-element-invalid", 11, None),
        (b"UNB+UNOC:3+" + b"A" * 36 + b"+B+240102:1200+7'", "service-element-too-long", 2, 1),
        (b"UNB+UNOC:3+A:14:x:y+B+240102:1200+7'", "service-too-many-parts", 2, 4),
        (b"UNB+UNOC:3+A+B+240102:1200+7+++++++x'", "service-too-many-parts", 12, None),
    ],
)
def test_header(header, code, element, component):
    found = [fault for fault in faults(header + REST) if fault.place.tag == "UNB"]
    assert code in [fault.code for fault in found]
    fault = next(fault for fault in found if fault.code == code)
    assert (fault.place.segment, fault.place.element, fault.place.component) == (1, element, component)
    assert fault.place.offset is not None


def test_version_4_knows_more_parts():
    header = b"UNB+UNOC:4+A:14:x:y+B+20240102:1200+7'"
    assert faults(header + REST) == []


def test_a_missing_reference_is_told():
    codes = [fault.code for fault in faults(b"UNB+UNOC:3+A+B+240102:1200+'" + REST)]
    assert codes == ["service-element-missing"]


def test_places_of_counts_and_references():
    data = HEAD + REST.replace(b"UNT+3+1", b"UNT+4+2").replace(b"UNZ+1+7", b"UNZ+2+8")
    found = {fault.code: fault for fault in faults(data)}
    for code, text in (
        ("message-count-wrong", b"4+2'"),
        ("message-reference-differs", b"2'UNZ"),
        ("interchange-count-wrong", b"2+8'"),
        ("interchange-reference-differs", b"8'"),
    ):
        assert data[found[code].place.offset :].startswith(text), code
    assert found["message-count-wrong"].values == {"found": "4", "expected": "3"}


def test_an_incomplete_message_header():
    found = faults(HEAD + REST.replace(b":D:96B:UN", b""))
    assert {fault.code for fault in found} == {"message-header-incomplete"}
    assert [fault.values["id"] for fault in found] == ["0052", "0054", "0051"]


@pytest.mark.parametrize("entry", edifact.ENTRIES, ids=lambda entry: entry.code)
def test_every_entry_is_complete(entry):
    for text in (entry.text, entry.cause, entry.remedy):
        assert all(text[language] for language in LANGUAGES)
    assert set(entry.contrl) in ({3, 4}, set())
    assert all(code.isdecimal() and 1 <= int(code) <= 48 for code in entry.contrl.values())


def test_every_fault_fills_its_text():
    for fault in faults(HEAD.replace(b"240102", b"x").replace(b":3", b":8") + b"BGM+1'" + REST):
        assert CATALOGUE[fault.code].fields <= set(fault.values)
        assert "?" not in render(fault, "zh")


def test_a_group_reference_stands_once_in_an_interchange():
    group = b"UNG+CUSDEC+A+B+240102:1200+%s+UN+D:96B'UNH+1+CUSDEC:D:96B:UN'BGM+929+X+9'UNT+3+1'UNE+1+%s'"
    groups = b"".join(group % (each, each) for each in (b"5", b"6", b"5"))
    (fault,) = faults(HEAD + groups + b"UNZ+3+7'")
    assert (fault.code, fault.values) == ("group-reference-repeated", {"value": "5"})
    assert (fault.place.tag, fault.place.segment, fault.place.element) == ("UNG", 6, 5)
    assert CATALOGUE[fault.code].contrl == {3: "26", 4: "26"}


def test_separators_are_shown_in_one_line():
    (fault, *_) = faults((HEAD + REST).replace(b"'", b"\n"))
    assert (fault.code, fault.values) == ("separators-guessed", {"used": r"UNA:+.? \n"})
    for language in LANGUAGES:
        assert "\n" not in str(render(fault, language))


def test_without_unb_the_encoding_is_named_whose_characters_are_left():
    odd = [fault for fault in faults(REST.replace(b"X", b"\x84")) if fault.place.tag == "BGM"]
    assert [(fault.code, fault.values["level"]) for fault in odd] == [
        ("character-outside-repertoire", "ISO8859-1")
    ]
