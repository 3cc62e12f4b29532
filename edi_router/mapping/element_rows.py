"""An XML document as programs of mappings read it: what is in an element, by name.

A row of an element has under each name of a child what this child is: a text, "" when it is blank, or a row where there is
anything in the child. Of several children of one name it has a list. Under ``@name`` it has the text of an attribute, and under
"" the text of the element itself, if it has one besides its attributes. Names are local.
Elements that nobody asks for are left out; that there are any is shown by an empty "*": what they stand in is not empty.

Rows of a reader that is `plain` have texts as they are. Else service characters are masked in them (see `layout`), and a
document with a control character, such as a line break, has no rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from lxml import etree

from edi_router.formats.edifact.layout import masked
from edi_router.formats.xml.xpath import is_element, local_name

Row = dict[str, Any]
_search = re.compile("[&<>:+'?\x00-\x1f\ud800-\udfff\ufffe\uffff]").search
"""What has a mask in rows, and what cannot stand in them."""
_UNFIT = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")

TAGS = 4096
"""Tags of which a reader remembers the names."""


class Unfit(ValueError):
    """A text has a character that cannot stand in rows, such as a line break."""


class RowReader:
    """Makes rows of documents, of all elements or of those of some names only; `plain` ones if asked to."""

    def __init__(self, names: Collection[str] | None = None, *, plain: bool = False) -> None:
        self._wanted = names
        self._plain = plain
        self._shown: Callable[[str], str] = _unless_blank if plain else _shown
        self._told = names is None or any(name.startswith("@") for name in names)
        self._names: dict[Any, str] = {}
        """The local names of tags, "" for those that are not wanted."""

    def rows(self, root: etree._Element) -> Row | None:
        """The row of a document's root; None when the document cannot be shown so, or has no elements below its root."""
        try:
            row = self._attributes(root)
            return row if self._fill(root, row) else None
        except Unfit:
            return None

    def _fill(self, element: etree._Element, row: Row) -> bool:
        """Put the elements of an element into its row, each looked at once; whether there are any."""
        known, told, plain, before = self._names, self._told, self._plain, len(row)
        for node in element:
            name = known.get(node.tag)
            if not name:
                if name is None and is_element(node):  # else it is a comment
                    name = self._name(node.tag)
                if name == "":
                    row["*"] = ()
                if not name:
                    continue
            shown: Any
            if len(node):
                shown = self._attributes(node) if node.keys() else {}
                if not self._fill(node, shown) and (text := self._text(node)):
                    shown[""] = text
            else:
                shown = node.text
                if shown is None or (plain and shown.isspace()):
                    shown = ""
                elif not plain and not shown.isalnum() and (_search(shown) is not None or shown.isspace()):
                    shown = _shown(shown)
                # Attributes that nobody asks for tell only that an element without a text is not empty.
                if (told or not shown) and node.keys():
                    shown = {**self._attributes(node), "": shown} if shown else self._attributes(node)
            if name in row:
                _add(row, name, shown)
            else:
                row[name] = shown
        return len(row) > before

    def _name(self, tag: str) -> str:
        if len(self._names) >= TAGS:
            self._names.clear()
        name = local_name(tag)
        self._names[tag] = name = name if self._wanted is None or name in self._wanted else ""
        return name

    def _attributes(self, element: etree._Element) -> Row:
        """A row with the texts of an element's attributes."""
        row: Row = {}
        for key, value in element.items():
            name, shown = "@" + local_name(str(key)), self._shown(str(value))
            if name in row:
                _add(row, name, shown)
            else:
                row[name] = shown
        return row

    def _text(self, element: etree._Element) -> str:
        """The text of an element without elements; comments in it are left out."""
        return self._shown("".join([element.text or "", *(child.tail or "" for child in element)]))


def each(found: Any) -> Sequence[Any]:
    """What stands under a name of a row, one by one.

    >>> each("1"), each(["1", {}]), each(())
    (('1',), ['1', {}], ())
    """
    kind = type(found)
    return (found,) if kind is str or kind is dict else found


def rows_of(row: Row, name: str) -> Sequence[Row]:
    """What stands under a name of a row, without mere texts.

    >>> rows_of({"Goods": ["1", {"No": "2"}]}, "Goods"), rows_of({}, "Goods")
    ([{'No': '2'}], ())
    """
    found = row.get(name)
    if type(found) is dict:
        return (found,)
    return [each for each in found if type(each) is dict] if type(found) is list else ()


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


def _shown(text: str) -> str:
    """A text as it stands in rows; "" when it is blank."""
    if text.isspace():
        return ""
    if _search(text) is None:
        return text
    if _UNFIT.search(text):
        raise Unfit
    return masked(text)


def _unless_blank(text: str) -> str:
    """A text as it is; "" when it is blank."""
    return "" if text.isspace() else text
