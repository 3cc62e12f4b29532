"""Batches in the ledger: closed in one transaction, delivered and answered message by message; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from edi_router.formats.answer import Answer
from edi_router.ledger import Ledger, Refused, tables
from tests.support.batches import NAME, collect, compose, contrl, inside, series
from tests.support.outcomes import Clock, deliver, deliver_all


def close(ledger: Ledger, **more: Any) -> list[str]:
    """Close all that is due; the batches."""
    made = []
    while (id := ledger.close_batch(series(**more))) is not None:
        made.append(id)
    return made


def test_a_batch_is_one_interchange_with_one_delivery(ledger: Ledger, clock: Clock) -> None:
    waits = collect(ledger, "a", "b")
    urgent = collect(ledger, "c", priority=1)
    assert ledger.due() == []
    assert ledger.waiting_series() == {NAME: 3}
    assert ledger.books().balanced, "what waits for a batch has no delivery, and that is right"
    clock.tick(seconds=1)
    assert close(ledger) == ["CUS-forms-1"]
    assert inside(ledger, "CUS-forms-1") == ["c", "a", "b"]
    shown = ledger.show("CUS-forms-1")
    assert (shown["output_kind"], shown["control_reference"], shown["sender"]) == ("batch", "1", "US")
    assert [ledger.show(id)["number"] for id in (*urgent, *waits)] == [1, 2, 3]
    [row] = ledger.batches(NAME)
    assert (row.cause, row.messages, row.late, row.state, row.delivered) == ("every", 3, 0, "waiting", None)
    assert ledger.waiting_series() == {}
    assert ledger.books().balanced
    assert [each.name for each in ledger.due()] == ["CUS-forms-1.edi"]
    deliver_all(ledger)
    assert {ledger.show(id)["state"] for id in (*urgent, *waits)} == {"delivered"}
    assert {row["state"] for row in ledger.ls("message")} == {"completed"}
    books = ledger.books()
    assert books.balanced
    assert books.outputs.total.outcomes == {"delivered": 4, "failed": 0, "waiting": 0}


def test_closing_again_changes_nothing(ledger: Ledger, clock: Clock) -> None:
    collect(ledger, "a")
    clock.tick(seconds=1)
    assert len(close(ledger)) == 1
    assert close(ledger) == []
    assert len(ledger.ls("output")) == 2


def test_two_that_close_at_once_make_one_batch(ledger: Ledger, clock: Clock) -> None:
    collect(ledger, *"abcd")
    clock.tick(seconds=1)
    barrier, made = threading.Barrier(3), list[str | None]()

    def run() -> None:
        barrier.wait()
        made.append(ledger.close_batch(series()))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made, key=str) == ["CUS-forms-1", None, None]
    assert inside(ledger, "CUS-forms-1") == list("abcd")
    assert ledger.books().balanced


def test_a_crash_leaves_nothing_behind(ledger: Ledger, clock: Clock) -> None:
    def breaks(members: Sequence[bytes], number: int, at: datetime, test: bool) -> bytes:
        raise RuntimeError("the power is gone")

    collect(ledger, "a")
    clock.tick(seconds=1)
    with pytest.raises(RuntimeError):
        ledger.close_batch(series(breaks))
    assert ledger.waiting_series() == {NAME: 1}
    assert ledger.books().balanced
    assert close(ledger) == ["CUS-forms-1"], "the number was not used up"


def test_what_is_given_up_fails_with_its_batch_and_can_be_tried_again(ledger: Ledger, clock: Clock) -> None:
    ids = collect(ledger, "a", "b")
    other = collect(ledger, "c")
    clock.tick(seconds=1)
    [batch] = close(ledger)
    for subject in (ids[0], f"{batch}-1", batch, ids[1].removesuffix("-o"), other[0].split("-")[0]):
        claimed = ledger.claim_delivery(f"{batch}-1")
        assert claimed is not None
        ledger.failed(claimed.id, claimed.fence, "no such host", None)
        assert {ledger.show(id)["state"] for id in (batch, *ids, *other)} == {"failed"}
        assert ledger.books().balanced
        assert ledger.retry(subject) == 1
        assert {ledger.show(id)["state"] for id in (batch, *ids, *other)} == {"waiting"}
        assert ledger.books().balanced
    deliver(ledger, f"{batch}-1")
    assert {ledger.show(id)["state"] for id in (batch, *ids, *other)} == {"delivered"}
    assert ledger.books().balanced


def test_limits_and_quota(ledger: Ledger, clock: Clock) -> None:
    collect(ledger, *"abcde")
    clock.tick(seconds=1)
    assert close(ledger, messages="2", quota="4") == ["CUS-forms-1", "CUS-forms-2"]
    assert [inside(ledger, f"CUS-forms-{number}") for number in (1, 2)] == [["a", "b"], ["c", "d"]]
    assert ledger.waiting_series() == {NAME: 1}
    clock.tick(days=1)
    assert close(ledger, messages="2", quota="4") == ["CUS-forms-3"]


def test_an_interchange_that_turns_out_too_large_has_fewer_messages(ledger: Ledger, clock: Clock) -> None:
    def inflated(members: Sequence[bytes], number: int, at: datetime, test: bool) -> bytes:
        return compose([each * 10 for each in members], number, at, test)

    collect(ledger, *"abcde")
    clock.tick(seconds=1)
    assert [len(ledger.content(batch)) for batch in close(ledger, make=inflated, limit=25)] == [23, 23, 12]


def test_each_message_has_an_answer_of_its_own(ledger: Ledger, clock: Clock) -> None:
    ids = collect(ledger, *"abc")
    clock.tick(seconds=1)
    [batch] = close(ledger)
    deliver_all(ledger)
    clocks = select(tables.clock.c.state, tables.clock.c.started).order_by(tables.clock.c.subject)
    with ledger.read() as connection:
        assert {row.state for row in connection.execute(clocks)} == {"running"}
    contrl(ledger, batch, Answer.RECEIVED)
    assert {ledger.show(id)["answer"] for id in ids} == {"received"}
    contrl(ledger, batch, Answer.PARTLY_REJECTED, 2)
    assert [ledger.show(id)["answer"] for id in ids] == ["acknowledged", "rejected", "acknowledged"]
    told = [row for row in ledger.show(ids[1])["acknowledgements"] if row["level"] == "message"]
    assert [(row["output"], row["answer"], row["detail"]) for row in told] == [
        (ids[1], "rejected", ["12 segment 3"])
    ]
    with ledger.read() as connection:
        assert {row.state for row in connection.execute(clocks)} == {"met"}
    assert ledger.waiting_series() == {}, "nothing is sent again by itself"
    assert ledger.books().balanced


def test_the_good_of_a_rejected_batch_go_again_at_once(ledger: Ledger, clock: Clock) -> None:
    ids = collect(ledger, *"abcd")
    clock.tick(seconds=1)
    [batch] = close(ledger)
    deliver_all(ledger)
    collect(ledger, "new")
    contrl(ledger, batch, Answer.REJECTED, 2)
    assert [ledger.show(id)["answer"] for id in ids] == ["rejected"] * 4
    again = ledger.batches(NAME)
    assert close(ledger, every={"hours": "1"}) == ["CUS-forms-2"]
    assert inside(ledger, "CUS-forms-2") == ["a", "c", "d"], "alone, and before its time"
    [second, *_] = ledger.batches(NAME)
    assert (second.cause, second.parent, len(again)) == ("resent", batch, 1)
    deliver_all(ledger)
    contrl(ledger, "CUS-forms-2", Answer.ACKNOWLEDGED)
    events = [row["what"] for row in ledger.show(ids[0])["events"] if row["subject"] == ids[0]]
    assert events == ["made", "batched", "delivered", "answered", "collected again"]
    assert ledger.books().balanced
    contrl(ledger, "CUS-forms-2", Answer.REJECTED)
    assert ledger.waiting_series() == {NAME: 1}, "what was accepted is not sent again"


def test_halves_find_the_bad_one(ledger: Ledger, clock: Clock) -> None:
    collect(ledger, "a", "b", "bad", "c", "d")
    clock.tick(seconds=1)
    accepted: list[str] = []
    tried: list[list[str]] = []
    while batches := close(ledger):
        for batch in batches:
            texts = inside(ledger, batch)
            tried.append(texts)
            deliver_all(ledger)
            contrl(ledger, batch, Answer.REJECTED if "bad" in texts else Answer.ACKNOWLEDGED)
            accepted += [] if "bad" in texts else texts
    assert tried == [["a", "b", "bad", "c", "d"], ["a", "b", "bad"], ["c", "d"], ["a", "b"], ["bad"]]
    assert sorted(accepted) == list("abcd")
    assert ledger.books().balanced


def test_an_interchange_that_is_refused_itself_is_not_sent_again(ledger: Ledger, clock: Clock) -> None:
    ids = collect(ledger, *"ab")
    clock.tick(seconds=1)
    [batch] = close(ledger)
    deliver_all(ledger)
    contrl(ledger, batch, Answer.REJECTED, error="23 UNB")
    assert ledger.waiting_series() == {}
    assert {ledger.show(id)["answer"] for id in ids} == {"rejected"}
    assert ledger.retry(batch) == 2
    clock.tick(seconds=1)
    assert close(ledger) == ["CUS-forms-2"]
    assert inside(ledger, "CUS-forms-2") == ["a", "b"]
    with pytest.raises(Refused):
        ledger.retry(batch)
    assert ledger.books().balanced


def test_a_rejected_message_can_be_sent_again_by_a_person(ledger: Ledger, clock: Clock) -> None:
    ids = collect(ledger, *"ab")
    clock.tick(seconds=1)
    [batch] = close(ledger)
    deliver_all(ledger)
    contrl(ledger, batch, Answer.PARTLY_REJECTED, 1)
    assert ledger.retry(ids[0].removesuffix("-o")) == 1
    clock.tick(seconds=1)
    [again] = close(ledger)
    assert inside(ledger, again) == ["a"]
    [row] = [row for row in ledger.ls("output") if row["batch"] == again]
    assert row["id"] == f"{ids[0]}-s2"
    deliver_all(ledger)
    contrl(ledger, again, Answer.PARTLY_REJECTED, 1)
    assert ledger.retry(row["id"]) == 1
    assert {row["id"] for row in ledger.ls("output", state="waiting")} == {f"{ids[0]}-s3"}
    assert ledger.books().balanced


def test_an_answer_before_the_delivery_is_recorded(ledger: Ledger, clock: Clock) -> None:
    ids = collect(ledger, *"ab")
    clock.tick(seconds=1)
    [batch] = close(ledger)
    claimed = ledger.claim_delivery(f"{batch}-1")
    assert claimed is not None
    ledger.renaming(claimed.id, claimed.fence)
    contrl(ledger, batch, Answer.REJECTED, 2)
    ledger.delivered(claimed.id, claimed.fence)
    assert [(ledger.show(id)["state"], ledger.show(id)["answer"]) for id in ids] == [
        ("delivered", "rejected")
    ] * 2
    assert close(ledger) == ["CUS-forms-2"]
    assert ledger.books().balanced


def test_who_missed_the_cut_off_is_told_once_and_counted(ledger: Ledger, clock: Clock) -> None:
    clock.now = clock.now.replace(hour=11, minute=50)  # ten minutes before 20:00 in Shanghai
    lead = {"lead": {"minutes": "15"}}
    [id] = collect(ledger, "a")
    following = clock.now + timedelta(hours=12, minutes=10)
    window = series(**lead).missed(clock.now)
    assert window is not None
    assert [ledger.note_late(series(**lead), None) for _ in range(2)] == [1, 0]
    assert close(ledger, **lead) == []
    clock.now = following + timedelta(seconds=1)
    assert close(ledger, **lead) == ["CUS-forms-1"]
    assert ledger.batches(NAME)[0].late == 1
    events = [row for row in ledger.show(id.removesuffix("-o"))["events"] if row["what"] == "late"]
    assert [row["detail"] for row in events] == [{"missed": window.cut_off.isoformat()}]


def test_a_person_closes_with_a_reason(ledger: Ledger) -> None:
    collect(ledger, "a")
    made = ledger.close_batch(series(every={"seconds": "1"}, windows={"opens": "11:59", "closes": "13:00"}, messages="1"),
                              "anna", "customs asked for it")  # fmt: skip
    assert made == "CUS-forms-1"
    [decision] = [row for row in ledger.show(made)["decisions"] if row["verb"] == "close"]
    assert (decision["by"], decision["reason"]) == ("anna", "customs asked for it")
