"""What the routes of the API share: guards, pages of a list, problems as they are documented."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, HTTPException, Query, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints
from sqlalchemy import ColumnElement

from edi_router.console.access.guard import seeing
from edi_router.console.access.sight import Sight
from edi_router.console.api.asked import list_fits
from edi_router.console.view import View, site
from edi_router.ledger.searching import Wanted
from edi_router.ledger.store import storable_text

Word = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable_text)]
"""A text that is looked up: no longer than an id or a number can be, and as a database takes it."""
Number = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable_text)]
"""The same where nothing is looked up without it."""
Look = Annotated[Sight, Depends(seeing("see"))]
Search = Annotated[Sight, Depends(seeing("search"))]
T = TypeVar("T", bound=BaseModel)


class Told(BaseModel):
    """What is told of something: only what is named here, whatever else the ledger knows."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    next: str | None = None
    """What to give as `after` for the part that follows; null on the last one."""


class Problem(BaseModel):
    """Why a request was not answered (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str | None = None
    """Of a refusal: a word for programs."""


_SHAPE = Problem.model_json_schema()
_MEANS = {
    400: "The body is no JSON in UTF-8",
    401: "No token, or one that is unknown, has expired or is disabled",
    403: "Not allowed to this token or account",
    404: "Nothing has this id or number, or it is not yours to see",
    409: "The state of things does not allow it",
    413: "Larger than is taken",
    415: "The body is of a kind that is not taken here",
    422: "A value that cannot be one; `errors` says which",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer, for its description; those that every route has are added."""
    content = {"application/problem+json": {"schema": _SHAPE}}
    return {
        status: {"description": _MEANS[status], "content": content}
        for status in sorted({401, 403, 422, *statuses})
    }


def named(en: str, zh: str) -> dict[str, Any]:
    """What a route does, in both languages: arguments of its decorator."""
    return {"summary": en, "openapi_extra": {"x-summary-zh": zh}}


def wanted(
    partner: Word | None = None,
    state: Word | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Wanted:
    """What every list can be narrowed by; `until` is not included."""
    return Wanted(partner=partner, state=state, since=since, until=until)


Chosen = Annotated[Wanted, Depends(wanted)]
Limit = Annotated[int, Query(ge=1, le=200)]
"""How many at most."""
After = Word | None
"""`next` of the part before."""


def page_of(
    request: Request,
    sight: Sight,
    asked: Wanted,
    model: type[T],
    limit: int,
    after: str | None,
    also: ColumnElement[bool] | None = None,
) -> Page[T]:
    """A part of the list of what is seen, the newest first; with `also` only where that holds."""
    list_fits(request, asked, sight.all)
    seen = sight.seen(asked.kind) if also is None else sight.seen(asked.kind) & also
    try:
        found = site(request).ledger.search(asked, seen, limit, after)
    except ValueError:
        raise HTTPException(422, no_place(request, after)) from None
    return Page(items=[model.model_validate(row) for row in found.rows], next=found.next)


def no_place(request: Request, after: str | None) -> str:
    """That `after` was not told by a part before."""
    return View(request).say(
        f"{after} is no place in this list: give `next` of the part before as `after`.",
        f"{after} 不是此列表中的位置：请将上一页的 `next` 作为 `after`。",
    )


def for_all_eyes(request: Request, sight: Sight) -> None:
    """NotFound for a partner: what is asked for is the operators'."""
    if not sight.all:
        raise HTTPException(404, View(request).say("This is not a partner's to see.", "伙伴无权查看。"))
