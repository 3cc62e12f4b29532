"""What every answer of the console tells the browser, and how large a request may be."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edi_router.console.access.problems import problem, wants_json
from edi_router.console.view import language

MEBIBYTE = 1 << 20
BODY_LIMIT = 32 * MEBIBYTE
"""Bytes of a request from somebody who shows a session or a token."""
STRANGERS_LIMIT = 64 * 1024
"""Bytes of a request from anybody else: a body is read before it is known who sends it."""
YEAR = 365 * 86_400
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Scripts and styles come from files of ours alone; nothing inline, so that text of a partner cannot run."""
FIXED = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # Not no-referrer: with it browsers send forms with `Origin: null`.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def protect(headers: MutableHeaders, scheme: str, path: str = "") -> None:
    """Add the security headers to an answer; what it says itself stays. Only what lies under /static is cached."""
    for name, value in FIXED.items():
        headers.setdefault(name, value)
    if not path.startswith("/static/"):
        headers.setdefault("cache-control", "no-store")
    if scheme == "https":
        headers.setdefault("strict-transport-security", f"max-age={YEAR}")


class SecurityHeaders:
    """The middleware that does both."""

    def __init__(self, app: ASGIApp, body_limit: int = BODY_LIMIT) -> None:
        self.app, self.body_limit = app, body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body counted, and the answer with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["scheme"], scope["path"])
            await send(message)

        headers = Headers(scope=scope)
        known = "authorization" in headers or "cookie" in headers
        limit = self.body_limit if known else min(STRANGERS_LIMIT, self.body_limit)
        told = headers.get("content-length", "0")
        if not told.isdecimal() or int(told) > limit:
            answer = _too_large(Request(scope), limit)
            await answer(scope, receive, protected)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(413, _at_most(Request(scope), limit))
            return message

        await self.app(scope, counted, protected)


def _at_most(request: Request, limit: int) -> str:
    if language(request) == "zh":
        return f"一次请求最多 {limit} 字节"
    return f"a request has at most {limit} bytes"


def _too_large(request: Request, limit: int) -> Response:
    text = _at_most(request, limit)
    return problem(request, 413, text) if wants_json(request) else PlainTextResponse(text + "\n", 413)
