"""The desk of a bureau: its transfers with their states, documents keyed in or uploaded, slips to print."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from edi_router.console.access.forgery import FIELDS
from edi_router.console.access.guard import allowed, seeing
from edi_router.console.access.principal import Principal
from edi_router.console.access.sight import Sight
from edi_router.console.forms import filled
from edi_router.console.keying import Keyed, blank, hand_over, keyed, kinds, typed_from
from edi_router.console.source import content_of
from edi_router.console.view import View, show, site
from edi_router.engine.submit import TooLarge, submit
from edi_router.faults import render
from edi_router.formats.document_type import DocumentType
from edi_router.ledger.errors import NotFound, Refused
from edi_router.ledger.searching import Wanted

router = APIRouter()
Who = Annotated[Principal, Depends(allowed("desk"))]
See = Annotated[Sight, Depends(seeing("desk"))]
TRANSFER = "transfer"
ORDER, CONSENT, QUESTION = "transfer-order", "transfer-consent", "transfer-consent-question"
"""Register, document types and mapping of the shipped transfers; a deployment without them has no such part of the page."""
FEEDBACK = {
    "received": "11", "checking": "21", "mismatch": "32", "partly-used": "41", "used": "41", "locked": "51",
    "expired": "61", "returned": "71", "cancelled": "71",
}  # fmt: skip
"""The feedback that the origin gets of a state, by its code."""
LISTED = 100
REQUESTS = 200


@router.get("/desk")
def desk(request: Request, sight: See, who: Who, value: str = "") -> Response:
    """What concerns the bureau now."""
    here, view = site(request), View(request)
    register = here.configuration.registers.find(TRANSFER)
    listed = (
        sight.entries(TRANSFER, value=value.strip() or None, limit=LISTED) if register is not None else []
    )
    states = {} if register is None else register.definition.states
    rows = [
        {
            "entry": each.entry, "changed": each.changed, "due": each.due, "open": each.open,
            "code": FEEDBACK.get(each.entry.state, ""),
            "word": getattr(states.get(each.entry.state), view.language, each.entry.state),
            "own": each.entry.entered_by == who.partner,
        }
        for each in listed
    ]  # fmt: skip
    return show(request, "desk.html", {
        "rows": rows, "value": value, "requests": list(_requests(request, sight, who.partner)),
        "kinds": kinds(here, who.partner) if who.partner else [], "partner": who.partner,
        "ticket": uuid.uuid4().hex, "register": register,
    })  # fmt: skip


def _requests(request: Request, sight: Sight, partner: str | None) -> list[dict[str, Any]]:
    """The requests for consent that wait for this bureau: what we asked it of transfers that still wait."""
    here = site(request)
    waiting = {each.entry.key: each for each in sight.entries(TRANSFER, "asked", limit=REQUESTS)}
    if partner is None or not waiting:
        return []
    sent = here.ledger.search(Wanted("output", partner=partner), sight.seen("output"), REQUESTS).rows
    found: dict[str, dict[str, Any]] = {}
    for row in sent:
        if row["mapping"] == QUESTION:
            try:
                content = here.ledger.content(row["id"])
            except NotFound:  # removed by retention
                continue
            for key, each in waiting.items():
                if key not in found and key.encode() in content:
                    found[key] = {"key": key, "output": row["id"], "made": row["made"], "due": each.due}
    return list(found.values())


@router.post("/desk/upload")
def upload(
    request: Request, who: Who, file: UploadFile, ticket: Annotated[str, Form(min_length=8, max_length=64)]
) -> Response:
    """Take a file as if the bureau had sent it over its channel."""
    view, here, partner = View(request), site(request), _partner(who)
    maximum = here.configuration.settings.maximum_file_megabytes * 1_000_000
    try:
        receipt = submit(
            here.ledger, here.archive, partner, file.file, file.filename or "", here.configuration.digest, maximum,
            ticket,
        )  # fmt: skip
    except TooLarge:
        text = view.say("The file is too large.", "文件过大。")
        return show(request, "error.html", {"heading": "413", "text": text}, 413)
    return RedirectResponse(view.link(f"/show/file/{receipt.file_id}"), 303)


@router.get("/desk/key/{kind}")
def form(
    request: Request, sight: See, who: Who, kind: str, like: str = "", answer: str = "", function: str = ""
) -> Response:
    """The form of a document; filled `like` the message of this id, or to `answer` an output."""
    here, found = site(request), _kind(request, _partner(who), kind)
    values: dict[str, str] = {}
    if like:
        shown = sight.message(like)
        content = content_of(here, here.ledger.show(like, "message")["files"][0])
        if not sight.may_read("message", like) or content is None:
            raise NotFound(f"no message {like}")
        values = typed_from(here, found, content) if len(shown["messages"] or [1]) == 1 else {}
    elif answer:
        if not sight.may_read("output", answer):
            raise NotFound(f"no output {answer}")
        values = typed_from(here, found, here.ledger.content(answer))
    if function:
        values["Head.FunctionCode"] = function
    made = Keyed(b"", filled(blank(here, found), values, {}), ())
    return _form(request, found, made, uuid.uuid4().hex, checked=False)


@router.post("/desk/key/{kind}")
async def typed(request: Request, who: Who, kind: str) -> Response:
    """Check what was typed; hand it over when it is sound and that was asked for."""
    posted = await request.form(max_fields=FIELDS)
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(_typed, request, _partner(who), kind, posted)


def _typed(request: Request, partner: str, kind: str, posted: FormData) -> Response:
    here, view = site(request), View(request)
    found = _kind(request, partner, kind)
    values = {name[2:]: str(value) for name, value in posted.items() if name.startswith("f.")}
    ticket, more = str(posted.get("ticket", "")), str(posted.get("more", ""))
    made = keyed(here, found, values, more)
    usable = 8 <= len(ticket) <= 64
    if not usable:
        ticket = uuid.uuid4().hex
    if more or posted.get("do") != "send" or not made.sound or not usable:
        return _form(request, found, made, ticket, checked=not more)
    try:
        receipt = hand_over(here, partner, found, made.data, ticket)
    except Refused:  # the form was sent before, and has been changed since: what was sent stays
        text = view.say(
            "This form was handed over before. Open a new one for another document.",
            "此表单已提交过。请打开新表单录入其他单证。",
        )
        return show(
            request, "error.html", {"heading": view.say("Handed over before", "已提交"), "text": text}, 409
        )
    return RedirectResponse(view.link(f"/show/file/{receipt.file_id}"), 303)


@router.get("/desk/slip/{key}")
def slip(request: Request, sight: See, key: str) -> Response:
    """The clerk's copy of a transfer's slip, to print: without the password."""
    entry = sight.entry(TRANSFER, key)
    register = site(request).configuration.registers.find(TRANSFER)
    if register is None:
        raise NotFound(f"no register {TRANSFER}")
    state = register.definition.states.get(entry.state)
    return show(
        request, "slip.html", {"it": entry, "state": state, "events": sight.entry_events(TRANSFER, key)}
    )


def _form(request: Request, kind: DocumentType, made: Keyed, ticket: str, *, checked: bool) -> Response:
    view = View(request)
    faults = [(str(each.place), render(each, view.language)) for each in made.faults] if checked else []
    return show(request, "key.html", {
        "kind": kind, "form": made.form, "faults": faults, "checked": checked, "ticket": ticket,
        "sound": checked and made.sound,
    }, 422 if faults and not made.sound else 200)  # fmt: skip


def _kind(request: Request, partner: str, id: str) -> DocumentType:
    for each in kinds(site(request), partner):
        if each.id == id:
            return each
    raise NotFound(f"{partner} sends no {id}")


def _partner(who: Principal) -> str:
    if who.partner is None:
        raise NotFound("the account belongs to no partner")
    return who.partner
