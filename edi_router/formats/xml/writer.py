"""From a tree of plain elements to the bytes of an XML document; nothing is replaced, nothing is lost."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from edi_router.faults import Fault, Place
from edi_router.formats.xml.encoding import ENCODINGS
from edi_router.formats.xml.xpath import step

_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
_QUOTED = {**_ESCAPES, ord('"'): "&quot;", ord("\n"): "&#10;", ord("\t"): "&#9;"}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?")
_OWN_CODECS = {"gbk": "gbk", "gb2312": "gb2312"}


@dataclass(slots=True)
class Element:
    """An element to write; attributes in the order given. Text beside children stands before them."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""


@dataclass(slots=True)
class Written:
    """A document that was written, or the faults that kept it from being encoded (then `content` is empty).

    `elements` finds an element by its path, in the form that faults of a schema have; `lines` gives the line
    of each start tag by the same path.
    """

    content: bytes
    faults: list[Fault] = field(default_factory=list)
    elements: dict[str, Element] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def element(self, xpath: str | None) -> Element | None:
        """The element at a path of a fault; for an attribute its element, else the nearest one around.

        >>> tree = Element("A", children=[Element("B", text="1"), Element("B", text="2")])
        >>> written = write(tree)
        >>> written.element("/A/B[2]").text, written.element("/A/C/D") is tree
        ('2', True)
        """
        path = xpath or ""
        while path:
            found = self.elements.get(path)
            if found is not None:
                return found
            path = path.rpartition("/")[0]
        return None


def write(
    root: Element, *, namespace: str = "", encoding: str = "UTF-8", indent: int = 2, newline: str = "\n"
) -> Written:
    """Write the tree as a document in `encoding`, `namespace` being its default namespace.

    A character that the encoding or XML does not have is a fault at the element's path. `indent` 0 writes the
    document on one line.

    >>> write(Element("Order", {"Version": "1"}, [Element("No", text="7 < 8")]), indent=0).content
    b'<?xml version="1.0" encoding="UTF-8"?>\\n<Order Version="1"><No>7 &lt; 8</No></Order>\\n'
    >>> [str(fault.place) for fault in write(Element("A", text="Ω"), encoding="ISO-8859-1").faults]
    ['/A']
    """
    codec = _codec(encoding)
    if codec is None:
        return Written(b"", [Fault("xml-encoding-unknown", Place(), {"encoding": encoding})])
    writer = _Writer(encoding, codec, " " * indent, newline)
    writer.line(f'<?xml version="1.0" encoding="{encoding}"?>')
    writer.element(root, f"/{root.name}", 0, {"xmlns": namespace} if namespace else {})
    writer.break_line()
    if writer.faults:
        return Written(b"", writer.faults, writer.elements, writer.lines)
    return Written("".join(writer.parts).encode(writer.codec), [], writer.elements, writer.lines)


def _codec(encoding: str) -> str | None:
    name = encoding.lower()
    return _OWN_CODECS.get(name) or ENCODINGS.get(name)


class _Writer:
    def __init__(self, encoding: str, codec: str, indent: str, newline: str) -> None:
        self.encoding = encoding
        self.codec = codec
        self.indent = indent
        self.newline = newline
        self.parts: list[str] = []
        self.number = 1
        self.faults: list[Fault] = []
        self.elements: dict[str, Element] = {}
        self.lines: dict[str, int] = {}

    def line(self, text: str) -> None:
        self.parts.append(text)
        self.break_line()

    def break_line(self) -> None:
        self.parts.append(self.newline)
        self.number += 1

    def element(self, element: Element, path: str, depth: int, more: dict[str, str]) -> None:
        self.elements[path] = element
        self.lines[path] = self.number
        name = self._name(element.name, path)
        attributes = self._attributes({**more, **element.attributes}, path)
        self.parts.append(f"{self.indent * depth}<{name}{attributes}")
        if element.children:
            self.parts.append(">" + self._escaped(element, path))
            self._children(element, path, depth)
            self.parts.append(f"{self.indent * depth}</{name}>")
        elif element.text:
            self.parts.append(f">{self._escaped(element, path)}</{name}>")
        else:
            self.parts.append("/>")

    def _escaped(self, element: Element, path: str) -> str:
        text = self._text(element.text, path, element.name)
        self.number += text.count("\n")
        return text.translate(_ESCAPES)

    def _children(self, element: Element, path: str, depth: int) -> None:
        counts = Counter(child.name for child in element.children)
        seen: Counter[str] = Counter()
        for child in element.children:
            self._separate()
            seen[child.name] += 1
            position = step(child.name, seen[child.name], counts[child.name])
            self.element(child, f"{path}/{position}", depth + 1, {})
        self._separate()

    def _separate(self) -> None:
        if self.indent:
            self.break_line()

    def _attributes(self, attributes: dict[str, str], path: str) -> str:
        written = []
        for key, value in attributes.items():
            at = f"{path}/@{key}"
            written.append(f' {self._name(key, at)}="{self._text(value, at, key).translate(_QUOTED)}"')
        return "".join(written)

    def _name(self, name: str, path: str) -> str:
        if not _NAME.fullmatch(name):
            self.faults.append(Fault("xml-name", Place(xpath=path), {"name": name}))
            return name
        return self._text(name, path, name)

    def _text(self, text: str, path: str, name: str) -> str:
        """The text itself, after a look at its characters; each forbidden one is a fault, once."""
        forbidden = set(_FORBIDDEN.findall(text)) if _FORBIDDEN.search(text) else set()
        for character in sorted(forbidden):
            values = {"character": f"U+{ord(character):04X}", "name": name}
            self.faults.append(Fault("xml-character", Place(xpath=path), values))
        if not text.isascii():
            self._encodable(text, path, name, forbidden)
        return text

    def _encodable(self, text: str, path: str, name: str, skipped: set[str]) -> None:
        try:
            text.encode(self.codec)
        except UnicodeEncodeError:
            for character in dict.fromkeys(text):
                if character not in skipped and not _fits(character, self.codec):
                    values = {
                        "character": character,
                        "codepoint": f"U+{ord(character):04X}",
                        "name": name,
                        "encoding": self.encoding,
                    }
                    self.faults.append(Fault("character-not-encodable", Place(xpath=path), values))


def _fits(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
