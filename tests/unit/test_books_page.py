"""The page of the books besides its equations: routes, forms, control numbers of partners, older pages, HTML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from lxml import etree
from sqlalchemy import text

from edi_router.config import shipped_directory
from edi_router.ledger import Ledger
from edi_router.ledger.books import compute
from edi_router.ledger.carrying import START, Base, chained
from edi_router.ledger.moves import canonical
from edi_router.reports.books_page import as_books_page
from tests.support.outcomes import (
    HELD,
    REJECTED,
    Clock,
    deliver_all,
    drop,
    message,
    outcome,
    process,
)
from tests.support.workspaces import deployment
from tests.unit.test_books import TODAY, TOMORROW, a_day, tamper

ZONE = ZoneInfo("Asia/Shanghai")


def test_every_route_balances_and_counts_as_it_was_at_the_end_of_the_date(
    ledger: Ledger, clock: Clock
) -> None:
    file = drop(ledger)
    held = replace(message(file, 2, HELD), agreement=None)
    process(ledger, file, outcome(file, message(file, 1), held, replace(message(file, 3), agreement="other")))
    deliver_all(ledger)
    books = ledger.books()
    routes = books.messages.routes["ent-a"]
    assert {route: (line.inflow, line.unaccounted) for route, line in routes.items()} == {
        "-": (1, 0), "agr": (1, 0), "other": (1, 0)
    }  # fmt: skip
    assert {route: line.inflow for route, line in books.outputs.routes["ciq"].items()} == {
        "agr": 1,
        "other": 1,
    }
    clock.tick(days=1)
    ledger.close_books(TODAY)
    ledger.release(f"{file}-1-2", "anna", "now")
    process(ledger, file, outcome(file, message(file, 2)))
    [(route, line)] = ledger.books().messages.routes["ent-a"].items()
    assert (route, line.carried_over, line.outcomes["in_work"], line.unaccounted) == ("agr", 1, 1, 0)
    assert ledger.verify_books() == []  # the held one had no agreement then, and has one now


def test_a_row_that_is_gone_shows_on_its_route_too(ledger: Ledger) -> None:
    file = a_day(ledger)
    for table in ("visible_to", "reference"):
        tamper(ledger, f"DELETE FROM {table} WHERE message = '{file}-1-4'")
    tamper(ledger, f"DELETE FROM message WHERE id = '{file}-1-4'")
    routes = ledger.books().messages.routes["ent-a"]
    assert {route: line.unaccounted for route, line in routes.items()} == {"-": 1, "agr": 0}


def test_pages_closed_by_earlier_versions_still_verify(ledger: Ledger, clock: Clock) -> None:
    a_day(ledger)
    clock.tick(days=2)
    with ledger.write() as tx:
        page = canonical(compute(tx.connection, TODAY, Base(), version=1).page(1))
        row = {"d": TODAY, "p": page, "s": chained(START, page), "b": START}
        tx.connection.execute(
            text("INSERT INTO books (date, page, sha256, previous, at) VALUES (:d, :p, :s, :b, 1)"), row
        )
    assert "version" not in page
    assert "routes" not in page
    new = ledger.close_books(TOMORROW)
    assert new.previous == row["s"]
    assert new.page()["version"] == 2
    assert ledger.verify_books() == []
    assert ledger.books(TODAY).standing == {}
    tamper(ledger, "UPDATE message SET state = 'duplicate' WHERE state = 'rejected'")
    problems = ledger.verify_books()
    assert any(problem.startswith(f"messages of {TODAY}: closed as") for problem in problems)


def test_what_stood_beside_the_page_is_kept_as_it_was(ledger: Ledger, clock: Clock) -> None:
    file = drop(ledger)
    process(ledger, file, outcome(file, message(file, 1), control="7"))
    clock.tick(days=1)
    closed = ledger.close_books(TODAY)
    assert closed.standing["received"]["last"] == {"ent-a": {"SENDER → RECIPIENT": 7}}
    assert ledger.books(TODAY).standing == closed.standing
    assert ledger.books(TODAY).sha256 == closed.sha256 is not None
    assert ledger.books().previous == closed.sha256
    assert ledger.books().sha256 is None
    tamper(ledger, "UPDATE books SET page = replace(page, 'SENDER', 'SENDEX')")
    assert any("changed after it was closed" in problem for problem in ledger.verify_books())


def test_a_closed_page_is_shown_as_it_was_closed(ledger: Ledger, clock: Clock) -> None:
    a_day(ledger)
    assert ledger.page_of(TODAY).page() == ledger.books(TODAY).page(), "one that is not closed is counted"
    assert ledger.page_of(TODAY).sha256 is None
    clock.tick(days=1)
    closed = ledger.close_books(TODAY)
    clock.tick(days=1)
    following = ledger.close_books(TOMORROW)
    for page in (closed, following):
        assert replace(page, problems=()) == ledger.page_of(page.business_date)
    tamper(ledger, "UPDATE message SET state = 'duplicate' WHERE state = 'rejected'")
    assert ledger.page_of(TODAY).page() == closed.page()
    assert ledger.books(TODAY).page() != closed.page(), "and counted again it is not what was closed"
    tamper(ledger, f"UPDATE books SET page = replace(page, 'ent-b', 'ent-c') WHERE date = '{TODAY}'")
    shown = ledger.page_of(TODAY)
    assert shown.problems == (f"the page of {TODAY} was changed after it was closed",)
    assert "ent-c" in shown.files.partners
    assert not shown.balanced
    tamper(ledger, f"UPDATE books SET previous = '{START}' WHERE date = '{TOMORROW}'")
    assert f"the page of {TOMORROW} is not chained to the page before it" in ledger.page_of(TOMORROW).problems


def test_control_numbers_that_did_not_come_or_came_twice(ledger: Ledger, clock: Clock) -> None:
    def came(number: str, decision: object = None) -> None:
        file = drop(ledger, f"{number}-{clock.now.timestamp()}.edi")
        made = [message(file, 1)] if decision is None else [message(file, 1, REJECTED)]
        result = outcome(file, *made, control=number)
        if decision is not None:
            [interchange] = result.interchanges
            result = replace(result, interchanges=(replace(interchange, decision=REJECTED),))
        process(ledger, file, result)
        clock.tick(seconds=1)

    for number in ("000005", "000007", "A9"):
        came(number)
    assert ledger.books().standing["received"]["gaps"] == {"ent-a": {"SENDER → RECIPIENT": [6]}}
    clock.tick(days=1)
    ledger.close_books(TODAY)
    came("000006")  # late, and no gap any more
    came("000010", "rejected")
    came("000010")  # sent again after it was refused: that is right
    came("000005", "rejected")  # the number of another that was accepted
    came("20260314")  # no gap but another way of numbering
    found = ledger.books().standing["received"]
    assert found["gaps"] == {"ent-a": {"SENDER → RECIPIENT": [8, 9]}}
    assert found["reused"] == {"ent-a": {"SENDER → RECIPIENT": ["000005"]}}


def test_the_page_prints(ledger: Ledger, clock: Clock) -> None:
    a_day(ledger)
    tamper(ledger, "UPDATE output SET number = 5 WHERE number = 1")
    for language, said in (("en", "NOT BALANCED"), ("zh", "不平衡")):
        html = as_books_page(ledger.books(), "<test>", language, ZONE)
        page = etree.HTML(html)
        assert said in html
        assert "<test>" not in html
        assert (
            page.xpath("count(//h2[@id='messages']/following::table[1]//tr)") == 4
        )  # heading, partner, route, total
        assert page.xpath("string(//h2[@id='gaps']/following::table[1]//td[2])") == "1, 4"
        assert not page.xpath("//script")


def test_what_is_overdue_counts_also_while_the_engine_stands_still(tmp_path: Path) -> None:
    declaration = shipped_directory() / "samples" / "day" / "ENT-A" / "0845-declaration.xml"
    with deployment(tmp_path / "w") as place:
        place.drop("ENT-A", "d.xml", declaration.read_bytes())
        place.engine.until_idle()
        seen = []
        for minutes in (1, 10, 60):
            place.clock.forward(minutes=minutes)
            outstanding = place.ledger.books().standing["outstanding"]
            seen.append({each["level"]: each["overdue"] for each in outstanding})
        assert [sum(each.values()) for each in seen] == [0, 1, 2]
        assert seen[1]["technical"] == 1
