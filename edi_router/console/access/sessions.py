"""Sessions of browsers: a cookie that holds a random id, of which the ledger keeps the hash."""

from __future__ import annotations

from fastapi import Request, Response

from edi_router.console.access.passwords import fingerprint, secret
from edi_router.ledger import Ledger
from edi_router.ledger.logins import Login

SECOND = 1_000_000
IDLE = 30 * 60 * SECOND
"""Microseconds without a request after which a session is over."""
LONGEST = 12 * 3600 * SECOND
"""Microseconds after which it is over whatever is done in it."""
SESSION, FORM = "edi_router_session", "edi_router_form"
"""Cookies: of a session; of the login form, which has none yet."""


def cookie(request: Request, name: str) -> str | None:
    """The value of a cookie of ours, under the name that it has over this scheme."""
    return request.cookies.get(_name(request, name))


def set_cookie(request: Request, answer: Response, name: str, value: str) -> None:
    """Set a cookie of ours until the browser closes: no script reads it, no other site's form sends it.

    Over HTTPS its name begins with `__Host-`: then no other host of the domain can have set it.
    """
    answer.set_cookie(
        _name(request, name), value, path="/", httponly=True, samesite="lax", secure=_secure(request)
    )


def drop_cookie(request: Request, answer: Response, name: str) -> None:
    """Have the browser forget a cookie of ours."""
    answer.delete_cookie(
        _name(request, name), path="/", httponly=True, samesite="lax", secure=_secure(request)
    )  # fmt: skip


def address(request: Request) -> str:
    """Where a request comes from, as the server sees it; a proxy's word counts where the server trusts it."""
    return request.client.host if request.client is not None else "unknown"


def find(request: Request, ledger: Ledger) -> Login | None:
    """The session of a request."""
    id = cookie(request, SESSION)
    return ledger.login(fingerprint(id), IDLE) if id else None


def begin(request: Request, answer: Response, ledger: Ledger, account: str, password: str, by: str) -> None:
    """Begin a session under a new id; one that the browser had before is over.

    `password` is the hash that fitted. Raises Refused when the account has been changed or disabled meanwhile.
    """
    before, id = cookie(request, SESSION), secret()
    ledger.begin_login(fingerprint(id), account, secret(), address(request), LONGEST, password, by)
    if before:
        ledger.end_login(fingerprint(before), by)
    set_cookie(request, answer, SESSION, id)
    drop_cookie(request, answer, FORM)


def end(request: Request, answer: Response, ledger: Ledger, by: str) -> None:
    """End the session of a request."""
    id = cookie(request, SESSION)
    if id:
        ledger.end_login(fingerprint(id), by)
    drop_cookie(request, answer, SESSION)


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request, name: str) -> str:
    return f"__Host-{name}" if _secure(request) else name
