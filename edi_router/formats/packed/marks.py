"""Whether a file is packed, told by its first bytes: all that is asked of most files."""

from __future__ import annotations

from typing import Literal

Packing = Literal["gzip", "zip"]
_GZIP, _ZIP, _ZIP_EMPTY = b"\x1f\x8b\x08", b"PK\x03\x04", b"PK\x05\x06"
HEAD = 4
"""Bytes that tell whether a file is packed."""


def packing(head: bytes) -> Packing | None:
    r"""How a file with these first bytes is packed; None when it is not.

    >>> packing(b"PK\x03\x04"), packing(b"\x1f\x8b\x08\x00"), packing(b"UNA:")
    ('zip', 'gzip', None)
    """
    if head.startswith((_ZIP, _ZIP_EMPTY)):
        return "zip"
    return "gzip" if head.startswith(_GZIP) else None
