"""Encodings as configuration files name them."""

from __future__ import annotations

from edi_router.formats.edifact.charset import check_encoding


def usable_encoding(value: str) -> str:
    """The codec's plain name; ValueError, in words for the file's writer, for one that cannot be used.

    >>> usable_encoding("GB18030")
    'gb18030'
    """
    try:
        return check_encoding(value)
    except ValueError:
        raise ValueError("cannot be used here; ASCII must stand for itself, as in gb18030 or utf-8") from None
