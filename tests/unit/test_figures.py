"""Figures of months that are kept: the same as those counted from the rows, whenever things were settled."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, text

from edi_router.engine.watch import look
from edi_router.ledger import Ledger, tables
from edi_router.pipeline.model import TimeLimit
from edi_router.reports import Period, Report, Terms, as_page
from edi_router.reports.share import share
from edi_router.reports.summary import summary
from tests.support.filling import ZONE, at, document, record
from tests.support.outcomes import HELD, REJECTED, Clock, deliver_all
from tests.unit.test_reports import timed

MARCH = Period.month("2026-03", ZONE)
LIMIT = TimeLimit("delivery", "", "HUB", {"minutes": "1"})


def a_month(ledger: Ledger, clock: Clock) -> str:
    """Things of every kind, some settled on a later day than they came; the id of a file with one that is held."""
    timed(ledger, clock, "CUSDEC", [(1, 1), (2, 30), (1000, 99_000)])
    clock.now = at("2026-03-12", 1)
    limited = replace(document("CUSDEC", "CIQ-QD", "F1", "direct", outputs=1), limits=(LIMIT,))
    file = record(ledger, "HUB", [limited, document("CUSDEC", "CIQ-SH", "F2", decision=REJECTED),
                                  document("Certificate", "CIQ-QD", "F3", decision=HELD)])  # fmt: skip
    clock.tick(minutes=2)
    ledger.strike_clocks([look(each, {}, clock.now) for each in ledger.clocks_to_look_at()])
    deliver_all(ledger)
    return file


def told(report: Report) -> dict[str, object]:
    return {table.id: list(table.rows) for table in report.tables}


def test_kept_figures_are_those_of_the_rows(ledger: Ledger, clock: Clock) -> None:
    file = a_month(ledger, clock)
    live, shared = told(summary(ledger, MARCH, Terms())), told(share(ledger, MARCH, {}))
    assert live["promised"] == [("HUB", "agr", "delivery", "1 min", 1, 0, 1, 0, 120, 120, 120)]
    assert [row[:3] for row in live["hours"] if row[1]] == [("01", 1, 1)]  # type: ignore[attr-defined]
    assert [row[:4] for row in live["breaches"]] == [("HUB", "agr", "delivery", "01")]  # type: ignore[attr-defined]
    assert ledger.keep_figures() == []  # nothing is closed
    clock.now = at("2026-03-13", 3)
    ledger.close_books("2026-03-12")
    assert ledger.keep_figures() == ["2026-03-10", "2026-03-11", "2026-03-12"]
    assert ledger.keep_figures() == []
    assert told(summary(ledger, MARCH, Terms())) == live
    assert told(share(ledger, MARCH, {})) == shared
    # What happens later is counted from the rows until it is kept too; then it counts once, in the month it came.
    clock.tick(seconds=400)
    ledger.reject(f"{file}-1-3", "anna", "no")
    live = told(summary(ledger, MARCH, Terms()))
    assert ("HUB", "Certificate", "rejected", 1) in live["in"]  # type: ignore[operator]
    clock.now = at("2026-04-02", 3)
    ledger.close_books("2026-04-01")
    assert len(ledger.keep_figures()) == 20
    assert told(summary(ledger, MARCH, Terms())) == live
    with ledger.read() as connection:
        assert set(connection.scalars(select(tables.monthly.c.month))) == {"2026-03"}
    page = as_page(summary(ledger, MARCH, Terms()), "x", "zh")
    assert page.count("<svg") >= 2
    assert "<script" not in page


def test_a_month_is_read_from_what_is_kept(ledger: Ledger, clock: Clock) -> None:
    a_month(ledger, clock)
    clock.now = at("2026-04-02", 3)
    ledger.close_books("2026-04-01")
    ledger.keep_figures()
    with ledger.engine.begin() as connection:
        connection.execute(
            text("UPDATE monthly SET number = number + 100 WHERE measure = 'came' AND state = 'rejected'")
        )
    assert ("HUB", "CUSDEC", "rejected", 101) in told(summary(ledger, MARCH, Terms()))["in"]  # type: ignore[operator]
    week = Period(MARCH.since, at("2026-03-30").date(), ZONE)
    assert ("HUB", "CUSDEC", "rejected", 1) in told(summary(ledger, week, Terms()))["in"]  # type: ignore[operator]
