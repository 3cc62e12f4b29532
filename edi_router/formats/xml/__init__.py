"""XML: hardened reading, schemas with explanations, and writing."""

from importlib import import_module
from typing import TYPE_CHECKING

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
_HOME = {
    "AttributeNode": "document", "Element": "writer", "ElementInfo": "model", "ElementNode": "document",
    "Limits": "limits", "Schema": "schema", "SchemaError": "sources", "Written": "writer", "XmlDocument": "document",
    "parse": "reader", "write": "writer",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Imported when it is asked for: who reads EDIFACT waits for no part of XML."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
