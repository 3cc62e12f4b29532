"""The ledger's way of a file: received, claimed, recorded; duplicates and fences on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import bindparam, column, select, table, text
from sqlalchemy.exc import DBAPIError

from edi_router.faults import Fault, Place
from edi_router.ledger import Conflict, Drop, Fenced, Ledger, NotFound, Recordable, Refused, tables
from edi_router.ledger.plain import every, first
from edi_router.ledger.tables import metadata
from edi_router.ledger.upgrade import HEAD
from edi_router.pipeline.model import FileOutcome, LedgerView, Output, OutputKind, Unsealed
from tests.support.outcomes import (
    ACCEPTED,
    DUPLICATE,
    HELD,
    REJECTED,
    Clock,
    ack,
    deliver_all,
    drop,
    message,
    outcome,
    process,
    sha,
    take,
    unreadable,
)


def test_migrations_make_the_tables(ledger: Ledger) -> None:
    ledger.migrate()
    assert ledger.is_current()
    with ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_head_is_the_newest_revision(root: Path) -> None:
    assert ScriptDirectory(str(root / "edi_router/ledger/migrations")).get_heads() == [HEAD]


def test_a_new_database_is_not_current_until_migrated(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'new.db'}") as ledger:
        assert not ledger.is_current()
        ledger.migrate()
        assert ledger.is_current()
        with ledger.read() as connection:
            pragmas = {
                name: connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 60000}


def test_the_ledger_is_a_ledger_view(ledger: Ledger) -> None:
    view: LedgerView = ledger
    assert view.prior_interchange("p", "s", "r", "c", datetime(2026, 1, 1, tzinfo=UTC), sha("x")) is None


def test_a_drop_met_again_before_its_removal_is_known(ledger: Ledger) -> None:
    modified = datetime(2026, 3, 1, 23, 59, 59, 5, tzinfo=UTC)
    first = ledger.receive("ent-a", "out", "a.edi", 3, modified, sha("a"), "c")
    again = ledger.receive("ent-a", "out", "a.edi", 3, modified, sha("a"), "c")
    assert (first.known, again.known) == (False, True)
    assert first.file_id == again.file_id
    assert len(first.file_id) == 24
    assert len(ledger.pending_work()) == 1


def test_the_same_drop_after_its_removal_is_a_new_file(ledger: Ledger) -> None:
    ids = {drop(ledger), drop(ledger), drop(ledger)}
    assert len(ids) == 3
    assert len(ledger.pending_work()) == 3


@pytest.mark.parametrize("changed", ["channel", "name", "size", "modified", "sha256"])
def test_any_difference_makes_another_drop(ledger: Ledger, changed: str) -> None:
    drops = {"partner": "p", "channel": "out", "name": "a", "size": 3, "modified": 1, "sha256": sha("a")}
    other = drops | {changed: {"size": 4, "modified": 2, "sha256": sha("b")}.get(changed, "other")}
    receipts = ledger.receive_all([Drop(**drops), Drop(**other), Drop(**drops)], "c")  # type: ignore[arg-type]
    assert [receipt.known for receipt in receipts] == [False, False, True]
    assert receipts[0] == receipts[2].__class__(receipts[2].file_id, False)


def test_two_that_receive_one_drop_at_once(ledger: Ledger) -> None:
    barrier, receipts = threading.Barrier(4), []

    def run() -> None:
        barrier.wait()
        receipts.append(ledger.receive("p", "out", "a", 3, 1, sha("a"), "c"))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receipt.known for receipt in receipts) == [False, True, True, True]
    assert len({receipt.file_id for receipt in receipts}) == 1


def test_removed_of_an_unknown_file(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.removed("nothing")


def test_work_comes_in_order_and_partners_in_turn(ledger: Ledger) -> None:
    for name in ("a1", "a2", "a3"):
        drop(ledger, name, "a")
    for name in ("b1", "b2"):
        drop(ledger, name, "b")
    assert [item.name for item in ledger.pending_work()] == ["a1", "b1", "a2", "b2", "a3"]
    assert [item.name for item in ledger.pending_work(2)] == ["a1", "b1"]
    ledger.pause("a", "holiday")
    assert [item.name for item in ledger.pending_work()] == ["b1", "b2"]
    assert ledger.paused_partners() == {"a": "holiday"}
    ledger.resume("a")
    assert [item.name for item in ledger.pending_work(busy={"b"})] == ["a1", "a2", "a3"]


def test_a_work_item_says_what_processing_needs(ledger: Ledger, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 2, 16, 0, 0, 1, tzinfo=UTC)  # already the 3rd in Shanghai
    file = drop(ledger, "a.edi", "ent-a")
    (item,) = ledger.pending_work()
    assert (item.file, item.partner, item.name, item.sha256) == (file, "ent-a", "a.edi", sha("a.edi"))
    assert (item.kind, item.only, item.attempts) == ("file", frozenset(), 0)
    assert (item.received, item.business_date) == (clock.now, "2026-03-03")


def test_a_claim_holds_until_its_lease_ends(ledger: Ledger, clock: Clock) -> None:
    drop(ledger)
    (item,) = ledger.pending_work()
    assert ledger.claim(item.id) == 1
    assert ledger.claim(item.id) is None
    assert ledger.pending_work() == []
    clock.tick(minutes=9)
    ledger.extend(item.id, 1)
    clock.tick(minutes=9)
    assert ledger.pending_work() == []
    clock.tick(minutes=1)
    assert [again.id for again in ledger.pending_work()] == [item.id]
    assert ledger.claim(item.id) == 2
    with pytest.raises(Fenced):
        ledger.record(item.id, 1, outcome(item.file, message(item.file)))
    with pytest.raises(Fenced):
        ledger.fail(item.id, 1, "too late")
    with pytest.raises(Fenced):
        ledger.extend(item.id, 1)
    assert ledger.ls("message") == []


def test_recover_ends_all_leases(ledger: Ledger) -> None:
    process(ledger, drop(ledger, "b"))
    (row,) = ledger.due()
    assert ledger.claim_delivery(row.id) is not None
    take(ledger, drop(ledger, "a"))
    assert ledger.pending_work() == []
    assert ledger.due() == []
    assert ledger.recover() == 2
    assert len(ledger.pending_work()) == 1
    assert len(ledger.due()) == 1
    assert ledger.recover() == 0


def test_only_one_of_many_gets_the_claim(ledger: Ledger) -> None:
    drop(ledger)
    (item,) = ledger.pending_work()
    barrier, fences = threading.Barrier(4), []

    def run() -> None:
        barrier.wait()
        fences.append(ledger.claim(item.id))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fences, key=str) == [1, None, None, None]


def test_work_can_be_given_back(ledger: Ledger) -> None:
    item, fence = take(ledger, drop(ledger))
    ledger.give_back(item.id, fence)
    assert ledger.claim(item.id) == 2


def test_failed_work_is_visible_and_retryable(ledger: Ledger) -> None:
    file = drop(ledger)
    item, fence = take(ledger, file)
    ledger.fail(item.id, fence, "KeyError: 'x'")
    assert ledger.pending_work() == []
    (row,) = ledger.ls("file", state="failed")
    assert (row["id"], row["reason"]) == (file, "KeyError: 'x'")
    assert ledger.books().files.total.outcomes["failed"] == 1
    assert ledger.retry(file, "anna") == 1
    process(ledger, file)
    assert ledger.show(file)["state"] == "processed"
    with pytest.raises(Refused):
        ledger.retry(file)
    with pytest.raises(NotFound):
        ledger.retry("nothing")


def test_recording_writes_everything_at_once(ledger: Ledger) -> None:
    file = drop(ledger)
    place = Place(file="a.edi", line=3, column=2, offset=20, segment=4, tag="CST", group="SG30", element=2)
    fault = Fault(
        "element-too-long", place, {"element": "3035", "value": "关"}, "mapping.yaml:14", "did you mean"
    )
    bad = message(file, 2, REJECTED, faults=(fault,))
    result = outcome(
        file, message(file, outputs=2), bad, message(file, 3, DUPLICATE), message(file, 4, HELD),
        message(file, 5, outputs=0), acks=(ack(f"{file}-1", [f"{file}-1-1"]),),
    )  # fmt: skip
    item, fence = take(ledger, file)
    ledger.record(item.id, fence, result, "config-2")
    ledger.record(item.id, fence, result, "config-2")
    states = {row["position"]: row["state"] for row in ledger.ls("message")}
    assert states == {1: "in_work", 2: "rejected", 3: "duplicate", 4: "held", 5: "completed"}
    assert ledger.counts()["delivery"] == {"waiting": 3}
    shown = ledger.show(f"{file}-1-2")
    assert [found["fault"] for found in shown["faults"]] == [fault]
    assert shown["config"] == "config-2"
    assert shown["files"][0]["config"] == "config-2"
    assert [r["value"] for r in shown["references"]] == [f"D-{file}-1-2"]
    assert {(v["partner"], v["role"]) for v in shown["visible_to"]} == {
        ("ent-a", "sender"),
        ("ciq", "recipient"),
    }
    assert len(ledger.ls("message", visible_to="ciq")) == 5
    assert ledger.ls("message", visible_to="other") == []
    assert ledger.content(f"{file}-1-1-o2") == f"content of {file}-1-1".encode()
    assert ledger.books().balanced


def test_a_file_nothing_can_be_read_in_is_held(ledger: Ledger) -> None:
    file = drop(ledger)
    process(ledger, file, unreadable(file))
    (row,) = ledger.ls("file")
    assert (row["state"], row["reason"]) == ("held", "format-unknown")
    assert [found["code"] for found in ledger.show(file)["faults"]] == ["format-unknown"]
    ledger.release(file, "anna", "the format is configured now")
    process(ledger, file)
    assert ledger.show(file)["state"] == "processed"
    assert ledger.books().balanced


def test_the_outcome_of_another_file_is_refused(ledger: Ledger) -> None:
    item, fence = take(ledger, drop(ledger))
    with pytest.raises(Refused):
        ledger.record(item.id, fence, outcome("other", message("other")))
    with pytest.raises(NotFound):
        ledger.record(999, 1, outcome("other", message("other")))


def test_control_numbers_are_gapless(ledger: Ledger) -> None:
    files = [drop(ledger, f"{number}") for number in range(4)]
    items = {item.file: item for item in ledger.pending_work()}
    fences = ledger.claim_all(item.id for item in items.values())

    def broken(control: int) -> bytes:
        raise RuntimeError(f"cannot seal {control}")

    def recordable(file: str, bad: bool) -> Recordable:
        result = outcome(file, message(file, outputs=2, stream="to:ciq"), control=file)
        if bad:
            output = Output("x", OutputKind.DOCUMENT, "ciq", "x", "xml", unsealed=Unsealed("to:ciq", broken))
            result = outcome(file, message(file, stream="to:ciq"), control=file, acks=(output,))
        return Recordable(items[file].id, fences[items[file].id], result)

    problems = ledger.record_all([recordable(file, file == files[1]) for file in files])
    assert [str(problem or "") for problem in problems] == ["", "cannot seal 4", "", ""]
    numbers = {row["id"]: row["number"] for row in ledger.ls("output")}
    assert sorted(numbers.values()) == [1, 2, 3, 4, 5, 6]
    assert all(ledger.content(id) == f"<{number}>".encode() for id, number in numbers.items())
    with pytest.raises(RuntimeError):
        ledger.record(items[files[1]].id, fences[items[files[1]].id], recordable(files[1], True).outcome)
    assert ledger.books().balanced
    ledger.fail(items[files[1]].id, 1, "cannot seal")


def test_recording_is_all_or_nothing(ledger: Ledger) -> None:
    file = drop(ledger)
    item, fence = take(ledger, file)
    output = Output("x", OutputKind.DOCUMENT, "ciq", "x", "xml", b"x", messages=("no such message",))
    broken = outcome(file, message(file, stream="s"), acks=(output,))
    with pytest.raises(DBAPIError):
        ledger.record(item.id, fence, broken)
    assert (ledger.ls("message"), ledger.ls("interchange"), ledger.ls("output")) == ([], [], [])
    ledger.record(item.id, fence, outcome(file, message(file, stream="s")))
    assert [row["number"] for row in ledger.ls("output")] == [1]


def test_prior_interchange_by_references_and_by_content(ledger: Ledger, clock: Clock) -> None:
    file = drop(ledger, "a", content="same")
    process(ledger, file, outcome(file, message(file), control="C7"))
    since = clock.now - timedelta(days=1)

    def prior(
        control: str, content: str, sender: str = "SENDER", after: datetime = since
    ) -> tuple[str, bool] | None:
        found = ledger.prior_interchange("ent-a", sender, "RECIPIENT", control, after, sha(content))
        if found is not None:
            assert (found.file, found.received) == (file, clock.now)
        return None if found is None else (found.id, found.same_content)

    assert prior("C7", "other") == (f"{file}-1", False)
    assert prior("C7", "same") == (f"{file}-1", True)
    assert prior("C8", "same") == (f"{file}-1", True)  # its references were read otherwise then
    assert prior("", "same") == (f"{file}-1", True)
    assert prior("", "other") is None
    assert prior("C8", "other") is None
    assert prior("C7", "other", sender="ELSE") is None
    assert prior("C7", "same", after=clock.now + timedelta(microseconds=1)) is None


def test_what_is_asked_often_is_what_the_ledger_says(ledger: Ledger, clock: Clock) -> None:
    file = drop(ledger, "a", content="same")
    process(ledger, file, outcome(file, message(file), control="C7"))
    since = clock.now - timedelta(days=1)
    with ledger.asked_often() as view:
        for control, content in (("C7", "other"), ("C8", "same"), ("", "other"), ("C8", "other")):
            key = ("ent-a", "SENDER", "RECIPIENT", control, since, sha(content))
            assert view.prior_interchange(*key) == ledger.prior_interchange(*key)
        found = view.prior_interchange("ent-a", "SENDER", "RECIPIENT", "C7", since, sha("other"))
        assert found is not None
        assert (found.file, found.same_content) == (file, False)
        assert view.sent_interchange("ent-a", "SENDER", "RECIPIENT", "C7") is None
        drop(ledger, "b")  # others may write meanwhile


@pytest.mark.parametrize("control", ["C\udcd67", "C\x007"])
def test_an_interchange_is_found_by_references_that_are_no_text(
    ledger: Ledger, clock: Clock, control: str
) -> None:
    file = drop(ledger, "a", content="same")
    process(ledger, file, outcome(file, message(file), control=control))
    key = ("ent-a", "SENDER", "RECIPIENT", control, clock.now - timedelta(days=1), sha("other"))
    with ledger.asked_often() as view:
        for asked in (ledger, view):
            found = asked.prior_interchange(*key)
            assert found is not None
            assert (found.file, found.same_content) == (file, False)


def test_rows_are_stored_alike_whatever_their_texts(ledger: Ledger) -> None:
    n = tables.control_number.c
    texts = ["plain", "关", "a\x00b", "\udcd6", ""]
    with ledger.write() as tx:
        rows = [{"stream": f"{place}-{text}", "last": place} for place, text in enumerate(texts)]
        tx.insert(tables.control_number, rows)
    with ledger.read() as connection:
        found = every(connection, select(n.stream, n.last).order_by(n.last), {})
    assert [tuple(row) for row in found] == [
        ("0-plain", 0), ("1-关", 1), ("2-a\ufffdb", 2), ("3-\ufffd", 3), ("4-", 4),
    ]  # fmt: skip


def test_a_list_among_parameters_may_be_empty_and_errors_are_those_of_sqlalchemy(ledger: Ledger) -> None:
    n = tables.control_number.c
    among = select(n.last).where(n.stream.in_(bindparam("wanted", expanding=True))).order_by(n.last)
    other = select(n.last).where(n.stream.not_in(bindparam("wanted", expanding=True))).order_by(n.last)
    with ledger.write() as tx:
        tx.insert(tables.control_number, [{"stream": each, "last": len(each)} for each in ("a", "bb", "ccc")])
    with ledger.read() as connection:
        assert [row[0] for row in every(connection, among, {"wanted": ["a", "ccc"]})] == [1, 3]
        assert [row[0] for row in every(connection, among, {"wanted": []})] == []
        assert [row[0] for row in every(connection, other, {"wanted": []})] == [1, 2, 3]
        assert first(connection, other, {"wanted": ["a"]}) == (2,)
        assert first(connection, among, {"wanted": ["d"]}) is None
    missing = select(table("nowhere", column("a")))
    with pytest.raises(DBAPIError), ledger.read() as connection:
        first(connection, missing, {})


@pytest.mark.parametrize("decision", [REJECTED, HELD, DUPLICATE])
def test_what_was_not_accepted_is_no_prior(ledger: Ledger, clock: Clock, decision: object) -> None:
    file = drop(ledger)
    assert decision in (REJECTED, HELD, DUPLICATE)
    process(ledger, file, outcome(file, message(file, decision=decision), control="C7", decision=decision))  # type: ignore[arg-type]
    since = clock.now - timedelta(days=1)
    assert ledger.prior_interchange("ent-a", "SENDER", "RECIPIENT", "C7", since, sha("a.edi")) is None


def test_two_interchanges_with_one_key_race(ledger: Ledger) -> None:
    one, two = drop(ledger, "1"), drop(ledger, "2")
    first, second = take(ledger, one), take(ledger, two)
    ledger.record(first[0].id, first[1], outcome(one, message(one), control="C7"))
    with pytest.raises(Conflict):
        ledger.record(second[0].id, second[1], outcome(two, message(two), control="C7"))
    assert len(ledger.ls("message")) == 1
    repeated = outcome(two, message(two, decision=DUPLICATE), control="C7", decision=DUPLICATE)
    ledger.record(second[0].id, second[1], repeated)
    assert ledger.books().balanced


def test_after_a_conflict_the_key_may_be_used_again_if_processing_says_so(ledger: Ledger) -> None:
    one, two = drop(ledger, "1"), drop(ledger, "2")
    first, second = take(ledger, one), take(ledger, two)
    ledger.record(first[0].id, first[1], outcome(one, message(one), control="C7"))
    again = outcome(two, message(two), control="C7")  # its window is over: no duplicate
    with pytest.raises(Conflict):
        ledger.record(second[0].id, second[1], again)
    ledger.record(second[0].id, second[1], again)
    assert len(ledger.ls("message")) == 2


def test_a_conflict_within_one_batch(ledger: Ledger) -> None:
    files = [drop(ledger, name) for name in ("1", "2", "3")]
    items = [take(ledger, file) for file in files]
    results = [
        outcome(file, message(file), control=c) for file, c in zip(files, ("C7", "C7", "C8"), strict=True)
    ]
    batch = [Recordable(i.id, fence, result) for (i, fence), result in zip(items, results, strict=True)]
    problems = ledger.record_all(batch)
    assert [type(problem) for problem in problems] == [type(None), Conflict, type(None)]
    ledger.record(items[1][0].id, items[1][1], results[1])


def test_the_same_content_at_once_is_a_conflict(ledger: Ledger) -> None:
    one, two = drop(ledger, "1", content="x"), drop(ledger, "2", content="x")
    first, second = take(ledger, one), take(ledger, two)
    ledger.record(first[0].id, first[1], outcome(one, message(one), control=""))
    with pytest.raises(Conflict):
        ledger.record(second[0].id, second[1], outcome(two, message(two), control=""))


def test_many_workers_record_at_once(make_database: Callable[[], str]) -> None:
    with Ledger.open(make_database()) as ledger:
        files = [drop(ledger, f"{number}", partner=f"p{number % 3}") for number in range(24)]
        problems: list[Exception] = []

        def run() -> None:
            try:
                for item in ledger.pending_work(100):
                    fence = ledger.claim(item.id)
                    if fence is not None:
                        one = message(item.file, outputs=2, stream="shared")
                        ledger.record(item.id, fence, outcome(item.file, one, control=item.file))
                for row in ledger.due(limit=100):
                    claimed = ledger.claim_delivery(row.id)
                    if claimed is not None:
                        ledger.renaming(row.id, claimed.fence)
                        ledger.delivered(row.id, claimed.fence)
            except Exception as problem:
                problems.append(problem)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        deliver_all(ledger)
        assert ledger.counts()["message"] == {"completed": len(files)}
        assert sorted(row["number"] for row in ledger.ls("output")) == list(range(1, 49))
        assert ledger.books().balanced


def test_an_empty_file_outcome_keeps_its_format(ledger: Ledger) -> None:
    file = drop(ledger)
    process(ledger, file, FileOutcome(file, "xml", outcome(file).interchanges))
    assert ledger.show(file)["format"] == "xml"
    assert ledger.show(file)["interchanges"][0]["decision"] == str(ACCEPTED)
