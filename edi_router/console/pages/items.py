"""One file, interchange, message, output or delivery: what it is, what is wrong with it, all that happened to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from edi_router.console.access.guard import allowed, seeing
from edi_router.console.access.principal import Principal
from edi_router.console.access.sight import Shown, Sight
from edi_router.console.outgoing import downloaded, output_text
from edi_router.console.source import source_of
from edi_router.console.view import View, show, site
from edi_router.console.words import detail as detail_name
from edi_router.console.words import verb as decided_verb
from edi_router.engine.refuse import refuse
from edi_router.faults import CATALOGUE, Fault, is_error, render, severity, shown_code
from edi_router.ledger.errors import NotFound
from edi_router.ledger.store import instant, storable_text

router = APIRouter()
KINDS = ("file", "interchange", "message", "output", "delivery")
LISTED = 500
"""So many of each list are shown."""
_TONES = {
    "completed": "good", "delivered": "good", "accepted": "good", "released": "good", "rejected": "bad", "failed": "bad",
    "held": "care", "duplicate": "care", "retried": "care",
}  # fmt: skip


_WORDED = frozenset({"answer", "level", "kind", "before"})
"""The details of events whose values are words."""


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the timeline."""

    at: datetime
    tone: str
    kind: str
    what: str
    subject: str
    told: str = ""


@router.get("/show/{id}")
def anything(request: Request, id: str, sight: Annotated[Sight, Depends(seeing("see"))]) -> Response:
    """Whatever has this id."""
    return _page(request, sight, sight.show(id))


@router.get("/show/{kind}/{id}")
def item(request: Request, kind: str, id: str, sight: Annotated[Sight, Depends(seeing("see"))]) -> Response:
    """What of this kind has this id."""
    if kind not in KINDS:
        raise NotFound(f"nothing is called {kind}")
    return _page(request, sight, sight.show(id, kind))


def _page(request: Request, sight: Sight, shown: Shown) -> Response:
    view, here = View(request), site(request)
    kind = str(shown["kind"])
    faults = [each["fault"] for each in shown["faults"] if each["fault"].code in CATALOGUE]
    clocks = here.ledger.clocks_of(_subjects(shown)) if sight.all else []
    values: dict[str, Any] = {
        "it": shown, "kind": kind, "faults": [_told(view, each) for each in faults],
        "steps": list(timeline(view, shown, clocks)),
        "source": None, "made": None, "related": [], "entries": [], "unsettled": _unsettled(shown),
        "may_read": sight.may_read(kind, shown["id"]), "verb": lambda name: decided_verb(name, view.language),
    }  # fmt: skip
    if kind == "message":
        values["related"] = here.ledger.related(shown["id"], None if sight.all else sight.seen("message"))
        values["entries"] = here.ledger.entries_of(shown["id"], None if sight.all else sight.seen("entry"))
        if shown["files"] and shown["interchanges"] and values["may_read"]:
            values["source"] = source_of(
                here, shown, shown["interchanges"][0], shown["files"][0], faults, view.language
            )
    if kind == "output" and values["may_read"]:
        values["made"] = output_text(here, shown)
    return show(request, "item.html", values | _cut(shown, values))


def _cut(shown: Shown, values: dict[str, Any]) -> dict[str, Any]:
    """The lists of a file with thousands of messages, cut to what a page can show."""
    it = {name: value[:LISTED] if isinstance(value, list) else value for name, value in shown.items()}
    lists = {name: values[name][:LISTED] for name in ("faults", "steps")}
    cut = any(isinstance(each, list) and len(each) > LISTED for each in (*shown.values(), *values.values()))
    return {"it": it, **lists, "cut": cut}


@router.get("/download/{id}")
def download(request: Request, id: str, sight: Annotated[Sight, Depends(seeing("see"))]) -> Response:
    """The bytes of an output; not of one that holds secrets."""
    return downloaded(request, sight, id)


@router.post("/decide/{verb}/{id:path}")
def decide(
    request: Request,
    verb: str,
    id: str,
    who: Annotated[Principal, Depends(allowed("decide"))],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Release, reject, retry or waive one thing; the engine acts on it in its next round."""
    view, here = View(request), site(request)
    id, reason = storable_text(id), reason.strip()
    if verb in ("release", "reject", "waive") and not reason:
        text = view.say(
            "Say why: the reason is kept with the decision.", "请填写理由：理由会与决定一同保存。"
        )
        return show(
            request, "error.html", {"heading": view.say("A reason is missing", "缺少理由"), "text": text}, 422
        )
    if verb == "retry":
        here.ledger.retry(id, who.by)
    elif verb == "release":
        here.ledger.release(id, who.by, reason)
    elif verb == "reject":
        refuse(here.ledger, here.archive, here.equipped(), here.registers(), id, who.by, reason)
    elif verb == "waive":
        here.ledger.waive(id, reason, who.by)
    else:
        raise NotFound(f"nothing is called {verb}")
    return RedirectResponse(view.link(f"/show/{id}"), 303)


def timeline(view: View, shown: Shown, clocks: Sequence[dict[str, Any]]) -> Iterator[Step]:
    """Everything that happened, in its order; the limits stand where they end."""
    steps = [
        Step(
            each["at"], _TONES.get(each["state"] or each["what"], ""), view.word(each["kind"]), each["what"],
            each["subject"] if each["subject"] != shown["id"] else "", _detail(view, each["detail"]),
        )
        for each in shown["events"]
    ]  # fmt: skip
    for clock in clocks:
        name = f"{view.word(clock['kind'])} {view.word(clock['level'])}".strip()
        if clock["due"] is not None:
            late = clock["stopped"] is None or clock["stopped"] > clock["due"]
            now = instant(view.site.ledger.now())
            open_yet = clock["stopped"] is None and clock["due"] > now
            tone = "" if open_yet else "bad" if late else "good"
            told = view.say("the limit agreed", "约定时限")
            steps.append(Step(clock["due"], tone, view.say("limit", "时限"), name, "", told))
    yield from sorted(steps, key=lambda each: each.at)


def _unsettled(shown: Shown) -> frozenset[str]:
    """What a person may do with it now: `release`, `reject`, `retry`, `waive`."""
    found: set[str] = set()
    if shown["kind"] in ("message", "file"):
        if shown["state"] == "held":
            found |= {"release", "reject"}
        if shown["state"] == "failed":
            found |= {"reject", "retry"}
    if any(each["state"] == "failed" for part in ("deliveries", "work") for each in shown[part]):
        found.add("retry")
    return frozenset(found)


def _value(view: View, name: str, value: Any) -> str:
    """The value of a detail: a word, a reason, or as it is."""
    if name == "reason":
        return view.reason(str(value))
    return view.word(value) if name in _WORDED else str(value)


def _detail(view: View, detail: dict[str, Any]) -> str:
    told = (
        f"{detail_name(name, view.language)} {_value(view, name, value)}"
        for name, value in detail.items()
        if value not in ("", None)
    )
    return view.say(", ", "，").join(told)


def _subjects(shown: Shown) -> list[str]:
    return [shown["id"], *(each["id"] for part in ("messages", "outputs") for each in shown[part])]


@dataclass(frozen=True, slots=True)
class Told:
    """A fault with what it means."""

    tone: str
    code: str
    severity: str
    place: str
    text: str
    cause: str
    remedy: str


def _told(view: View, fault: Fault) -> Told:
    entry = CATALOGUE[fault.code]
    return Told(
        "bad" if is_error(fault) else "care", shown_code(fault), str(severity(fault)), str(fault.place),
        render(fault, view.language), entry.cause[view.language], fault.hint or entry.remedy[view.language],
    )  # fmt: skip
