"""The inputs of golden cases, for properties that have to hold on them."""

from __future__ import annotations

from collections.abc import Iterator

from edi_router.config import Tree
from edi_router.mapping.golden import cases, names
from edi_router.mapping.mapping import Mapping, load


def edifact_to_xml(tree: Tree) -> Iterator[tuple[Mapping, bytes]]:
    """The EDIFACT inputs of the cases of the mappings that write XML, each with its mapping."""
    for id in names(tree):
        mapping, _ = load(tree, id)
        if mapping is None or mapping.definition.origin.format != "edifact" or mapping.definition.makes:
            continue
        for case in cases(tree, id):
            folder = f"mappings/{id}/cases/{case}/"
            for name in tree.names(folder):
                if name.removeprefix(folder).startswith("in."):
                    yield mapping, tree.read(name)
