"""Whether a configuration file is UTF-8, told as a fault with its place. YAML is not needed for it."""

from __future__ import annotations

import codecs

from edi_router.faults import Fault, Place


def no_text(content: bytes, file: str) -> Fault | None:
    """The fault that the content of a file is not UTF-8, with the place of the first byte that is none; else None."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Fault("config-encoding", Place(file, 1, 1), {"problem": "it is UTF-16"})
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"the byte 0x{content[error.start]:02X} stands here"
        before = content[: error.start].decode("utf-8-sig")
        return Fault("config-encoding", place_after(file, before), {"problem": problem})
    return None


def place_after(file: str, before: str) -> Place:
    """The place in the file behind the text `before`."""
    lines = before.split("\n")
    return Place(file, len(lines), len(lines[-1]) + 1)
