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
        "QWT2603140001": make.digits(13, "QWT2603"),
        "CSQU3054383": container,
        "EXBL0000017": make.digits(11, "EXBL"),
    }
    yield Drop("TERM", f"codeco-{make.serial}.edi", make.text("day/TERM/1120-codeco.edi", changes), expected)


def containers(make: Maker) -> Iterator[Drop]:
    """Two boxes inspected at the yard; the good one written off, or asked for as another type."""
    first, second = make.container(1), make.container(2)
    result = make.text(
        "good/container-result.xml",
        {"CSQU3054383": first, "EXMU1000072": second, RESULT_NO: make.digits(15, "3702110260")},
    )
    yield Drop("YARD", f"result-{make.serial}.xml", result, GOOD)
    data = make.samples.read("good/container-declaration.xml")
    start, end = data.rindex(b"<ITF_DCL_CONT_DETAIL>"), data.index(b"</ITF_DCL_CONT>")
    data = (data[:start] + data[end:]).replace(b"<ContainerQty>2<", b"<ContainerQty>1<")
    for old, new in (
        ("8a6f4a6e-2a53-4a86-9d0b-6f4f3d1f2a10", f"box-{make.serial}"),
        ("420500226000017", make.digits(15, "4205002")),
        (RESULT_NO, make.digits(15, "3702110261")),
        ("CSQU3054383", first),
    ):
        data = data.replace(old.encode(), new.encode())
    expected = GOOD
    if make.happens(FAULTY):
        data = data.replace(b"Containtype>211", b"Containtype>221")
        expected = held("container-result: other-type")
    yield Drop("YARD", f"boxes-{make.serial}.xml", data, expected, wave=2)


STORIES: Sequence[tuple[Story, int]] = ((gate, 3), (containers, 3))
