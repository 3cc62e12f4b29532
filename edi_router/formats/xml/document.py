"""A parsed XML document, and the view of it that paths walk over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from edi_router.faults import Place
from edi_router.formats.xml.xpath import is_element, line_of, local_name, namespace, xpath_of


class AttributeNode:
    """An attribute as a node of a path: its name is ``@`` and the local name."""

    __slots__ = ("_text", "name", "parent")

    def __init__(self, name: str, text: str, parent: ElementNode) -> None:
        self.name = name
        self.parent = parent
        self._text = text

    def children(self, name: str) -> Sequence[ElementNode | AttributeNode]:
        """An attribute has no children."""
        return ()

    def value(self) -> str | None:
        """The attribute's text as it stands; None when it is empty or blank."""
        return self._text if self._text.strip() else None

    def place(self) -> Place:
        """The line of the element and the path with the attribute's name."""
        place = self.parent.place()
        return Place(line=place.line, xpath=f"{place.xpath}/{self.name}")


class ElementNode:
    """An element as a node of a path: its name is the local name, its children are found by local name."""

    __slots__ = ("_children", "_value", "element", "name", "parent")

    def __init__(self, element: etree._Element, parent: ElementNode | None = None) -> None:
        self.element = element
        self.name = _name(element.tag)
        self.parent = parent
        self._children: dict[str, list[ElementNode | AttributeNode]] | None = None
        self._value: str | None = ""

    def children(self, name: str) -> Sequence[ElementNode | AttributeNode]:
        """The child elements of this local name in document order, or the attribute ``@name``."""
        if self._children is None:
            self._children = self._gather()
        return self._children.get(name, ())

    def _gather(self) -> dict[str, list[ElementNode | AttributeNode]]:
        found: dict[str, list[ElementNode | AttributeNode]] = {}
        element = self.element
        for key, text in element.items():
            attribute = AttributeNode("@" + _name(key), str(text), self)
            found[attribute.name] = [*found.get(attribute.name, ()), attribute]
        if len(element):
            for child in element.iterchildren("*"):
                node = ElementNode(child, self)
                if node.name in found:
                    found[node.name].append(node)
                else:
                    found[node.name] = [node]
        return found

    def names(self) -> list[str]:
        """The names of all children and attributes, in document order, each once."""
        if self._children is None:
            self._children = self._gather()
        return list(self._children)

    def names_below(self) -> set[str]:
        """The names of this element and of all elements in it, however deep."""
        return {_name(tag) for tag in {element.tag for element in self.element.iter("*")}}

    def value(self) -> str | None:
        """The text of a leaf as it stands; None when it is blank or when there are elements in it."""
        if self._value == "":  # not yet asked for
            self._value = self._text()
        return self._value

    def _text(self) -> str | None:
        element = self.element
        text = element.text or ""
        if len(element):
            for child in element:
                if is_element(child):
                    return None
                text += child.tail or ""
        return text if text and not text.isspace() else None

    def place(self) -> Place:
        """The line of the start tag and the path from the root."""
        return Place(line=line_of(self.element), xpath=xpath_of(self.element))


@lru_cache(maxsize=4096)
def _name(tag: str) -> str:
    """The local name of a tag; few tags are met very often."""
    return local_name(tag)


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """A well-formed document within the limits; `encoding` is the codec that its bytes were read with."""

    root: etree._Element
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        """The root element's name: ``{namespace}local``, or only the local name without a namespace."""
        return str(self.root.tag)

    @property
    def local(self) -> str:
        """The root element's local name."""
        return local_name(self.name)

    @property
    def namespace(self) -> str:
        """The root element's namespace, "" when it has none."""
        return namespace(self.name)

    def node(self) -> ElementNode:
        """The root element as a node of a path."""
        return ElementNode(self.root)
