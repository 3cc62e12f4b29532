"""Search: by any number, or by partner, type, state and time; free text within a partner's day; saved searches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from edi_router.console.access.guard import allowed, seeing
from edi_router.console.access.principal import Principal
from edi_router.console.access.sight import Sight
from edi_router.console.site import Site
from edi_router.console.view import View, show, site
from edi_router.console.within import Within
from edi_router.ledger.searching import KINDS, STATES, Found, Text, Wanted
from edi_router.ledger.store import instant, storable_text

router = APIRouter()
PAGE = 50
PATIENCE = 0.15
"""Seconds for which a page looks into texts; it shows what was found by then and how far it came, and the next goes on."""
PART = 500
"""Messages whose texts a page looks into at the most."""
LONGEST = 200
"""Characters of a text that is searched for."""
FIRST, LAST = 1970, 9998
"""Years of days that are searched for: beyond them instants cannot be reckoned with."""


@router.get("/search")
def search(
    request: Request,
    sight: Annotated[Sight, Depends(seeing("search"))],
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    kind: str = "message",
    partner: str = "",
    type: str = "",
    state: str = "",
    since: str = "",
    until: str = "",
    text: Annotated[str, Query(max_length=LONGEST)] = "",
    after: str = "",
) -> Response:
    """What was asked for; one find by its number is shown at once."""
    view, here = View(request), site(request)
    q, text, kind, partner, type, state, after = (
        storable_text(each.strip()) for each in (q, text, kind, partner, type, state, after)
    )
    problems: list[str] = []
    numbered: list[dict[str, Any]] = []
    if q:
        numbered = sight.found(q, PAGE)
        if len(numbered) == 1:
            return RedirectResponse(view.link(f"/show/{numbered[0]['id']}"), 303)
    days = _day(view, since, problems), _day(view, until, problems)
    listed, looked = Found([], None), None
    if kind not in KINDS or (kind == "clock" and not sight.all):
        problems.append(view.say(f"{kind} cannot be searched", f"不能查询 {kind}"))
    elif not q and text:
        try:
            listed, looked = _texts(view, here, sight, partner, days[0], text, after or None, problems)
        except ValueError as error:
            problems.append(str(error))
    elif not q and not problems:
        until_moment = _begin(view, days[1], following=True)
        wanted = Wanted(
            kind, partner or None, type or None, state or None, _begin(view, days[0]), until_moment
        )
        try:
            listed = here.ledger.search(wanted, None if sight.all else sight.seen(kind), PAGE, after or None)
        except ValueError as error:
            problems.append(str(error))
    return show(request, "search.html", {
        "q": q, "numbered": numbered, "found": listed, "problems": problems, "looked": looked, "kind": kind,
        "kinds": KINDS if sight.all else KINDS[:-1], "states": STATES.get(kind, ()),
        "asked": {
            "kind": kind, "partner": partner, "type": type, "state": state, "since": since, "until": until, "text": text,
        },
        "partners": sorted(here.configuration.directory.partners) if sight.all else [],
        "next": _next(request, listed.next),
        "saved": here.ledger.saved_searches(view.who.name) if view.who is not None else [],
        "query": request.url.query,
    })  # fmt: skip


@router.post("/search/saved")
def save(
    request: Request,
    who: Annotated[Principal, Depends(allowed("search"))],
    name: Annotated[str, Form(min_length=1, max_length=60)],
    query: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Keep the search under a name, for this account."""
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key != "after"])
    site(request).ledger.save_search(who.name, storable_text(name.strip()) or "–", kept)
    return RedirectResponse(f"/search?{kept}", 303)


@router.post("/search/forget")
def forget(
    request: Request, who: Annotated[Principal, Depends(allowed("search"))], name: Annotated[str, Form()]
) -> Response:
    """Keep it no longer."""
    site(request).ledger.forget_search(who.name, storable_text(name))
    return RedirectResponse("/search", 303)


@dataclass(frozen=True, slots=True)
class Looked:
    """How far a search in the texts of a day came."""

    until: datetime | None
    """When the oldest message came that was looked into; None when there was none."""
    unread: int
    """Messages that could not be looked into: the archive has their files no more."""
    left: int
    """Older messages of the day, which were not looked into."""


def _texts(
    view: View,
    here: Site,
    sight: Sight,
    partner: str,
    day: date | None,
    text: str,
    after: str | None,
    problems: list[str],
) -> tuple[Found, Looked | None]:
    """The messages of a partner's day that have the text, newest first; and how far the day was looked through."""
    if not partner or day is None:
        told = view.say(
            "A text is searched for within a partner's day: choose a partner and the first day.",
            "文本查询限于某伙伴的某一天：请选择伙伴和起始日。",
        )
        problems.append(told)
        return Found([], None), None
    begin, end = _begin(view, day), _begin(view, day, following=True)
    assert begin is not None
    assert end is not None
    seen = None if sight.all else sight.seen("message")
    rows = here.ledger.texts(partner, (begin, end), seen, PART, after)
    within = Within(here, text)
    found, last = _look(within, rows)
    if last is None:
        return Found([], None), Looked(None, 0, 0)
    left = here.ledger.texts_left(partner, (begin, end), seen, last.place)
    looked = Looked(instant(last.entered), within.unread, left)
    return Found(here.ledger.message_rows(found), last.place if left else None), looked


def _look(within: Within, rows: Sequence[Text]) -> tuple[list[str], Text | None]:
    """The messages that have the text, and the last that was looked into: there is one, however long each takes."""
    deadline, found, last = time.monotonic() + PATIENCE, list[str](), None
    for row in rows:
        if last is not None and (time.monotonic() > deadline or len(found) >= PAGE):
            break
        last = row
        if within.holds(row):
            found.append(row.id)
    return found, last


def _day(view: View, text: str, problems: list[str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if FIRST <= day.year <= LAST:
        return day
    problems.append(view.say(f"{text} is no day (yyyy-mm-dd)", f"{text} 不是日期（yyyy-mm-dd）"))
    return None


def _begin(view: View, day: date | None, *, following: bool = False) -> datetime | None:
    """When a day, or the one after it, begins in the business zone."""
    if day is None:
        return None
    if following:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=view.zone)


def _next(request: Request, place: str | None) -> str:
    if place is None:
        return ""
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "after" and value]
    return "/search?" + urlencode([*query, ("after", place)])
