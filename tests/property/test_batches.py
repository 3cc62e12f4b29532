"""Whatever arrives, is closed, breaks off, is answered or sent again: each good message is accepted once, no bad one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from edi_router.formats.answer import Answer
from edi_router.ledger import Ledger
from tests.support.batches import NAME, collect, compose, contrl, inside, series
from tests.support.outcomes import Clock


class Broken(Exception):
    """The power is gone."""


def breaks(members: Sequence[bytes], number: int, at: datetime, test: bool) -> bytes:
    raise Broken


class Exchange(RuleBasedStateMachine):
    """A partner that rejects what is bad, and says so in one way or another."""

    template = Path()

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "ledger.db"
        shutil.copy(self.template, path)
        self.clock = Clock()
        self.ledger = Ledger.open(f"sqlite:///{path}", clock=self.clock)
        self.sent = 0
        self.accepted: list[str] = []
        self.answered: set[str] = set()

    def teardown(self) -> None:
        try:
            self.finish()
        finally:
            self.ledger.close()
            self.folder.cleanup()

    @rule(bad=st.lists(st.booleans(), min_size=1, max_size=5), priority=st.sampled_from([1, 5]))
    def arrive(self, bad: list[bool], priority: int) -> None:
        texts = []
        for each in bad:
            self.sent += 1
            texts.append(f"{'bad' if each else 'good'}{self.sent}")
        collect(self.ledger, *texts, priority=priority)

    @rule(messages=st.sampled_from(["1", "3", "99"]), crash=st.booleans())
    def close(self, messages: str, crash: bool) -> None:
        self.clock.tick(seconds=1)
        more: dict[str, Any] = {"make": breaks if crash else compose, "messages": messages}
        with suppress(Broken):
            self.ledger.close_batch(series(**more))

    @rule(how=st.sampled_from(["delivered", "given up", "renaming", "lost"]))
    def deliver(self, how: str) -> None:
        for row in self.ledger.due(limit=1):
            claimed = self.ledger.claim_delivery(row.id)
            assert claimed is not None
            if how in ("delivered", "renaming"):
                self.ledger.renaming(claimed.id, claimed.fence)
            if how == "delivered":
                self.ledger.delivered(claimed.id, claimed.fence)
            elif how == "given up":
                self.ledger.failed(claimed.id, claimed.fence, "no", None)
                self.ledger.retry(row.output)

    @rule()
    def restart(self) -> None:
        self.ledger.recover()

    @precondition(lambda self: self.open())
    @rule(data=st.data(), names=st.booleans(), late=st.sampled_from(list(Answer)[:2]))
    def answer(self, data: st.DataObject, names: bool, late: Answer) -> None:
        batch = data.draw(st.sampled_from(self.open()))
        self.judge(batch, names)
        if data.draw(st.booleans()):  # a second word changes nothing
            contrl(self.ledger, batch, late)

    def open(self) -> list[str]:
        return [
            each.id for each in self.ledger.batches(NAME) if each.delivered and each.id not in self.answered
        ]

    def judge(self, batch: str, names: bool) -> None:
        texts = inside(self.ledger, batch)
        bad = [place for place, text in enumerate(texts, 1) if text.startswith("bad")]
        self.answered.add(batch)
        if not bad:
            self.accepted += texts
            contrl(self.ledger, batch, Answer.ACKNOWLEDGED)
        elif names and len(bad) % 2:
            self.accepted += [text for text in texts if text.startswith("good")]
            contrl(self.ledger, batch, Answer.PARTLY_REJECTED, *bad)
        else:
            contrl(self.ledger, batch, Answer.REJECTED, *(bad if names else ()))

    @invariant()
    def once(self) -> None:
        assert len(self.accepted) == len(set(self.accepted))

    def finish(self) -> None:
        """Let it all come to its end, and look at who was accepted."""
        self.ledger.recover()
        for _ in range(40):
            self.clock.tick(seconds=1)
            while self.ledger.close_batch(series()) is not None:
                pass
            while due := self.ledger.due(limit=1):
                claimed = self.ledger.claim_delivery(due[0].id)
                assert claimed is not None
                self.ledger.renaming(claimed.id, claimed.fence)
                self.ledger.delivered(claimed.id, claimed.fence)
            if not self.open():
                break
            for batch in self.open():
                self.judge(batch, names=False)
        assert sorted(self.accepted) == sorted(text for text in self._texts() if text.startswith("good"))
        assert len(self._texts()) == self.sent
        self.once()
        books = self.ledger.books()
        assert books.balanced, (books.page(), books.problems)

    def _texts(self) -> set[str]:
        rows = self.ledger.ls("output", limit=100_000)
        return {self.ledger.content(row["id"]).decode() for row in rows if row["series"] is not None}


def test_each_good_message_is_accepted_once(sqlite_template: Path) -> None:
    class OnSqlite(Exchange):
        template = sqlite_template

    run_state_machine_as_test(
        OnSqlite,
        settings=settings(
            max_examples=5, stateful_step_count=15, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
