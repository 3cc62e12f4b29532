"""Acknowledgements: those of a message, those that we gave, those that we got."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request

from edi_router.console.api import models
from edi_router.console.api.asked import calls
from edi_router.console.api.common import (
    After,
    Chosen,
    Limit,
    Look,
    Page,
    Search,
    named,
    page_of,
    problems,
)  # fmt: skip
from edi_router.ledger import tables
from edi_router.pipeline.model import OutputKind

router = calls("acknowledgements")


@router.get(
    "/messages/{id}/acknowledgements",
    responses=problems(404),
    **named("Acknowledgements of a message", "报文的回执"),
)
def of_message(id: str, sight: Look) -> models.Answers:
    """What was answered to the sender of a message, and what partners said of what was made of it."""
    shown = sight.message(id)
    made = [row for row in shown["outputs"] if row["kind"] == OutputKind.ACKNOWLEDGEMENT]
    return models.Answers.model_validate({"made": made, "received": shown["acknowledgements"]})


@router.get(
    "/acknowledgements", responses=problems(), **named("Acknowledgements that we gave", "我方发出的回执")
)
def given(
    request: Request, sight: Search, asked: Chosen, limit: Limit = 50, after: After = None
) -> Page[models.Output]:
    """CONTRL, APERAK and receipts made for a partner, the newest first.

    To hear of new ones, ask with `since` the `made` of the newest one known: that one comes again, none is missed.
    """
    also = tables.output.c.kind == OutputKind.ACKNOWLEDGEMENT
    return page_of(request, sight, replace(asked, kind="output"), models.Output, limit, after, also)


@router.get(
    "/acknowledgements/received",
    responses=problems(),
    **named("Acknowledgements that we received", "我方收到的回执"),
)
def received(
    request: Request, sight: Search, asked: Chosen, limit: Limit = 50, after: After = None
) -> Page[models.Acknowledgement]:
    """What partners said of our outputs, the newest first; `state` is the answer, such as `rejected`."""
    wanted = replace(asked, kind="acknowledgement")
    return page_of(request, sight, wanted, models.Acknowledgement, limit, after)
