"""Packed files: what is in a gzip file (RFC 1952) or a ZIP archive (APPNOTE 6.3), read as a stream and within limits."""

from typing import TYPE_CHECKING

from edi_router.first_use import at_first_use

if TYPE_CHECKING:
    from edi_router.formats.packed.marks import Packing, packing
    from edi_router.formats.packed.model import Limits, Member, Unpackable
    from edi_router.formats.packed.reading import Found, Survey, members, survey

__all__ = ["Found", "Limits", "Member", "Packing", "Survey", "Unpackable", "members", "packing", "survey"]

# Few files are packed. (No name may be that of a module here.)
__getattr__ = at_first_use(
    __name__,
    {
        ".marks": ("Packing", "packing"),
        ".model": ("Limits", "Member", "Unpackable"),
        ".reading": ("Found", "Survey", "members", "survey"),
    },
)
