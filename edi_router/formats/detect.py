"""What format a file is of, told from its first bytes."""

from __future__ import annotations

import codecs
import re
from typing import Literal

Format = Literal["edifact", "xml", "unknown"]

_EDIFACT = re.compile(rb"(UNA.{6}\s*)?(UNB|UNG|UNH)[^\w\s]", re.DOTALL)
_WINDOW = 4096


def detect(data: bytes) -> Format:
    """`edifact`, `xml` or `unknown`. Junk before UNA, UNB or the XML declaration does not mislead it.

    >>> detect(b"UNB+UNOA:3+A+B+260314:0800+1'")
    'edifact'
    >>> detect("﻿<?xml version='1.0'?><A/>".encode())
    'xml'
    >>> detect(b"Dear colleague")
    'unknown'
    """
    head = data[:_WINDOW]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            head = head[: len(head) // 4 * 4].decode(encoding, "replace").encode("utf-8", "replace")
            break
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if re.match(rb"<[?!A-Za-z_\x80-\xff]", start):
        return "xml"
    if _EDIFACT.search(head) or (start.startswith(b"UNA") and len(data) < _WINDOW):
        return "edifact"
    return "unknown"


_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
