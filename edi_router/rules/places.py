"""The places of faults that rules find, in the form that the rule file asks for."""

from __future__ import annotations

from dataclasses import replace

from edi_router.faults import Place
from edi_router.formats.xml.document import AttributeNode, ElementNode
from edi_router.paths import Node


def place_of(node: Node, *, numbered: bool) -> Place:
    """Where the node stands; with `numbered` its XPath has the prefix and number of every step.

    Some authorities write places so: ``/ie:CC315A[1]/GOOITEGDS[1]``.
    """
    place = node.place()
    if not numbered or not isinstance(node, ElementNode | AttributeNode):
        return place
    return replace(place, xpath=_numbered(node))


def _numbered(node: ElementNode | AttributeNode) -> str:
    if isinstance(node, AttributeNode):
        return f"{_numbered(node.parent)}/{node.name}"
    prefix = node.element.prefix
    name = f"{prefix}:{node.name}" if prefix else node.name
    if node.parent is None:
        return f"/{name}[1]"
    position = next(at for at, each in enumerate(node.parent.children(node.name), start=1) if each is node)
    return f"{_numbered(node.parent)}/{name}[{position}]"
