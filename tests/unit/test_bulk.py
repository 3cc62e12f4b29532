"""Many things tried again at once: chosen, looked at, done once; on both databases."""

from __future__ import annotations

import threading

import pytest

from edi_router.faults import Fault
from edi_router.formats.answer import Answer
from edi_router.ledger import Ledger, Refused
from edi_router.ledger.selecting import Filter, Item
from tests.support.batches import collect, contrl, inside, series
from tests.support.outcomes import (
    HELD,
    Clock,
    deliver,
    deliver_all,
    drop,
    message,
    outcome,
    process,
    take,
    unreadable,
)

FAILED = Filter()


def fail_all(ledger: Ledger, reason: str = "no such host") -> list[str]:
    """Give up every delivery that is due."""
    ids = [row.id for row in ledger.due(limit=1000)]
    for id in ids:
        claimed = ledger.claim_delivery(id)
        assert claimed is not None
        ledger.failed(id, claimed.fence, reason)
    return ids


def broken_off(ledger: Ledger, name: str, partner: str = "ent-b") -> str:
    item, fence = take(ledger, file := drop(ledger, name, partner))
    ledger.fail(item.id, fence, "bug")
    return file


def decisions(ledger: Ledger, id: str) -> list[tuple[str, str, str]]:
    return [(row["verb"], row["by"], row["reason"]) for row in ledger.show(id)["decisions"]]


def test_what_failed_is_tried_again_once(ledger: Ledger) -> None:
    for name in "ab":
        process(ledger, drop(ledger, name))
    ids = fail_all(ledger)
    file = broken_off(ledger, "c")
    chosen = ledger.select_failed(FAILED)
    assert chosen.counts == {
        ("failed", "delivery", "ciq", "no such host"): 2, ("failed", "file", "ent-b", "bug"): 1,
    }  # fmt: skip
    assert ledger.show(ids[0])["state"] == "failed", "a look changes nothing"
    made = ledger.retry_all(chosen, "li", "mended")
    assert (made.done, made.skipped, made.digest) == (3, 0, chosen.digest)
    assert {ledger.show(id)["state"] for id in ids} == {"waiting"}
    for id in (*ids, file):
        assert decisions(ledger, id) == [("retry", "li", "mended")]
    again = ledger.retry_all(chosen, "li", "mended")
    assert (again.done, again.skipped) == (0, 3)
    assert decisions(ledger, file) == [("retry", "li", "mended")]
    assert ledger.select_failed(FAILED).items == ()
    process(ledger, file)
    deliver_all(ledger)
    assert ledger.books().balanced


def test_what_failed_again_is_another_selection(ledger: Ledger) -> None:
    process(ledger, drop(ledger, "a"))
    fail_all(ledger)
    first = ledger.select_failed(FAILED)
    ledger.retry_all(first, "li", "mended")
    fail_all(ledger)
    assert ledger.retry_all(first, "li", "mended").done == 0, "what was looked at is not what failed now"
    second = ledger.select_failed(FAILED)
    assert second.digest != first.digest
    assert ledger.retry_all(second, "li", "really").done == 1


def test_a_token_stands_for_what_was_looked_at(ledger: Ledger) -> None:
    process(ledger, drop(ledger, "a"))
    fail_all(ledger)
    chosen = ledger.select_failed(FAILED)
    assert ledger.select_again(FAILED, chosen.digest) == chosen
    assert ledger.bulk_decision(chosen.digest) is None
    process(ledger, drop(ledger, "b"))
    fail_all(ledger)
    with pytest.raises(Refused, match="changed"):
        ledger.select_again(FAILED, chosen.digest)
    ledger.retry_all(chosen, "li", "mended")
    assert ledger.select_again(FAILED, chosen.digest) is None
    known = ledger.bulk_decision(chosen.digest)
    assert known is not None
    assert (known.by, known.reason) == ("li", "mended")


def test_a_call_that_broke_off_is_made_good(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edi_router.ledger.bulk.PART", 2)
    for name in "abcde":
        process(ledger, drop(ledger, name))
    fail_all(ledger)
    chosen = ledger.select_failed(FAILED)
    ledger.retry(chosen.items[0].id, "wang")
    part = type(chosen)(chosen.items[:2])
    assert ledger.retry_all(part, "li", "mended").done == 1
    assert [ledger.retry_all(chosen, "li", "mended").done for _ in range(2)] == [3, 0]


def test_two_at_once_do_each_thing_once(ledger: Ledger) -> None:
    for name in "abcdef":
        process(ledger, drop(ledger, name))
    fail_all(ledger)
    chosen = ledger.select_failed(FAILED)
    barrier, done = threading.Barrier(2), list[int]()

    def run() -> None:
        barrier.wait()
        done.append(ledger.retry_all(chosen, "li", "mended").done)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 6
    assert {len(decisions(ledger, item.id)) for item in chosen.items} == {1}


def test_what_is_held_is_released(ledger: Ledger) -> None:
    file = drop(ledger, "a")
    fault = Fault("format-unknown")
    process(ledger, file, outcome(file, message(file, 1, HELD, faults=(fault,)), message(file, 2, HELD)))
    unread = drop(ledger, "b", "ent-b")
    process(ledger, unread, unreadable(unread))
    held = frozenset({"held"})
    assert ledger.select_failed(FAILED).items == ()
    assert len(ledger.select_failed(Filter(held)).items) == 3
    coded = ledger.select_failed(Filter(held, code="format-unknown"))
    assert {(item.kind, item.id) for item in coded.items} == {("message", f"{file}-1-1"), ("file", unread)}
    assert ledger.retry_all(coded, "li", "known now").done == 2
    assert ledger.retry_all(coded, "li", "known now").done == 0
    assert ledger.show(f"{file}-1-1")["state"] == "released"
    assert decisions(ledger, f"{file}-1-1")[0] == ("release", "li", "known now")
    process(ledger, unread, unreadable(unread))
    assert ledger.retry_all(coded, "li", "known now").done == 0, "held again, for something new"
    assert ledger.books().balanced


def test_what_was_rejected_out_of_a_batch_is_collected_again(ledger: Ledger, clock: Clock) -> None:
    collect(ledger, *"ab")
    clock.tick(seconds=1)
    batch = ledger.close_batch(series())
    assert batch is not None
    deliver_all(ledger)
    contrl(ledger, batch, Answer.PARTLY_REJECTED, 1)
    wanted = Filter(frozenset({"rejected"}))
    chosen = ledger.select_failed(wanted)
    assert [(item.kind, item.state) for item in chosen.items] == [("output", "rejected")]
    assert ledger.retry_all(chosen, "li", "asked by telephone").done == 1
    assert ledger.retry_all(chosen, "li", "asked by telephone").done == 0
    clock.tick(seconds=1)
    again = ledger.close_batch(series())
    assert again is not None
    assert inside(ledger, again) == ["a"]
    assert ledger.books().balanced


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Filter(), 3),
        (Filter(partner="ciq"), 2),
        (Filter(partner="ent-b"), 1),
        (Filter(type="CUSDEC"), 2),
        (Filter(type="CUSRES"), 0),
        (Filter(destination="ciq"), 2),
        (Filter(destination="ci"), 0),
        (Filter(code="no such host"), 1),
        (Filter(since="2026-03-03"), 1),
        (Filter(until="2026-03-02"), 2),
        (Filter(since="2026-03-03", partner="ent-b"), 0),
    ],
)
def test_filters(ledger: Ledger, clock: Clock, wanted: Filter, number: int) -> None:
    process(ledger, drop(ledger, "a"))
    broken_off(ledger, "b")
    fail_all(ledger)
    clock.tick(days=1)
    process(ledger, drop(ledger, "c"))
    fail_all(ledger, "refused")
    assert len(ledger.select_failed(wanted).items) == number


def test_a_state_that_cannot_be_tried_again_is_a_mistake(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="delivered"):
        ledger.select_failed(Filter(frozenset({"delivered"})))


def test_what_was_delivered_meanwhile_is_left_alone(ledger: Ledger) -> None:
    process(ledger, drop(ledger, "a"))
    [id] = fail_all(ledger)
    chosen = ledger.select_failed(FAILED)
    ledger.retry(id)
    deliver(ledger, id)
    assert ledger.retry_all(chosen, "li", "mended").done == 0
    assert isinstance(chosen.items[0], Item)
    assert ledger.show(id)["state"] == "delivered"
