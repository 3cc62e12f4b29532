"""One fault for one cause: a file that was broken into lines, and a UNB that lacks its first element."""

import pytest

import edi_router
from edi_router.faults import Blocks, Fault, blocks, render
from edi_router.formats.edifact import read

GOODS = "".join(
    f"FTX+AAA+++GOODS DESCRIPTION NUMBER {number} OF MANY IN THIS MESSAGE'" for number in range(9)
)
TEXT = (
    f"UNB+UNOC:3+ACME:ZZ+BUREAU:ZZ+260314:0800+17'UNH+1+CUSRES:D:96B:UN'BGM+962+X+9'{GOODS}UNT+12+1'UNZ+1+17'"
)


def told(data: bytes) -> list[Fault]:
    found: list[Fault] = []
    for interchange in read(data):
        for message in interchange.messages():
            found += message.faults
        found += interchange.faults
    return found


def broken(text: str, width: int, end: str = "\n") -> bytes:
    return end.join(text[at : at + width] for at in range(0, len(text), width)).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [40, 65, 69, 72, 80, 128])
@pytest.mark.parametrize("una", ["", "UNA:+.? '", "UNA:+.? '\n"])
def test_a_file_broken_into_lines_is_told_once(una: str, width: int, end: str) -> None:
    data = (
        broken(una + TEXT, width, end) if not una.endswith("\n") else una.encode() + broken(TEXT, width, end)
    )
    (fault,) = told(data)
    assert (fault.code, blocks(fault), fault.values) == ("lines-wrapped", Blocks.FILE, {"width": str(width)})
    assert data[fault.place.offset :].startswith(end.encode())
    assert data[: fault.place.offset].decode()[-1] != "'"
    lines = data[: fault.place.offset].decode().split("\n")
    assert (fault.place.line, fault.place.column) == (len(lines), len(lines[-1]) + 1)
    assert str(width) in render(fault)


def test_a_telex_header_is_told_besides() -> None:
    faults = told(b"QU ABCDE\r\n.FGHIJ 140800\r\n" + broken("UNA:+.? '" + TEXT, 64, "\r\n"))
    assert [fault.code for fault in faults] == ["junk-before-interchange", "lines-wrapped"]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.replace("'", "'\n").encode(),
        TEXT.replace("'", "'\r\n").encode(),
        "".join(f"{part + chr(39):80}\n" for part in TEXT.split("'")[:-1]).encode(),  # records of 80
        TEXT.replace("+", "\n+").encode(),
        TEXT.replace("'", "\n").encode(),
        broken(TEXT, 10),
        broken(TEXT, 400),
    ],
)
def test_other_lines_are_not_taken_for_it(data: bytes) -> None:
    assert "lines-wrapped" not in [fault.code for fault in told(data)]


def test_a_text_of_several_lines_is_told_as_before() -> None:
    value = "\n".join(
        "A LINE OF A TEXT AS LONG AS ALL OF THE OTHERS ARE, EIGHTY CHARACTERS" for _ in range(6)
    )
    data = TEXT.replace("'", "'\n").replace("GOODS DESCRIPTION NUMBER 4 OF MANY", value).encode()
    assert [fault.code for fault in told(data)] == ["control-character"]


@pytest.mark.parametrize("sender", ["ACME:ZZ", "ACME", "A", "5000000000000:14", "ACMETRADING:ZZ:X"])
@pytest.mark.parametrize("moment", ["260314:0800", "20260314:0800"])
def test_a_unb_without_its_first_element_is_told_once(sender: str, moment: str) -> None:
    data = f"UNB+{sender}+BUREAU:ZZ+{moment}+17'UNH+1+CUSRES:D:96B:UN'BGM+962+X+9'UNT+3+1'UNZ+1+17'".encode()
    found = [each for each in edi_router.check(data) if each.place.tag == "UNB"]
    assert [(each.code, each.place.element, each.values["id"]) for each in found] == [
        ("service-element-missing", 1, "S001")
    ]
    assert render(found[0]) == "UNB lacks its mandatory syntax identifier (S001)."
    assert "语法标识符（S001）" in render(found[0], "zh")


@pytest.mark.parametrize(
    "start", ["UNOC:3+BUREAU:ZZ", "UNOX:3+BUREAU:ZZ", "+BUREAU:ZZ", "XXXX:3+ACME:ZZ+BUREAU:ZZ"]
)
def test_other_elements_left_out_are_not_taken_for_it(start: str) -> None:
    data = f"UNB+{start}+260314:0800+17'UNH+1+CUSRES:D:96B:UN'BGM+962+X+9'UNT+3+1'UNZ+1+17'".encode()
    assert "S001" not in [each.values.get("id") for each in edi_router.check(data)]
