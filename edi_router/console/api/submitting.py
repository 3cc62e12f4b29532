"""`POST /files`: a file handed over in a request, once for each key."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from typing import Annotated, BinaryIO, cast
from urllib.parse import unquote

from fastapi import Depends, Header, HTTPException, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from edi_router.console.access.guard import allowed
from edi_router.console.access.principal import Principal
from edi_router.console.api.asked import PREFIX, calls
from edi_router.console.api.common import Word, problems
from edi_router.console.api.models import Taken
from edi_router.console.view import View, site
from edi_router.engine.submit import TooLarge, submit
from edi_router.ledger.store import storable_text

router = calls("files")
IN_MEMORY = 1 << 20
"""Bytes of a file that are kept in memory while it comes; a larger one goes to a temporary file."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
Key = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
"""A key as a header can carry it."""


@router.post(
    "/files",
    status_code=201,
    summary="Hand in a file",
    responses={
        200: {"model": Taken, "description": "Handed in before with this key: nothing more was received"},
        **problems(404, 409, 413, 415),
    },
    openapi_extra={
        "x-summary-zh": "提交文件",
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
async def hand_in(
    request: Request,
    response: Response,
    who: Annotated[Principal, Depends(allowed("submit"))],
    idempotency_key: Annotated[Key, Header()],
    file_name: Annotated[Word, Header()] = "",
    partner: Word | None = None,
) -> Taken:
    """Take the body as a file of the partner; it is archived and in the ledger when this is answered.

    The key is the partner's own: the same key with the same bytes is the same file, so a request whose answer was
    lost is simply sent again. The file is named by the header `File-Name` (percent-encoded UTF-8). Accounts and tokens
    that belong to no partner say whose file it is (`partner`). What becomes of it is at `/files/ID`.
    """
    view = View(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        raise HTTPException(415, view.say(
            "Send the bytes of the file as they are, with Content-Type: application/octet-stream. A form would change "
            "them.",
            "请以 Content-Type: application/octet-stream 原样发送文件内容；表单会改变内容。",
        ))  # fmt: skip
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, view.say(
            "Send the file without Content-Encoding; a packed file (gzip, ZIP) is sent as it is.",
            "请勿使用 Content-Encoding；压缩文件（gzip、ZIP）按原样发送。",
        ))  # fmt: skip
    owner = _owner(view, who, partner)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
        size = 0
        async for block in request.stream():
            size += len(block)
            await run_in_threadpool(body.write, block)
        if not size:
            raise HTTPException(
                422, view.say("The body is empty: it has to be the file.", "请求体为空：应为文件内容。")
            )
        body.seek(0)
        taken = await run_in_threadpool(
            _taken, request, owner, cast(BinaryIO, body), storable_text(_name(file_name)), idempotency_key
        )
    response.status_code = 200 if taken.known else 201
    response.headers["Location"] = f"{PREFIX}/files/{taken.file}"
    return taken


def _name(header: str) -> str:
    """The name of a file: percent-encoded UTF-8, or the bare bytes, which the server has read as ISO 8859-1.

    >>> _name("%E8%BD%AC.xml"), _name("è½¬.xml"), _name("é.xml")
    ('转.xml', '转.xml', 'é.xml')
    """
    with suppress(UnicodeError):
        header = header.encode("iso-8859-1").decode("utf-8")
    return unquote(header)


def _owner(view: View, who: Principal, partner: str | None) -> str:
    """Whose file it is. Raises HTTPException when that cannot be."""
    owner = who.partner if partner is None else partner
    if owner is None:
        raise HTTPException(
            422, view.say("Say whose file it is: ?partner=ID", "请指明文件所属伙伴：?partner=编号")
        )
    if who.partner not in (None, owner):
        raise HTTPException(403, view.say("You hand in files of your own alone.", "只能提交本方文件。"))
    if owner not in view.site.configuration.directory.partners:
        raise HTTPException(404, view.say(f"No partner {owner} is configured.", f"未配置伙伴 {owner}。"))
    return owner


def _taken(request: Request, partner: str, body: BinaryIO, name: str, key: str) -> Taken:
    here, view = site(request), View(request)
    megabytes = here.configuration.settings.maximum_file_megabytes
    try:
        receipt = submit(
            here.ledger, here.archive, partner, body, name, here.configuration.digest, megabytes * 1_000_000, key
        )  # fmt: skip
    except TooLarge:
        raise HTTPException(413, view.say(
            f"A file has at most {megabytes} MB.", f"文件不得超过 {megabytes} MB。"
        )) from None  # fmt: skip
    return Taken(file=receipt.file_id, known=receipt.known)
