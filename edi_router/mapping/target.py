"""The XSD of a mapping's output: its namespace, and its faults told in terms of the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi_router.config import Tree, did_you_mean
from edi_router.faults import Fault, Place, render
from edi_router.formats.xml.model import ElementInfo
from edi_router.formats.xml.schema import Schema
from edi_router.formats.xml.sources import SchemaError
from edi_router.formats.xml.xpath import local_name
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.output import Element, rule_of, with_paths
from edi_router.mapping.scope import Run

_MISSING = ("xsd-element-missing", "xsd-attribute-missing", "xsd-value-empty")


@dataclass
class Target:
    """The XSD of the output."""

    name: str
    schema: Schema
    namespace: str | None
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

    def check(self, output: bytes, tree: Element, run: Run) -> list[Fault]:
        """The faults of the output, each at the input place and the mapping line that it comes from."""
        found = self.schema.check(output)
        if not found:
            return []
        elements = dict(with_paths(tree))
        return [self._told(fault, elements, run) for fault in found if not _known(fault, run)]

    def _told(self, fault: Fault, elements: dict[str, Element], run: Run) -> Fault:
        path = fault.place.xpath or ""
        element_path, _, attribute = path.partition("/@")
        element = elements.get(element_path) or next(iter(elements.values()))
        item, place = _origin(element, attribute)
        values = {"path": path, "problem": render(fault, "en"), "problem_zh": render(fault, "zh")}
        return Fault("output-invalid", place, values, rule=rule_of(item, run.file), hint=fault.hint)


def _origin(element: Element, attribute: str) -> tuple[Item, Place]:
    """The mapping line and the input place of an output element or attribute."""
    for candidate in element.attributes:
        if candidate.name == attribute and candidate.found.nodes:
            return candidate.item, candidate.found.nodes[0].place()
    if element.found is not None and element.found.nodes:
        return element.item, element.found.nodes[0].place()
    return element.item, element.scope.place()


def _known(fault: Fault, run: Run) -> bool:
    """Whether the fault repeats that a value is missing, which the run has told already."""
    if fault.code not in _MISSING:
        return False
    name = fault.values.get("attribute") or fault.values.get("name", "")
    return any(part in run.unfilled for part in name.split(" | "))


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
    return Target(definition.target, schema, schema.target_namespace or None), []
