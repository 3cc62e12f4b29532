"""Every CONTRL and APERAK of the corpus answers something that we really sent.

Each file was read as a person would, and what it says stands beside what the router makes of it. Our numbers are our
own, so the interchange that was sent is given the references that the file names; nothing else is arranged. Files
that break the syntax are met twice: as they are, and with what the partner's file may allow (`leniencies`) or what
was evidently meant (`mended`).
"""

from __future__ import annotations

import json
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
LOW = ("character-outside-repertoire", "tolerated-wrong-unt-count")
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
    # --- APERAK ---------------------------------------------------------------------------------------------------
    Case(
        SWEDISH, "OK, accepted with amendment (BGM 34): our message `test`; but UNZ is of another interchange",
        None, RUNNING, (), state="rejected", number="test", check_as="D96B",
        faults=("interchange-reference-differs", "code-unknown", "group-repeated"),
    ),
    Case(
        SWEDISH, "the same with the UNZ of its UNB",
        "acknowledged", TAKEN, (("document", "test", "acknowledged"),), number="test", check_as="D96B",
        mended=(
            (r"UNZ\+1\+E220223842164", "UNZ+1+test"), ("RFF.Z07:meter'RFF.LI:meter'", ""), ("::260", "::ZZZ"),
            (r"UNT\+12", "UNT+10"),
        ), details=("OK",),
    ),
    # Notes stand between its segments, as in the guide that it is from: no EDIFACT, and so told back by CONTRL.
    Case(
        NOTED, "of our interchange REF2 two orders are accepted, one is rejected; with notes that nobody may send",
        None, RUNNING, (), state="rejected", number="REF2", check_as="D01B",
        faults=("segment-tag-invalid", "character-outside-repertoire"),
    ),
    # 305 is the name of the message and no verdict, and the code in ERC is the partner's own: a receipt, no more.
    Case(
        NOTED, "the same without the notes",
        "received", ARRIVED, (("document", "REF2", "received"),), number="REF2", check_as="D01B",
        faults=("character-outside-repertoire",),
        details=("Mandatory unit is missing in the EDI. Unit Segment BGM | Min 1 | Max 1",),
        mended=((r"'[^'\n]*\n", "'"),),
    ),
    # Accepted and rejected, as it says in words only: 27 is no name of an APERAK, 9 and 7 are no verdicts.
    Case(
        PYDIFACT.format("3__aperak"), "accepted, as its words say; UNT counts one segment too many",
        None, RUNNING, (), state="rejected", number="PO123456", check_as="D96B",
        faults=("character-outside-repertoire", "message-count-wrong"),
    ),
    Case(
        PYDIFACT.format("3__aperak"), "the same, the count being tolerated: its codes say that it came",
        "received", ARRIVED, (("document", "PO123456", "received"),),
        number="PO123456", check_as="D96B", lenient=COUNT, faults=LOW,
        details=("Message accepted without errors",),
    ),
    Case(
        PYDIFACT.format("4__aperak"), "the same in syntax version 4, the date in UNB as version 4 has it",
        "received", ARRIVED, (("document", "PO123456", "received"),),
        number="PO123456", check_as="D96B", lenient=COUNT, faults=LOW, mended=(("250322:1300", "20250322:1300"),),
        details=("Message accepted",),
    ),
    Case(
        PYDIFACT.format("4__aperak_rejected"), "rejected, as its words say; read as it is",
        "received", ARRIVED, (("document", "PO123456", "received"),),
        number="PO123456", check_as="D96B", lenient=COUNT, faults=LOW, mended=(("250322:1245", "20250322:1245"),),
        details=("Order rejected", " invalid product code"),
    ),
    # Codes of the German energy trade: without a directory of theirs the message is refused, not half understood.
    Case(
        GERMAN.format("APERAK", 2), "refused (BGM 313): our interchange DAR12345, the address of a delivery point",
        None, RUNNING, (), state="rejected", faults=("code-unknown",), reference="DAR12345", check_as="D21B",
    ),
    Case(
        GERMAN.format("APERAK", 2), "the same in a code of the directory",
        "rejected", DECIDED, (("document", "DAR12345", "rejected"),) * 2,
        faults=("answer-rejects",), reference="DAR12345", check_as="D21B", mended=((r"FTX\+Z02", "FTX+AAO"),),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{number:02d}-{each.file[:24]}" for number, each in enumerate(CASES)]
)
def test_it_is_matched(case: Case, corpus: Path, tmp_path: Path) -> None:
    data = (corpus / "edifact" / case.file).read_bytes()
    for pattern, new in case.mended:
        data, count = re.subn(pattern.encode(), new.encode(), data)
        assert count, pattern
    with sent(case, data, tmp_path) as (place, output):
        place.clock.forward(minutes=5)
        place.drop("THEM", "answer.edi", data)
        assert place.engine.until_idle().problems == []
        [message] = place.ledger.ls("message", partner="THEM")
        shown = place.ledger.show(message["id"])
        says = [row for row in place.ledger.ls("acknowledgement") if row["message"] == message["id"]]
        says.sort(key=lambda row: row["id"])
        faults = dict.fromkeys(each["code"] for each in shown["faults"])
        found = (
            shown["state"], *kept(place, output),
            tuple((row["level"], row["reference"], row["answer"]) for row in says),
            tuple(faults), tuple(part for row in says for part in json.loads(row["detail"])),
        )  # fmt: skip
        assert found == (case.state, case.answer, case.clocks, case.levels, case.faults, case.details)
        assert place.ledger.books().balanced


def kept(place: Place, output: str) -> tuple[str | None, dict[str, str]]:
    """The answer that the output has, and the states of its clocks."""
    c, o = tables.clock.c, tables.output.c
    with place.ledger.read() as connection:
        clocks = connection.execute(select(c.level, c.state).where(c.subject == output)).all()
        answer = connection.execute(select(o.answer).where(o.id == output)).scalar_one()
    return answer, {row.level: row.state for row in clocks}


_SHIPPED: list[Configuration] = []


class Theirs(Remembering):
    """A workspace with an enterprise that sends, and the recipient whose answers the corpus has."""

    case: Case
    data: bytes

    def configuration(self) -> tuple[Configuration | None, list[Fault]]:
        """The shipped one but for its partners and for who we are."""
        if not _SHIPPED:
            tree = Tree.over_shipped()
            loaded, faults = load_configuration(tree, tree)
            assert loaded is not None, faults
            _SHIPPED.append(loaded)
        shipped, (us, them) = _SHIPPED[0], parties(self.data)
        settings = shipped.settings.model_copy(update={"identifications": (us,)})
        name = {"en": "x", "zh": "x"}
        common = {"name": name, "status": "live", "role": "test"}
        firm = {
            **common, "id": "FIRM", "identifications": [{"id": "FIRM", "qualifier": "ZZ"}], "contrl": "none",
            "channel": {"kind": "folder", "root": "exchange/FIRM", "wait_seconds": "0"},
            "agreements": [{"id": "passed-on", "receives": "CUSDEC D96B", "deliver": {"to": "THEM"}}],
        }  # fmt: skip
        known = [them.model_dump()]
        if self.case.them:
            known.insert(0, dict(zip(("id", "qualifier"), self.case.them.split(":"), strict=True)))
        agreement = {"id": "answers", "receives": "APERAK", "check_as": self.case.check_as}
        within = {"technical": {"minutes": "10"}, "functional": {"minutes": "30"}, "business": {"hours": "4"}}
        recipient = {
            **common, "id": "THEM", "identifications": known, "leniencies": self.case.lenient,
            "channel": {"kind": "folder", "root": "exchange/THEM", "wait_seconds": "0"},
            "expects": [{"of": "CUSDEC", "level": level, "within": span} for level, span in within.items()],
            "agreements": [agreement] if self.case.check_as else [],
        }  # fmt: skip
        partners = [Partner.model_validate(each) for each in (firm, recipient)]
        return replace(shipped, settings=settings, directory=Directory(partners)), []


def parties(data: bytes) -> tuple[Identification, Identification]:
    """Recipient and sender of an answer: we, and whom we sent to."""
    [interchange] = read(data)
    us = Identification(id=interchange.recipient, qualifier=interchange.recipient_qualifier)
    return us, Identification(id=interchange.sender, qualifier=interchange.sender_qualifier)


@contextmanager
def sent(case: Case, data: bytes, root: Path) -> Iterator[tuple[Place, str]]:
    """A declaration is sent to the partner, by the engine; then it gets the references that the file names."""
    prepare(root)
    for partner in ("FIRM", "THEM"):
        for folder in ("in", "out"):
            (root / "exchange" / partner / folder).mkdir(parents=True, exist_ok=True)
    clock = Clock()
    workspace = Theirs.at(root)
    workspace.case, workspace.data = case, data
    us, _ = parties(data)
    with workspace.open_ledger(clock) as ledger:
        place = Place(
            root, workspace, EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock), ledger, clock
        )
        text = CUSDEC.replace("ENTA:ZZ", "FIRM:ZZ").replace(
            "EDIROUTER:ZZ", f"{us.id}:{us.qualifier}".rstrip(":")
        )
        place.drop("FIRM", "declaration.edi", text.encode())
        assert place.engine.until_idle().problems == []
        [output] = ledger.ls("output", partner="THEM")
        assert (output["state"], *kept(place, output["id"])) == ("delivered", None, RUNNING)
        o = tables.output
        with ledger.write() as tx:
            if case.reference:
                named = update(o).where(o.c.id == output["id"]).values(control_reference=case.reference)
                tx.connection.execute(named)
            if case.number:
                known = {"output": output["id"], "kind": "declaration", "value": case.number}
                tx.insert(tables.output_reference, [known])
        yield place, output["id"]


def test_the_table_has_every_acknowledgement(corpus: Path) -> None:
    found = {
        path.name
        for path in (corpus / "edifact").iterdir()
        if path.name != "MANIFEST.tsv" and re.search(rb"UNH\+[^']*\+(CONTRL|APERAK):", path.read_bytes())
    }
    assert {each.file for each in CASES} == found
