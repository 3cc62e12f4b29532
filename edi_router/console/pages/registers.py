"""Registers: what is remembered between messages, with balances and history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from edi_router.console.access.guard import seeing
from edi_router.console.access.sight import Sight
from edi_router.console.view import View, show, site
from edi_router.ledger.errors import NotFound
from edi_router.registers import Entry, Register
from edi_router.registers.tree import plain

router = APIRouter()
See = Annotated[Sight, Depends(seeing("see"))]
PAGE = 50


@router.get("/registers")
def registers(request: Request, sight: See) -> Response:
    """All registers, and how many entries are in each state."""
    view, here = View(request), site(request)
    counts: dict[str, dict[str, int]] = {}
    if sight.all:
        for name, state, number in here.ledger.register_counts():
            counts.setdefault(name, {})[state] = number
    known = here.configuration.registers
    rows = [
        (each.id, _name(view, each), [
            (_state(view, each, state), number, state) for state, number in sorted(counts.get(each.id, {}).items())
        ], sum(counts.get(each.id, {}).values()))
        for each in known.readable()
    ]  # fmt: skip
    return show(request, "registers.html", {"rows": rows, "counted": sight.all})


@router.get("/registers/{name}")
def register(
    request: Request, sight: See, name: str, state: str = "", value: str = "", open: str = "", after: str = ""
) -> Response:
    """The entries of a register in the order of their keys."""
    view, found = View(request), _register(request, name)
    listed = sight.entries(name, state or None, value.strip() or None, open == "yes", PAGE + 1, after)
    columns = found.definition.show
    rows = [
        {
            "key": each.entry.key, "state": each.entry.state, "word": _state(view, found, each.entry.state),
            "open": each.open, "due": each.due, "changed": each.changed, "test": each.entry.test,
            "values": [each.entry.value(column) for column in columns],
        }
        for each in listed[:PAGE]
    ]  # fmt: skip
    following = ""
    if len(listed) > PAGE:
        last = listed[PAGE - 1].entry.key
        following = view.link(request.url.path, state=state, value=value, open=open, after=last)
    return show(request, "register.html", {
        "name": name, "title": _name(view, found), "columns": columns, "rows": rows, "next": following,
        "asked": {"state": state, "value": value, "open": open},
        "states": [(each, _state(view, found, each)) for each in found.definition.states],
    })  # fmt: skip


@router.get("/registers/{name}/{key:path}")
def entry(request: Request, sight: See, name: str, key: str) -> Response:
    """One entry: its fields, its lines with what is left, and all that happened to it."""
    view, found = View(request), _register(request, name)
    known = sight.entry(name, key)
    events = [
        {
            "at": each.at, "move": each.move, "before": each.before, "state": each.state, "partner": each.partner,
            "word": _state(view, found, each.state), **_told(view, found, json.loads(each.detail)),
        }
        for each in sight.entry_events(name, key)
    ]  # fmt: skip
    return show(request, "entry.html", {
        "name": name, "title": _name(view, found), "it": known, "word": _state(view, found, known.state),
        "lines": [_line(known, at) for at in range(len(known.lines))], "events": events,
        "counted": any(line.granted is not None for line in known.lines),
    })  # fmt: skip


def _told(view: View, found: Register, detail: Mapping[str, Any]) -> dict[str, str]:
    """Of the details of an event: the outcome, what it says, and the message that brought it."""
    outcome = str(detail.get("outcome", ""))
    known = found.definition.outcomes.get(outcome)
    said = outcome if known is None else view.say(known.en, known.zh)
    return {"outcome": outcome, "said": said, "message": str(detail.get("message", ""))}


def _line(known: Entry, at: int) -> dict[str, Any]:
    line = known.lines[at]
    left = known.left(line)
    granted = line.granted
    share = 0 if granted is None or left is None or not granted else int(100 * (granted - left) / granted)
    return {
        "key": line.key, "fields": line.fields, "granted": None if granted is None else plain(granted),
        "used": plain(known.used(line.key)) if granted is not None else None,
        "left": None if left is None else plain(left), "share": max(0, min(100, share)),
    }  # fmt: skip


def _register(request: Request, name: str) -> Register:
    found = site(request).configuration.registers.find(name)
    if found is None:
        raise NotFound(f"no register {name}")
    return found


def _name(view: View, register: Register) -> str:
    name = register.definition.name
    return name.zh if view.language == "zh" else name.en


def _state(view: View, register: Register, state: str) -> str:
    """The state as the register's file names it."""
    known = register.definition.states.get(state)
    return state if known is None else (known.zh if view.language == "zh" else known.en)
