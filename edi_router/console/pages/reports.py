"""Reports: the books of each day, and figures of a month, to look at, to print and to take away as CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from markupsafe import Markup

from edi_router.console.access.guard import seeing
from edi_router.console.access.sight import Sight
from edi_router.console.view import View, show, site
from edi_router.ledger.books import Books as BooksPage
from edi_router.ledger.errors import NotFound
from edi_router.reports import Period, Report, Table, as_csv, as_json
from edi_router.reports.asking import KINDS, Asked, FaultyTable, Unknown, make
from edi_router.reports.books_tables import books_json, equation_sentence, sections
from edi_router.reports.books_words import verdict
from edi_router.reports.books_words import word as books_word
from edi_router.reports.page import chart, columns
from edi_router.reports.share import By
from edi_router.reports.text import written
from edi_router.reports.words import head, title, word

router = APIRouter()
Books = Annotated[Sight, Depends(seeing("books"))]
Form = Literal["page", "csv", "json"]
DAYS = 31
"""Closed days on a page of the list."""
ROWS = 500
"""Rows of a table that are shown; a download has all."""


@router.get("/reports")
def reports(request: Request, sight: Books, before: str = "") -> Response:
    """Which reports there are, and the closed days with their verdicts."""
    view, here = View(request), site(request)
    today = _today(request)
    closed = here.ledger.closed_pages(DAYS + 1, _day(before).isoformat() if before else None)
    return show(request, "reports.html", {
        **_form(request, KINDS[1], _month(today), "", "month"), "today": today.isoformat(),
        "days": [(each, verdict(each.balanced, each.unaccounted, view.language)) for each in closed[:DAYS]],
        "next": view.link("/reports", before=closed[DAYS - 1].business_date) if len(closed) > DAYS else "",
    })  # fmt: skip


@router.get("/reports/books/{day}")
def books(request: Request, sight: Books, day: str, form: Form = "page", again: bool = False) -> Response:
    """The page of a business date, as it was closed or as it stands; `again` counts a closed one from events and rows."""
    view, here = View(request), site(request)
    date_of, today = _day(day), _today(request)
    if date_of > today:
        raise NotFound(f"{day} has not come yet")
    found = here.ledger.books(day) if again else here.ledger.page_of(day)
    if form == "json":
        text = json.dumps(books_json(found), ensure_ascii=False, indent=1, default=str)
        return _file(text.encode(), f"books-{day}.json", "application/json")
    zone, language = view.zone, view.language
    return show(request, "books.html", {
        "page": found, "again": again, "verdict": verdict(found.balanced, found.unaccounted, language),
        "equations": [
            (books_word(name, language), equation_sentence(each, language)) for name, each in _equations(found).items()
        ],
        "sections": list(sections(found, language, zone)), "word": lambda name: books_word(name, language),
        "before": (date_of - timedelta(days=1)).isoformat(),
        "after": (date_of + timedelta(days=1)).isoformat() if date_of < today else "",
    })  # fmt: skip


@router.get("/reports/{kind}")
def report(
    request: Request,
    sight: Books,
    kind: str,
    month: str = "",
    partner: str = "",
    by: By = "month",
    form: Form = "page",
) -> Response:
    """A report of a month, of all or of one partner."""
    if kind not in KINDS:
        raise NotFound(f"no report {kind}")
    view, here = View(request), site(request)
    month = month or _month(_today(request))
    asking = _form(request, kind, month, partner, by)
    try:
        period = Period.month(month, view.zone)
        asked = Asked(here.workspace.tree, period, view.language, partner.strip() or None, by)
        found = make(kind, here.ledger, asked)
    except Unknown as error:
        near = view.say(f"; did you mean {error.near}?", f"；是否为 {error.near}？") if error.near else "."
        text = view.say(f"No partner {error.name}{near}", f"没有伙伴 {error.name}{near}")
        return show(request, "report.html", {**asking, "problem": text, "report": None}, 422)
    except FaultyTable as error:
        text = "; ".join(view.fault(fault) for fault in error.faults)
        return show(request, "report.html", {**asking, "problem": text, "report": None}, 500)
    except ValueError:
        text = view.say(f"No month {month}: write 2026-03.", f"没有月份 {month}：应如 2026-03。")
        return show(request, "report.html", {**asking, "problem": text, "report": None}, 422)
    name = "-".join(part for part in (kind, month, partner) if part)
    if form == "csv":
        return _file(as_csv(found, view.language).encode(), f"{name}.csv", "text/csv; charset=utf-8")
    if form == "json":
        text = json.dumps(as_json(found), ensure_ascii=False, indent=1)
        return _file(text.encode(), f"{name}.json", "application/json")
    return show(request, "report.html", {
        **asking, "problem": "", "report": found, "tables": [_shown(view, found, each) for each in found.tables],
        "downloads": [
            (each.upper(), view.link(f"/reports/{kind}", month=month, partner=partner, by=by, form=each))
            for each in ("csv", "json")
        ],
    })  # fmt: skip


def _shown(view: View, report: Report, table: Table) -> dict[str, Any]:
    """A table as its template shows it: texts, which columns are numbers, which rows want attention, the chart."""
    warned = table.columns.index("warning") if "warning" in table.columns else None
    drawn = ""
    if table.bars is not None:
        drawn = (columns if table.ordered else chart)(table, *table.bars, view.language)
    return {
        "title": title(table.id, view.language) if len(report.tables) > 1 else "", "id": table.id,
        "heads": [
            (head(name, view.language), any(isinstance(row[at], int | Decimal) for row in table.rows))
            for at, name in enumerate(table.columns)
        ],
        "more": len(table.rows) - ROWS,
        "chart": Markup(drawn),  # made by ours, with every text escaped
        "rows": [
            (
                warned is not None and bool(row[warned]),
                [
                    (word(name, written(value), view.language), isinstance(value, int | Decimal))
                    for name, value in zip(table.columns, row, strict=True)
                ],
            )
            for row in table.rows[:ROWS]
        ],
    }  # fmt: skip


def _form(request: Request, kind: str, month: str, partner: str, by: str) -> Mapping[str, Any]:
    """What the form asks, filled in as it was."""
    view = View(request)
    return {
        "kind": kind, "month": month, "partner": partner, "by": by,
        "kinds": [(each, title(each, view.language)) for each in KINDS],
        "partners": sorted(site(request).configuration.directory.partners),
    }  # fmt: skip


def _equations(found: BooksPage) -> dict[str, Any]:
    return {"messages": found.messages, "outputs": found.outputs, "files": found.files}


def _today(request: Request) -> date:
    ledger = site(request).ledger
    return date.fromisoformat(ledger.business_date(ledger.now()))


def _month(today: date) -> str:
    """The last whole month: what a report is mostly asked for."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(f"no day {text}") from None


def _file(data: bytes, name: str, kind: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=kind, headers={"Content-Disposition": disposition})
