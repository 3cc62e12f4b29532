"""XML: hardened reading, schemas with explanations, and writing."""

from typing import TYPE_CHECKING

from edi_router.first_use import at_first_use

if TYPE_CHECKING:
    from edi_router.formats.xml.document import AttributeNode, ElementNode, XmlDocument
    from edi_router.formats.xml.limits import Limits
    from edi_router.formats.xml.model import ElementInfo
    from edi_router.formats.xml.reader import parse
    from edi_router.formats.xml.schema import Schema
    from edi_router.formats.xml.sources import SchemaError
    from edi_router.formats.xml.writer import Element, Written, write

__all__ = [
    "AttributeNode",
    "Element",
    "ElementInfo",
    "ElementNode",
    "Limits",
    "Schema",
    "SchemaError",
    "Written",
    "XmlDocument",
    "parse",
    "write",
]

# Who reads EDIFACT waits for no part of XML.
__getattr__ = at_first_use(
    __name__,
    {
        ".document": ("AttributeNode", "ElementNode", "XmlDocument"),
        ".limits": ("Limits",),
        ".model": ("ElementInfo",),
        ".reader": ("parse",),
        ".schema": ("Schema",),
        ".sources": ("SchemaError",),
        ".writer": ("Element", "Written", "write"),
    },
)
