"""Onboarding: from a partner's sample message to the file that takes it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response

from edi_router.console.access.guard import allowed
from edi_router.console.access.principal import Principal
from edi_router.console.trial import MOST, Trial, attempt, layouts, pasted, too_large
from edi_router.console.view import View, show, site
from edi_router.faults import Fault
from edi_router.library.partner_file import Draft, partner_file

router = APIRouter()
Who = Annotated[Principal, Depends(allowed("configure"))]
Text = Annotated[str, Form(max_length=200)]


@router.get("/onboarding")
def empty(request: Request, who: Who) -> Response:
    """The first step: a sample message."""
    return show(request, "onboarding.html", _values(request))


@router.post("/onboarding")
def made(
    request: Request,
    who: Who,
    text: Annotated[str, Form()] = "",
    file: UploadFile | None = None,
    layout: Text = "",
    mapping: Text = "",
    id: Text = "",
    name_en: Text = "",
    name_zh: Text = "",
    to: Text = "",
    channel: Text = "folder",
    host: Text = "",
    user: Text = "",
    host_key: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """What the sample is, what a mapping makes of it, and the file that follows from it."""
    view, here = View(request), site(request)
    data = pasted(here, text, layout)
    if file is not None and file.filename:
        data = file.file.read(MOST + 1)
        text = data.decode("utf-8", "replace") if len(data) <= 100_000 else ""
    values = _values(request) | {"text": text, "layout": layout}
    if problem := too_large(view, data):
        return show(request, "onboarding.html", values | {"problem": problem}, 413)
    if not data.strip():
        problem = view.say(
            f"Paste or choose a sample of up to {MOST // 1_000_000} MB.",
            f"请粘贴或选择不超过 {MOST // 1_000_000} MB 的样例。",
        )
        return show(request, "onboarding.html", values | {"problem": problem}, 422)
    trial = attempt(here, data, view.language, layout, mapping)
    head = trial.heads[0] if trial.heads else {}
    given = id.strip().upper()
    draft = Draft(
        given or "NEW-PARTNER", name_en.strip(), name_zh.strip(), str(head.get("sender", "")), _qualifier(head),
        _kinds(trial), trial.mapping, to, channel, host.strip(), user.strip(), host_key.strip(),
    )  # fmt: skip
    problem, written = "", ""
    faults: Sequence[Fault] = []
    try:
        written, faults = partner_file(draft)
    except ValueError:
        problem = view.say(
            "An id is of A-Z, 0-9 and hyphens, at most 35.", "编号只能由 A-Z、0-9 和连字符组成，最多 35 位。"
        )
    taken = given in here.configuration.directory.partners
    return show(request, "onboarding.html", values | {
        "trial": trial, "draft": draft, "file": written, "faults": faults, "problem": problem, "taken": taken,
        "given": given,
    }, 422 if problem else 200)  # fmt: skip


def _kinds(trial: Trial) -> list[str]:
    return list(dict.fromkeys(str(each["kind"]) for each in trial.documents))


def _qualifier(head: dict[str, object]) -> str:
    """The qualifier of the sender in UNB (S002, 0007)."""
    header = head.get("header")
    elements = header.get("elements", []) if isinstance(header, dict) else []
    for element in elements:
        if element.get("id") == "S002":
            for part in element.get("components", ()):
                if part.get("component") == 2:
                    return str(part["value"])
    return ""


def _values(request: Request) -> dict[str, object]:
    here = site(request)
    return {
        "trial": None, "draft": Draft(""), "file": "", "faults": [], "problem": "", "text": "", "layout": "",
        "taken": False, "given": "", "layouts": layouts(here), "partners": sorted(here.configuration.directory.partners),
    }  # fmt: skip
