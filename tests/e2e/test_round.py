"""The whole way on folder channels: drop, round, inboxes, ledger, books."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from edi_router.formats.edifact import read
from tests.support.workspaces import Place, deployment, drop_sample_day

DAY = shipped_directory() / "samples" / "day"


@pytest.fixture
def place(tmp_path: Path):  # type: ignore[no-untyped-def]
    with deployment(tmp_path / "ws") as opened:
        yield opened


def contrl(data: bytes) -> tuple[str, str, list[tuple[str, str]]]:
    """The answered control reference, the action for the interchange, and (reference, action) of messages."""
    [interchange] = list(read(data))
    [message] = list(interchange.messages())
    assert message.type == "CONTRL"
    uci = next(segment for segment in message.segments if segment.tag == "UCI")
    ucms = [segment for segment in message.segments if segment.tag == "UCM"]
    return uci.get(1), uci.get(4), [(ucm.get(1), ucm.get(3)) for ucm in ucms]


def states(place: Place) -> dict[str, list[str]]:
    """The states of the messages by the name of their file."""
    found: dict[str, list[str]] = {}
    for row in place.ledger.ls("message", limit=1000):
        found.setdefault(row["name"], []).append(row["state"])
    return found


def test_one_declaration_goes_the_whole_way(place: Place) -> None:
    place.drop("ENT-A", "a.edi", (DAY / "ENT-A" / "0800-cusdec.edi").read_bytes())
    report = place.engine.until_idle()
    assert (report.received, report.processed, report.delivered, report.problems) == (1, 1, 2, [])
    assert place.outbox("ENT-A") == []
    [(name, declaration)] = place.inbox("CIQ-QD").items()
    assert name.startswith("EEntDeclIo_")
    assert (
        b"<ProdHsCode>2102200000</ProdHsCode>" in declaration or b"<CodeTs>2102200000</CodeTs>" in declaration
    )
    [answer] = place.inbox("ENT-A").values()
    assert contrl(answer) == ("ENTA00000001", "7", [])
    [message] = place.ledger.ls("message")
    assert message["state"] == "completed"
    assert "agreement ent-a-cusdec" in message["reason"]
    assert "to CIQ-QD by code at LOC" in message["reason"]
    assert place.ledger.books().balanced


def test_a_message_is_found_by_any_of_its_numbers(place: Place) -> None:
    place.drop("ENT-A", "a.edi", (DAY / "ENT-A" / "0800-cusdec.edi").read_bytes())
    place.engine.until_idle()
    [message] = place.ledger.ls("message")
    for number in ("YC20260314000017", "CSQU3054383", message["id"]):
        assert message["id"] in place.ledger.find(number), number
    assert place.ledger.find("ENTA00000001")


def test_the_sample_day_accounts_for_every_file(place: Place) -> None:
    dropped = drop_sample_day(place.root)
    report = place.engine.until_idle()
    assert report.problems == []
    assert report.received == len(dropped) == len(place.ledger.ls("file", limit=1000))
    found = states(place)
    assert found["0800-cusdec.edi"] == ["completed"]
    assert found["0815-cusdec-three.edi"] == ["completed"] * 3
    assert found["0830-cusdec-chinese.edi"] == ["completed"]
    assert found["0845-declaration.xml"] == ["completed"]
    assert found["0900-cusdec-four-faults.edi"] == ["rejected"]
    assert found["0910-cusdec-again.edi"] == ["duplicate"]
    assert found["0920-orders.edi"] == ["held"]
    assert found["0930-cusdec-test.edi"] == ["held"]
    assert found["1040-transfer-unknown-bureau.xml"] == ["held"]
    assert found["0935-transfer.xml"] == ["completed"]
    assert found["1005-transfer-shanghai.xml"] == ["completed"]
    assert set(found["1120-codeco.edi"]) == {"completed"}
    broken = [
        row for row in place.ledger.ls("file", limit=1000) if row["name"] == "0950-declaration-broken.xml"
    ]
    assert [row["state"] for row in broken] == ["held"]
    books = place.ledger.books()
    assert books.balanced, books
    assert books.files.total.inflow == len(dropped)


def test_four_faults_are_told_at_four_places(place: Place) -> None:
    place.drop("ENT-A", "bad.edi", (DAY / "ENT-A" / "0900-cusdec-four-faults.edi").read_bytes())
    place.engine.until_idle()
    assert place.inbox("CIQ-QD") == {}
    [message] = place.ledger.ls("message")
    faults = place.ledger.show(message["id"])["faults"]
    errors = [fault for fault in faults if fault["severity"] == "error"]
    assert len(errors) == 4, errors
    assert len({str(fault["place"]) for fault in errors}) == 4
    [answer] = place.inbox("ENT-A").values()
    reference, action, messages = contrl(answer)
    assert (reference, messages[0][1]) == ("ENTA00000004", "4")
    assert action in ("4", "7")


def test_a_repeated_interchange_is_answered_again_and_not_delivered_again(place: Place) -> None:
    content = (DAY / "ENT-A" / "0800-cusdec.edi").read_bytes()
    for name in ("a.edi", "b.edi", "c.edi"):
        place.drop("ENT-A", name, content)
        place.engine.until_idle()
        place.clock.forward(minutes=5)
    assert len(place.inbox("CIQ-QD")) == 1
    answers = place.inbox("ENT-A")
    assert len(answers) == 3
    assert [contrl(answer) for answer in answers.values()] == [("ENTA00000001", "7", [])] * 3
    numbers = sorted(next(iter(read(answer))).control_reference for answer in answers.values())
    assert numbers == ["1", "2", "3"]


def test_a_refused_interchange_may_come_again_corrected_under_its_number(place: Place) -> None:
    good = (DAY / "ENT-A" / "0800-cusdec.edi").read_bytes()
    place.drop("ENT-A", "bad.edi", good.replace(b"UNT+48+", b"UNT+47+"))
    place.engine.until_idle()
    assert place.inbox("CIQ-QD") == {}
    place.drop("ENT-A", "good.edi", good)
    place.engine.until_idle()
    assert len(place.inbox("CIQ-QD")) == 1


def test_a_held_message_is_released_when_its_agreement_is_there(place: Place) -> None:
    place.drop("CIQ-JN", "t.xml", (DAY / "CIQ-JN" / "1040-transfer-unknown-bureau.xml").read_bytes())
    place.engine.until_idle()
    [message] = place.ledger.ls("message")
    assert message["state"] == "held"
    partners = place.root / "partners"
    partners.mkdir(exist_ok=True)
    text = (shipped_directory() / "partners" / "CIQ-SH.yaml").read_text(encoding="utf-8")
    (partners / "CIQ-SH.yaml").write_text(text.replace('codes: ["310010"]', 'codes: ["310010", "990099"]'))
    configuration, faults = place.workspace.configuration()
    assert configuration is not None, faults
    place.workspace.request_reload(configuration.digest)
    assert place.engine.reload()
    place.ledger.release(message["id"], "tester", "bureau added")
    place.engine.until_idle()
    assert len(place.inbox("CIQ-SH")) == 1
    assert place.ledger.show(message["id"])["state"] == "completed"
    assert place.ledger.books().balanced


def test_a_paused_partner_gets_nothing_until_it_is_resumed(place: Place) -> None:
    place.ledger.pause("CIQ-QD", "maintenance", "tester")
    place.drop("ENT-A", "a.edi", (DAY / "ENT-A" / "0800-cusdec.edi").read_bytes())
    place.engine.until_idle()
    assert place.inbox("CIQ-QD") == {}
    assert len(place.inbox("ENT-A")) == 1
    assert place.ledger.books().balanced
    place.ledger.resume("CIQ-QD", "tester")
    place.engine.until_idle()
    assert len(place.inbox("CIQ-QD")) == 1


def test_a_delivery_that_failed_for_good_waits_for_retry(place: Place) -> None:
    inbox = place.root / "exchange" / "CIQ-QD" / "in"
    inbox.rmdir()
    inbox.write_text("not a folder")
    place.drop("ENT-A", "a.edi", (DAY / "ENT-A" / "0800-cusdec.edi").read_bytes())
    report = place.engine.until_idle()
    assert report.problems
    assert len(place.inbox("ENT-A")) == 1
    inbox.unlink()
    inbox.mkdir()
    [failed] = place.ledger.ls("delivery", state="failed")
    assert place.ledger.retry(failed["id"]) == 1
    place.engine.until_idle()
    assert len(place.inbox("CIQ-QD")) == 1
    assert place.ledger.books().balanced


def test_a_faulty_configuration_is_not_taken_up(place: Place) -> None:
    (place.root / "partners").mkdir()
    (place.root / "partners" / "ENT-A.yaml").write_text("id: ENT-A\n")
    place.workspace.request_reload("0" * 64)
    before = place.engine.configuration.digest
    assert not place.engine.reload()
    assert place.engine.configuration.digest == before
