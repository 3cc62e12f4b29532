"""Audit: who decided what, when, from where and why. Rows are only ever added, and nothing is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from edi_router.console.access.guard import allowed
from edi_router.console.access.principal import Principal
from edi_router.console.view import View, show, site
from edi_router.console.words import verb
from edi_router.ledger.deciding import Decided
from edi_router.ledger.store import storable_text

router = APIRouter()
PAGE = 100
KINDS = (
    "message", "file", "output", "delivery", "retry", "selection", "partner", "books", "configuration", "retention",
    "account", "token", "login", "request", "bundle",
)  # fmt: skip
"""What decisions are about; another kind is found by leaving the field empty."""
_SHOWN = frozenset({"message", "file", "output", "delivery"})
_PLACES: Mapping[str, str] = {"partner": "/partners/", "books": "/reports/books/", "retry": "/show/"}
"""Where a subject of a kind is looked at."""


@router.get("/audit")
def audit(
    request: Request,
    who: Annotated[Principal, Depends(allowed("audit"))],
    by: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    subject: Annotated[str, Query(max_length=200)] = "",
    day: Annotated[str, Query(max_length=10)] = "",
    before: int | None = None,
) -> Response:
    """The latest decisions, or those of a person, about a kind, about one subject, of a business date."""
    view = View(request)
    asked = {name: storable_text(value.strip()) for name, value in
             (("by", by), ("kind", kind), ("subject", subject), ("day", day))}  # fmt: skip
    found = site(request).ledger.decisions(
        by=asked["by"] or None, kind=asked["kind"] or None, subject=asked["subject"] or None,
        day=asked["day"] or None, before=before, limit=PAGE + 1,
    )  # fmt: skip
    following = ""
    if len(found) > PAGE:
        following = view.link("/audit", **asked, before=found[PAGE - 1].id)
    return show(request, "audit.html", {
        "asked": asked, "kinds": KINDS, "next": following, "verb": lambda name: verb(name, view.language),
        "rows": [(each, *_person(each.by), _link(view, each)) for each in found[:PAGE]],
    })  # fmt: skip


def _person(by: str) -> tuple[str, str]:
    """The account, and the address it came from where that is told.

    >>> _person("anna@192.0.2.7"), _person("root"), _person("")
    (('anna', '192.0.2.7'), ('root', ''), ('', ''))
    """
    name, _, address = by.rpartition("@")
    return (name, address) if name else (address, "")


def _link(view: View, decision: Decided) -> str:
    """Where what was decided about can be seen; empty when nowhere."""
    if decision.kind in _SHOWN:
        return view.link(f"/show/{decision.kind}/{decision.subject}")
    place = _PLACES.get(decision.kind)
    return view.link(place + decision.subject) if place is not None else ""
