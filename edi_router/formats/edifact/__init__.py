"""UN/EDIFACT (ISO 9735, syntax versions 1 to 4): reader, writer, CONTRL."""

from edi_router.formats.edifact.contrl import contrl
from edi_router.formats.edifact.model import FunctionalGroup, Interchange, Message
from edi_router.formats.edifact.reader import read
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.edifact.separators import Separators
from edi_router.formats.edifact.writer import WriteError, write_interchange, write_segments

__all__ = [
    "FunctionalGroup",
    "Interchange",
    "Message",
    "Segment",
    "Separators",
    "WriteError",
    "contrl",
    "read",
    "write_interchange",
    "write_segments",
]
