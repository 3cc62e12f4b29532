"""Try: paste or drop a document; see what it is, what is wrong with it, and what a mapping makes of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response

from edi_router.console.access.guard import allowed
from edi_router.console.access.principal import Principal
from edi_router.console.trial import MOST, attempt, layouts, pasted, too_large
from edi_router.console.view import View, show, site

router = APIRouter()
Who = Annotated[Principal, Depends(allowed("try"))]


@router.get("/try")
def empty(request: Request, who: Who) -> Response:
    """The form."""
    return show(request, "try.html", _values(request))


@router.post("/try")
def tried(
    request: Request,
    who: Who,
    text: Annotated[str, Form()] = "",
    layout: Annotated[str, Form()] = "",
    mapping: Annotated[str, Form()] = "",
    file: UploadFile | None = None,
) -> Response:
    """What is found out of the text, or of the file where one is given."""
    view, data = View(request), pasted(site(request), text, layout)
    if file is not None and file.filename:
        data = file.file.read(MOST + 1)
        text = data.decode("utf-8", "replace") if len(data) <= 100_000 else ""
    if problem := too_large(view, data):
        return show(request, "try.html", _values(request) | {"problem": problem}, 413)
    if not data.strip():
        problem = view.say("Paste a document, or choose a file.", "请粘贴单证内容或选择文件。")
        return show(request, "try.html", _values(request) | {"problem": problem}, 422)
    trial = attempt(site(request), data, view.language, layout, mapping)
    values = {"text": text, "layout": layout, "trial": trial}
    return show(request, "try.html", _values(request) | values)


def _values(request: Request) -> dict[str, object]:
    return {"trial": None, "problem": "", "text": "", "layout": "", "layouts": layouts(site(request))}
