"""The service string advice UNA, and what to do when it is missing or broken."""

from __future__ import annotations

import re

from edi_router.formats.edifact.separators import Separators

HEADER = re.compile(rb"UNB(.)([A-Z0-9]{0,8})(.)?(\d)?", re.DOTALL)
"""The beginning of UNB: element separator, syntax identifier, component separator, syntax version."""
USUAL = Separators()
"""The separators of an interchange that names none."""
_LEVEL_B_MARKS = Separators("\x1f", "\x1d", ".", "", "", "\x1c")


def read_una(data: bytes) -> tuple[Separators, int, str]:
    """The separators that `data`, beginning with UNA, announces; its length; what is wrong with it.

    >>> read_una(b"UNA:+,? 'UNB")[0].decimal
    ','
    >>> read_una(b"UNA:+.?'UNB+UNOA")[1:]
    (8, 'only five characters')
    >>> read_una(b"UNA:+.?'\\nUNB+UNOA:3+A+B+240102:1200+7'\\nUNH+1")[1:]
    (8, 'only five characters')
    """
    text = data[3:9].decode("iso8859-1")
    if len(text) == 6:
        release, repetition = text[3].strip(" "), text[4].strip(" ")
        marks = Separators(text[0], text[1], text[2], release, repetition, text[5])
        problem = marks.problem()
        if not problem and not marks.active.isascii():
            problem = "a separator is no ASCII character"
        line_end = text[5] in "\r\n" and re.search(re.escape(data[7:8]) + rb"\s*UN[HG]", data[8:]) is not None
        if not problem and not line_end:
            return marks, 9, ""
        if data[8:].lstrip(b"\r\n")[:3] in (b"UNB", b"UNG", b"UNH") and text[4] not in " \t\r\n":
            short = Separators(text[0], text[1], text[2], release, "", text[4])
            if not short.problem():
                return short, 8, "only five characters"
    else:
        problem = "it is cut off"
    after = re.search(rb"UN[BGH][^A-Za-z0-9]", data[3:64])
    return Separators(), 3 + after.start() if after else min(9, len(data)), problem


def guess_separators(data: bytes, header: re.Match[bytes] | None) -> tuple[Separators, bool]:
    """The separators of an interchange without UNA, and whether they are a guess."""
    element = header[1].decode("iso8859-1") if header else "+"
    if element == "+":
        lines = re.search(rb"(\r?)\n[A-Z]{3}\+", data) if b"'" not in data else None
        if lines is None:
            return USUAL, False
        return Separators(terminator="\r" if lines[1] else "\n"), True
    if element == _LEVEL_B_MARKS.element:
        return _LEVEL_B_MARKS, False
    component = (header[3] if header and header[3] else b":").decode("iso8859-1")
    follows = re.search(rb"([^A-Za-z0-9\s])\s*UN[HG]" + re.escape(element.encode("iso8859-1")), data)
    terminator = follows[1].decode("iso8859-1") if follows else "'"
    release = "" if "?" in (element, component, terminator) else "?"
    marks = Separators(component, element, ".", release, "", terminator)
    if marks.problem() or not marks.active.isascii():
        return Separators(), True
    return marks, True
