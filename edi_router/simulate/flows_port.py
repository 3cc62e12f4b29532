"""Stories of the port: gates, containers, ships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker
from edi_router.simulate.model import GOOD, Drop, Story, rejected

FAULTY = 0.12


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


STORIES: Sequence[tuple[Story, int]] = ((gate, 3),)
