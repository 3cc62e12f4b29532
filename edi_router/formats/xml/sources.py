"""The documents of a schema, gathered through one callable, so that nothing else is ever opened."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from edi_router.faults import Fault, Place
from edi_router.formats.xml.reader import parse
from edi_router.formats.xml.xpath import is_element, line_of, local_name, namespace

XSD = "http://www.w3.org/2001/XMLSchema"
SCHEME = "edirouter://schema/"
"""The addresses under which both validators see the documents; they lead nowhere but here."""

_VERSIONING = "http://www.w3.org/2007/XMLSchema-versioning"
_REFERENCES = ("import", "include", "redefine")
_KEPT = 64
Read = Callable[[str], bytes]


class SchemaError(ValueError):
    """A schema that cannot be used; `fault` says why and where."""

    def __init__(self, fault: Fault) -> None:
        detail = ", ".join(f"{name} {value}" for name, value in fault.values.items())
        super().__init__(f"{fault.code}: {detail}")
        self.fault = fault


@dataclass(frozen=True)
class Sources:
    """All documents of a schema by address, and `top`, the one to start from; `files` are the bytes read, by name."""

    documents: dict[str, bytes]
    top: str
    names: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """A digest of names and contents: equal sources give equal schemas."""
        total = hashlib.sha256()
        for address, content in self.documents.items():
            total.update(f"{address} {self.names.get(address)} {len(content)}\n".encode())
            total.update(content)
        return total.hexdigest()


_gathered: dict[tuple[str, ...], Sources] = {}


def gather(read: Read, names: tuple[str, ...]) -> Sources:
    """Read the named schemas and everything they import or include.

    A `schemaLocation` is relative to the document it stands in; of an address with a scheme only the last
    part counts, in the same folder. Raises SchemaError for what cannot be read or is no schema. When all files
    are as they were the last time, so is what is made of them.
    """
    last = _gathered.get(names)
    if last is not None and _unchanged(last, read):
        return last
    gathering = _Gathering(read)
    roots = [gathering.add(name, by=None) for name in names]
    top = roots[0] if len(roots) == 1 else gathering.wrap(roots)
    by_address = {address: name for name, address in gathering.addresses.items()}
    sources = Sources(gathering.documents, top, by_address, gathering.files)
    if len(_gathered) >= _KEPT:
        _gathered.clear()
    _gathered[names] = sources
    return sources


def _unchanged(sources: Sources, read: Read) -> bool:
    try:
        return all(read(name) == content for name, content in sources.files.items())
    except OSError:
        return False


class _Gathering:
    def __init__(self, read: Read) -> None:
        self.read = read
        self.addresses: dict[str, str] = {}
        self.documents: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.namespaces: dict[str, str] = {}

    def add(self, name: str, by: str | None) -> str:
        if name in self.addresses:
            return self.addresses[name]
        address = self.addresses[name] = f"{SCHEME}{len(self.addresses)}"
        self.documents[address] = b""
        root = self._parse(name, by)
        _as_version_10(root)
        self.namespaces[address] = root.get("targetNamespace", "")
        for child in root:
            if is_element(child) and child.tag in {f"{{{XSD}}}{kind}" for kind in _REFERENCES}:
                location = child.get("schemaLocation")
                if location is not None:
                    child.set("schemaLocation", self.add(_resolve(name, location), by=name))
        before = b"\n" * ((line_of(root) or 1) - 1)
        self.documents[address] = before + etree.tostring(root, encoding="utf-8", with_tail=False)
        return address

    def _parse(self, name: str, by: str | None) -> etree._Element:
        try:
            data = self.files[name] = self.read(name)
        except OSError:
            missing = Fault("schema-missing", Place(file=by), {"schema": name})
            raise SchemaError(missing) from None
        document, faults = parse(data)
        if document is None:
            raise SchemaError(faults[0].within(name))
        if local_name(document.name) != "schema" or namespace(document.name) != XSD:
            fault = Fault("schema-invalid", Place(file=name, line=1), {"problem": f"root {document.local}"})
            raise SchemaError(fault)
        return document.root

    def wrap(self, roots: list[str]) -> str:
        """A schema that imports several top ones, those of one namespace through one that includes them."""
        spaces: dict[str, list[str]] = {}
        for root in roots:
            spaces.setdefault(self.namespaces[root], []).append(root)
        lines = []
        for space, members in spaces.items():
            address = members[0] if len(members) == 1 else self._join(space, members)
            named = f" namespace={_quoted(space)}" if space else ""
            lines.append(f'<xs:import{named} schemaLocation="{address}"/>')
        return self._put(f'targetNamespace="{SCHEME}set"', lines)

    def _join(self, space: str, members: list[str]) -> str:
        target = f"targetNamespace={_quoted(space)}" if space else ""
        return self._put(target, [f'<xs:include schemaLocation="{member}"/>' for member in members])

    def _put(self, target: str, lines: list[str]) -> str:
        address = f"{SCHEME}made-{len(self.documents)}"
        text = f'<xs:schema xmlns:xs="{XSD}" {target}>{"".join(lines)}</xs:schema>'
        self.documents[address] = text.encode("utf-8")
        return address


def _as_version_10(root: etree._Element) -> None:
    """Do what the versioning attributes ask of an XSD 1.0 processor; libxml2 does not know them.

    On the schema itself they are dropped: many schemas ask for 1.1 there and use nothing of it, and one that
    does is refused by libxml2.
    """
    for bound in ("minVersion", "maxVersion"):
        if f"{{{_VERSIONING}}}{bound}" in root.attrib:
            del root.attrib[f"{{{_VERSIONING}}}{bound}"]
    for element in list(root.iter(etree.Element)):
        least, most = (element.get(f"{{{_VERSIONING}}}{bound}") for bound in ("minVersion", "maxVersion"))
        parent = element.getparent()
        if parent is not None and ((least or "1.0") > "1.0" or (most or "1.1") <= "1.0"):
            parent.remove(element)


def _resolve(name: str, location: str) -> str:
    """The name of a document that another one refers to.

    >>> _resolve("wco/DEC.xsd", "../UNECE/types.xsd")
    'UNECE/types.xsd'
    >>> _resolve("wco/DEC.xsd", "http://www.w3.org/2001/xml.xsd")
    'wco/xml.xsd'
    """
    location = location.strip()
    if ":" in location.split("/")[0] or location.startswith("/"):
        location = location.rsplit("/", 1)[-1]
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), location))


def _quoted(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return f'"{escaped}"'
