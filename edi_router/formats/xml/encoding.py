"""From the bytes of an XML document to its text: which encoding, and where each character stood."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from edi_router.faults import Fault, Place

ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5",
    "shift_jis": "shift_jis",
    "euc-jp": "euc-jp",
    "euc-kr": "euc-kr",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (*range(1, 12), *range(13, 17))},
    **{f"windows-125{n}": f"cp125{n}" for n in range(9)},
}
"""The encodings that a document may declare, by lower-case name, and the codec that reads each. GBK and
GB 2312 are read as GB 18030, which contains both."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(
    r"""<\?xml\s+version\s*=\s*(?:"[^"]*"|'[^']*')\s+encoding\s*=\s*["']([^"'<>]*)["']""", re.ASCII
)

LATE = "white space stands before the XML declaration, which has to begin the file"
_LATE = re.compile(rb"[ \t\r\n]+(?=<\?xml[ \t\r\n])")
"""What may not stand before the declaration of a document: it is no declaration there, and its encoding is not read."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document's text without byte order mark, the codec that gave it and the bytes of the mark."""

    text: str
    codec: str
    declared: str
    mark: int

    def place(self, index: int) -> Place:
        """The place of the character at `index` of the text: line, column, offset in bytes."""
        index = max(0, min(index, len(self.text)))
        before = self.text[:index]
        start = before.rfind("\n") + 1
        return Place(
            line=before.count("\n") + 1,
            column=index - start + 1,
            offset=self.mark + len(before.encode(self.codec, "surrogatepass")),
        )

    def index(self, line: int, column: int) -> int:
        """The index in the text of the character at `line` and `column`, kept within the line."""
        start = 0
        for _ in range(line - 1):
            found = self.text.find("\n", start)
            if found < 0:
                return len(self.text)
            start = found + 1
        end = self.text.find("\n", start)
        return min(start + max(column - 1, 0), len(self.text) if end < 0 else end)


def decode(data: bytes) -> tuple[Decoded | None, list[Fault]]:
    """The text of a document in the encoding it declares; a fault when that cannot be.

    >>> decode('<?xml version="1.0" encoding="GB18030"?><货/>'.encode("gb18030"))[0].text[-4:]
    '<货/>'
    >>> decode(b"<a>" + bytes([255]) + b"</a>")[1][0].code
    'xml-encoding'
    """
    codec, mark = _by_bytes(data)
    late = _LATE.match(data, mark)
    if late is not None:
        space = late[0]
        place = Place(line=space.count(b"\n") + 1, column=len(space) - space.rfind(b"\n"), offset=late.end())
        return None, [Fault("xml-malformed", place, {"problem": LATE})]
    declared = _declared(data, codec, mark)
    wanted = ENCODINGS.get(declared.lower()) if declared else "utf-8"
    if wanted is None:
        return None, [Fault("xml-encoding-unknown", Place(line=1, offset=mark), {"encoding": declared})]
    if codec is None:
        if wanted.startswith(("utf-16", "utf-32")):
            values = {"encoding": declared, "found": "8-bit"}
            return None, [Fault("xml-encoding-conflict", Place(line=1, offset=0), values)]
        codec = wanted
    elif declared and not codec.startswith(wanted):
        values = {"encoding": declared, "found": codec.upper()}
        return None, [Fault("xml-encoding-conflict", Place(line=1, offset=0), values)]
    try:
        return Decoded(data[mark:].decode(codec), codec, declared, mark), []
    except UnicodeDecodeError as problem:
        good = data[mark : mark + problem.start].decode(codec, "replace")
        place = Place(
            line=good.count("\n") + 1,
            column=len(good) - good.rfind("\n"),
            offset=mark + problem.start,
        )
        found = data[mark + problem.start : mark + max(problem.end, problem.start + 1)]
        values = {"encoding": declared or codec.upper(), "bytes": found[:4].hex(" ").upper()}
        return None, [Fault("xml-encoding", place, values)]


def _by_bytes(data: bytes) -> tuple[str | None, int]:
    """The codec that a byte order mark or the width of `<` shows, and the length of the mark."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec, len(mark)
    for first, codec in _BARE:
        if data.startswith(first):
            return codec, 0
    return None, 0


def _declared(data: bytes, codec: str | None, mark: int) -> str:
    head = data[mark : mark + 800].decode(codec or "latin-1", "replace")
    found = _DECLARED.match(head)
    return found[1].strip() if found else ""
