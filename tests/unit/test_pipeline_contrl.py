"""Which CONTRL an interchange gets, and that what it tells is what was decided."""

from __future__ import annotations

import time

import pytest

from edi_router.faults import Fault
from edi_router.formats.edifact import read
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Answer, Decision, InterchangeOutcome, Sent
from tests.unit.test_pipeline import CUSDEC, THREE, View, changed, one, run, shipped

__all__ = ["shipped"]


def sealed(interchange: InterchangeOutcome) -> list[tuple[str, str, str]]:
    """Syntax, UNH and UCI of each CONTRL."""
    found = []
    for output in interchange.acknowledgements:
        assert output.unsealed is not None
        [answer] = read(output.unsealed.seal(7))
        [message] = answer.messages()
        assert not answer.faults
        assert not message.faults
        uci = message.segments[1]
        found.append((f"{answer.syntax}:{answer.syntax_version}", message.segments[0].text, uci.get(4)))
    return found


@pytest.mark.parametrize(
    ("syntax", "setting", "told"),
    [
        (b"UNOC:3", "as-received", [("UNOC:3", "UNH+1+CONTRL:D:3:UN", "7")]),
        (b"UNOA:2", "as-received", [("UNOA:3", "UNH+1+CONTRL:D:3:UN", "7")]),
        (b"UNOA:1", "as-received", [("UNOA:3", "UNH+1+CONTRL:D:3:UN", "7")]),
        (b"UNOA:1", "2", [("UNOA:2", "UNH+1+CONTRL:2:2:UN", "7")]),
        (b"UNOC:3", "2", [("UNOC:2", "UNH+1+CONTRL:2:2:UN", "7")]),
        (b"UNOC:3", "4", [("UNOC:4", "UNH+1+CONTRL:4:1:UN", "7")]),
        (b"UNOA:2", "none", []),
    ],
)
def test_the_version_that_the_partner_file_names(
    shipped: Configuration, syntax: bytes, setting: str, told: list[tuple[str, str, str]]
) -> None:
    content = CUSDEC.replace(b"UNOC:3", syntax)
    assert sealed(one(run(content, changed(shipped, "ENT-A", contrl=setting)))) == told


def test_technical_and_functional(shipped: Configuration) -> None:
    for kinds, actions in (
        (("functional",), ["7"]), (("technical",), ["8"]), (("technical", "functional"), ["8", "7"]),
        (("functional", "technical"), ["8", "7"]),
    ):  # fmt: skip
        interchange = one(run(CUSDEC, changed(shipped, "ENT-A", contrl_kinds=kinds)))
        assert [action for _, _, action in sealed(interchange)] == actions
        assert len({output.name for output in interchange.acknowledgements}) == len(actions)
        assert len({output.id for output in interchange.acknowledgements}) == len(actions)


def test_a_rejection_is_told_to_who_wants_receipts_only(shipped: Configuration) -> None:
    configuration = changed(shipped, "ENT-A", contrl_kinds=("technical",))
    assert [told[2] for told in sealed(one(run(CUSDEC.replace(b"UNZ+1", b"UNZ+2"), configuration)))] == [
        "8",
        "4",
    ]
    bad = one(run(THREE.replace(b"BGM+830+", b"BGX+830+", 1), configuration))
    assert [told[2] for told in sealed(bad)] == ["8", "7"]


def test_a_message_that_contrl_cannot_name_takes_the_others_with_it(shipped: Configuration) -> None:
    content = THREE.replace(b"UNH+1+CUSDEC:D:96B:UN'", b"UNH+1+CUSDEC:D:96B'", 1)
    assert content != THREE
    interchange = one(run(content, shipped))
    assert {message.decision for message in interchange.messages} == {Decision.REJECTED}
    assert not any(message.outputs for message in interchange.messages)
    assert [told[2] for told in sealed(interchange)] == ["4"]


@pytest.mark.parametrize("reference", [b"R" * 60, b"R\x07"])
def test_an_interchange_that_contrl_cannot_name_waits_for_a_person(
    shipped: Configuration, reference: bytes
) -> None:
    interchange = one(run(CUSDEC.replace(b"ENTA00000001", reference), shipped))
    assert interchange.decision is Decision.HELD
    assert interchange.acknowledgements == ()
    long = [fault.code for fault in interchange.faults if fault.code == "service-element-too-long"]
    assert long == (["service-element-too-long"] if len(reference) > 14 else [])


def test_lower_case_names_are_answered_in_a_set_that_has_them(shipped: Configuration) -> None:
    content = CUSDEC.replace(b"UNOC:3", b"UNOA:3").replace(b"ENTA00000001", b"enta00000001")
    assert sealed(one(run(content, shipped)))[0][0] == "UNOB:3"


@pytest.mark.parametrize(
    ("routing", "setting", "told"),
    [
        (b"DEPOT-7", "as-received", "DEPOT-7"), (b"D" * 14, "3", "D" * 14), (b"", "3", ""),
        (b"D" * 35, "4", "D" * 35), (b"D" * 35, "3", ""),
    ],
)  # fmt: skip
def test_an_answer_is_routed_back_as_its_sender_wants(
    shipped: Configuration, routing: bytes, setting: str, told: str
) -> None:
    """0008 of what came is 0014 of the answer (ISO 9735)."""
    content = CUSDEC.replace(b"+ENTA:ZZ+", b"+ENTA:ZZ:" + routing + b"+")
    assert (content != CUSDEC) is True
    if setting == "4":
        content = content.replace(b"UNOC:3", b"UNOC:4").replace(b"+260314:", b"+20260314:")
    [output] = one(run(content, changed(shipped, "ENT-A", contrl=setting))).acknowledgements
    assert output.unsealed is not None
    [answer] = read(output.unsealed.seal(7))
    assert answer.header is not None
    assert (answer.header.get(3, 1), answer.header.get(3, 3)) == ("ENTA", told)


CONTRL = b"UNB+UNOB:3+ENTA:ZZ+EDIROUTER:ZZ+260314:1005+C1'UNH+1+CONTRL:D:3:UN'UCI+1+EDIROUTER+ENTA+%s'UNT+3+1'UNZ+1+C1'"


def received(shipped: Configuration, content: bytes, view: View) -> tuple[Decision, list[Fault]]:
    [message] = one(run(content, shipped, view=view)).messages
    return message.decision, list(message.faults)


def test_a_received_contrl_is_recognised(shipped: Configuration) -> None:
    key = ("ENT-A", "EDIROUTER", "ENTA", "1")
    decision, faults = received(shipped, CONTRL % b"7", View(sent={key: Sent("o", None)}))
    assert (decision, faults) == (Decision.ACCEPTED, [])
    for before, codes in ((None, []), (Answer.RECEIVED, []), (Answer.REJECTED, ["contrl-repeated"])):
        _, faults = received(shipped, CONTRL % b"7", View(sent={key: Sent("o", before)}))
        assert [fault.code for fault in faults] == codes
    _, faults = received(shipped, CONTRL % b"4+29+UNZ+2", View())
    assert [fault.code for fault in faults] == ["contrl-unmatched", "contrl-rejects"]
    assert faults[1].values == {"level": "interchange", "reference": "1", "errors": "29 UNZ element 1"}


def test_a_file_of_broken_envelopes_is_held_as_a_whole(shipped: Configuration) -> None:
    start = time.process_time()
    outcome = run(CUSDEC + b"UNB+UNOC:3+ENTA:ZZ+EDIROUTER:ZZ+260314:0815+1'" * 100_000, shipped)
    assert outcome.interchanges == ()
    assert [fault.code for fault in outcome.faults] == ["interchanges-broken"]
    assert outcome.decision is Decision.HELD
    assert time.process_time() - start < 30
