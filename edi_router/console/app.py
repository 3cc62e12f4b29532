"""The application: every router, the middleware, what an error looks like."""

from __future__ import annotations

import logging
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from edi_router.console.access.guard import check_routes, included
from edi_router.console.access.headers import protect
from edi_router.console.access.install import install
from edi_router.console.access.passwords import Passwords
from edi_router.console.access.problems import Unfit, problem, wants_json
from edi_router.console.api import ROUTERS as CALLS
from edi_router.console.pages import ROUTERS
from edi_router.console.site import Site
from edi_router.console.view import View, show
from edi_router.faults.reasons import reason_in
from edi_router.faults.terms import term
from edi_router.ledger.errors import NotFound, Refused
from edi_router.version import __version__

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
_ERRORS = {
    403: ("This is not yours to do", "无权操作", "Your role does not allow it.", "您的角色不允许此操作。"),
    400: ("The request cannot be read", "请求无法读取", "Its body is no JSON in UTF-8.", "请求体不是 UTF-8 编码的 JSON。"),
    404: (
        "Nothing is here", "未找到",
        "Nothing has this address or number, or it is not yours to see.",
        "此地址或编号不存在，或您无权查看。",
    ),
    405: (
        "This cannot be done here", "不支持此操作",
        "This address takes other methods; `Allow` names them.", "此地址只支持 `Allow` 所列的方法。",
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
    app.add_exception_handler(Unfit, _unfit)
    app.add_exception_handler(NotFound, _missing)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Exception, _broken)
    check_routes(app)
    return app


def _http(request: Request, error: Exception) -> Response:
    """A refused request; where the framework says only what the status is called, our own text in its place."""
    assert isinstance(error, HTTPException)
    status, headers = error.status_code, dict(error.headers or {})
    said = status == 400 or error.detail == HTTPStatus(status).phrase
    if status == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    return _page(request, status, "" if said and status in _ERRORS else str(error.detail), headers)


def _methods(request: Request) -> set[str]:
    """The methods that an address takes: those of all its routes, of which the framework names the first one's."""
    found: set[str] = set()
    for route in included(request.app.routes):
        if isinstance(route, Route) and route.matches(request.scope)[0] != Match.NONE:
            found |= route.methods or set()
    return found


def _unfit(request: Request, error: Exception) -> Response:
    """Values that cannot be what they are given for: 422, and which they are."""
    view = View(request)
    if isinstance(error, Unfit):
        errors = [{"at": at, "text": view.say(en, zh)} for at, en, zh in error.errors]
    else:
        assert isinstance(error, RequestValidationError)
        said = [(each["loc"], each["msg"].removeprefix("Value error, ")) for each in error.errors()]
        errors = [{"at": ".".join(map(str, at)), "text": view.say(text, term(text))} for at, text in said]
    told = "; ".join(f"{each['at']}: {each['text']}" for each in errors)
    return problem(request, 422, told, errors=errors) if wants_json(request) else _page(request, 422, told)


def _missing(request: Request, error: Exception) -> Response:
    return _page(request, 404)


def _refused(request: Request, error: Exception) -> Response:
    return _page(request, 409, reason_in(str(error), View(request).language))


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
