"""Requests that another site has a browser send: refused by where they come from, and by the token of each form."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.types import ASGIApp, Receive, Scope, Send

from edi_router.console.access.problems import Refusal, refused

FIELD, HEADER = "csrf", "x-csrf-token"
FIELDS = 10_000
"""So many fields a form may have: 99 lines of goods, keyed in, have some thousands."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def from_elsewhere(headers: Headers) -> bool:
    """Whether the browser says that another origin has made the request.

    Browsers say it in Sec-Fetch-Site, older ones in Origin; programs say neither.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


class SameOrigin:
    """The middleware that lets no other site's request change anything, whatever its route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on unless it changes something and comes from elsewhere."""
        if scope["type"] == "http" and scope["method"] not in SAFE and from_elsewhere(Headers(scope=scope)):
            answer = refused(Request(scope, receive), Refusal("foreign-origin"))
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


async def posted(request: Request) -> str:
    """The token that a request carries: the header's, else the field's of a form; empty without one."""
    if request.method in SAFE:
        return ""
    header = request.headers.get(HEADER)
    if header is not None:
        return header
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS:
        return ""
    value = (await request.form(max_fields=FIELDS)).get(FIELD)
    return "" if value is None or isinstance(value, UploadFile) else value


def same(given: str, expected: str) -> bool:
    """Whether a secret is the expected one; takes as long whatever is given. Nothing is the same as an empty one."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
