"""UN/EDIFACT (ISO 9735, syntax versions 1 to 4): reader, writer, CONTRL."""

from typing import TYPE_CHECKING

from edi_router.first_use import at_first_use

if TYPE_CHECKING:
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
    "read",
    "write_interchange",
    "write_segments",
]

# Who asks a directory reads no message, and who reads one need not write any.
__getattr__ = at_first_use(
    __name__,
    {
        ".model": ("FunctionalGroup", "Interchange", "Message"),
        ".reader": ("read",),
        ".segment": ("Segment",),
        ".separators": ("Separators",),
        ".writer": ("WriteError", "write_interchange", "write_segments"),
    },
)
