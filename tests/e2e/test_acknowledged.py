"""A partner answers by CONTRL what we sent: the output knows it, the operator sees it, the books balance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from tests.support.cli import edi_router
from tests.support.workspaces import Place, deployment

CUSDEC = (shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A deployment that has sent one interchange to ENT-A: number 1, from EDIROUTER to ENTA."""
    with deployment(tmp_path / "ws") as opened:
        opened.drop("ENT-A", "a.edi", CUSDEC)
        opened.engine.until_idle()
        yield opened


def report(number: int, *body: str, to: str = "EDIROUTER:ZZ") -> bytes:
    """A CONTRL from ENT-A."""
    segments = ["UNH+1+CONTRL:D:3:UN", *body, f"UNT+{len(body) + 2}+1"]
    text = "'".join([f"UNB+UNOB:3+ENTA:ZZ+{to}+260314:1005+C{number}", *segments, f"UNZ+1+C{number}'"])
    return text.encode()


def sent(place: Place) -> dict[str, object]:
    [row] = [row for row in place.ledger.ls("output") if row["control_reference"] is not None]
    return row


def last(place: Place) -> dict[str, object]:
    return place.ledger.show(place.ledger.ls("message", type="CONTRL")[0]["id"])


def arrives(place: Place, content: bytes) -> None:
    place.clock.forward(minutes=5)
    place.drop("ENT-A", f"{place.clock.now:%H%M}.edi", content)
    assert place.engine.until_idle().problems == []


def test_what_we_sent_is_kept_with_its_references(place: Place) -> None:
    row = sent(place)
    assert (row["control_reference"], row["sender"], row["recipient"]) == ("1", "EDIROUTER", "ENTA")
    assert row["answer"] is None
    assert row["id"] in place.ledger.find("1")


def test_receipt_then_acknowledgement(place: Place) -> None:
    before = len(place.ledger.ls("output"))
    arrives(place, report(1, "UCI+1+EDIROUTER:ZZ+ENTA:ZZ+8"))
    assert sent(place)["answer"] == "received"
    arrives(place, report(2, "UCI+1+EDIROUTER:ZZ+ENTA:ZZ+7"))
    assert sent(place)["answer"] == "acknowledged"
    shown = last(place)
    assert (shown["state"], shown["reason"]) == ("completed", "interchange 1: acknowledged")
    assert shown["faults"] == []
    assert len(place.ledger.ls("output")) == before, "CONTRL is not answered"
    events = place.ledger.show(str(sent(place)["id"]))["events"]
    told = [event["detail"] for event in events if event["what"] == "answered"]
    assert [(each["answer"], each.get("before")) for each in told] == [
        ("received", None), ("acknowledged", "received"),
    ]  # fmt: skip
    assert place.ledger.books().balanced


def test_a_rejection_is_seen_by_the_operator(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    rejection = report(1, "UCI+1+EDIROUTER:ZZ+ENTA:ZZ+7", "UCM+1+CONTRL:D:3:UN+4", "UCS+2+13", "UCD+12+3:1")
    arrives(place, rejection)
    assert sent(place)["answer"] == "partly-rejected"
    assert [fault["code"] for fault in last(place)["faults"]] == ["contrl-rejects"]  # type: ignore[attr-defined]
    rows = place.ledger.ls("acknowledgement")
    assert {(row["level"], row["reference"], row["answer"]) for row in rows} == {
        ("interchange", "1", "partly-rejected"), ("message", "1", "rejected"),
    }  # fmt: skip
    [shown] = place.ledger.show(str(sent(place)["id"]))["acknowledgements"][1:]
    assert shown["detail"] == ["13 segment 2", "12 segment 2 element 2.1"]
    arrives(place, report(2, "UCI+1+EDIROUTER:ZZ+ENTA:ZZ+4+2"))
    assert sent(place)["answer"] == "rejected"
    assert [fault["code"] for fault in last(place)["faults"]] == [  # type: ignore[attr-defined]
        "contrl-repeated", "contrl-rejects",
    ]  # fmt: skip
    listed = edi_router("--workspace", str(place.root), "ls", "output")
    assert "rejected" in listed.out
    listed = edi_router("--workspace", str(place.root), "ls", "acknowledgement", "--state", "rejected")
    assert listed.out.count("rejected") == 2
    printed = edi_router("--workspace", str(place.root), "show", str(sent(place)["id"])).out
    assert "answer: rejected" in printed
    assert "partly-rejected" in printed
    assert place.ledger.books().balanced


def test_a_later_acknowledgement_takes_no_rejection_back(place: Place) -> None:
    arrives(place, report(1, "UCI+1+EDIROUTER:ZZ+ENTA:ZZ+4"))
    arrives(place, report(2, "UCI+1+EDIROUTER:ZZ+ENTA:ZZ+7"))
    assert sent(place)["answer"] == "rejected"


def test_parties_the_wrong_way_round_count_all_the_same(place: Place) -> None:
    arrives(place, report(1, "UCI+1+ENTA:ZZ+EDIROUTER:ZZ+7"))
    assert (sent(place)["answer"], last(place)["faults"]) == ("acknowledged", [])
    [row] = place.ledger.ls("acknowledgement")
    assert (row["output"], row["sender"], row["recipient"]) == (sent(place)["id"], "EDIROUTER", "ENTA")


def test_the_same_contrl_twice_is_a_duplicate(place: Place) -> None:
    for _ in range(2):
        arrives(place, report(1, "UCI+1+EDIROUTER:ZZ+ENTA:ZZ+7"))
    assert last(place)["state"] == "duplicate"
    assert len(place.ledger.ls("acknowledgement")) == 1


@pytest.mark.parametrize(
    "uci", ["UCI+99+EDIROUTER+ENTA+7", "UCI+1+SOMEBODY+ENTA+7", "UCI+1+EDIROUTER+OTHER+7"]
)
def test_an_answer_to_what_we_did_not_send(place: Place, uci: str) -> None:
    arrives(place, report(1, uci))
    shown = last(place)
    assert shown["state"] == "completed"
    assert [fault["code"] for fault in shown["faults"]] == ["contrl-unmatched"]  # type: ignore[attr-defined]
    assert sent(place)["answer"] is None
    [row] = place.ledger.ls("acknowledgement")
    assert row["output"] is None
    assert place.ledger.books().balanced


@pytest.mark.parametrize("uci", ["UCI+1+EDIROUTER+ENTA+9", "UCI+1+EDIROUTER+ENTA", "UCX+1"])
def test_a_faulty_contrl_needs_a_person(place: Place, uci: str) -> None:
    arrives(place, report(1, uci))
    assert last(place)["state"] == "held"
    assert sent(place)["answer"] is None
    place.ledger.release(str(last(place)["id"]), "an operator", "again")
    place.engine.until_idle()
    assert last(place)["state"] == "held"
    place.ledger.reject(str(last(place)["id"]), "an operator", "told the partner by telephone")
    assert place.ledger.books().balanced


def test_a_contrl_in_a_broken_envelope_needs_a_person(place: Place) -> None:
    arrives(place, report(1, "UCI+1+EDIROUTER:ZZ+ENTA:ZZ+7").replace(b"UNZ+1", b"UNZ+2"))
    assert last(place)["state"] == "held"
    assert sent(place)["answer"] is None
