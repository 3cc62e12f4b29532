"""Every CONTRL and APERAK of the corpus answers something that we really sent.

Each file was read as a person would, and what it says stands beside what the router makes of it. Our numbers are our
own, so the interchange that was sent is given the references that the file names; nothing else is arranged. Files
that break the syntax are met twice: as they are, and with what the partner's file may allow (`leniencies`) or what
was evidently meant (`mended`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from edi_router.config import Tree
from edi_router.engine.round import EmbeddedEngine
from edi_router.faults import Fault
from edi_router.formats.edifact import read
from edi_router.ledger import tables
from edi_router.partners import Directory, Partner
from edi_router.partners.model import Identification
from edi_router.pipeline.configuration import Configuration, load_configuration
from tests.support.night import CUSDEC
from tests.support.workspaces import Clock, Place, Remembering, prepare

pytestmark = pytest.mark.corpus
RUNNING = {"technical": "running", "functional": "running", "business": "running"}
TAKEN = {"technical": "met", "functional": "met", "business": "running"}
DECIDED = {"technical": "met", "functional": "met", "business": "met"}
ARRIVED = {"technical": "met", "functional": "running", "business": "running"}
COUNT = {"wrong-unt-count": {"until": "2099-12-31"}}


@dataclass(frozen=True)
class Case:
    """A file, how it is met, and what must come of it."""

    file: str
    says: str
    """What a person reads in it."""
    answer: str | None
    """What the output then keeps."""
    clocks: dict[str, str]
    levels: tuple[tuple[str, str, str], ...]
    """Each level that it speaks of: what, its reference, the answer; the details of refusals are in `details`."""
    state: str = "completed"
    faults: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    ours: str = ""
    """We, as the file's UNB names its recipient; read from there if empty."""
    number: str = ""
    """The business number of what we sent; without one the interchange's reference counts."""
    reference: str = ""
    """The control reference of what we sent."""
    them: str = ""
    """The recipient of what we sent, where the answer comes from somebody else."""
    lenient: dict[str, dict[str, str]] = field(default_factory=dict)
    mended: tuple[tuple[str, str], ...] = ()
    """Patterns and what is put instead of them."""
    check_as: str | None = None


SWEDISH = "MakakWasTaken+ts-edifact__APERAK_interchangeBuilder-spec-ts_1.edi"
NOTED = "ballerina-platform+module-ballerina-edi__APERAK_Acknowledge-EDI-Orders-with-an-APERAK-md_1.edi"
DANISH = "glasdam+edifact_converter__test__complete__files__edifact__CTL0{}_1.edi"
PYDIFACT = "nerdocs+pydifact__tests__data__messages__v{}.edi"
GERMAN = "sh-prog-edi+EdifactGenerator__{}_test-ablehnung-abgleich-js_{}.edi"
"""The German files are test data of a program: three of the four CONTRL have the parties the wrong way round."""


CASES = [
    # --- CONTRL ---------------------------------------------------------------------------------------------------
    Case(
        DANISH.format(3), "our interchange is taken, and so is the one message that is named",
        "acknowledged", TAKEN,
        (("interchange", "MEDREF01095", "acknowledged"), ("message", "1111FRE01095", "acknowledged")),
        reference="MEDREF01095",
    ),
    # A national CONTRL with FTX, from the network instead of the recipient. What else it may say than the standard
    # lets it, we do not know: it waits for a person, our clocks run on, and nothing is taken for accepted.
    Case(
        DANISH.format(1), "all refused: the network does not know the recipient's location number",
        None, RUNNING, (), state="held", faults=("segment-unknown", "contrl-rejects"),
        reference="MEDREF01095", them="5790000120420:14",
    ),
    Case(
        DANISH.format(1), "the same without the FTX",
        "rejected", DECIDED,
        (("interchange", "MEDREF01095", "rejected"), ("message", "1111FRE01095", "rejected"),
         ("message", "1111MAN01095", "rejected")),
        faults=("contrl-rejects",), reference="MEDREF01095", them="5790000120420:14",
        mended=((r"FTX[^']*'\n", ""), (r"UNT\+6", "UNT+5")),
    ),
    Case(
        GERMAN.format("CONTRL", 3), "the interchange is taken, its UTILMD is not: segment 6, an element is missing",
        None, RUNNING, (), state="held", faults=("message-count-wrong", "contrl-rejects"),
        reference="844156800099",
    ),
    Case(
        GERMAN.format("CONTRL", 3), "the same, its wrong count in UNT being tolerated",
        "partly-rejected", DECIDED,
        (("interchange", "844156800099", "partly-rejected"), ("message", "844156800099", "rejected")),
        faults=("tolerated-wrong-unt-count", "contrl-rejects"), reference="844156800099", lenient=COUNT,
        details=("13", "13 segment 6", "13 segment 6"),
    ),
    Case(
        GERMAN.format("CONTRL", 4), "refused: we have sent this interchange before",
        "rejected", DECIDED, (("interchange", "ABC123", "rejected"),),
        faults=("contrl-rejects",), reference="ABC123", details=("26",),
    ),
    # Its author calls it a foreign file: nobody sent it, and what we sent stays open.
    Case(
        GERMAN.format("CONTRL", 5), "refused: an interchange that we never sent",
        None, RUNNING,
        (("interchange", "FREMDEDATEI99", "rejected"), ("message", "844156800099", "rejected")),
        faults=("tolerated-wrong-unt-count", "contrl-unmatched", "contrl-rejects"), reference="844156800099",
        lenient=COUNT, details=("13", "13", "13 segment 24", "13 segment 24 element 2.1"),
    ),
    Case(
        GERMAN.format("CONTRL", 5), "the same, had it been ours",
        "rejected", DECIDED,
        (("interchange", "FREMDEDATEI99", "rejected"), ("message", "844156800099", "rejected")),
        faults=("tolerated-wrong-unt-count", "contrl-rejects"), reference="FREMDEDATEI99",
        lenient=COUNT, details=("13", "13", "13 segment 24", "13 segment 24 element 2.1"),
    ),
    Case(
        GERMAN.format("CONTRL", 7), "the interchange is taken, its UTILMD is not: segment 5 is missing",
        "partly-rejected", DECIDED,
        (("interchange", "844156800099", "partly-rejected"), ("message", "844156800099", "rejected")),
        faults=("tolerated-wrong-unt-count", "contrl-rejects"), reference="844156800099", lenient=COUNT,
        details=("13", "13 segment 5"),
    ),
]  # fmt: skip


def test_the_table_has_every_acknowledgement(corpus: Path) -> None:
    found = {
        path.name
        for path in (corpus / "edifact").iterdir()
        if path.name != "MANIFEST.tsv" and re.search(rb"UNH\+[^']*\+(CONTRL|APERAK):", path.read_bytes())
    }
    assert {each.file for each in CASES} == found
