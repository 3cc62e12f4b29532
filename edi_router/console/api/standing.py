"""How things stand: progress, registers, books, tonight, alarms, partners."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Path, Request
from pydantic import AwareDatetime

from edi_router.console.access.guard import seeing
from edi_router.console.access.sight import Sight
from edi_router.console.api import standing_models as models
from edi_router.console.api.asked import calls, state_fits
from edi_router.console.api.common import (
    Limit,
    Look,
    Number,
    Page,
    Word,
    for_all_eyes,
    named,
    problems,
)  # fmt: skip
from edi_router.console.view import View, site
from edi_router.engine.alarm_texts import remedy, sentence
from edi_router.engine.webhook_standing import standings
from edi_router.faults.reasons import reason_in
from edi_router.ledger.errors import NotFound
from edi_router.ledger.registering import RegisterEvent
from edi_router.ledger.store import instant
from edi_router.registers import Register
from edi_router.registers.shape import as_values
from edi_router.reports.tonight import look
from edi_router.reports.tonight_values import as_values as of_tonight

router = calls()
_ONE: dict[str, Any] = {"responses": problems(404)}


@router.get("/progress", tags=["messages"], responses=problems(), **named("Progress of a number", "编号进度"))
def progress(number: Number, sight: Annotated[Sight, Depends(seeing("progress"))]) -> models.Progress:
    """The messages and register entries of a number; what one may not see is not told to exist."""
    found = sight.progress(number.strip())
    return models.Progress(
        number=found.number,
        known=found.known,
        messages=[
            models.Stage(
                id=each.id, type=each.type, reference=each.reference, partner=each.partner, state=each.state,
                entered=instant(each.entered),
                steps=[models.Step(at=instant(at), what=what) for at, what in each.steps],
            )
            for each in found.stages
        ],
        entries=[
            models.Standing.model_validate({
                "register": each.entry.register, "key": each.entry.key, "state": each.entry.state,
                "changed": instant(each.changed),
                "steps": [{"at": instant(at), "what": what, "state": state} for at, what, state in each.steps],
            })
            for each in found.standings
        ],
    )  # fmt: skip


@router.get("/registers", tags=["registers"], responses=problems(), **named("The registers", "登记簿"))
def registers(request: Request, sight: Look) -> list[models.Register]:
    """All registers with their states."""
    here = site(request)
    counts: dict[str, dict[str, int]] = {}
    for name, state, number in here.ledger.register_counts() if sight.all else ():
        counts.setdefault(name, {})[state] = number
    return [
        models.Register.model_validate({
            "id": each.id, "name": each.definition.name, "states": each.definition.states,
            "counts": counts.get(each.id, {}) if sight.all else None,
        })
        for each in here.configuration.registers.readable()
    ]  # fmt: skip


@router.get(
    "/registers/{name}/entries", tags=["registers"], **_ONE, **named("Entries of a register", "登记簿条目")
)
def entries(
    request: Request,
    name: Word,
    sight: Look,
    state: Word | None = None,
    value: Word | None = None,
    open: bool = False,
    limit: Limit = 50,
    after: Word = "",
) -> Page[models.Entry]:
    """Entries in the order of their keys: all, those in a `state`, those with a `value`, or the `open` ones."""
    register = _register(request, name)
    state_fits("query.state", state, register.definition.states)
    listed = sight.entries(name, state, value, open, limit + 1, after)
    items = [models.Entry.model_validate(as_values(each.entry, register)) for each in listed[:limit]]
    return Page(items=items, next=items[-1].key if len(listed) > limit else None)


@router.get(
    "/registers/{name}/entries/{key:path}", tags=["registers"], **_ONE, **named("One entry", "单个条目")
)
def entry(request: Request, name: Word, key: Word, sight: Look) -> models.EntryShown:
    """An entry with its lines, what is left of them, and all that happened to it."""
    values = as_values(sight.entry(name, key), _register(request, name))
    return models.EntryShown.model_validate(values | {"events": _events(sight.entry_events(name, key))})


@router.get("/books/{day}", tags=["exchange"], responses=problems(404), **named("Books of a day", "某日账簿"))
def books(
    request: Request, day: Annotated[date, Path()], sight: Annotated[Sight, Depends(seeing("books"))]
) -> models.Books:
    """The page of a business date (yyyy-MM-dd), as it was closed or as it stands."""
    for_all_eyes(request, sight)
    here = site(request)
    if day.isoformat() > here.ledger.business_date(here.ledger.now()):
        raise HTTPException(404, View(request).say(f"{day} has not come yet.", f"{day} 尚未到来。"))
    found = here.ledger.page_of(day)
    return models.Books.model_validate({
        **found.page(), "sha256": found.sha256, "previous": found.previous, "standing": found.standing,
        "problems": found.problems, "balanced": found.balanced,
    })  # fmt: skip


@router.get("/tonight", tags=["exchange"], **_ONE, **named("Tonight", "今晚"))
def tonight(request: Request, sight: Look) -> models.Tonight:
    """The windows of the nightly exchange with their forecast, what is late or held, and whom to call."""
    for_all_eyes(request, sight)
    here = site(request)
    now = instant(here.ledger.now())
    seen = here.recent("tonight", 5, lambda: look(here.ledger, here.configuration, now))
    return models.Tonight.model_validate(of_tonight(seen))


@router.get("/alarms", tags=["exchange"], **_ONE, **named("Alarms", "告警"))
def alarms(request: Request, sight: Look, since: AwareDatetime | None = None) -> models.Alarms:
    """The alarms that are open; with `since` all that were raised from then on. The latest first."""
    for_all_eyes(request, sight)
    view = View(request)
    found = site(request).ledger.alarms(open_only=since is None, since=since)
    return models.Alarms.model_validate({
        "items": [
            {
                "id": each.id, "kind": each.kind, "severity": each.severity, "partner": each.partner,
                "subject": each.subject, "text": sentence(each, view.language, view.zone),
                "remedy": remedy(each, view.language, view.zone), "raised": each.raised, "cleared": each.cleared,
                "worse": each.worse,
            }
            for each in found
        ]
    })  # fmt: skip


@router.get("/partners", tags=["exchange"], responses=problems(), **named("Partners", "伙伴"))
def partners(request: Request, sight: Look) -> list[models.Partner]:
    """The partners of the configuration, and how they can be reached; a partner is told of itself alone."""
    here = site(request)
    contacts, paused = here.ledger.contacts(), here.ledger.paused_partners()
    own = None if sight.viewer is None else sight.viewer.partner
    return [
        models.Partner(
            id=each.id, name=models.Text(en=each.name.en, zh=each.name.zh), status=str(each.status),
            codes=sorted(each.codes), paused=each.id in paused,
            last_contact=contacts[each.id].last if each.id in contacts else None,
            failures=contacts[each.id].failures if each.id in contacts else 0,
        )
        for each in here.configuration.directory.partners.values()
        if own in (None, each.id)
    ]  # fmt: skip


@router.get("/partners/{id}", tags=["exchange"], **_ONE, **named("One partner", "单个伙伴"))
def partner(request: Request, id: Word, sight: Look) -> models.Partner:
    """A partner, and how it can be reached."""
    for each in partners(request, sight):
        if each.id == id:
            return each
    raise HTTPException(404, View(request).say(f"No partner {id}.", f"没有伙伴 {id}。"))


@router.get("/webhooks", tags=["exchange"], responses=problems(), **named("Webhooks", "Webhook"))
def webhooks(request: Request, sight: Look) -> list[models.Webhook]:
    """How webhooks stand: last success, what waits, failures. A partner is told of its own alone."""
    here, view = site(request), View(request)
    own = None if sight.viewer is None else sight.viewer.partner
    now = instant(here.ledger.now())
    return [
        models.Webhook.model_validate({
            **{field: getattr(each, field) for field in models.Webhook.model_fields if hasattr(each, field)},
            "reason": reason_in(each.reason, view.language),
            "lag": None if each.waiting is None else (now - each.waiting).total_seconds(),
        })
        for each in standings(here.ledger, here.configuration, own)
    ]  # fmt: skip


def _register(request: Request, name: str) -> Register:
    found = site(request).configuration.registers.find(name)
    if found is None:
        raise NotFound(f"no register {name}")
    return found


def _events(events: Sequence[RegisterEvent]) -> list[dict[str, Any]]:
    """What happened, without the details that are the engine's own."""
    told = ((each, json.loads(each.detail)) for each in events)
    return [
        {
            "at": instant(each.at), "move": each.move, "outcome": str(detail.get("outcome", "")),
            "before": each.before, "state": each.state, "partner": each.partner,
            "message": str(detail.get("message", "")),
        }
        for each, detail in told
    ]  # fmt: skip
