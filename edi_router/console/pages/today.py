"""Today: what the operator has to know now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from edi_router.console.access.guard import seeing
from edi_router.console.access.sight import Sight
from edi_router.console.charts import bars
from edi_router.console.site import Site
from edi_router.console.view import View, show, site
from edi_router.engine.alarm_texts import remedy, sentence
from edi_router.ledger.books import Books
from edi_router.ledger.store import instant
from edi_router.reports.books_tables import equation_sentence
from edi_router.reports.books_words import verdict
from edi_router.reports.books_words import word as books_word
from edi_router.reports.throughput import throughput
from edi_router.reports.tonight import Concern, Tonight, look
from edi_router.reports.tonight_words import concern_sentence

router = APIRouter()
_LINKS = {
    "held": "/queues?queue=held", "held-file": "/queues?queue=files", "failed-file": "/queues?queue=files",
    "failed-delivery": "/queues?queue=deliveries", "rejected": "/queues?queue=rejected",
    "answer-late": "/search?kind=clock&state=breached", "answer-soon": "/search?kind=clock&state=warned",
    "delivery-late": "/search?kind=message&state=in_work",
}  # fmt: skip
"""Where a concern is looked into; `&partner=` is added. The others are looked into on the partner's page."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the page."""

    tone: str
    text: str
    link: str
    call: str = ""


@router.get("/")
def today(request: Request, sight: Annotated[Sight, Depends(seeing("see"))]) -> Response:
    """Books, windows and their forecast, alarms, partners, throughput; others are sent to the page made for them."""
    view = View(request)
    if not sight.all:
        return RedirectResponse("/desk" if view.may("desk") else "/progress", 303)
    here = site(request)
    configuration, ledger = here.configuration, here.ledger
    now = instant(ledger.now())
    seen = here.recent("tonight", 5, lambda: look(ledger, configuration, now))
    books = here.later("books", 30, ledger.books)
    hours = here.recent("throughput", 30, lambda: throughput(ledger, now))
    named = [(f"{each.begins.astimezone(view.zone):%H}", each.came, each.refused) for each in hours]
    came, refused, went = (sum(getattr(each, name) for each in hours) for name in ("came", "refused", "went"))
    return show(request, "today.html", {
        "seen": seen, "concerns": list(_concerns(view, seen)),
        "alarms": [
            (alarm, sentence(alarm, view.language, view.zone), remedy(alarm, view.language, view.zone))
            for alarm in seen.alarms
        ],
        "books": books, "counted": _counted(view, books),
        "chart": bars(named, view.say(
            f"Messages of the last 24 hours: {came} received, {refused} of them refused or held",
            f"近 24 小时报文：接收 {came}，其中退回或搁置 {refused}",
        )),
        "came": came, "refused": refused, "went": went,
        "partners": lights(here, seen, view.language),
    })  # fmt: skip


def _counted(view: View, books: Books | None) -> tuple[str, list[tuple[str, str]]]:
    """The verdict of the books and their equations; empty while they are being counted."""
    if books is None:
        return "", []
    parts = (("files", books.files), ("messages", books.messages), ("outputs", books.outputs))
    return verdict(books.balanced, books.unaccounted, view.language), [
        (books_word(name, view.language), equation_sentence(each, view.language)) for name, each in parts
    ]


def _concerns(view: View, seen: Tonight) -> Iterator[Told]:
    for each in seen.concerns:
        since = f"{each.since.astimezone(view.zone):%m-%d %H:%M}" if each.since is not None else "-"
        text = concern_sentence(each.kind, view.language, each.number, since, each.what)
        link = view.link(f"/partners/{each.partner}")
        if each.kind in _LINKS:
            link = _LINKS[each.kind] + "&" + view.link("", partner=each.partner).removeprefix("?")
        yield Told(
            "bad" if each.bad else "care", f"{each.partner}: {text}", link, seen.call.get(each.partner, "")
        )


@dataclass(frozen=True, slots=True)
class Light:
    """A partner at a glance."""

    partner: str
    name: str
    tone: str
    word: str
    since: datetime | None = None


def lights(here: Site, seen: Tonight, language: str) -> list[Light]:
    """Each active partner: what is worst about it comes first."""
    contacts, paused = here.ledger.contacts(), here.ledger.paused_partners()
    worst: dict[str, Concern] = {}
    for concern in seen.concerns:
        if concern.bad:
            worst.setdefault(concern.partner, concern)
    found: list[Light] = []
    for partner in here.configuration.directory.partners.values():
        contact = contacts.get(partner.id)
        last = contact.last if contact is not None else None
        if not partner.status.active:
            tone, word = "", "suspended"
        elif partner.id in paused:
            tone, word = "care", "paused"
        elif contact is not None and contact.failures:
            tone, word = "bad", "unreachable"
        elif partner.id in worst:
            tone, word = "care", "attention"
        else:
            tone, word = "good", "well"
        name = partner.name.zh if language == "zh" else partner.name.en
        found.append(Light(partner.id, name, tone, word, last))
    order = {"bad": 0, "care": 1, "good": 2, "": 3}
    return sorted(found, key=lambda each: (order[each.tone], each.partner))
