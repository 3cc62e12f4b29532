"""Source and output side by side, value to value."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from edi_router.console.access.guard import seeing
from edi_router.console.access.sight import Sight
from edi_router.console.lineage import traced
from edi_router.console.view import show, site
from edi_router.ledger.errors import NotFound

router = APIRouter()


@router.get("/trace/{message}/{output}")
def trace(
    request: Request, message: str, output: str, sight: Annotated[Sight, Depends(seeing("see"))]
) -> Response:
    """Where every value of an output comes from, as the mapping has it now."""
    here, shown, made = site(request), sight.message(message), sight.output(output)
    readable = sight.may_read("message", message) and sight.may_read("output", output)
    if not made["mapping"] or message not in {each["id"] for each in made["messages"]} or not readable:
        raise NotFound(f"{output} was not mapped from {message}")
    whole = here.ledger.show(
        message, "message"
    )  # a partner does not see the file where others' messages stand in it
    found = traced(here, shown, whole["interchanges"][0], whole["files"][0], made["mapping"])
    changed = made["files"] and made["files"][0]["config"] != here.configuration.digest
    return show(request, "trace.html", {"it": shown, "made": made, "found": found, "changed": changed})
