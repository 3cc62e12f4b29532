"""Progress: how far the business of a number has come, for those whose case it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from edi_router.console.access.guard import seeing
from edi_router.console.access.sight import Sight
from edi_router.console.view import View, show, site
from edi_router.ledger.progress import Standing

router = APIRouter()


@router.get("/progress")
def progress(
    request: Request,
    sight: Annotated[Sight, Depends(seeing("progress"))],
    number: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The messages and register entries of a number; what one may not see is not told to exist."""
    view = View(request)
    number = number.strip()
    found = sight.progress(number) if number else None
    standings = [] if found is None else [(each, *_named(view, each)) for each in found.standings]
    return show(request, "progress.html", {"number": number, "found": found, "standings": standings})


def _named(view: View, standing: Standing) -> tuple[str, str, list[tuple[int, str, str]]]:
    """The names of the register and of its state, and the steps with the states' names."""
    register = site(view.request).configuration.registers.find(standing.entry.register)
    if register is None:
        return standing.entry.register, standing.entry.state, list(standing.steps)
    chinese = view.language == "zh"
    name, states = register.definition.name, register.definition.states

    def told(state: str) -> str:
        known = states.get(state)
        return state if known is None else (known.zh if chinese else known.en)

    steps = [(at, what, told(state)) for at, what, state in standing.steps]
    return name.zh if chinese else name.en, told(standing.entry.state), steps
