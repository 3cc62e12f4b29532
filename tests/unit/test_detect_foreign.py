"""Files of other electronic data interchange are named: one fault, with what to do."""

from pathlib import Path

import pytest

import edi_router
from edi_router.faults import CATALOGUE, render
from edi_router.formats.detect import detect, unknown_fault
from tests.support.cli import edi_router as command

UIB = b"UIB+UNOA:0++7:C+++S:D+R:P+20260314:080000'UIH+CANRXX:010:006+1'UIT+1+2'UIZ++1'"
X12 = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260314*0800*U*00401*000000001*0*T*>~GS*"
EDIFACT = b"UNA:+.? 'UNB+UNOA:3+A+B+260314:0800+1'UNH+1+CUSRES:D:96B:UN'"
FOREIGN = [
    (UIB, "interactive EDIFACT", "交互式 EDIFACT"),
    (b"UNA:+.? '\r\n" + UIB, "interactive EDIFACT", "交互式 EDIFACT"),
    (b"UNA:+./*'" + UIB.replace(b"UIH", b"UIH+UNB+"), "interactive EDIFACT", "交互式 EDIFACT"),
    (X12, "ANSI X12", "ANSI X12"),
    (b"\r\n" + X12.replace(b"*", b"|"), "ANSI X12", "ANSI X12"),
    (b"STX=ANA:1+5000000000000:A+5000000000001:B+260314:080000+1++ORDHDR'MHD=1+ORDHDR:9'", "TRADACOMS", "TRADACOMS"),
    (EDIFACT.decode().encode("cp500"), "EBCDIC", "EBCDIC"),
    (EDIFACT[9:].decode().encode("cp037"), "EBCDIC", "EBCDIC"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "english", "chinese"), FOREIGN)
def test_it_is_named_by_one_fault(data: bytes, english: str, chinese: str) -> None:
    assert detect(data) == "unknown"
    (fault,) = edi_router.check(data)
    assert fault.code == "format-unknown"
    assert (fault.place.line, fault.place.column, fault.place.offset) == (1, 1, 0)
    assert english in render(fault)
    assert chinese in render(fault, "zh")


def test_the_remedy_speaks_of_each() -> None:
    for language in ("en", "zh"):
        remedy = CATALOGUE["format-unknown"].remedy[language]
        assert all(word in remedy for word in ("X12", "TRADACOMS", "UIB", "EBCDIC"))


@pytest.mark.parametrize("data", [b"Dear colleague", b"ISA,00,1", b"STX=2", b"\xe4\xd5\xc2\xd6", b"UIBX"])
def test_others_are_not_named(data: bytes) -> None:
    fault = unknown_fault(data)
    assert (fault.code, fault.values) == ("format-unknown", {})
    assert render(fault) == "The file is neither UN/EDIFACT nor XML."
    assert render(fault, "zh") == "文件既不是 UN/EDIFACT，也不是 XML。"


def test_what_is_edifact_stays_so() -> None:
    for data in (EDIFACT, EDIFACT[9:], b"junk " + EDIFACT, b"UNA:+.? 'UIX", EDIFACT + UIB):
        assert detect(data) == "edifact"


def test_the_command_tells_it(tmp_path: Path) -> None:
    file = tmp_path / "order.x12"
    file.write_bytes(X12)
    ran = command("validate", file)
    assert ran.code == 1
    assert ran.out.count("format-unknown") == 1
    assert "ANSI X12 (ISA)" in ran.out
