"""Bytes to document, without trust: no DTD, no entities, no network, nothing larger than the limits."""

from __future__ import annotations

import re

from lxml import etree

from edi_router.faults import Fault, Place
from edi_router.formats.xml.document import XmlDocument
from edi_router.formats.xml.encoding import Decoded, decode
from edi_router.formats.xml.limits import Excess, Limits, after, before, scan
from edi_router.formats.xml.xpath import line_of, xpath_of

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_MOST = 20
_USUAL = Limits()
_OUT_OF_STEP = frozenset(
    (
        etree.ErrorTypes.ERR_TAG_NAME_MISMATCH,
        etree.ErrorTypes.ERR_TAG_NOT_FINISHED,
        etree.ErrorTypes.ERR_DOCUMENT_END,
    )
)


def parse(data: bytes, limits: Limits | None = None) -> tuple[XmlDocument | None, list[Fault]]:
    """The document in the bytes, or the faults that keep it from being one; never an exception.

    >>> document, faults = parse(b"<Order xmlns='urn:x'><No>7</No></Order>")
    >>> document.name, document.node().children("No")[0].value(), faults
    ('{urn:x}Order', '7', [])
    >>> [fault.code for fault in parse(b"<a><b></a>")[1]]
    ['xml-malformed']
    """
    limits = limits or _USUAL
    if len(data) > limits.size:
        return None, [Fault("xml-limit", Place(offset=limits.size), _values(Excess("size", limits.size)))]
    source, faults = decode(data)
    if source is None:
        return None, faults
    if not source.text.strip():
        return None, [Fault("xml-empty", Place(line=1, offset=0))]
    refused = _doctype(source)
    if refused is not None:
        return None, [refused]
    excess = before(source.text, limits)
    if excess is not None:
        return None, [_excess(source, excess)]
    root, faults = _build(data, source, limits)
    if root is None:
        return None, faults
    excess = after(root, source.text, limits)
    if excess is not None:
        return None, [_excess(source, excess)]
    return XmlDocument(root, source.codec), []


def hardened() -> etree.XMLParser:
    """A parser that loads no DTD, resolves no entity and opens no connection."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
    )


def _doctype(source: Decoded) -> Fault | None:
    prolog = _PROLOG.match(source.text)
    end = prolog.end() if prolog else 0
    if source.text[end : end + 9].upper() != "<!DOCTYPE":
        return None
    return Fault("xml-doctype", source.place(end))


def _build(data: bytes, source: Decoded, limits: Limits) -> tuple[etree._Element | None, list[Fault]]:
    parser = hardened()
    utf8 = data[source.mark :] if source.codec == "utf-8" else source.text.encode("utf-8")
    try:
        root = etree.fromstring(utf8, parser)
    except etree.XMLSyntaxError:
        return None, _explain(source, parser, limits)
    if root.getroottree().docinfo.internalDTD is not None:
        return None, [Fault("xml-doctype", Place(line=1))]
    return root, []


def _explain(source: Decoded, parser: etree.XMLParser, limits: Limits) -> list[Fault]:
    entries = list(parser.error_log)
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in entries):
        excess = scan(source.text, limits) or Excess("text", limits.text, _index(source, entries[0]))
        return [_excess(source, excess)]
    forbidden = _FORBIDDEN.search(source.text)
    if forbidden is not None:
        values = {"character": f"U+{ord(forbidden[0]):04X}"}
        return [Fault("xml-character", source.place(forbidden.start()), values)]
    faults: dict[int, Fault] = {}
    lost = False
    for entry in entries[:_MOST]:
        # One missing tag puts every later end tag, and the end of the file, out of step.
        if lost and entry.type in _OUT_OF_STEP:
            continue
        lost = lost or entry.type in _OUT_OF_STEP
        index = _index(source, entry)
        problem = " ".join(entry.message.split()).rstrip(".")
        faults.setdefault(index, Fault("xml-malformed", source.place(index), {"problem": problem}))
    if not faults:
        return [Fault("xml-malformed", Place(line=1, offset=0), {"problem": "not well-formed"})]
    return list(faults.values())


def _index(source: Decoded, entry: etree._LogEntry) -> int:
    return source.index(max(entry.line, 1), max(entry.column, 1))


def _excess(source: Decoded, excess: Excess) -> Fault:
    if excess.element is None:
        return Fault("xml-limit", source.place(excess.index), _values(excess))
    place = Place(line=line_of(excess.element), xpath=xpath_of(excess.element))
    return Fault("xml-limit", place, _values(excess))


def _values(excess: Excess) -> dict[str, str]:
    return {"what": excess.what, "limit": str(excess.limit)}
