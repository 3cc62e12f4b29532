"""Files whose bytes are UTF-8 though UNB names an encoding of one byte: most would pass without a word."""

from __future__ import annotations

import io

import pytest

from edi_router.faults import Fault
from edi_router.formats.edifact import read
from edi_router.library import checker

TEXT = (
    "UNB+{level}+A:14+B:14+{date}:1200+7'\nUNH+1+CUSRES:D:96B:UN'\nBGM+962+X+9'\nFTX+AAI+++{one}'\n"
    "FTX+AAI+++{two}'\nUNT+5+1'\nUNZ+1+7'\n"
)
"""Two free texts in one message."""


def data(one: str, two: str, *, level: str = "UNOC:3", encoding: str = "utf-8") -> bytes:
    date = "20240102" if level.endswith("4") else "240102"
    return TEXT.format(level=level, one=one, two=two, date=date).encode(encoding)


def suspected(content: bytes, **given: str) -> list[Fault]:
    faults = checker(**given).report(content).faults
    assert {fault.code for fault in faults} <= {"encoding-suspected"}
    return faults


def test_it_is_told_once_with_the_word_as_it_is_meant_and_as_it_is_read() -> None:
    content = data("to Jürgen Köhler", "Söhne")
    (fault,) = suspected(content)
    assert fault.values == {
        "level": "UNOC", "encoding": "ISO8859-1", "found": "Jürgen", "read": "JÃ¼rgen",
    }  # fmt: skip
    assert (fault.place.line, fault.place.segment, fault.place.element) == (4, 3, 4)
    assert content[fault.place.offset or 0 :].startswith("ürgen".encode())


@pytest.mark.parametrize("level", ["UNOC:3", "UNOC:4", "UNOD:3", "UNOK:3"])
def test_every_level_of_one_byte_is_looked_at(level: str) -> None:
    assert [fault.values["level"] for fault in suspected(data("plain", "Köln", level=level))] == [level[:4]]


@pytest.mark.parametrize(
    "content",
    [
        data("Jürgen", "Größe", encoding="iso8859-1"),
        data("« É »", "«É»", encoding="iso8859-1"),
        data("ÃO", "SÃO", encoding="iso8859-1"),
        data("Рыба", "Текст Б", level="UNOE:3", encoding="iso8859-5"),
        data("Jürgen", "中国", level="UNOY:4"),
        data("Jürgen", "中国", level="UNOW:3"),
    ],
)
def test_what_is_as_it_says_is_not_suspected(content: bytes) -> None:
    assert suspected(content) == []


def test_the_encoding_of_the_agreement_is_believed() -> None:
    assert suspected(data("Jürgen", "Größe"), encoding="utf-8") == []


def test_it_is_told_for_each_message_of_a_long_file_in_which_it_is_so() -> None:
    head, rest = data("Jürgen", "Köln").split(b"UNH", 1)
    body, _ = rest.split(b"UNZ", 1)
    plain = b"UNH" + body.replace("ü".encode(), b"u").replace("ö".encode(), b"o")
    messages = [plain, b"UNH" + body] * 600
    content = head + b"".join(
        message.replace(b"UNH+1", b"UNH+%d" % number).replace(b"UNT+5+1", b"UNT+5+%d" % number)
        for number, message in enumerate(messages, 1)
    )
    (interchange,) = read(io.BytesIO(content + b"UNZ+1200+7'"))
    found = [len(message.faults) for message in interchange.messages()]
    assert found == [0, 1] * 600
    assert list(interchange.faults) == []
