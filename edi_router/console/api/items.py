"""Lists of files, messages, outputs and deliveries; one of them with all around it; the bytes of an output."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from edi_router.console.access.sight import Shown
from edi_router.console.api import models
from edi_router.console.api.asked import calls
from edi_router.console.api.common import (
    After,
    Chosen,
    Limit,
    Look,
    Number,
    Page,
    Search,
    Word,
    named,
    page_of,
    problems,
)  # fmt: skip
from edi_router.console.outgoing import downloaded
from edi_router.console.view import language

router = calls()
_LIST: dict[str, Any] = {"responses": problems()}
_ONE: dict[str, Any] = {"responses": problems(404)}
FOUND = 50
"""So many things that have a number are told."""


@router.get("/messages", tags=["messages"], **_LIST, **named("List messages", "报文列表"))
def messages(
    request: Request,
    sight: Search,
    asked: Chosen,
    type: Word | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[models.Message]:
    """Messages that came in, the newest first."""
    return page_of(request, sight, replace(asked, kind="message", type=type), models.Message, limit, after)


@router.get("/messages/{id}", tags=["messages"], **_ONE, **named("One message", "单份报文"))
def message(request: Request, id: str, sight: Look) -> models.MessageShown:
    """A message with its faults, what was made of it, and its timeline."""
    return models.MessageShown.model_validate(_told(request, sight.message(id)))


@router.get("/files", tags=["files"], **_LIST, **named("List files", "文件列表"))
def files(
    request: Request, sight: Search, asked: Chosen, limit: Limit = 50, after: After = None
) -> Page[models.File]:
    """Files as they came, the newest first."""
    return page_of(request, sight, replace(asked, kind="file"), models.File, limit, after)


@router.get("/files/{id}", tags=["files"], **_ONE, **named("One file", "单个文件"))
def file(request: Request, id: str, sight: Look) -> models.FileShown:
    """A file with its messages, their faults, and its timeline."""
    return models.FileShown.model_validate(_told(request, sight.file(id)))


@router.get("/interchanges/{id}", tags=["files"], **_ONE, **named("One interchange", "单个交换"))
def interchange(request: Request, id: str, sight: Look) -> models.InterchangeShown:
    """An interchange with its messages, their faults, and its timeline."""
    return models.InterchangeShown.model_validate(_told(request, sight.interchange(id)))


@router.get("/outputs", tags=["outputs"], **_LIST, **named("List outputs", "输出列表"))
def outputs(
    request: Request,
    sight: Search,
    asked: Chosen,
    type: Word | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[models.Output]:
    """Documents that were made, the newest first; `partner` is who gets them."""
    return page_of(request, sight, replace(asked, kind="output", type=type), models.Output, limit, after)


@router.get("/outputs/{id}", tags=["outputs"], **_ONE, **named("One output", "单个输出"))
def output(request: Request, id: str, sight: Look) -> models.OutputShown:
    """An output with its deliveries, what was said of it, and its timeline."""
    shown = _told(request, sight.output(id))
    return models.OutputShown.model_validate(shown | {"kind": shown["output_kind"]})


@router.get(
    "/outputs/{id}/content",
    tags=["outputs"],
    response_class=Response,
    responses={
        200: {
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            "description": "The bytes as they were delivered",
        },
        **problems(404),
    },
    **named("The bytes of an output", "输出内容"),
)
def content(request: Request, id: str, sight: Look) -> Response:
    """The bytes of an output; of one that holds secrets, such as a password, they are not given."""
    return downloaded(request, sight, id)


@router.get("/deliveries", tags=["deliveries"], **_LIST, **named("List deliveries", "投递列表"))
def deliveries(
    request: Request, sight: Search, asked: Chosen, limit: Limit = 50, after: After = None
) -> Page[models.Delivery]:
    """Deliveries, the newest first; `partner` is who gets them."""
    return page_of(request, sight, replace(asked, kind="delivery"), models.Delivery, limit, after)


@router.get("/deliveries/{id}", tags=["deliveries"], **_ONE, **named("One delivery", "单次投递"))
def delivery(request: Request, id: str, sight: Look) -> models.DeliveryShown:
    """A delivery with its output and its timeline."""
    return models.DeliveryShown.model_validate(_told(request, sight.delivery(id)))


@router.get("/find", tags=["messages"], **_LIST, **named("Find by a number", "按编号查找"))
def find(sight: Search, number: Number) -> models.Found:
    """What has this id, business number, reference or file name; numbers are compared whole."""
    rows = sight.found(number.strip(), FOUND)
    return models.Found(items=[models.Named(kind=each["kind"], id=each["id"]) for each in rows])


def _told(request: Request, shown: Shown) -> dict[str, Any]:
    """What is shown, with its faults in the language of who asks."""
    chosen = language(request)
    return {**shown, "faults": [models.fault_told(row, chosen) for row in shown["faults"]]}
