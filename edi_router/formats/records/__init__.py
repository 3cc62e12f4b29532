"""Flat files of records: CSV, delimited and fixed-width, each described by a layout (`schemas/records`)."""

from edi_router.formats.records.layout import Field, Layout, Record, layout_names, load_layout, read_layout
from edi_router.formats.records.reader import Document, read
from edi_router.formats.records.writer import Row, Written, write

__all__ = [
    "Document",
    "Field",
    "Layout",
    "Record",
    "Row",
    "Written",
    "layout_names",
    "load_layout",
    "read",
    "read_layout",
    "write",
]
