"""The text of a release's file as lines: any encoding and line end it was published in, brackets as ASCII.

Lines keep their numbers and, but for leading tabs, their columns. Group brackets drawn with box characters
(CP437, UTF-8, single or double, or CP437 taken for Latin-1) become ``-``, ``|`` and ``+``.
"""

from __future__ import annotations

import codecs
import re

from edi_router.faults import Fault
from edi_router.formats.edifact.import_zip import Member, finding, printable

LINES = 500_000
WIDTH = 250

_FLAT = "─━═╌╍┄┅┈┉–—‐‑‒―"
_UPRIGHT = "│┃║┆┇┊┋¦"
_CORNERS = "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬"
_BOXES = str.maketrans(
    _FLAT + _UPRIGHT + _CORNERS, "-" * len(_FLAT) + "|" * len(_UPRIGHT) + "+" * len(_CORNERS)
)
_DRAWN = re.compile(rb"\xc4\xc4|\xcd\xcd|[\xb3\xba\xbf\xd9\xc1\xb4\xbb\xbc\xb9\xca]+\s*$")
_MISREAD = re.compile(r"(?:Ä{2,}[ Ä³¿ÙÁ´+|-]*|[³¿ÙÁ´]+)")
_MISREAD_LINE = re.compile(r"ÄÄ|\s[³¿ÙÁ´]+\s*$")
_MISREAD_SIGNS = str.maketrans("Ä³¿ÙÁ´", "-|++++")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def lines_of(member: Member, findings: list[Fault]) -> list[str]:
    """The lines without their ends; what is odd about their characters is a finding each kind and file."""
    texts = _decoded(member, findings)
    if len(texts) > LINES:
        findings.append(finding("import-line-unread", member.path, LINES + 1, text=f"{len(texts)} lines"))
        del texts[LINES:]
    odd: list[int] = []
    for number, text in enumerate(texts):
        if text.isascii() and text.isprintable():
            texts[number] = text.rstrip()
            continue
        if _CONTROLS.search(text) or "\t" in text:
            if text.strip("\x1a\x00\x0c\t "):
                odd.append(number + 1)
            indent = text[: len(text) - len(text.lstrip("\t \x0c"))].replace("\x0c", "")
            text = indent.expandtabs(8) + _CONTROLS.sub("", text.lstrip("\t \x0c").replace("\t", " "))
        texts[number] = plain(text).rstrip()
    if odd:
        findings.append(finding("import-control", member.path, odd[0], count=str(len(odd))))
    for number, text in enumerate(texts):
        if len(text) > WIDTH:
            shown = printable(text[:60])
            findings.append(finding("import-line-unread", member.path, number + 1, text=shown))
            texts[number] = text[:WIDTH]
    return texts


def plain(text: str) -> str:
    """The line with box characters as ASCII.

    >>> plain("RFF Reference  M   1───┐│"), plain("DTM Date  C   9ÄÄÄÙ³"), plain("Ärger")
    ('RFF Reference  M   1---+|', 'DTM Date  C   9---+|', 'Ärger')
    """
    text = text.translate(_BOXES).replace("\xa0", " ")
    if _MISREAD_LINE.search(text):
        text = _MISREAD.sub(lambda match: match[0].translate(_MISREAD_SIGNS), text)
    return text


def _decoded(member: Member, findings: list[Fault]) -> list[str]:
    data = member.data
    if data.isascii():
        return _split(data.decode("ascii"))
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
                           (codecs.BOM_UTF16_BE, "utf-16"), (b"", "utf-8")):  # fmt: skip
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            return _noted(_split(text), encoding.removesuffix("-sig"), member, findings)
    found = []
    odd: list[int] = []
    for number, line in enumerate(data.split(b"\n" if b"\n" in data else b"\r"), 1):
        line = line.rstrip(b"\r")
        if line.isascii():
            found.append(line.decode("ascii"))
        elif _DRAWN.search(line):
            found.append(line.decode("cp437"))
        else:
            found.append(_text(line))
            odd.append(number)
    if odd:
        findings.append(
            finding("import-encoding", member.path, odd[0], encoding="windows-1252", count=str(len(odd)))
        )
    return found


def _split(text: str) -> list[str]:
    """The lines: a carriage return ends one only in a text that has no line feeds."""
    return [line.rstrip("\r") for line in text.split("\n" if "\n" in text else "\r")]


def _noted(lines: list[str], encoding: str, member: Member, findings: list[Fault]) -> list[str]:
    odd = [number for number, line in enumerate(lines, 1) if not plain(line).isascii()]
    if odd:
        findings.append(
            finding("import-encoding", member.path, odd[0], encoding=encoding, count=str(len(odd)))
        )
    return lines


def _text(line: bytes) -> str:
    """A line of words: Windows-1252, but CP437 where that makes letters out of what are signs there."""
    if re.search(rb"[A-Za-z][\x80-\x90\x93-\x9a\xa0-\xa5][a-z]", line):
        return line.decode("cp437")
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError:
        return line.decode("cp437")
