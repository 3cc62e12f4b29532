"""Partners: who is well and who is not; of one, what was agreed, how it is reached, what is late; pause, resume, test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from edi_router.console.access.guard import allowed, seeing
from edi_router.console.access.principal import Principal
from edi_router.console.access.sight import Sight
from edi_router.console.pages.today import Light, lights
from edi_router.console.pages.work import titles
from edi_router.console.partner_facts import SOON, agreements, certificates, channel_facts
from edi_router.console.site import Site
from edi_router.console.view import View, show, site
from edi_router.engine.probe import PATIENCE, Probed, probe
from edi_router.engine.webhook_standing import standings
from edi_router.ledger.errors import NotFound
from edi_router.ledger.store import instant
from edi_router.ledger.waiting import QUEUES
from edi_router.partners import Partner
from edi_router.reports.tonight import Tonight, look
from edi_router.transports import ChannelError

router = APIRouter()
SHOWN = 20
"""Clocks that are listed."""
Books = Annotated[Sight, Depends(seeing("books"))]
Decide = Annotated[Principal, Depends(allowed("decide"))]


def _now(here: Site) -> tuple[Tonight, datetime]:
    now = instant(here.ledger.now())
    return here.recent("tonight", 5, lambda: look(here.ledger, here.configuration, now)), now


@router.get("/partners")
def partners(request: Request, sight: Books) -> Response:
    """All partners, those first that somebody has to look at."""
    view, here = View(request), site(request)
    seen, now = _now(here)
    known = here.configuration.directory.partners
    return show(request, "partners.html", {
        "rows": [
            (each, known[each.partner], None if each.since is None else now - each.since)
            for each in lights(here, seen, view.language)
        ],
        "paused": here.ledger.paused_partners(),
    })  # fmt: skip


@router.get("/partners/{id}")
def partner(request: Request, sight: Books, id: str) -> Response:
    """One partner."""
    return _page(request, id)


@router.post("/partners/{id}/pause")
def pause(
    request: Request, who: Decide, id: str, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Process and deliver nothing more of it; what it sends is still received."""
    found, view = _partner(request, id), View(request)
    if not reason.strip():
        text = view.say(
            "Say why: the reason is shown as long as it is paused.", "请填写理由：暂停期间会显示该理由。"
        )
        return _page(request, id, text, status=422)
    ledger = site(request).ledger
    if found.id not in ledger.paused_partners():  # sent twice, it is one decision
        ledger.pause(found.id, reason.strip(), who.by)
    return RedirectResponse(view.link(f"/partners/{id}"), 303)


@router.post("/partners/{id}/resume")
def resume(
    request: Request, who: Decide, id: str, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Exchange with it again."""
    found, ledger = _partner(request, id), site(request).ledger
    if found.id in ledger.paused_partners():
        ledger.resume(found.id, who.by, reason.strip())
    return RedirectResponse(View(request).link(f"/partners/{id}"), 303)


@router.post("/partners/{id}/test")
def test(request: Request, who: Decide, id: str) -> Response:
    """Try whether its channel answers; the page says what came of it."""
    here, found = site(request), _partner(request, id)
    tried = probe(here.workspace, here.configuration, found.id)
    return _page(request, id, _tried(View(request), tried), tried.state == "ok")


def _tried(view: View, found: Probed) -> str:
    if found.state == "ok":
        return view.say(
            f"The channel answers: {found.kind}, {found.waiting} files wait in the outbox.",
            f"通道畅通：{found.kind}，发件箱有 {found.waiting} 个文件等待。",
        )
    if found.state == "silent":
        return view.say(f"No answer within {PATIENCE:g} seconds.", f"{PATIENCE:g} 秒内没有应答。")
    if found.state == "inactive":
        return view.say(
            f"It was not tried: the partner is {found.kind}.", f"未测试：伙伴状态为{view.word(found.kind)}。"
        )
    if found.state == "no-channel":
        return view.say("The partner has no channel.", "该伙伴没有通道。")
    problem = found.problem
    if isinstance(problem, ChannelError):
        return f"{problem.text(view.language)} {problem.remedy_in(view.language)}"
    return view.say(f"It failed: {problem}", f"失败：{problem}")


def _partner(request: Request, id: str) -> Partner:
    found = site(request).configuration.directory.partners.get(id)
    if found is None:
        raise NotFound(f"no partner {id}")
    return found


def _page(request: Request, id: str, told: str = "", good: bool = False, status: int = 200) -> Response:
    view, here, found = View(request), site(request), _partner(request, id)
    seen, now = _now(here)
    ledger = here.ledger
    books = here.later("books", 30, ledger.books)
    received = {} if books is None else books.standing.get("received", {}).get("last", {}).get(id, {})
    used = {} if books is None else books.leniencies.get(id, {})
    queues = {
        name: sum(heap.number for heap in ledger.heaps(replace(wish, partner=id)))
        for name, wish in QUEUES.items()
    }
    return show(request, "partner.html", {
        "it": found, "light": _light(here, seen, view, id), "told": told, "good": good, "now": now,
        "channel": channel_facts(view, here.workspace.channel(here.configuration, id)),
        "contact": ledger.contacts().get(id), "paused": ledger.paused_partners().get(id),
        "agreements": list(agreements(view, found)), "queues": queues, "titles": titles(view),
        "windows": [each for each in seen.windows if each.partner == id],
        "clocks": [
            row for state in ("breached", "warned", "running")
            for row in ledger.ls("clock", state=state, partner=id, limit=SHOWN)
        ][:SHOWN],
        "leniencies": [
            (name, grant, "" if books is None else used.get(name, 0), _ends(here, grant.until))
            for name, grant in found.leniencies.items()
        ],
        "last_number": ledger.last_control_number(id), "received": received,
        "certificates": list(certificates(here.configuration, found, now)),
        "webhooks": standings(ledger, here.configuration, id),
    }, status)  # fmt: skip


def _light(here: Site, seen: Tonight, view: View, id: str) -> Light:
    return next(each for each in lights(here, seen, view.language) if each.partner == id)


def _ends(here: Site, until: date) -> str:
    """How near an end is: `bad` when it is over, `care` when it comes soon, else `good`."""
    today = date.fromisoformat(here.ledger.business_date(here.ledger.now()))
    return "bad" if until < today else "care" if until - today <= SOON else "good"
