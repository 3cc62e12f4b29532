"""XML: hardened reading, schemas with explanations, and writing."""

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
