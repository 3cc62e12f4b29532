"""What format a file is of, told from its first bytes."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from edi_router.faults import Fault, Place

Format = Literal["edifact", "xml", "unknown"]

_EDIFACT = re.compile(
    rb"(UNA.{6}\s*)?(UNB|UNG|UNH)[^\w\s]|(?i:\bUNB[^\w\s][A-Z]{4}[^\w\s][1-4][^\w\s])", re.DOTALL
)
"""Lower case, too: the reader says what is wrong with it."""
_START = Place(line=1, column=1, offset=0)
_NOTHING = b" \t\r\n\x00"
_INTERACTIVE = re.compile(rb"(UNA.{6}\s*)?UIB[^\w\s]", re.DOTALL)
_FOREIGN = (
    (_INTERACTIVE, "interactive EDIFACT (UIB)"),
    (re.compile(rb"ISA([^\w\s])[0-9]{2}\1.{10}\1"), "ANSI X12 (ISA)"),
    (re.compile(rb"STX=[A-Z]{3,4}:[0-9]"), "TRADACOMS (STX)"),
    # UNA or UNB, UNG, UNH in EBCDIC, and a separator of those that are the same in all of its code pages
    (re.compile(rb"\xe4\xd5[\xc1\xc2\xc7\xc8][\x4e\x5c\x6b\x7a\x1d]"), "UN/EDIFACT in EBCDIC"),
)
"""Other formats of electronic data interchange, by their first bytes, and what they are called."""
WINDOW = 4096
"""The first bytes of a file, which are all that is looked at."""


def detect(data: bytes) -> Format:
    """`edifact`, `xml` or `unknown`. Junk before UNA, UNB or the XML declaration does not mislead it.

    >>> detect(b"UNB+UNOA:3+A+B+260314:0800+1'")
    'edifact'
    >>> detect("﻿<?xml version='1.0'?><A/>".encode())
    'xml'
    >>> detect(b"Dear colleague")
    'unknown'
    """
    head = data[:WINDOW]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            head = head[: len(head) // 4 * 4].decode(encoding, "replace").encode("utf-8", "replace")
            break
    start = head.lstrip(codecs.BOM_UTF8 + _NOTHING)
    if re.match(rb"<[?!A-Za-z_\x80-\xff]", start):
        return "xml"
    if _EDIFACT.search(head) or (start.startswith(b"UNA") and len(data) < WINDOW):
        return "unknown" if _INTERACTIVE.match(start) else "edifact"
    return "unknown"


def unknown_fault(data: bytes) -> Fault:
    """What to tell of a file of an unknown format: that it is empty, or which other format it seems to be.

    >>> unknown_fault(b"ISA*00*          *00*").values
    {'what': 'ANSI X12 (ISA)'}
    >>> unknown_fault(b" ").code
    'file-empty'
    """
    if is_blank(data):
        return Fault("file-empty", _START)
    start = data[:WINDOW].lstrip(codecs.BOM_UTF8 + _NOTHING)
    named = next((name for pattern, name in _FOREIGN if pattern.match(start)), None)
    return Fault("format-unknown", _START, {"what": named} if named else {})


def is_blank(data: bytes) -> bool:
    r"""Whether a file of an unknown format has nothing in it, but for blanks and a byte order mark.

    >>> is_blank(b"\xef\xbb\xbf\r\n"), is_blank(b"\xff\xfe"), is_blank(b"x")
    (True, True, False)
    """
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = data.removeprefix(mark)
    return not data.strip(_NOTHING)


_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
