"""What we sent, as text, with its secrets covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from edi_router.console.access.sight import Sight
from edi_router.console.site import Site
from edi_router.console.source import content_of
from edi_router.console.view import site
from edi_router.console.within import document_of, secretive
from edi_router.formats.secrets import covered_document
from edi_router.ledger.errors import NotFound
from edi_router.library import Report

MOST = 400_000
"""Bytes of an output that are shown."""
SOURCES = 200
"""Messages with secrets that are read again for one output; one made of more is not shown."""


class Unknown(Exception):
    """It cannot be known any more which values of an output are secret."""


@dataclass(frozen=True, slots=True)
class Made:
    """An output as it can be shown."""

    text: str
    cut: bool
    """Whether only its beginning is shown."""
    covered: bool
    """Whether it holds secrets, which are covered: then it cannot be downloaded either."""


def output_text(site: Site, output: Mapping[str, Any]) -> Made | None:
    """The text of an output, a segment of EDIFACT on a line of its own; None when retention has removed its bytes."""
    try:
        content = site.ledger.content(output["id"])
    except NotFound:
        return None
    partner = site.configuration.directory.partners.get(output["partner"])
    encoding = partner.encoding if partner is not None else None
    text = _decoded(content, encoding)
    try:
        secrets = _secrets(site, content, encoding) | _of_sources(site, output["id"])
    except Unknown:
        return Made("", cut=False, covered=True)
    told = covered_document(text, secrets)
    cut = len(told) > MOST
    return Made(_lines(told[:MOST], output["format"]), cut, bool(secrets))


def downloaded(request: Request, sight: Sight, id: str) -> Response:
    """The bytes of an output under its name. Raises NotFound when it is not seen, and for one that holds secrets."""
    shown, here = sight.output(id), site(request)
    made = output_text(here, shown) if sight.may_read("output", id) else None
    if made is None or made.covered:
        raise NotFound(f"{id} cannot be downloaded")
    name = quote(PurePosixPath(shown["name"]).name, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(here.ledger.content(id), media_type="application/octet-stream", headers=headers)


def _secrets(site: Site, content: bytes, encoding: str | None) -> set[str]:
    """The values at the places of an output that its document type calls secret."""
    checker = replace(site.checker(), encoding=encoding)
    found: set[str] = set()
    for document in checker.documents(content, Report()):
        found.update(value for node in checker.secret_nodes(document) if (value := node.value()))
    return found


def _of_sources(site: Site, id: str) -> set[str]:
    """The secrets of the messages that an output was made of: they stay secret wherever a mapping writes them.

    Raises Unknown when one of the messages cannot be read any more.
    """
    named = secretive(site)
    messages = [each["id"] for each in site.ledger.show(id, "output")["messages"] if each["type"] in named]
    if len(messages) > SOURCES:
        raise Unknown
    found: set[str] = set()
    for message in messages:
        shown = site.ledger.show(message, "message")
        content = content_of(site, shown["files"][0])
        document = None if content is None else document_of(site, shown, content)
        if document is None:
            raise Unknown
        found.update(value for node in site.checker().secret_nodes(document) if (value := node.value()))
    return found


def _decoded(content: bytes, encoding: str | None) -> str:
    for codec in (encoding, "utf-8", "gb18030"):
        if codec:
            try:
                return content.decode(codec)
            except (UnicodeDecodeError, LookupError):
                continue
    return content.decode("latin-1")


def _lines(text: str, format: str) -> str:
    if format != "edifact" or "\n" in text.strip():
        return text
    end = text[8] if text.startswith("UNA") else "'"
    lines: list[str] = []
    line = ""
    released = False
    for each in text:
        line += each
        if each == end and not released:
            lines.append(line)
            line = ""
        released = each == "?" and not released
    return "\n".join([*lines, line] if line else lines)
