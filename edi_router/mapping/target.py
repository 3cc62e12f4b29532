"""What a mapping writes: a document of an XSD, an EDIFACT message, or a file of a layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edi_router.config import Tree, did_you_mean
from edi_router.faults import Fault, Place, render
from edi_router.formats.edifact.writer import Envelope
from edi_router.formats.xml.model import ElementInfo
from edi_router.formats.xml.schema import Schema
from edi_router.formats.xml.sources import SchemaError
from edi_router.formats.xml.xpath import local_name
from edi_router.mapping.lint_target import lint_target
from edi_router.mapping.model import Definition
from edi_router.mapping.output import Element
from edi_router.mapping.scope import Run
from edi_router.mapping.writing import told, written
from edi_router.rules.context import Context


@dataclass(frozen=True)
class Written:
    """The bytes of an output and what is wrong with it.

    `seal` writes it anew under a control number, where the format has one.
    """

    content: bytes
    faults: list[Fault]
    seal: Callable[[int], bytes] | None = None


class Target(Protocol):
    """Something that output trees are written as."""

    @property
    def format(self) -> str:
        """``xml``, ``edifact``, ``csv`` or ``records``."""
        ...

    @property
    def suffix(self) -> str:
        """The ending of a file's name."""
        ...

    def encoding(self, context: Context, envelope: Envelope | None) -> str:
        """The encoding that the output is written in."""
        ...

    def lint(self, definition: Definition) -> list[Fault]:
        """What can be known to be wrong with the mapping's output items."""
        ...

    def write(self, root: Element, run: Run, envelope: Envelope | None) -> Written:
        """The document, with its faults told in terms of the input and the mapping."""
        ...


@dataclass
class XmlTarget:
    """The XSD of the output."""

    name: str
    schema: Schema
    namespace: str
    _infos: dict[tuple[str, ...], ElementInfo | None] = field(default_factory=dict, repr=False)
    format = "xml"
    suffix = "xml"

    @property
    def roots(self) -> list[str]:
        """The local names of the elements that may be the root."""
        return [local_name(name) for name in self.schema.roots()]

    def look(self, path: Sequence[str]) -> ElementInfo | None:
        """What the schema says about the element at a path of local names."""
        key = tuple(path)
        if key not in self._infos:
            self._infos[key] = self.schema.element(list(path))
        return self._infos[key]

    def encoding(self, context: Context, envelope: Envelope | None) -> str:
        """The encoding that the context names."""
        return context.encoding

    def lint(self, definition: Definition) -> list[Fault]:
        """The faults of the output's items against the schema."""
        return lint_target(definition.output, self.roots, self.look, self.schema.value_problem)

    def write(self, root: Element, run: Run, envelope: Envelope | None) -> Written:
        """The document in the context's encoding, checked by the schema."""
        look = self.look if self.schema.is_composed else None
        document = written(root, self.namespace, run.context.encoding, look)
        content = document.content or written(root, self.namespace, "UTF-8", look).content
        problems = [*document.faults, *(self.schema.check(content) if content else [])]
        return Written(document.content, told(problems, root, run))


def load_schema(tree: Tree, name: str, place: Place | None) -> tuple[Schema | None, list[Fault]]:
    """The XSD `schemas/<name>`; a fault at the mapping's line when it cannot be had."""
    place = place or Place()
    if tree.find(f"schemas/{name}") is None:
        known = [found.removeprefix("schemas/") for found in tree.names("schemas", ".xsd")]
        return None, [
            Fault("mapping-schema-missing", place, {"schema": name}, hint=did_you_mean(name, known))
        ]
    try:
        return Schema.load(lambda part: tree.read(f"schemas/{part}"), name), []
    except SchemaError as error:
        at = str(error.fault.place)
        values = {"schema": name, "problem": f"{at}: {render(error.fault)}" if at else render(error.fault)}
        return None, [Fault("mapping-schema-unusable", place, values)]
