"""From a tree of plain elements to the bytes of an XML document; nothing is replaced, nothing is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property

from edi_router.faults import Fault, Place
from edi_router.formats.xml.encoding import ENCODINGS
from edi_router.formats.xml.xpath import step

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_QUOTED = {**_ESCAPES, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_SPECIAL = re.compile("[&<>\r]")
_SPECIAL_QUOTED = re.compile('[&<>\r"\n\t]')
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAME = re.compile(r"[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?")
_OWN_CODECS = {"gbk": "gbk", "gb2312": "gb2312"}


def escape(text: str) -> str:
    """The text as it stands between tags.

    >>> escape("7 < 8")
    '7 &lt; 8'
    """
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)


def quote(text: str) -> str:
    """The text as it stands in an attribute, between double quotes."""
    return _SPECIAL_QUOTED.sub(lambda found: _QUOTED[found[0]], text)


def is_name(text: str) -> bool:
    """Whether it can be the name of an element or attribute."""
    return _NAME.fullmatch(text) is not None


def is_allowed(text: str) -> bool:
    """Whether XML has all characters of the text."""
    return text.isprintable() or _FORBIDDEN.search(text) is None


def encoded(text: str, encoding: str) -> bytes | None:
    """A whole document as bytes; None when a character is not in the encoding."""
    codec = _codec(encoding)
    if codec is None:
        return None
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return None


def declaration(encoding: str) -> str:
    """The first line of a document."""
    return f'<?xml version="1.0" encoding="{encoding}"?>'


@dataclass(slots=True)
class Element:
    """An element to write; attributes in the order given. Text beside children stands before them."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""


@dataclass
class Written:
    """A document that was written, or the faults that kept it from being encoded (then `content` is empty)."""

    content: bytes
    faults: list[Fault] = field(default_factory=list)
    places: Callable[[], _Walk] | None = field(default=None, repr=False)

    @cached_property
    def elements(self) -> dict[str, Element]:
        """Every element by its path, in the form that faults of a schema have."""
        return self.places().elements if self.places is not None else {}

    @cached_property
    def lines(self) -> dict[str, int]:
        """The line of each start tag, by the same path."""
        return self.places().lines if self.places is not None else {}

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
    more = {"xmlns": namespace} if namespace else {}
    places = cache(lambda: _Walk(root, more, encoding, codec, spread=bool(indent)))
    parts = [declaration(encoding)]
    names: set[str] = set()
    texts: list[str] = []
    _add(root, parts, names, texts, newline, " " * indent, more)
    parts.append(newline)
    # The text is looked at as a whole; only where something is wrong with it, the walk tells what and where.
    right = all(map(is_name, names)) and is_allowed("".join(texts))
    content = encoded("".join(parts), encoding) if right else None
    return Written(b"", places().faults, places) if content is None else Written(content, [], places)


def _add(
    element: Element, parts: list[str], names: set[str], texts: list[str],
    line: str, indent: str, more: dict[str, str],
) -> None:  # fmt: skip
    """The text of an element after `line`, a line end and its indentation; the names and texts in it."""
    name = element.name
    names.add(name)
    start = f"{line}<{name}"
    attributes = {**more, **element.attributes} if more else element.attributes
    if attributes:
        names.update(attributes)
        texts.extend(attributes.values())
        start += "".join([f' {key}="{quote(value)}"' for key, value in attributes.items()])
    text = element.text
    shown = text
    if not text.isalnum():
        shown = escape(text)
        texts.append(text)
    if not element.children:
        parts.append(f"{start}>{shown}</{name}>" if text else f"{start}/>")
        return
    parts.append(f"{start}>{shown}")
    inner = line + indent if indent else ""
    for child in element.children:
        _add(child, parts, names, texts, inner, indent, {})
    parts.append(f"{line if indent else ''}</{name}>")


def _codec(encoding: str) -> str | None:
    name = encoding.lower()
    return _OWN_CODECS.get(name) or ENCODINGS.get(name)


class _Walk:
    """What is wrong with the names and characters of a tree, where its elements are and on which lines."""

    def __init__(
        self, root: Element, more: dict[str, str], encoding: str, codec: str, *, spread: bool
    ) -> None:
        self.encoding = encoding
        self.codec = codec
        self.spread = int(spread)
        self.number = 2
        self.faults: list[Fault] = []
        self.elements: dict[str, Element] = {}
        self.lines: dict[str, int] = {}
        self.element(root, f"/{root.name}", more)

    def element(self, element: Element, path: str, more: dict[str, str]) -> None:
        self.elements[path] = element
        self.lines[path] = self.number
        self._name(element.name, path)
        for key, value in {**more, **element.attributes}.items():
            at = f"{path}/@{key}"
            self._name(key, at)
            self._text(value, at, key)
        self._text(element.text, path, element.name)
        self.number += element.text.count("\n")
        counts = Counter(child.name for child in element.children)
        seen: Counter[str] = Counter()
        for child in element.children:
            self.number += self.spread
            seen[child.name] += 1
            position = step(child.name, seen[child.name], counts[child.name])
            self.element(child, f"{path}/{position}", {})
        if element.children:
            self.number += self.spread

    def _name(self, name: str, path: str) -> None:
        if is_name(name):
            self._text(name, path, name)
        else:
            self.faults.append(Fault("xml-name", Place(xpath=path), {"name": name}))

    def _text(self, text: str, path: str, name: str) -> None:
        """Each character that is not allowed is a fault, once."""
        forbidden = set(_FORBIDDEN.findall(text))
        for character in sorted(forbidden):
            values = {"character": f"U+{ord(character):04X}", "name": name}
            self.faults.append(Fault("xml-character", Place(xpath=path), values))
        if not text.isascii():
            self._encodable(text, path, name, forbidden)

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
