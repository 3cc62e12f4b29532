"""An XML document as programs of mappings read it: what is in an element, by name.

A row of an element has under each name of a child what these children are: a text, "" when it is blank, or a row where there is
anything in the child. Under ``@name`` it has the texts of an attribute, and under "" the text of the element itself, if
it has one besides its attributes. Names are local.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from edi_router.formats.edifact.layout import masked
from edi_router.formats.xml.xpath import is_element, local_name

Row = dict[str, Any]
_MARKS = re.compile("[&<>:+'?\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""What has a mask in rows, and what cannot stand in them."""
_UNFIT = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")


class Unfit(ValueError):
    """A text has a character that cannot stand in rows, such as a line break."""


def rows_of(root: etree._Element) -> Row | None:
    """The row of a document's root; None when the document cannot be shown so, or has no elements below its root."""
    if not any(map(is_element, root)):
        return None
    try:
        return _rows(root)
    except Unfit:
        return None


def _rows(root: etree._Element) -> Row:
    """All elements in their order, in one loop: the children of an element are as many as it says."""
    top = row = _attributes(root)
    left, outer = len(root), list[tuple[Row, int]]()
    names: dict[Any, str] = {}
    nodes = root.iter()
    next(nodes)
    for node in nodes:
        while not left:
            row, left = outer.pop()
        left -= 1
        tag, size = node.tag, len(node)
        name = names.get(tag)
        if name is None:
            if not is_element(node):  # a comment
                continue
            name = names[tag] = local_name(tag)
        if name not in row:
            row[name] = []
        if size or node.keys():
            below = _attributes(node)
            if not any(map(is_element, node)) and (text := _text(node)):
                below[""] = text
            row[name].append(below)
            if size:
                outer.append((row, left))
                row, left = below, size
            continue
        found = node.text or ""
        row[name].append(found if found.isalnum() else _shown(found))
    return top


def _attributes(element: etree._Element) -> Row:
    """A row with the texts of an element's attributes."""
    row: Row = {}
    for key, value in element.items():
        row.setdefault("@" + local_name(str(key)), []).append(_shown(str(value)))
    return row


def _text(element: etree._Element) -> str:
    """The text of an element without elements; comments in it are left out."""
    return _shown("".join([element.text or "", *(child.tail or "" for child in element)]))


def _shown(text: str) -> str:
    """A text as it stands in rows; "" when it is blank."""
    if text.isspace():
        return ""
    if _MARKS.search(text) is None:
        return text
    if _UNFIT.search(text):
        raise Unfit
    return masked(text)
