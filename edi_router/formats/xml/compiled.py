"""A schema compiled for both validators, from documents in memory; kept by content."""

from __future__ import annotations

import threading
import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lxml import etree

from edi_router.faults import Fault, Place
from edi_router.formats.xml.model import Model
from edi_router.formats.xml.reader import hardened
from edi_router.formats.xml.sources import SCHEME, SchemaError, Sources

if TYPE_CHECKING:
    from edi_router.formats.xml.components import Accepted

_KEPT = 64


def log_of(log: Any) -> list[etree._LogEntry]:
    """The entries of a log of lxml's (its stubs do not know that it can be iterated)."""
    return list(log)


class _Resolver(etree.Resolver):
    """Answers libxml2 from the gathered documents, and refuses every other address."""

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self._sources = sources

    def resolve(self, system_url: str, public_id: str, context: Any = None) -> Any:
        """The document at `system_url`; an empty one when it is not of the schema."""
        content = self._sources.documents.get(system_url, b"")
        return self.resolve_string(content, context, base_url=system_url)


class Compiled:
    """Both validators over the same sources; the explaining one is built at first use.

    `lock` is held while a validator is used: both keep what they found last.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.lock = threading.RLock()
        self.verdict = self._build_verdict()

    def _build_verdict(self) -> etree.XMLSchema:
        parser = hardened()
        parser.resolvers.add(_Resolver(self.sources))
        top = self.sources.top
        try:
            return etree.XMLSchema(etree.fromstring(self.sources.documents[top], parser, base_url=top))
        except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as problem:
            raise SchemaError(self._fault(problem)) from None

    def _fault(self, problem: etree.LxmlError) -> Fault:
        entries = [entry for entry in log_of(problem.error_log) if entry.level_name in ("ERROR", "FATAL")]
        if not entries:
            return Fault("schema-invalid", self._place(self.sources.top, None), {"problem": str(problem)})
        first = entries[0]
        return Fault(
            "schema-invalid",
            self._place(first.filename, first.line or None),
            {"problem": self._readable(first.message)},
        )

    def _place(self, address: str, line: int | None) -> Place:
        names = self.sources.names
        return Place(file=names.get(address) or next(iter(names.values())), line=line)

    def _readable(self, message: str) -> str:
        for address, name in self.sources.names.items():
            message = message.replace(f"'{address}'", f"'{name}'")
        return " ".join(message.split()).rstrip(".")

    @cached_property
    def model(self) -> Accepted:
        """The schema as xmlschema's components; slow to build, so only when something is to be explained."""
        import xmlschema  # takes longer to import than all of ours

        from edi_router.formats.xml.components import Accepted
        from edi_router.formats.xml.opening import opener_of

        opener = opener_of(self.sources)
        with self.lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return Accepted(self.sources.top, opener=opener, use_fallback=False)
            except (xmlschema.XMLSchemaException, OSError) as problem:
                text = " ".join(str(problem).split())[:300].replace(SCHEME, "")
                fault = Fault("schema-invalid", self._place(self.sources.top, None), {"problem": text})
                raise SchemaError(fault) from None

    @cached_property
    def lookup(self) -> Model:
        """What the schema says about its elements."""
        return Model(self.model)


_kept: dict[str, Compiled] = {}
_keeping = threading.Lock()


def compiled(sources: Sources) -> Compiled:
    """The compiled schema for these sources: the one made earlier when the contents are the same."""
    key = sources.key
    with _keeping:
        found = _kept.get(key)
    if found is None:
        found = Compiled(sources)
        with _keeping:
            while len(_kept) >= _KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = found
    return found
