"""An XML schema as the product uses it: a verdict, its explanation, and what it says about an element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from edi_router.faults import Fault, FaultList, Place
from edi_router.formats.xml.beyond import Beyond
from edi_router.formats.xml.compiled import Compiled, compiled, log_of
from edi_router.formats.xml.declared import Declarations, Declared
from edi_router.formats.xml.document import XmlDocument
from edi_router.formats.xml.explain import explain
from edi_router.formats.xml.model import ElementInfo
from edi_router.formats.xml.particles import root_names
from edi_router.formats.xml.reader import parse
from edi_router.formats.xml.sources import Read, gather
from edi_router.formats.xml.values import shown
from edi_router.formats.xml.xpath import local_name

if TYPE_CHECKING:
    from xmlschema import XMLSchema

_LIMIT = 100


class Schema:
    """One or several XSD files, compiled. lxml gives the verdict; xmlschema explains an unfavourable one."""

    def __init__(self, inner: Compiled, names: tuple[str, ...]) -> None:
        self._inner = inner
        self.names = names

    @classmethod
    def load(cls, read: Read, *names: str) -> Schema:
        """Compile the named XSD files; `read` gives the bytes of each, also of what they import and include.

        Several names make one schema, as a document type and the payload that its `xs:any` lets in.
        Equal contents are compiled once. Raises SchemaError, whose `fault` says what is wrong.
        """
        return cls(compiled(gather(read, names)), names)

    def valid(self, document: XmlDocument | etree._Element) -> bool:
        """Whether the document follows the schema: lxml's verdict."""
        root = document.root if isinstance(document, XmlDocument) else document
        with self._inner.lock:
            return bool(self._inner.verdict.validate(root))

    def check(self, document: XmlDocument | etree._Element | bytes, limit: int = _LIMIT) -> FaultList:
        """Everything that is wrong with the document under the schema; bytes are parsed first.

        The list keeps `limit` faults and counts all.
        """
        faults = FaultList(limit)
        if isinstance(document, bytes):
            parsed, found = parse(document)
            if parsed is not None:
                return self.check(parsed, limit)
            faults.extend(found)
            return faults
        root = document.root if isinstance(document, XmlDocument) else document
        with self._inner.lock:
            if self._inner.verdict.validate(root):
                return faults
            brief = log_of(self._inner.verdict.error_log)
            explained = explain(self._inner.model, root, limit)
        if explained:
            return explained
        faults.extend(_unexplained(root, entry) for entry in brief)
        return faults

    @property
    def components(self) -> XMLSchema:
        """The schema as xmlschema's components: for who has to know what it says, as a form does."""
        return self._inner.model

    @property
    def target_namespace(self) -> str:
        """The namespace of the first schema file, "" when it has none."""
        root = etree.fromstring(self._inner.sources.documents[self._first()])
        return str(root.get("targetNamespace", ""))

    @property
    def is_composed(self) -> bool:
        """Whether it is made of several files, which may be of several namespaces."""
        return len(self._inner.sources.documents) > 1

    def _first(self) -> str:
        names = self._inner.sources.names
        return next(address for address, name in names.items() if name == self.names[0])

    def roots(self) -> tuple[str, ...]:
        """The names ``{namespace}local`` of all elements that the schema declares at its top."""
        return root_names(self._inner.model)

    def declared(self, name: str, namespace: str) -> Declared | None:
        """The root element of that name as a proof of validity sees it; None when there can be no proof."""
        try:
            return Declarations(self._inner.sources).root(name, namespace)
        except Beyond:
            return None

    def element(self, path: list[str]) -> ElementInfo | None:
        """What the schema says about the element at a path of local names, from the root element on."""
        return self._inner.lookup.info(path)

    def value_problem(self, path: list[str], text: str) -> Fault | None:
        """What keeps a text from being the value of the element or attribute (`@name`) at the path."""
        found = self._inner.lookup.value_problem(path, text)
        if found is None:
            return None
        code, values = found
        return Fault(code, values={"name": path[-1].removeprefix("@"), **values})


def _unexplained(root: etree._Element, entry: etree._LogEntry) -> Fault:
    place = Place(line=entry.line or None, xpath=getattr(entry, "path", None))
    values = {"name": local_name(str(root.tag)), "problem": shown(entry.message).rstrip(".")}
    return Fault("xsd-invalid", place, values)
