"""Deliveries by the fenced protocol, the operator's verbs, looking, schedules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edi_router.ledger import Fenced, Ledger, NotFound, Refused
from edi_router.ledger.states import TRANSITIONS
from edi_router.pipeline.model import FileOutcome, InterchangeOutcome
from tests.support.outcomes import (
    ACCEPTED,
    HELD,
    REJECTED,
    Clock,
    ack,
    deliver,
    deliver_all,
    drop,
    message,
    outcome,
    process,
    take,
)


def ready(ledger: Ledger, outputs: int = 1, name: str = "a.edi") -> str:
    """A processed file with its deliveries waiting; returns the id of its message."""
    file = drop(ledger, name)
    process(ledger, file, outcome(file, message(file, outputs=outputs), control=file))
    return f"{file}-1-1"


def state(ledger: Ledger, id: str) -> str:
    return str(ledger.show(id)["state"])


def test_what_is_paused_after_it_was_listed_is_not_claimed(ledger: Ledger) -> None:
    for name in ("a", "b"):
        ready(ledger, name=name)
    listed = [each.id for each in ledger.due()]
    ledger.pause("ciq", "maintenance")
    assert ledger.claim_deliveries(listed) == []
    ledger.resume("ciq")
    assert [each.id for each in ledger.claim_deliveries(listed)] == listed


def test_a_delivery_goes_its_way(ledger: Ledger) -> None:
    one = ready(ledger)
    (row,) = ledger.due()
    assert (row.destination, row.partner, row.state, row.attempts) == ("ciq", "ciq", "waiting", 0)
    claimed = ledger.claim_delivery(row.id)
    assert claimed is not None
    assert claimed.content == f"content of {one}".encode()
    assert (claimed.fence, claimed.name, claimed.temporary) == (1, f"{one}-1.xml", f".{one}-1.xml.1.part")
    assert (claimed.renaming, claimed.leftovers, claimed.kind) == (False, (), "document")
    assert ledger.due() == []
    assert ledger.claim_delivery(row.id) is None
    (unfinished,) = ledger.unfinished()
    assert (unfinished.state, unfinished.temporary) == ("claimed", claimed.temporary)
    with pytest.raises(Fenced):  # not without `renaming`
        ledger.delivered(row.id, claimed.fence)
    ledger.renaming(row.id, claimed.fence)
    assert state(ledger, one) == "in_work"
    ledger.delivered(row.id, claimed.fence)
    ledger.delivered(row.id, claimed.fence)
    assert state(ledger, one) == "completed"
    assert ledger.unfinished() == []
    assert ledger.claim_delivery(row.id) is None
    assert ledger.books().balanced


def test_a_message_completes_with_its_last_output(ledger: Ledger) -> None:
    one = ready(ledger, outputs=3)
    first, second, third = (row.id for row in ledger.due())
    deliver(ledger, second)
    deliver(ledger, first)
    assert state(ledger, one) == "in_work"
    deliver(ledger, third)
    assert state(ledger, one) == "completed"


def test_an_acknowledgement_does_not_hold_a_message_up(ledger: Ledger) -> None:
    file = drop(ledger)
    answer = ack(f"{file}-1", [f"{file}-1-1", f"{file}-1-2"])
    process(ledger, file, outcome(file, message(file), message(file, 2, REJECTED), acks=(answer,)))
    by_destination = {row.destination: row.id for row in ledger.due()}
    deliver(ledger, by_destination["ciq"])
    assert state(ledger, f"{file}-1-1") == "completed"
    deliver(ledger, by_destination["ent-a"])
    assert state(ledger, f"{file}-1-2") == "rejected"
    assert ledger.content(answer.id) == b"CONTRL 1"


def test_a_zombie_is_fenced_off(ledger: Ledger, clock: Clock) -> None:
    ready(ledger)
    (row,) = ledger.due()
    zombie = ledger.claim_delivery(row.id)
    clock.tick(minutes=11)
    other = ledger.claim_delivery(row.id)
    assert zombie is not None
    assert other is not None
    assert other.fence == zombie.fence + 1
    assert other.leftovers == (zombie.temporary,)
    for verb in (ledger.renaming, ledger.delivered, ledger.extend_delivery):
        with pytest.raises(Fenced):
            verb(row.id, zombie.fence)
    with pytest.raises(Fenced):
        ledger.failed(row.id, zombie.fence, "too late")
    ledger.renaming(row.id, other.fence)
    with pytest.raises(Fenced):
        ledger.delivered(row.id, zombie.fence)
    ledger.delivered(row.id, other.fence)


def test_recovery_from_renaming_keeps_the_temporary_name(ledger: Ledger) -> None:
    ready(ledger)
    (row,) = ledger.due()
    first = ledger.claim_delivery(row.id)
    assert first is not None
    ledger.renaming(row.id, first.fence)
    ledger.recover()
    (again,) = ledger.due()
    assert again.state == "renaming"
    second = ledger.claim_delivery(row.id)
    assert second is not None
    assert (second.renaming, second.temporary, second.fence, second.leftovers) == (
        True,
        first.temporary,
        2,
        (),
    )
    ledger.recover()
    third = ledger.claim_delivery(row.id)
    assert third is not None
    assert (third.renaming, third.temporary, third.fence) == (True, first.temporary, 3)
    ledger.delivered(row.id, third.fence)


def test_a_lease_is_renewed(ledger: Ledger, clock: Clock) -> None:
    ready(ledger)
    (row,) = ledger.due()
    claimed = ledger.claim_delivery(row.id)
    assert claimed is not None
    clock.tick(minutes=9)
    ledger.extend_delivery(row.id, claimed.fence)
    clock.tick(minutes=9)
    assert ledger.due() == []
    clock.tick(minutes=2)
    assert len(ledger.due()) == 1


def test_failed_attempts_wait_for_their_time(ledger: Ledger, clock: Clock) -> None:
    one = ready(ledger)
    (row,) = ledger.due()
    for attempt in (1, 2):
        claimed = ledger.claim_delivery(row.id)
        assert claimed is not None
        assert claimed.attempts == attempt
        ledger.failed(row.id, claimed.fence, "connection refused", clock.now + timedelta(seconds=30))
        assert ledger.due() == []
        assert ledger.claim_delivery(row.id) is None
        assert len(ledger.due(clock.now + timedelta(seconds=30))) == 1
        clock.tick(seconds=30)
    claimed = ledger.claim_delivery(row.id)
    assert claimed is not None
    assert claimed.leftovers == tuple(f".{one}-1.xml.{fence}.part" for fence in (1, 2))
    ledger.failed(row.id, claimed.fence, "connection refused")
    assert (state(ledger, row.id), state(ledger, row.output), state(ledger, one)) == (
        "failed",
        "failed",
        "in_work",
    )
    assert ledger.books().outputs.total.outcomes == {"delivered": 0, "failed": 1, "waiting": 0}
    events = [event["what"] for event in ledger.show(row.output)["events"] if event["kind"] == "output"]
    assert events == ["made", "attempt failed", "attempt failed", "failed"]
    assert ledger.retry(one) == 1
    assert state(ledger, row.output) == "waiting"
    deliver(ledger, row.id)
    assert state(ledger, one) == "completed"
    assert ledger.books().balanced


@pytest.mark.parametrize("id", ["delivery", "output", "message", "file"])
def test_retry_by_any_id(ledger: Ledger, id: str) -> None:
    one = ready(ledger)
    (row,) = ledger.due()
    claimed = ledger.claim_delivery(row.id)
    assert claimed is not None
    ledger.failed(row.id, claimed.fence, "no")
    ids = {"delivery": row.id, "output": row.output, "message": one, "file": str(ledger.show(one)["file"])}
    assert ledger.retry(ids[id]) == 1
    assert len(ledger.due()) == 1


def test_a_failure_after_renaming_stays_renaming(ledger: Ledger, clock: Clock) -> None:
    ready(ledger)
    (row,) = ledger.due()
    claimed = ledger.claim_delivery(row.id)
    assert claimed is not None
    ledger.renaming(row.id, claimed.fence)
    ledger.failed(row.id, claimed.fence, "connection lost", clock.now)
    claimed = ledger.claim_delivery(row.id)
    assert claimed is not None
    assert claimed.renaming
    ledger.failed(row.id, claimed.fence, "connection lost")
    assert state(ledger, row.id) == "failed"
    ledger.retry(row.id)
    claimed = ledger.claim_delivery(row.id)
    assert claimed is not None
    assert (claimed.renaming, claimed.temporary.endswith(".1.part")) == (True, True)
    ledger.failed(row.id, claimed.fence, "another file is there", clock.now, not_renamed=True)
    claimed = ledger.claim_delivery(row.id)
    assert claimed is not None
    assert (claimed.renaming, claimed.temporary.endswith(".4.part")) == (False, True)


def test_paused_partners_get_nothing(ledger: Ledger) -> None:
    ready(ledger)
    ledger.pause("ciq", "their night")
    assert ledger.due() == []
    ledger.resume("ciq")
    assert len(ledger.due()) == 1


def test_deliveries_of_nothing(ledger: Ledger) -> None:
    assert ledger.claim_delivery("nothing") is None
    with pytest.raises(NotFound):
        ledger.renaming("nothing", 1)
    with pytest.raises(NotFound):
        ledger.content("nothing")


def held_message(ledger: Ledger) -> tuple[str, str]:
    file = drop(ledger)
    result = outcome(file, message(file, decision=HELD), message(file, 2), decision=HELD)
    process(ledger, file, result)
    return file, f"{file}-1-1"


def test_a_held_message_is_released(ledger: Ledger) -> None:
    file, held = held_message(ledger)
    with pytest.raises(Refused):
        ledger.release(f"{file}-1-2", "anna", "it is not held")
    ledger.release(held, "anna", "route added")
    with pytest.raises(Refused):
        ledger.release(held, "bert", "too")
    assert state(ledger, held) == "released"
    assert ledger.books().messages.total.outcomes["in_work"] == 2
    (item,) = ledger.pending_work()
    assert (item.kind, item.only, item.file) == ("message", frozenset({held}), file)
    fence = ledger.claim(item.id)
    assert fence is not None
    with pytest.raises(Refused):
        ledger.record(item.id, fence, outcome(file))
    again = outcome(file, message(file, stream="s"), message(file, 2, REJECTED))
    ledger.record(item.id, fence, again)
    assert (state(ledger, held), state(ledger, f"{file}-1-2")) == ("in_work", "in_work")
    assert ledger.show(f"{file}-1")["decision"] == "accepted"
    assert deliver_all(ledger) == 2
    assert (state(ledger, held), state(ledger, f"{file}-1-2")) == ("completed", "completed")
    assert [event["what"] for event in ledger.show(held)["events"] if event["subject"] == held] == [
        "held", "released", "accepted", "completed",
    ]  # fmt: skip
    (decided,) = ledger.show(held)["decisions"]
    assert (decided["verb"], decided["by"], decided["reason"]) == ("release", "anna", "route added")
    assert ledger.books().balanced


def test_a_released_message_may_be_held_again_or_break_off(ledger: Ledger) -> None:
    file, held = held_message(ledger)
    ledger.release(held, "anna", "now")
    item, fence = take(ledger, file)
    ledger.fail(item.id, fence, "bug")
    assert state(ledger, held) == "released"
    assert ledger.books().balanced
    assert ledger.retry(held) == 1
    item, fence = take(ledger, file)
    ledger.record(item.id, fence, outcome(file, message(file, decision=HELD), decision=HELD))
    assert state(ledger, held) == "held"
    ledger.release(held, "anna", "again")


def test_a_held_message_is_rejected(ledger: Ledger) -> None:
    _, held = held_message(ledger)
    ledger.reject(held, "anna", "nobody wants it")
    assert (state(ledger, held), ledger.show(held)["reason"]) == ("rejected", "nobody wants it")
    with pytest.raises(Refused):
        ledger.reject(held, "anna", "again")
    with pytest.raises(NotFound):
        ledger.reject("nothing", "anna", "")
    assert ledger.books().balanced


def test_a_failed_file_is_closed(ledger: Ledger) -> None:
    file = drop(ledger)
    item, fence = take(ledger, file)
    ledger.fail(item.id, fence, "bug")
    ledger.reject(file, "anna", "it was a test")
    assert state(ledger, file) == "processed"
    assert ledger.counts()["work"] == {"done": 1}
    assert ledger.books().balanced


def test_find(ledger: Ledger) -> None:
    one = ready(ledger)
    file = str(ledger.show(one)["file"])
    other = ready(ledger, name="b.edi")
    assert ledger.find(one) == [one]
    assert file in ledger.find(file[:8])
    assert other not in ledger.find(file[:8])
    assert ledger.find(f"D-{one}") == [one]
    assert ledger.find("a.edi") == [file]
    assert set(ledger.find("M1")) == {one, other}
    assert ledger.find(f"{one}-1.xml") == [f"{one}-o1"]
    assert ledger.find("nothing") == []
    assert ledger.find("%") == []
    process(ledger, drop(ledger, "c"), None)
    assert ledger.find("M1", limit=2) == sorted(ledger.find("M1"))[:0] + ledger.find("M1")[:2]


def test_find_by_control_reference(ledger: Ledger) -> None:
    file = drop(ledger)
    process(ledger, file, outcome(file, message(file), control="ICR-7"))
    assert ledger.find("ICR-7") == [f"{file}-1"]


def test_ls_filters(ledger: Ledger, clock: Clock) -> None:
    old = ready(ledger)
    moment = clock.tick(days=1)
    new = ready(ledger, name="b")
    assert [row["id"] for row in ledger.ls()] == [new, old]
    assert [row["id"] for row in ledger.ls(since=moment)] == [new]
    assert [row["name"] for row in ledger.ls(type="CUSDEC", limit=1)] == ["b"]
    assert ledger.ls(type="INVOIC") == []
    assert ledger.ls(partner="nobody") == []
    assert len(ledger.ls("delivery", state="waiting", partner="ciq")) == 2
    assert len(ledger.ls("interchange", state="accepted")) == 2
    assert [row["received"] for row in ledger.ls("file", limit=1)] == [moment]


def test_show_everything_of(ledger: Ledger) -> None:
    one = ready(ledger, outputs=2)
    deliver_all(ledger)
    file = str(ledger.show(one)["file"])
    shown = ledger.show(file[:10])
    assert (shown["kind"], shown["id"]) == ("file", file)
    assert [len(shown[part]) for part in ("interchanges", "messages", "outputs", "deliveries")] == [
        1,
        1,
        2,
        2,
    ]
    whats = [(event["kind"], event["what"]) for event in shown["events"]]
    assert whats == [
        ("file", "received"), ("file", "removed"), ("message", "accepted"), ("output", "made"),
        ("output", "made"), ("file", "processed"), ("output", "delivered"), ("output", "delivered"),
        ("message", "completed"),
    ]  # fmt: skip
    output = ledger.show(f"{one}-o2")
    assert (output["kind"], [row["id"] for row in output["messages"]], len(output["deliveries"])) == (
        "output", [one], 1,
    )  # fmt: skip
    assert ledger.show(f"{one}-o2-1")["kind"] == "delivery"
    assert ledger.show(f"{file}-1")["kind"] == "interchange"
    for nothing in ("nothing", file[:3], ""):
        with pytest.raises(NotFound):
            ledger.show(nothing)


def test_a_large_file_is_shown(ledger: Ledger) -> None:
    file = drop(ledger)
    process(ledger, file, outcome(file, *(message(file, number) for number in range(1, 701))))
    assert len(ledger.show(file)["messages"]) == 700
    assert len(ledger.due(limit=1000)) == 700


def test_notes(ledger: Ledger) -> None:
    file = drop(ledger)
    ledger.note("partner", "ent-a", "channel-failed", {"error": "timeout"})
    ledger.note("file", file, "looked at")
    assert [event["what"] for event in ledger.show(file)["events"]] == ["received", "removed", "looked at"]
    assert ledger.books().balanced


def test_schedules_fire_once(ledger: Ledger) -> None:
    moment = datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert ledger.last_fired("nightly") is None
    assert ledger.fire("nightly", moment)
    assert not ledger.fire("nightly", moment)
    assert ledger.fire("nightly", moment - timedelta(days=1))
    assert ledger.fire("other", moment + timedelta(days=1))
    assert ledger.last_fired("nightly") == moment


def test_an_output_of_two_messages(ledger: Ledger) -> None:
    file = drop(ledger)
    one, two = message(file, 1), message(file, 2, outputs=0)
    shared = one.outputs[0]
    joined = InterchangeOutcome(
        f"{file}-1", 1, "edifact", "S", "R", "C", ACCEPTED,
        messages=(one, replace(two, outputs=(shared,))),
    )  # fmt: skip
    process(ledger, file, FileOutcome(file, "edifact", (joined,)))
    (row,) = ledger.due()
    deliver(ledger, row.id)
    assert {state(ledger, one.id), state(ledger, two.id)} == {"completed"}


def test_every_state_leads_somewhere_known() -> None:
    for kind, states in TRANSITIONS.items():
        for before, afters in states.items():
            assert afters <= set(states), (kind, before)
