"""Decisions: release, reject, waive, retry; many things tried again at once, after a look."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, HTTPException, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from edi_router.console.access.guard import allowed
from edi_router.console.access.principal import Principal
from edi_router.console.access.problems import Refusal
from edi_router.console.api.asked import calls, code_fits, day, in_json, in_order, partner_fits
from edi_router.console.api.common import Told, Word, named, problems
from edi_router.console.view import View, site
from edi_router.engine.refuse import refuse
from edi_router.ledger import Conflict
from edi_router.ledger.errors import Refused
from edi_router.ledger.selecting import HELD, Filter, Selection
from edi_router.ledger.store import storable_text

router = calls("decisions")
SHOWN = 100
"""Things of a selection that a preview names; the counts are of all."""
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(storable_text)
]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable_text)]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(day)]
Decide = Annotated[Principal, Depends(in_json("decide"))]
Retry = Annotated[Principal, Depends(in_json("retry"))]
Kind = Literal["delivery", "file", "message", "output"]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Decision(_Asked):
    """What is decided of one thing, and why: the reason is kept with it."""

    verb: Literal["release", "reject", "waive"]
    id: Id
    reason: Reason


class Again(_Asked):
    """What is tried again, and why."""

    id: Id
    reason: Reason


class Choice(_Asked):
    """Which of what could be tried again; all conditions hold at once."""

    states: list[Literal["failed", "held", "rejected"]] = Field(default=["failed"], min_length=1)
    """`held` is released, which needs the permission `decide`."""
    kinds: list[Kind] = []
    partner: Word | None = None
    code: Word | None = None
    type: Word | None = None
    destination: Word | None = None
    since: Day | None = None
    """The first business date."""
    until: Day | None = None
    """The last business date."""

    @property
    def filter(self) -> Filter:
        """The same for the ledger."""
        return Filter(
            frozenset(self.states), self.partner, self.code, self.type, self.destination, self.since, self.until,
            frozenset(self.kinds),
        )  # fmt: skip


class Bulk(_Asked):
    """The same choice again, with the digest of the preview."""

    choice: Choice
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    reason: Reason


class Decided(Told):
    """What was done."""

    verb: str
    id: str
    by: str
    count: int
    """How many things were put back to work, answers waived, or documents that tell of the rejection."""


class Count(Told):
    """How many of one kind."""

    state: str
    kind: str
    partner: str
    reason: str
    number: int


class Thing(Told):
    """One thing that would be tried again."""

    kind: str
    id: str
    state: str
    partner: str
    reason: str


class Preview(Told):
    """What would be tried again, as it stands now."""

    digest: str
    """Of the whole selection: to be given when it is done."""
    number: int
    counts: list[Count]
    first: list[Thing]


class Done(Told):
    """What became of a selection."""

    digest: str
    done: int
    skipped: int
    """What somebody took up meanwhile; all of it when the selection was done before."""


@router.post("/decisions", responses=problems(400, 404, 409, 415), **named("Decide one thing", "单项处置"))
def decide(request: Request, who: Decide, decision: Decision) -> Decided:
    """Release or reject what is held, or wait no longer for answers to an output; the engine acts in its next round."""
    here, count = site(request), 1
    if decision.verb == "release":
        here.ledger.release(decision.id, who.by, decision.reason)
    elif decision.verb == "waive":
        count = here.ledger.waive(decision.id, decision.reason, who.by)
    else:
        try:
            count = refuse(
                here.ledger, here.archive, here.equipped(), here.registers(), decision.id, who.by, decision.reason
            )  # fmt: skip
        except Conflict:
            raise Refused(f"the registers that {decision.id} moves are being changed: try again") from None
    return Decided(verb=decision.verb, id=decision.id, by=who.by, count=count)


@router.post("/retries", responses=problems(400, 404, 409, 415), **named("Try one thing again", "单项重试"))
def retry(request: Request, who: Retry, again: Again) -> Decided:
    """Try again what has failed of a file, message, output or delivery."""
    count = site(request).ledger.retry(again.id, who.by, again.reason)
    return Decided(verb="retry", id=again.id, by=who.by, count=count)


@router.get("/retries/preview", responses=problems(), **named("What could be tried again", "可重试项预览"))
def preview(
    request: Request,
    who: Annotated[Principal, Depends(allowed("retry"))],
    states: Annotated[list[Literal["failed", "held", "rejected"]] | None, Query()] = None,
    kinds: Annotated[list[Kind] | None, Query()] = None,
    partner: Word | None = None,
    code: Word | None = None,
    type: Word | None = None,
    destination: Word | None = None,
    since: Day | None = None,
    until: Day | None = None,
) -> Preview:
    """What a choice selects now, counted, with the digest that `POST /retries/bulk` asks for. Nothing is changed."""
    choice = Choice(
        states=states or ["failed"], kinds=kinds or [], partner=partner, code=code, type=type,
        destination=destination, since=since, until=until,
    )  # fmt: skip
    _fits(request, "query", choice)
    chosen = site(request).ledger.select_failed(choice.filter)
    if code is not None and not chosen.items:
        code_fits("query.code", code)
    return _preview(chosen)


@router.post("/retries/bulk", responses=problems(400, 409, 415), **named("Try many things again", "批量重试"))
def again(request: Request, who: Retry, bulk: Bulk) -> Done:
    """Do what was looked at, once. 409 when the choice now selects something else: look again."""
    ledger = site(request).ledger
    if HELD in bulk.choice.states and not who.may("decide"):
        raise Refusal("not-allowed")
    _fits(request, "body.choice", bulk.choice)
    try:
        chosen = ledger.select_again(bulk.choice.filter, bulk.digest)
    except Refused:
        raise HTTPException(409, View(request).say(
            "It has changed since you looked, so nothing was done. Ask for the preview again.",
            "预览之后内容已有变化，未作任何处理。请重新预览。",
        )) from None  # fmt: skip
    if chosen is None:
        return Done(digest=bulk.digest, done=0, skipped=0)
    made = ledger.retry_all(chosen, who.by, bulk.reason)
    return Done(digest=made.digest, done=made.done, skipped=made.skipped)


def _fits(request: Request, at: str, choice: Choice) -> None:
    """Unfit for a choice that can choose nothing, since its partner, its destination or its days are none."""
    partner_fits(request, f"{at}.partner", choice.partner, all_eyes=True)
    if choice.destination is not None:
        partner_fits(request, f"{at}.destination", choice.destination.partition("/")[0], all_eyes=True)
    if choice.since is not None and choice.until is not None:
        in_order(f"{at}.until", choice.since <= choice.until)


def _preview(chosen: Selection) -> Preview:
    counts = [
        Count(state=state, kind=kind, partner=partner, reason=reason, number=number)
        for (state, kind, partner, reason), number in chosen.counts.items()
    ]
    first = [Thing.model_validate(item) for item in chosen.items[:SHOWN]]
    return Preview(digest=chosen.digest, number=len(chosen.items), counts=counts, first=first)
