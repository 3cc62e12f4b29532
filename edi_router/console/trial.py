"""A document tried out: read, named, checked and mapped, and kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from edi_router.console.site import Site
from edi_router.console.view import View
from edi_router.faults import Fault
from edi_router.formats.edifact.charset import encoding_of
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.records import Layout
from edi_router.formats.secrets import covered_document
from edi_router.library import Document, Report, conversions, masks, naming
from edi_router.library.checker import Checker
from edi_router.library.replying import reply_for
from edi_router.mapping.trace_outline import Sides, sides
from edi_router.mapping.trace_secret import secrets_of, without
from edi_router.pipeline.reply_model import Reply

MOST = 2_000_000
"""Bytes that are taken."""
PARTS = 20_000
"""Elements, segments or lines that are taken: each is read, named and shown."""
SHOWN = 20
"""Documents that are shown; the others are counted."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What a mapping made of a document."""

    text: str
    sides: Sides
    faults: Sequence[Fault]


@dataclass(slots=True)
class Trial:
    """What was found out."""

    format: str = ""
    heads: list[dict[str, Any]] = field(default_factory=list)
    """The interchanges of an EDIFACT file."""
    documents: list[dict[str, Any]] = field(default_factory=list)
    """`kind`, `reference`, `identity`; `message` (named segments) or `element` (XML) or `record`."""
    more: int = 0
    reply: Reply | None = None
    faults: Sequence[Fault] = ()
    fault_count: int = 0
    mappings: Sequence[str] = ()
    """Those that can map it."""
    mapping: str = ""
    converted: Sequence[Converted] = ()


def too_large(view: View, data: bytes) -> str:
    """What to say of a document that is too large to be tried out here; empty where it is not."""
    ends = data[8:9] if data.startswith(b"UNA") else b"'"
    parts = max(data.count(b"<") // 2, data.count(ends), data.count(b"\n"))
    if len(data) <= MOST and parts <= PARTS:
        return ""
    return view.say(
        f"This page takes up to {MOST // 1_000_000} MB and {PARTS} elements, segments or lines; `edi-router validate` "
        "takes any size.",
        f"本页最多接受 {MOST // 1_000_000} MB、{PARTS} 个元素、报文段或行；更大的文件请用 `edi-router validate`。",
    )


def attempt(site: Site, data: bytes, language: str, layout: str = "", mapping: str = "") -> Trial:
    """Read, check and map it; `layout` is of flat files, `mapping` one of those that fit (else the first)."""
    checker = replace(site.checker(), now=site.clock(), layout=site.configuration.layouts.find(layout))
    trial, report = Trial(), Report()
    found = checker.documents(data, report)
    kinds = []
    for document in islice(found, SHOWN):
        kinds.append(document.kind)
        trial.documents.append(_shape(document, checker))
        if document.within is not None and (len(trial.heads) < document.interchange):
            trial.heads.append(naming.interchange(document.within, checker.definitions))
    trial.more = sum(1 for _ in found)
    trial.format, trial.faults, trial.fault_count = report.format, report.faults, report.fault_count
    trial.reply = reply_for("", data, checker, Report(), language)
    mappings = site.configuration.mappings.readable()
    fitting = [each for each in mappings if any(each.definition.origin.includes(kind) for kind in kinds)]
    trial.mappings = sorted(each.id for each in fitting)
    trial.mapping = mapping if mapping in trial.mappings else (trial.mappings[0] if trial.mappings else "")
    if trial.mapping:
        trial.converted = _convert(site, checker, data, trial.mapping)
    return trial


_DECLARED = re.compile(r'^\s*<\?xml[^>]*encoding=["\']([A-Za-z0-9._-]+)["\']')
_SYNTAX = re.compile(r"^(?:UNA.{6})?\s*UNB.(UNO[A-Y])", re.DOTALL)


def pasted(site: Site, text: str, layout: str = "") -> bytes:
    """A pasted text as the bytes that it stands for: in the encoding that it says it has, or its layout has.

    What that encoding cannot express is left as UTF-8, which reading it then tells.
    """
    flat, xml, edifact = site.configuration.layouts.find(layout), _DECLARED.match(text), _SYNTAX.match(text)
    encoding = "utf-8"
    if flat is not None:
        encoding = flat.encoding
    elif xml is not None:
        encoding = xml[1]
    elif edifact is not None:
        encoding = encoding_of(edifact[1])
    try:
        return text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.encode("utf-8", "replace")


def _shape(document: Document, checker: Checker) -> dict[str, Any]:
    """A document with its names, secrets covered."""
    shape: dict[str, Any] = {
        "kind": str(document.kind), "reference": document.reference, "message": None, "element": None, "record": None,
        "faults": list(document.faults),
    }  # fmt: skip
    secrets = checker.secret_nodes(document)
    if document.xml is not None:
        shape["element"] = naming.element(document.xml.root)
        masks.hide_in_xml(shape["element"], secrets)
    elif document.message is not None:
        shape["message"] = naming.message(document, checker.definitions)
        masks.hide_in_message(shape["message"], secrets)
    return shape


def _convert(site: Site, checker: Checker, data: bytes, id: str) -> list[Converted]:
    mapping = site.configuration.mappings[id]
    secrets = secrets_of(site.workspace.tree, mapping)
    form = mapping.target.format if mapping.target is not None else "xml"
    made: list[Converted] = []
    rows = conversions(data, mapping, checker, Report(), force=True, lineage=True, edifact=EdifactSettings())
    for number, each in enumerate(islice(rows, SHOWN)):
        if not mapping.definition.origin.includes(each.document.kind):
            continue
        root = each.document.root
        hidden = secrets.texts(each.lineage, root)
        both = sides(
            root, secrets.masked(each.lineage, root), form, secrets.places(each.lineage, root), f"t{number}"
        )
        text = (each.content or b"").decode("utf-8", "replace")
        faults = [without(fault, hidden) for fault in each.faults]
        made.append(Converted(covered_document(text, hidden), both, faults))
    return made


def layouts(site: Site) -> list[Layout]:
    """The layouts of flat files, by their ids."""
    return list(site.configuration.layouts.readable())
