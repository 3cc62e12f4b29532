"""Packed files: what is in a gzip file (RFC 1952) or a ZIP archive (APPNOTE 6.3), read as a stream and within limits."""

from edi_router.formats.packed.members import Found, Survey, members, packing, survey
from edi_router.formats.packed.model import Limits, Member, Packing, Unpackable

__all__ = ["Found", "Limits", "Member", "Packing", "Survey", "Unpackable", "members", "packing", "survey"]
