"""The register files that there are, by their names; what reads them is imported when there is one to read."""

from __future__ import annotations

from edi_router.config import Tree

FOLDER = "registers"


def register_names(tree: Tree) -> list[str]:
    """The register files of a configuration."""
    return [name for name in tree.names(FOLDER, ".yaml") if name.count("/") == 1]


def register_ids(tree: Tree) -> list[str]:
    """The ids of all registers of the tree, by the names of their files."""
    return [name.removeprefix(f"{FOLDER}/").removesuffix(".yaml") for name in register_names(tree)]
