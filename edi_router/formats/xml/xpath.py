"""How a place in an XML document is written: local names, and positions where there are several.

The same form is made for documents that came in and for trees that are written, so that a fault of one can
be looked up in the other.
"""

from __future__ import annotations

from typing import cast

from lxml import etree

_CLOSE = "}"


def local_name(tag: str) -> str:
    """A tag without its namespace.

    >>> local_name("{urn:x}Goods")
    'Goods'
    """
    return tag.rpartition(_CLOSE)[2]


def namespace(tag: str) -> str:
    """The namespace of a tag, "" when it has none."""
    return tag[1:].partition(_CLOSE)[0] if tag.startswith("{") else ""


def is_element(node: etree._Element) -> bool:
    """Whether the node is an element, not a comment, a processing instruction or an entity."""
    return isinstance(node.tag, str)


def step(name: str, position: int, count: int) -> str:
    """One step of a path.

    >>> step("Goods", 2, 3), step("Head", 1, 1)
    ('Goods[2]', 'Head')
    """
    return f"{name}[{position}]" if count > 1 else name


def line_of(element: etree._Element) -> int | None:
    """The line of the element's start tag."""
    return cast("int | None", element.sourceline)


def xpath_of(element: etree._Element) -> str:
    """The path from the root to the element, such as ``/MetaData/Declaration/GoodsShipment[2]``."""
    steps: list[str] = []
    current: etree._Element | None = element
    while current is not None:
        name = local_name(str(current.tag))
        before = _alike(current, name, preceding=True)
        count = before + 1 + _alike(current, name, preceding=False)
        steps.append(step(name, before + 1, count))
        current = current.getparent()
    return "/" + "/".join(reversed(steps))


def _alike(element: etree._Element, name: str, *, preceding: bool) -> int:
    if element.getparent() is None:
        return 0
    siblings = element.itersiblings(preceding=preceding)
    return sum(1 for other in siblings if isinstance(other.tag, str) and local_name(other.tag) == name)
