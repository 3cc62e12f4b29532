"""Stories of the port: gates, containers, ships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker
from edi_router.simulate.model import FAULTY, GOOD, Drop, Story, held, rejected

RESULT_NO = "370211026000031"
"""The number of the result list in the sample, and of the declaration of its containers."""


def gate(make: Maker) -> Iterator[Drop]:
    """A gate report of the terminal: right, or with a wrong container number."""
    container = make.container()
    expected = GOOD
    if make.happens(FAULTY):
        container = container[:-1] + str((int(container[-1]) + 1) % 10)
        expected = rejected("R-CONT-01")
    changes = {
        "QWT000000101": make.digits(12, "QWT26"),
        "QWT2603140001": make.digits(14, "QWT2603"),
        "CSQU3054383": container,
        "EXBL0000017": make.bill,
        "YC20260017": make.digits(10, "YC2"),
    }
    yield Drop("TERM", f"codeco-{make.serial}.edi", make.text("day/TERM/1120-codeco.edi", changes), expected)


def containers(make: Maker) -> Iterator[Drop]:
    """Two boxes inspected at the yard; the good one written off, or asked for as another type."""
    first, second = make.container(1), make.container(2)
    result = make.text(
        "good/container-result.xml",
        {"CSQU3054383": first, "EXMU1000072": second, RESULT_NO: make.issued("370211026")},
    )
    yield Drop("YARD", f"result-{make.serial}.xml", result, GOOD)
    data = make.samples.read("good/container-declaration.xml")
    start, end = data.rindex(b"<ITF_DCL_CONT_DETAIL>"), data.index(b"</ITF_DCL_CONT>")
    data = (data[:start] + data[end:]).replace(b"<ContainerQty>2<", b"<ContainerQty>1<")
    for old, new in (
        ("c7c2b1f0", f"{make.serial:08}"),
        ("8a6f4a6e-2a53-4a86-9d0b-6f4f3d1f2a10", f"box-{make.serial}"),
        ("420500226000017", make.issued("420500226")),
        (RESULT_NO, make.issued("370211026")),
        ("CSQU3054383", first),
    ):
        data = data.replace(old.encode(), new.encode())
    expected = GOOD
    if make.happens(FAULTY):
        data = data.replace(b"Containtype>211", b"Containtype>221")
        expected = held("container-result: other-type")
    yield Drop("YARD", f"boxes-{make.serial}.xml", data, expected, wave=2)


def inspection(make: Maker) -> Iterator[Drop]:
    """A box declared, reported by the terminal, released or locked, and seen at the gate; or at the gate while locked."""
    container, bill = make.container(3), make.bill
    locked = make.happens(0.4)
    listed = make.pick((("COARRI", "DISCHARGE"), ("CODECO", "GATE-IN")))
    declared = make.text(
        "good/eentdeclio.xml",
        {
            "6f0c1c52": f"{make.serial:08}",
            "<CiqIEFlag>E<": "<CiqIEFlag>I<",
            "CSQU3054383": container,
            "EXBL0000017": bill,
            "YC-2026-017": make.contract,
            "<ITF_DCL_IO_DECL_GOODS>": "<DespPortCode>AUSYD</DespPortCode><ITF_DCL_IO_DECL_GOODS>",
        },
    )
    yield Drop("ENT-A", f"inbound-{make.serial}.xml", declared, GOOD)

    def report(kind: str, title: str, number: int) -> bytes:
        lines = [
            f"00:{kind}:{title}:9:QWT:EDIROUTER:{make.time(number)}:QWT{make.serial:09}{number}'",
            f"10:9V1234:EXAMPLE STAR:SG:026E:EXL:4218:{'XBABC' if locked else 'AUSYD'}:CNTAO'",
            f"50:{container}:22G1:F:I:{make.time(number)[:12]}:20000'",
            f"12:{bill}'",
            "40:1:2102200000:720:BG:18000'",
            "99:6'",
        ]
        return "\r\n".join([*lines, ""]).encode()

    yield Drop("TERM", f"list-{make.serial}.txt", report(*listed, 1), GOOD, wave=2)
    unlocked = locked and not make.happens(FAULTY)
    if unlocked:
        changes = {"QD20260314000003": make.digits(16, "QD26"), "CSQU3054383": container, "EXBL0000017": bill}
        unlock = make.text("good/gate-unlock.xml", changes)
        yield Drop("CIQ-QD", f"unlock-{make.serial}.xml", unlock, GOOD, wave=3)
    expected = held("port-inspection: breach") if locked and not unlocked else GOOD
    yield Drop("TERM", f"out-{make.serial}.txt", report("CODECO", "GATE-OUT", 2), expected, wave=4)


def empty(make: Maker) -> Iterator[Drop]:
    """An empty box released to the gate; or one whose number has a wrong check digit."""
    container, expected = make.container(4), GOOD
    if make.happens(FAULTY):
        container = container[:-1] + str((int(container[-1]) + 1) % 10)
        expected = rejected("R-CONT-01")
    changes = {"EXMU1000067": container, "EXBL0000017": make.bill}
    data = make.text("good/coparn-flat.txt", changes, "gb18030")
    yield Drop("TERM", f"empty-{make.serial}.txt", data, expected)


STORIES: Sequence[tuple[Story, int]] = ((gate, 2), (containers, 2), (inspection, 2), (empty, 1))
