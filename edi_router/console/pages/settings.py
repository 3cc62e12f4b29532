"""The language of the pages: kept in a cookie, changed on every page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from edi_router.console.access.guard import open_to_all
from edi_router.console.access.problems import own
from edi_router.console.view import LANGUAGE_COOKIE, LANGUAGES

router = APIRouter()
YEAR = 365 * 86_400
"""Seconds."""


@router.post("/language")
@open_to_all
def choose(
    request: Request, language: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> Response:
    """Show all pages in this language from now on, and go back to where it was asked for."""
    answer = RedirectResponse(own(next), 303)
    if language in LANGUAGES:
        secure = request.url.scheme == "https"
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=YEAR, samesite="lax", httponly=True, secure=secure
        )
    return answer
