"""The XSDs that a mapping names: of its output, and of its input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi_router.config import Tree, did_you_mean
from edi_router.faults import Fault, Place, render
from edi_router.formats.xml.model import ElementInfo
from edi_router.formats.xml.schema import Schema
from edi_router.formats.xml.sources import SchemaError
from edi_router.formats.xml.xpath import local_name
from edi_router.mapping.model import Definition


@dataclass
class Target:
    """The XSD of the output."""

    name: str
    schema: Schema
    namespace: str
    _infos: dict[tuple[str, ...], ElementInfo | None] = field(default_factory=dict, repr=False)

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


def load_target(tree: Tree, definition: Definition) -> tuple[Target | None, list[Fault]]:
    """The XSD that the mapping names."""
    schema, faults = load_schema(tree, definition.target, definition.target_place)
    if schema is None:
        return None, faults
    return Target(definition.target, schema, schema.target_namespace), []
