"""Reports: the books of a day, figures of a month, as pages and as files; the same as the command line gives."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from edi_router.reports import Period, as_json
from edi_router.reports.asking import KINDS, Asked, make
from edi_router.reports.words import title
from tests.support.pages import Browser
from tests.support.story import GOOD
from tests.support.workspaces import Place

Browse = Callable[..., Browser]
MONTH = "2026-03"


@pytest.mark.parametrize("kind", KINDS)
def test_each_report_is_a_page_and_two_files(browse: Browse, day: Place, kind: str) -> None:
    here = browse("operator", "zh")
    here.go("/reports")
    assert title(kind, "zh") in here.text
    here.go(f"/reports/{kind}?month={MONTH}")
    asked = Asked(day.workspace.tree, Period.month(MONTH, day.ledger.zone), "zh")
    wanted = make(kind, day.ledger, asked)
    assert len(here.page.findall(".//section[@class='report']")) == len(wanted.tables)
    shown = sum(len(table.findall(".//tbody/tr")) for table in here.page.findall(".//section//table"))
    assert shown == sum(min(len(table.rows), 500) for table in wanted.tables)
    by_form = {each.rpartition("=")[2]: each for each in here.links(f"/reports/{kind}?")}
    assert json.loads(here.client.get(by_form["json"]).text) == json.loads(json.dumps(as_json(wanted)))
    answer = here.client.get(by_form["csv"])
    assert f"{kind}-{MONTH}.csv" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len([row for row in rows if row]) >= shown


def test_charts_are_drawn_without_inline_style(browse: Browse) -> None:
    here = browse()
    page = here.go(f"/reports/summary?month={MONTH}")
    assert page.findall(".//section[@class='report']/svg//rect")
    assert not page.xpath("//*[@style] | //style")


def test_a_report_of_one_partner_and_what_cannot_be_asked(browse: Browse) -> None:
    here = browse()
    here.go(f"/reports/summary?month={MONTH}&partner=ENT-A")
    assert "· ENT-A" in here.text
    here.go(f"/reports/summary?month={MONTH}&partner=ENTA", 422)
    assert "No partner ENTA; did you mean ENT-A?" in here.text
    here.go("/reports/times?month=March", 422)
    assert "No month March" in here.text
    here.go("/reports/nothing", 404)
    here.go("/reports/books/2026-02-30", 404)
    here.go("/reports/books/2027-01-01", 404)


def test_books_are_closed_listed_and_taken_away(own: tuple[Place, Browse]) -> None:
    place, browse = own
    place.drop("ENT-A", "1.edi", (GOOD / "cusdec-import.edi").read_bytes())
    assert place.engine.until_idle().problems == []
    day = place.ledger.business_date(place.ledger.now())
    place.clock.forward(days=1)
    closed = place.ledger.close_books(day)
    here = browse("auditor")
    here.go("/reports")
    assert f"/reports/books/{day}" in here.links()
    assert "balanced" in here.text
    here.go(f"/reports/books/{day}")
    assert closed.sha256 is not None
    assert closed.sha256 in here.text
    [link] = here.links(f"/reports/books/{day}?form=json")
    told = here.client.get(link).json()
    assert told["sha256"] == closed.sha256
    assert told["messages"] == closed.page()["messages"]
    assert "As it was closed." in here.text
    [link] = [each for each in here.links(f"/reports/books/{day}?") if each.endswith("again=true")]
    here.go(link)
    assert "Counted again just now" in here.text
    assert closed.sha256 in here.text
    assert f"/reports/books/{day}" in here.links()
    here.go(f"/reports/books/{place.ledger.business_date(place.ledger.now())}")
    assert "As it was closed" not in here.text
    assert closed.sha256 in here.text, "the page of today is chained to it"


def test_reports_are_not_a_partners(browse: Browse) -> None:
    here = browse("bureau")
    for path in ("/reports", "/reports/summary", "/reports/books/2026-03-14"):
        here.go(path, 403)
