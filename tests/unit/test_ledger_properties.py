"""Whatever is done in whatever order, the books balance and past pages stay as they were closed."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from edi_router.ledger import ClaimedDelivery, Conflict, Fenced, Ledger, Refused, WorkItem
from edi_router.pipeline.model import Decision
from tests.support.outcomes import ACCEPTED, Clock, ack, drop, message, outcome, unreadable


class Life(RuleBasedStateMachine):
    """A ledger and a model of what must be true of it."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.ledger = self.open()
        self.files = 0
        self.works: list[tuple[WorkItem, int]] = []
        self.sends: list[ClaimedDelivery] = []
        self.done: set[str] = set()

    def open(self) -> Ledger:
        raise NotImplementedError

    def teardown(self) -> None:
        try:
            assert self.ledger.verify_books() == []
        finally:
            self.ledger.close()

    @rule(partner=st.sampled_from(["a", "b"]))
    def receive(self, partner: str) -> None:
        self.files += 1
        drop(self.ledger, f"{self.files}", partner)

    @rule()
    def claim(self) -> None:
        for item in self.ledger.pending_work(1):
            fence = self.ledger.claim(item.id)
            assert fence is not None
            self.works.append((item, fence))

    @precondition(lambda self: self.works)
    @rule(
        data=st.data(),
        decisions=st.lists(st.sampled_from(list(Decision)), min_size=1, max_size=3),
        control=st.sampled_from(["C1", "C2", ""]),
        outputs=st.integers(0, 2),
        readable=st.booleans(),
    )
    def record(
        self, data: st.DataObject, decisions: list[Decision], control: str, outputs: int, readable: bool
    ) -> None:
        item, fence = self.works.pop(data.draw(st.integers(0, len(self.works) - 1)))
        messages = [
            message(item.file, number, decision, outputs=outputs, stream="s")
            for number, decision in enumerate(decisions, 1)
        ]
        if item.only:
            numbers = [int(id.rsplit("-", 1)[1]) for id in item.only]
            messages = [message(item.file, number, decisions[0], stream="s") for number in numbers]
        answer = ack(f"{item.file}-1", [each.id for each in messages[:1]])
        result = outcome(item.file, *messages, control=control, decision=ACCEPTED, acks=(answer,))
        if not readable and not item.only:
            result = unreadable(item.file)
        try:
            self.ledger.record(item.id, fence, result)
            self.ledger.record(item.id, fence, result)
        except Conflict:
            self.works.append((item, fence))
        except Fenced:
            pass

    @precondition(lambda self: self.works)
    @rule()
    def break_off(self) -> None:
        item, fence = self.works.pop()
        with suppress(Fenced):
            self.ledger.fail(item.id, fence, "bug")

    @rule()
    def claim_delivery(self) -> None:
        for row in self.ledger.due(limit=1):
            claimed = self.ledger.claim_delivery(row.id)
            assert claimed is not None
            self.sends.append(claimed)

    @precondition(lambda self: self.sends)
    @rule(data=st.data(), how=st.sampled_from(["delivered", "renaming", "retry", "give up"]))
    def send(self, data: st.DataObject, how: str) -> None:
        own = self.sends.pop(data.draw(st.integers(0, len(self.sends) - 1)))
        try:
            if how in ("delivered", "renaming"):
                self.ledger.renaming(own.id, own.fence)
            if how == "delivered":
                self.ledger.delivered(own.id, own.fence)
                assert own.id not in self.done
                self.done.add(own.id)
            elif how != "renaming":
                again = self.clock.now + timedelta(seconds=1) if how == "retry" else None
                self.ledger.failed(own.id, own.fence, "no", again)
        except Fenced:
            pass

    @rule(minutes=st.sampled_from([1, 11, 24 * 60]))
    def wait(self, minutes: int) -> None:
        today = self.ledger.books().business_date
        self.clock.tick(minutes=minutes)
        if minutes > 60:
            self.ledger.close_books(today)

    @rule()
    def restart(self) -> None:
        self.ledger.recover()

    @rule(verb=st.sampled_from(["release", "reject", "retry", "pause", "resume"]), data=st.data())
    def operate(self, verb: str, data: st.DataObject) -> None:
        if verb == "pause":
            return self.ledger.pause("a", "why not")
        if verb == "resume":
            return self.ledger.resume("a")
        rows = [*self.ledger.ls("message"), *self.ledger.ls("file")]
        if not rows:
            return None
        id = data.draw(st.sampled_from(sorted(row["id"] for row in rows)))
        try:
            if verb == "retry":
                self.ledger.retry(id)
            else:
                getattr(self.ledger, verb)(id, "anna", "because")
        except Refused:
            pass
        return None

    @invariant()
    def balanced(self) -> None:
        books = self.ledger.books()
        assert books.balanced, (books.page(), books.problems)
        assert books.files.total.inflow <= self.files


@pytest.mark.parametrize(("steps", "examples"), [(30, 8)])
@pytest.mark.slow
def test_the_books_balance_on_sqlite(sqlite_template: Path, steps: int, examples: int) -> None:
    class OnSqlite(Life):
        def open(self) -> Ledger:
            self.folder = tempfile.TemporaryDirectory()
            path = Path(self.folder.name) / "ledger.db"
            shutil.copy(sqlite_template, path)
            return Ledger.open(f"sqlite:///{path}", clock=self.clock)

        def teardown(self) -> None:
            super().teardown()
            self.folder.cleanup()

    run(OnSqlite, steps, examples)


@pytest.mark.postgresql
def test_the_books_balance_on_postgresql(postgresql: Any, postgresql_template: str) -> None:
    class OnPostgresql(Life):
        def open(self) -> Ledger:
            return Ledger.open(postgresql.url(postgresql.create(postgresql_template)), clock=self.clock)

    run(OnPostgresql, 20, 3)


def run(machine: type[Life], steps: int, examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
