"""What the night and the month ask: the books of a day, their close and verification, the reports of this month."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from edi_router.config import Tree
from edi_router.ledger import Ledger
from edi_router.reports import Period
from edi_router.reports.asking import Asked, make
from tests.bench.console.place import Place


class Spent(NamedTuple):
    """What something took, once."""

    name: str
    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor time of this process: of SQLite all of it, of PostgreSQL the client's part."""


def books_and_reports(place: Place, only: str = "") -> list[Spent]:
    """Each once, in this order; a report of this month and one of days that are no whole month."""
    ledger = place.ledger
    today = ledger.clock().astimezone(ledger.zone).date()
    month = Period.month(f"{today - timedelta(days=1):%Y-%m}", ledger.zone)
    days = Period(month.since + timedelta(days=1), today, ledger.zone)
    tree = Tree.over_shipped(place.workspace.root)
    asked: dict[str, Callable[[], object]] = {
        "books of today": ledger.books,
        "books of yesterday, closed": lambda: ledger.books(today - timedelta(days=1)),
        "books of the first day of this month, closed": lambda: ledger.books(month.since),
        "books verify": lambda: _sound(ledger),
        "summary of this month": lambda: make("summary", ledger, Asked(tree, month)),
        "share of this month": lambda: make("share", ledger, Asked(tree, month)),
        "summary of days, from the rows": lambda: make("summary", ledger, Asked(tree, days)),
        "share of days, from the rows": lambda: make("share", ledger, Asked(tree, days)),
        "volumes of this month": lambda: make("volumes", ledger, Asked(tree, month)),
        "times of this month": lambda: make("times", ledger, Asked(tree, month)),
        "mismatches of this month": lambda: make("mismatches", ledger, Asked(tree, month)),
    }
    found = []
    for name, ask in asked.items():
        if only not in name:
            continue
        began, used = time.perf_counter(), time.process_time()
        ask()
        found.append(Spent(name, time.perf_counter() - began, time.process_time() - used))
        print(f"{name:52}{found[-1].wall:9.2f}{found[-1].cpu:9.2f}", flush=True)
    return found


def _sound(ledger: Ledger) -> None:
    problems = ledger.verify_books()
    assert problems == [], problems[:5]
