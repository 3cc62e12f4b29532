"""An XML document as programs of mappings read it: what is in an element, by name.

A row of an element has under each name of a child what this child is: a text, "" when it is blank, or a row where there is
anything in the child. Of several children of one name it has a list. Under ``@name`` it has the text of an attribute, and under
"" the text of the element itself, if it has one besides its attributes. Names are local.
Elements that nobody asks for are left out; that there are any is shown by an empty "*": what they stand in is not empty.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from lxml import etree

from edi_router.formats.edifact.layout import masked
from edi_router.formats.xml.xpath import is_element, local_name

Row = dict[str, Any]
_MARKS = re.compile("[&<>:+'?\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""What has a mask in rows, and what cannot stand in them."""
_UNFIT = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")

TAGS = 4096
"""Tags of which a reader remembers the names."""


class Unfit(ValueError):
    """A text has a character that cannot stand in rows, such as a line break."""


class RowReader:
    """Makes rows of documents, of all elements or of those of some names only."""

    def __init__(self, names: Collection[str] | None = None) -> None:
        self._wanted = names
        self._told = names is None or any(name.startswith("@") for name in names)
        self._names: dict[Any, str] = {}
        """The local names of tags, "" for those that are not wanted."""

    def rows(self, root: etree._Element) -> Row | None:
        """The row of a document's root; None when the document cannot be shown so, or has no elements below its root."""
        try:
            row = _attributes(root)
            return row if self._fill(root, row) else None
        except Unfit:
            return None

    def _fill(self, element: etree._Element, row: Row) -> bool:
        """Put the elements of an element into its row, each looked at once; whether there are any."""
        known, told, left_out, found = self._names, self._told, False, False
        for node in element:
            tag = node.tag
            name = known.get(tag)
            if name is None:
                if not is_element(node):  # a comment
                    continue
                name = self._name(tag)
            found = True
            if not name:
                left_out = True
                continue
            shown: Any
            if len(node):
                shown = _attributes(node) if node.keys() else {}
                if not self._fill(node, shown) and (text := _text(node)):
                    shown[""] = text
            else:
                shown = node.text or ""
                if not shown.isalnum() and (_MARKS.search(shown) is not None or shown.isspace()):
                    shown = _shown(shown)
                # Attributes that nobody asks for tell only that an element without a text is not empty.
                if (told or not shown) and node.keys():
                    shown = {**_attributes(node), "": shown} if shown else _attributes(node)
            if name in row:
                _add(row, name, shown)
            else:
                row[name] = shown
        if left_out:
            row["*"] = ()
        return found

    def _name(self, tag: str) -> str:
        if len(self._names) >= TAGS:
            self._names.clear()
        name = local_name(tag)
        self._names[tag] = name = name if self._wanted is None or name in self._wanted else ""
        return name


def each(found: Any) -> Sequence[Any]:
    """What stands under a name of a row, one by one.

    >>> each("1"), each(["1", {}]), each(())
    (('1',), ['1', {}], ())
    """
    kind = type(found)
    return (found,) if kind is str or kind is dict else found


def one(found: Any) -> str:
    """The one text of what stands under a name of a row, "" without one; raises ValueError for several.

    >>> one({"": "12", "@unit": "KGM"}), one(["", "7"]), one({"No": "1"})
    ('12', '7', '')
    """
    if type(found) is dict:
        return found.get("") or ""
    texts = [shown if type(shown) is str else shown.get("") for shown in each(found)]
    filled = [text for text in texts if text]
    if len(filled) > 1:
        raise ValueError(filled)
    return filled[0] if filled else ""


def merged(rows: Sequence[Row]) -> Row:
    """What is in several rows, or in none, as if it were in one.

    >>> merged([{"No": "1"}, {"No": "2", "Unit": "KGM"}])
    {'No': ['1', '2'], 'Unit': 'KGM'}
    """
    found: Row = {}
    for row in rows:
        for name, shown in row.items():
            found[name] = [*each(found[name]), *each(shown)] if name in found else shown
    return found


def _add(row: Row, name: str, shown: Any) -> None:
    """Put what is shown into a row that has something of that name."""
    if type(row[name]) is list:
        row[name].append(shown)
    else:
        row[name] = [row[name], shown]


def _attributes(element: etree._Element) -> Row:
    """A row with the texts of an element's attributes."""
    row: Row = {}
    for key, value in element.items():
        name, shown = "@" + local_name(str(key)), _shown(str(value))
        if name in row:
            _add(row, name, shown)
        else:
            row[name] = shown
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
