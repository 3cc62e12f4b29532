"""What an XML document may ask of the machine, and the checks that it does not ask more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

_PARSER_DEPTH = 256
_SHORT = 1 << 13
"""Characters of a document whose tags are counted faster than its depth is found."""
_SKIPPED = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one document; each is generous for a business message.

    `size` is in bytes; `text` is the longest text of one element or attribute, in characters. The parser
    itself stops at a depth of 256 and at texts of ten million bytes.
    """

    size: int = 64 * 1024 * 1024
    depth: int = 200
    elements: int = 1_000_000
    attributes: int = 200
    text: int = 9_000_000


@dataclass(frozen=True, slots=True)
class Excess:
    """A bound that a document breaks: which one, its value and the index in the text or the element."""

    what: str
    limit: int
    index: int = 0
    element: etree._Element | None = None


def _tags(text: str) -> Iterator[tuple[int, bool]]:
    """The index of every start tag (True) and of every end (False), in one pass without looking back."""
    at = text.find("<")
    while at >= 0:
        skipped = next((end for start, end in _SKIPPED if text.startswith(start, at)), None)
        if skipped is not None:
            at = text.find(skipped, at + 2)
            if at < 0:
                return
        elif text.startswith("</", at):
            yield at, False
        else:
            yield at, True
            end = text.find(">", at)
            if end > 0 and text[end - 1] == "/":
                yield at, False
        at = text.find("<", at + 1)


def scan(text: str, limits: Limits) -> Excess | None:
    """The first place of the text where it has too many elements or is nested too deeply.

    >>> scan("<a><b><c/></b></a>", Limits(depth=2))
    Excess(what='depth', limit=2, index=6, element=None)
    >>> scan("<a><b/><!-- <c/> --></a>", Limits(elements=2))
    """
    depth = elements = 0
    bound = min(limits.depth, _PARSER_DEPTH)
    for index, start in _tags(text):
        depth += 1 if start else -1
        elements += start
        if elements > limits.elements:
            return Excess("elements", limits.elements, index)
        if depth > bound:
            return Excess("depth", bound, index)
    return None


def before(text: str, limits: Limits) -> Excess | None:
    """The excess of elements, found before the document is built; its length or counting `<` is enough for most."""
    if len(text) < len("<a/>") * limits.elements:
        return None
    opened = text.count("<") - text.count("</")
    return scan(text, limits) if opened > limits.elements else None


@lru_cache(maxsize=16)
def _query(what: str, bound: int) -> etree.XPath:
    if what == "depth":
        return etree.XPath("/" + "/".join("*" * (bound + 1)))
    if what == "attributes":
        return etree.XPath(f"//*[count(@*) > {bound}]")
    return etree.XPath(f"(//text()|//@*)[string-length(.) > {bound}]/..")


def after(root: etree._Element, text: str, limits: Limits) -> Excess | None:
    """The excess of depth, attributes or text in a parsed document.

    What its length or a cheap count rules out is not searched for.
    """
    deep = len(text) > len("<a></a>") * limits.depth
    if deep and len(text) < _SHORT:
        deep = text.count("<") > 2 * limits.depth  # each level has two, and one more is needed
    suspected = (
        ("depth", limits.depth, deep),
        ("attributes", limits.attributes, text.count("=") > limits.attributes),
        ("text", limits.text, len(text) > limits.text),
    )
    for what, bound, possible in suspected:
        if possible:
            found = _query(what, bound)(root)
            if isinstance(found, list) and found and isinstance(found[0], etree._Element):
                return Excess(what, bound, element=found[0])
    return None
