"""What a request asks for is known: its parameters by their names, and those of their values that can be listed.

A parameter that no call has, or a state that nothing can be in, would otherwise be answered with a list that looks
right. So each is refused, with the nearest right one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import cache
from typing import Annotated, get_args, get_origin

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.dependencies.models import Dependant

from edi_router.config import did_you_mean
from edi_router.console.access.guard import allowed, who
from edi_router.console.access.principal import Principal
from edi_router.console.access.problems import Unfit
from edi_router.console.access.roles import Permission
from edi_router.console.view import View, site
from edi_router.faults import CATALOGUE
from edi_router.ledger.searching import STATES, Wanted

PREFIX = "/api/v1"
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


async def _known(request: Request, principal: Annotated[Principal, Depends(who)]) -> None:
    """Unfit for parameters in the address that the call does not have, or that stand there twice.

    Who asks is found out first: a stranger is told to present a token, and nothing else.
    """
    once = dict(_parameters(request.scope["route"].dependant))
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    errors = []
    for name in dict.fromkeys(names):
        if name not in once:
            errors.append(unknown(f"query.{name}", "parameter", "参数", name, list(once)))
        elif once[name] and names.count(name) > 1:
            errors.append((f"query.{name}", "is given more than once", "重复给出"))
    if errors:
        raise Unfit(*errors)


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The parameters in the address, of a route and of what it depends on; and whether each may stand there once only."""
    for each in dependant.query_params:
        kind = each.field_info.annotation
        yield each.alias, not any(get_origin(part) is list for part in (kind, *get_args(kind)))
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def calls(*tags: str) -> APIRouter:
    """A router of calls, each of which refuses parameters that it does not have."""
    return APIRouter(prefix=PREFIX, tags=list(tags), dependencies=[Depends(_known)])


@cache
def in_json(permission: Permission) -> Callable[..., Principal]:
    """The guard of a call whose body is JSON: as `allowed`, and 415 for a body that does not say that it is.

    The framework would find no values in such a body, and say so of each.
    """
    guard = Depends(allowed(permission))  # a default, as in `seeing`

    def check(request: Request, principal: Principal = guard) -> Principal:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            text = View(request).say(
                "Send the body as JSON, with Content-Type: application/json.",
                "请求体应为 JSON，并注明 Content-Type: application/json。",
            )
            raise HTTPException(415, text)
        return principal

    return check


def unknown(at: str, en: str, zh: str, given: str, known: Collection[str]) -> tuple[str, str, str]:
    """The error of a word that is none of those known: with the nearest one, else with all of them.

    >>> unknown("query.stat", "parameter", "参数", "stat", ["state", "since"])
    ('query.stat', 'there is no parameter stat; did you mean state?', '没有参数 stat；是否为 state？')
    """
    given, near = given or '""', did_you_mean(given, list(known))
    listed = ", ".join(known)
    hint = (f"; did you mean {near}?", f"；是否为 {near}？") if near else (f" ({listed})", f"（{listed}）")
    if not (near or listed):
        hint = ("", "")
    return at, f"there is no {en} {given}{hint[0]}", f"没有{zh} {given}{hint[1]}"


def state_fits(at: str, state: str | None, known: Collection[str]) -> None:
    """Unfit for a state that nothing of the kind is ever in."""
    if state is not None and state not in known:
        raise Unfit(unknown(at, "state", "状态", state, known))


def partner_fits(request: Request, at: str, partner: str | None, all_eyes: bool) -> None:
    """Unfit for a partner that neither the configuration nor the ledger knows.

    Only those who see everything are told: to a partner, one that it does not see and one that there is not are alike.
    """
    if partner is None or not all_eyes:
        return
    here = site(request)
    known = here.configuration.directory.partners
    if partner not in known and not here.ledger.partner_known(partner):
        raise Unfit(_no_partner(at, partner, known))


def _no_partner(at: str, partner: str, known: Collection[str]) -> tuple[str, str, str]:
    near = did_you_mean(partner, list(known))
    return unknown(at, "partner", "伙伴", partner, [near] if near else [])


def list_fits(request: Request, asked: Wanted, all_eyes: bool) -> None:
    """Unfit for a list that can have nothing in it: its state, its partner or its time is none."""
    state_fits("query.state", asked.state, STATES[asked.kind])
    partner_fits(request, "query.partner", asked.partner, all_eyes)
    if asked.since is not None and asked.until is not None:
        in_order("query.until", asked.since < asked.until)


def code_fits(at: str, code: str) -> None:
    """Unfit for what looks like a fault code and is none. (A reason in full is any text.)"""
    near = did_you_mean(code, list(CATALOGUE)) if _CODE.fullmatch(code) else None
    if near is not None and code not in CATALOGUE:
        raise Unfit(unknown(at, "fault code", "错误代码", code, [near]))


def in_order(at: str, holds: bool) -> None:
    """Unfit unless the end lies behind the beginning."""
    if not holds:
        raise Unfit((at, "lies before `since`", "早于 `since`"))


def day(text: str) -> str:
    """The text of a day that there is. ValueError otherwise.

    >>> day("2026-02-28")
    '2026-02-28'
    """
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("there is no such day") from None
    return text
