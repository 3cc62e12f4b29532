"""The OpenAPI description of the API, and the page that lists its calls for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from edi_router.console.access.guard import open_to_all
from edi_router.console.api.asked import PREFIX
from edi_router.console.view import View, show

router = APIRouter(prefix=PREFIX, include_in_schema=False)
_TAGS = {
    "files": "文件", "messages": "报文", "outputs": "输出", "deliveries": "投递", "acknowledgements": "回执",
    "registers": "登记簿", "exchange": "交换", "decisions": "处置",
}  # fmt: skip
_ABOUT = (
    "Files handed in, what became of them, and how the exchange stands. Programs present a token: "
    "`Authorization: Bearer TOKEN`. Every error is problem+json (RFC 9457). Texts are in English or Chinese, as "
    "`Accept-Language` asks."
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the page shows it."""

    method: str
    path: str
    summary: str
    about: str


@router.get("/openapi.json")
@open_to_all
def openapi(request: Request) -> Response:
    """The description for programs (OpenAPI 3.1). It tells nothing of the deployment, so it needs no token."""
    return JSONResponse(description(request))


@router.get("/")
@open_to_all
def page(request: Request) -> Response:
    """The same for people."""
    view = View(request)
    groups: dict[str, list[Call]] = {}
    for tag, call in _calls(view, description(request)):
        groups.setdefault(tag, []).append(call)
    titled = [(view.say(tag.capitalize(), _TAGS[tag]), calls) for tag, calls in groups.items()]
    return show(request, "api.html", {"groups": titled, "prefix": PREFIX})


def description(request: Request) -> dict[str, Any]:
    """The description, made once."""
    made: dict[str, Any] = request.app.openapi()
    if "security" not in made:
        made["info"]["description"] = _ABOUT
        made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"token": []}]
    return made


def _calls(view: View, made: dict[str, Any]) -> Iterator[tuple[str, Call]]:
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            summary = view.say(operation["summary"], operation["x-summary-zh"])
            about = view.say(operation.get("description", ""), "")
            yield operation["tags"][0], Call(method.upper(), path, summary, about)
