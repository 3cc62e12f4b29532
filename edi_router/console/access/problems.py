"""Refusals: what somebody gets who may not come in, or not do what he asks for."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from edi_router.console.view import View, show

TEXTS: Mapping[str, tuple[int, str, str]] = {
    "login-needed": (401, "Log in first.", "请先登录。"),
    "token-invalid": (401, "The token is unknown, has expired or is disabled.", "令牌无效、已过期或已停用。"),
    "not-allowed": (403, "Your role does not allow it.", "您的角色不允许此操作。"),
    "form-outdated": (
        403,
        "The form does not belong to this session. Load the page again and repeat it; nothing was changed.",
        "表单不属于本次会话。请重新载入页面后重试；未作任何更改。",
    ),
    "foreign-origin": (
        403,
        "The request was sent by another site. Nothing was changed.",
        "请求来自其他网站。未作任何更改。",
    ),
}
"""Each reason with its status and its texts."""


class Refusal(HTTPException):
    """A request is refused for one of the reasons of `TEXTS`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        status, text, _ = TEXTS[reason]
        headers = {"www-authenticate": _challenge(reason)} if status == 401 else None
        super().__init__(status, text, headers)


class Unfit(Exception):
    """Values of a request that cannot be what they are given for: where each stands, and what is wrong with it.

    The texts are in English and in Chinese.
    """

    def __init__(self, *errors: tuple[str, str, str]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{at}: {en}" for at, en, _ in errors))


def _challenge(reason: str) -> str:
    """RFC 6750, 3: without a token only the scheme is told."""
    return 'Bearer error="invalid_token"' if reason == "token-invalid" else "Bearer"


def wants_json(request: Request) -> bool:
    """Whether an answer is for a program: everything under `/api/`."""
    return request.url.path.startswith("/api/")


def problem(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    """A problem for programs: application/problem+json (RFC 9457)."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    kind = "application/problem+json"
    return JSONResponse(content, status, dict(headers or {}), media_type=kind)


def refused(request: Request, error: Exception) -> Response:
    """What a refusal looks like: a problem for programs, the login page for who has to log in, else a page."""
    assert isinstance(error, Refusal)
    _, en, zh = TEXTS[error.reason]
    view = View(request)
    if wants_json(request) or (error.status_code == 401 and "authorization" in request.headers):
        return problem(request, error.status_code, view.say(en, zh), error.headers, code=error.reason)
    if error.status_code == 401:
        here = view.here if request.method == "GET" else "/"
        return RedirectResponse("/login" + ("" if here == "/" else f"?next={quote(here, safe='')}"), 303)
    heading = view.say("This is not yours to do", "无权操作")
    return show(request, "error.html", {"heading": heading, "text": view.say(en, zh)}, error.status_code)


def own(path: str) -> str:
    """The path when it leads into this console, else the first page: nobody is sent elsewhere by a link to us.

    >>> own("/search?q=1"), own("//elsewhere.example/"), own("https://elsewhere.example"), own("/\\\\elsewhere")
    ('/search?q=1', '/', '/', '/')
    """
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fine else "/"
