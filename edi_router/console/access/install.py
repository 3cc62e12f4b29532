"""Bringing access control into an application."""

from __future__ import annotations

from fastapi import FastAPI

from edi_router.console.access.forgery import SameOrigin
from edi_router.console.access.headers import BODY_LIMIT, SecurityHeaders
from edi_router.console.access.pages import router
from edi_router.console.access.passwords import Passwords
from edi_router.console.access.problems import Refusal, refused


def install(app: FastAPI, body_limit: int = BODY_LIMIT, passwords: Passwords | None = None) -> None:
    """Add the middleware, what refusals look like, and the routes of logging in.

    `app.state.site` has to be set before the first request. `body_limit` is in bytes.
    """
    app.state.passwords = passwords or Passwords()
    app.add_middleware(SameOrigin)
    app.add_middleware(SecurityHeaders, body_limit=body_limit)  # added last: it sees every answer
    app.add_exception_handler(Refusal, refused)
    app.include_router(router, include_in_schema=False)
