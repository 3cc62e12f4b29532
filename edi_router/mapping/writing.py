"""The output tree as XML bytes in an encoding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping as Dictionary

from edi_router.faults import Fault
from edi_router.mapping.model import Item
from edi_router.mapping.output import Attribute, Element, rule_of

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Dictionary[int, str] = {38: "&amp;", 60: "&lt;", 62: "&gt;", 13: "&#13;"}
_QUOTED: Dictionary[int, str] = {**_ESCAPES, 34: "&quot;", 9: "&#9;", 10: "&#10;"}


def write(root: Element, namespace: str | None, encoding: str, file: str) -> tuple[bytes, list[Fault]]:
    """The document; a character that XML or the encoding cannot hold is left out and a fault of its line."""
    writer = _Writer(encoding, file)
    attributes = "" if not namespace else f' xmlns="{namespace.translate(_QUOTED)}"'
    writer.parts.append(f'<?xml version="1.0" encoding="{encoding}"?>\n')
    writer.element(root, attributes, "\n")
    writer.parts.append("\n")
    return "".join(writer.parts).encode(encoding), writer.faults


class _Writer:
    def __init__(self, encoding: str, file: str) -> None:
        self.encoding = encoding
        self.file = file
        self.total = codecs.lookup(encoding).name in ("utf-8", "utf-16", "gb18030")
        self.parts: list[str] = []
        self.faults: list[Fault] = []

    def element(self, element: Element, attributes: str, indent: str) -> None:
        for attribute in element.attributes:
            attributes += f' {attribute.name}="{self.clean(attribute, attribute.item).translate(_QUOTED)}"'
        self.parts.append(f"<{element.name}{attributes}")
        if element.text:
            self.parts.append(f">{self.clean(element, element.item).translate(_ESCAPES)}</{element.name}>")
        elif element.children:
            self.parts.append(">")
            for child in element.children:
                self.parts.append(f"{indent}  ")
                self.element(child, "", f"{indent}  ")
            self.parts.append(f"{indent}</{element.name}>")
        else:
            self.parts.append("/>")

    def clean(self, part: Element | Attribute, item: Item) -> str:
        text = part.text or ""
        if self.total and not _FORBIDDEN.search(text):
            return text
        kept = "".join(letter for letter in text if self._fits(letter))
        if kept != text:
            wrong = next(letter for letter in text if not self._fits(letter))
            nodes = part.found.nodes if part.found is not None else ()
            place = nodes[0].place() if nodes else item.place
            values = {
                "target": item.name,
                "character": wrong if wrong.isprintable() else f"U+{ord(wrong):04X}",
                "encoding": self.encoding,
            }
            self.faults.append(Fault("output-character", place, values, rule=rule_of(item, self.file)))
        return kept

    def _fits(self, letter: str) -> bool:
        if _FORBIDDEN.match(letter):
            return False
        if self.total:
            return True
        try:
            letter.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True
