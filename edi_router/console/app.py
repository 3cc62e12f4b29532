"""The application: every router, the middleware, what an error looks like."""

from __future__ import annotations

import logging
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from edi_router.console.access.guard import check_routes
from edi_router.console.access.headers import protect
from edi_router.console.access.install import install
from edi_router.console.access.passwords import Passwords
from edi_router.console.access.problems import problem, wants_json
from edi_router.console.api import ROUTERS as CALLS
from edi_router.console.pages import ROUTERS
from edi_router.console.site import Site
from edi_router.console.view import View, show
from edi_router.faults.terms import term
from edi_router.ledger.errors import NotFound, Refused
from edi_router.version import __version__

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
_ERRORS = {
    403: ("This is not yours to do", "无权操作", "Your role does not allow it.", "您的角色不允许此操作。"),
    404: (
        "Nothing is here", "未找到",
        "Nothing has this address or number, or it is not yours to see.",
        "此地址或编号不存在，或您无权查看。",
    ),
    409: ("It has changed meanwhile", "状态已变化", "", ""),
    422: ("A value cannot be what it was given for", "输入值无效", "", ""),
    500: (
        "Something went wrong here", "系统出错",
        "It is in the log of the console. Nothing that was sent to us is lost by it.",
        "已记入控制台日志；已收到的内容不会因此丢失。",
    ),
}  # fmt: skip


def create_app(site: Site, passwords: Passwords | None = None) -> FastAPI:
    """The console and the API of one deployment, for any ASGI server.

    RuntimeError when a route says not who may call it.
    """
    app = FastAPI(
        title="EDI Router", version=__version__, docs_url=None, redoc_url=None, openapi_url=None,
    )  # fmt: skip
    app.state.site = site
    install(app, passwords=passwords)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    for router in CALLS:
        app.include_router(router)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(NotFound, _missing)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Exception, _broken)
    check_routes(app)
    return app


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _page(request, error.status_code, str(error.detail), dict(error.headers or {}))


def _unfit(request: Request, error: Exception) -> Response:
    """Values that cannot be what they are given for: 422, and which they are."""
    assert isinstance(error, RequestValidationError)
    view = View(request)
    errors = [
        {"at": ".".join(map(str, each["loc"])), "text": view.say(each["msg"], term(each["msg"]))}
        for each in error.errors()
    ]
    told = "; ".join(f"{each['at']}: {each['text']}" for each in errors)
    return problem(request, 422, told, errors=errors) if wants_json(request) else _page(request, 422, told)


def _missing(request: Request, error: Exception) -> Response:
    return _page(request, 404)


def _refused(request: Request, error: Exception) -> Response:
    return _page(request, 409, str(error))


def _broken(request: Request, error: Exception) -> Response:
    log.exception("%s %s", request.method, request.url.path, exc_info=error)
    page = _page(request, 500)
    protect(page.headers, request.url.scheme)  # no middleware sees this answer
    return page


def _page(request: Request, status: int, detail: str = "", headers: dict[str, str] | None = None) -> Response:
    """An error as a page, in the language of who looks."""
    view = View(request)
    if wants_json(request):
        return problem(
            request, status, detail or view.say(*_ERRORS.get(status, ("", "", "", ""))[2:]), headers
        )
    if status in _ERRORS:
        en, zh, text_en, text_zh = _ERRORS[status]
        heading, text = view.say(en, zh), view.say(text_en, text_zh) or detail
    else:
        heading, text = str(status), detail
    page = show(request, "error.html", {"heading": heading, "text": text}, status)
    page.headers.update(headers or {})
    return page
