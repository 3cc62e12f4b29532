"""Work: what is held, has failed, was given up or rejected; many things tried again at once, after a look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from edi_router.console.access.guard import allowed, seeing
from edi_router.console.access.principal import Principal
from edi_router.console.access.sight import Sight
from edi_router.console.reasons import reason as meaning
from edi_router.console.view import View, show, site
from edi_router.ledger.errors import NotFound, Refused
from edi_router.ledger.selecting import HELD, Filter
from edi_router.ledger.store import instant, storable_text
from edi_router.ledger.waiting import QUEUES

router = APIRouter()
PAGE = 50
REASON = 500
"""Characters of a reason."""
_FIELDS = ("partner", "code", "type", "destination", "since", "until")


@dataclass(frozen=True, slots=True)
class Asked:
    """A queue, and which part of it."""

    queue: str
    fields: dict[str, str]

    @property
    def filter(self) -> Filter:
        """The same for the ledger."""
        given = {name: value or None for name, value in self.fields.items()}
        return replace(
            QUEUES[self.queue], partner=given["partner"], code=given["code"], type=given["type"],
            destination=given["destination"], since=given["since"], until=given["until"],
        )  # fmt: skip

    def link(self, view: View, path: str, **more: object) -> str:
        """An address that asks for the same."""
        return view.link(path, queue=self.queue, **{**self.fields, **more})


def asked(
    queue: str = "held",
    partner: Annotated[str, Query(max_length=100)] = "",
    code: Annotated[str, Query(max_length=REASON)] = "",
    type: Annotated[str, Query(max_length=100)] = "",
    destination: Annotated[str, Query(max_length=100)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> Asked:
    """What the address asks for; the same for looking and for doing. Raises NotFound for a queue that is none."""
    if queue not in QUEUES:
        raise NotFound(f"no queue {queue}")
    values = (partner, code, type, destination, since, until)
    return Asked(
        queue, {name: storable_text(value.strip()) for name, value in zip(_FIELDS, values, strict=True)}
    )


Wish = Annotated[Asked, Depends(asked)]
See = Annotated[Sight, Depends(seeing("see"))]
Decide = Annotated[Principal, Depends(allowed("decide"))]


def titles(view: View) -> dict[str, str]:
    """What the queues are called."""
    return {
        "held": view.say("Messages", "报文"), "files": view.say("Files", "文件"),
        "deliveries": view.say("Deliveries", "投递"),
        "rejected": view.say("Rejected out of batches", "批次中被退回"),
    }  # fmt: skip


@router.get("/queues")
def work(request: Request, sight: See, wish: Wish, after: str = "") -> Response:
    """A queue: counted by reason, the oldest first."""
    if not sight.all:
        raise NotFound("this page is not a partner's")
    view, here = View(request), site(request)
    ledger = here.ledger
    numbers = {
        name: sum(heap.number for heap in here.recent(f"work {name}", 5, lambda f=each: ledger.heaps(f)))  # type: ignore[misc]
        for name, each in QUEUES.items()
    }
    heaps = ledger.heaps(wish.filter)
    try:
        rows = ledger.waiting(wish.filter, PAGE + 1, after or None)
    except ValueError as error:
        raise NotFound(f"no place {after}") from error
    now = instant(ledger.now())
    return show(request, "work.html", {
        "wish": wish, "titles": titles(view), "numbers": numbers, "total": sum(each.number for each in heaps),
        "heaps": [
            (each, meaning(view, each.reason), wish.link(view, "/queues", partner=each.partner, code=each.reason),
             now - each.oldest)
            for each in heaps
        ],
        "rows": [(each, now - each.at) for each in rows[:PAGE]],
        "next": wish.link(view, "/queues", after=rows[PAGE - 1].next) if len(rows) > PAGE else "",
        "look": wish.link(view, "/queues/look"), "narrowed": any(wish.fields.values()),
        "partners": sorted(here.configuration.directory.partners),
    })  # fmt: skip


@router.get("/queues/look")
def look(request: Request, who: Decide, wish: Wish) -> Response:
    """What would be tried again or released: the last look before it is done."""
    return _look(request, wish)


def _look(request: Request, wish: Asked, problem: str = "", reason: str = "", status: int = 200) -> Response:
    view = View(request)
    chosen = site(request).ledger.select_failed(wish.filter)
    return show(request, "work_look.html", {
        "wish": wish, "title": titles(view)[wish.queue], "chosen": chosen, "problem": problem, "reason": reason,
        "counts": [(*key, meaning(view, key[3]), number) for key, number in chosen.counts.items()],
        "first": chosen.items[:PAGE], "back": wish.link(view, "/queues"), "do": wish.link(view, "/queues/again"),
        "released": any(item.state == HELD for item in chosen.items),
    }, status)  # fmt: skip


@router.post("/queues/again")
def again(
    request: Request,
    who: Decide,
    wish: Wish,
    token: Annotated[str, Form(max_length=64)],
    reason: Annotated[str, Form(max_length=REASON)] = "",
) -> Response:
    """Do what was looked at, once: a form sent twice, or by two people, does it the first time alone."""
    view, ledger = View(request), site(request).ledger
    reason = reason.strip()
    if not reason:
        text = view.say(
            "Say why: the reason is kept with the decision.", "请填写理由：理由会与决定一同保存。"
        )
        return _look(request, wish, text, status=422)
    try:
        chosen = ledger.select_again(wish.filter, storable_text(token))
    except Refused:
        text = view.say(
            "It has changed since you looked, so nothing was done. This is what it is now.",
            "预览之后内容已有变化，未作任何处理。以下为当前内容。",
        )
        return _look(request, wish, text, reason, 409)
    if chosen is None:
        return RedirectResponse(wish.link(view, f"/queues/done/{token}"), 303)
    made = ledger.retry_all(chosen, who.by, reason)
    return RedirectResponse(
        wish.link(view, f"/queues/done/{made.digest}", done=made.done, skipped=made.skipped), 303
    )


@router.get("/queues/done/{digest}")
def done(
    request: Request, who: Decide, wish: Wish, digest: str, done: int = -1, skipped: int = 0
) -> Response:
    """Who had the selection done, when and why; the numbers are told to the one who did it."""
    view = View(request)
    found = site(request).ledger.bulk_decision(storable_text(digest))
    if found is None and done != 0:
        raise NotFound(f"no selection {digest}")
    return show(request, "work_done.html", {
        "decision": found, "done": done, "skipped": skipped, "back": wish.link(view, "/queues"), "digest": digest,
    })  # fmt: skip
