"""The files that say what to check against and how to map: found, read, or refused as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edi_router.config import Tree
from edi_router.config.encoding import no_text
from edi_router.faults import Fault, is_error, render
from edi_router.formats.edifact.directory import Definitions

if TYPE_CHECKING:
    from edi_router.formats.records import Layout
    from edi_router.formats.xml.schema import Schema
    from edi_router.mapping import Mapping
    from edi_router.rules import RuleSet

Name = str | os.PathLike[str]
Names = Name | Sequence[Name]


class ConfigurationError(ValueError):
    """A schema, rule file, profile, mapping or definition that cannot be used; `faults` say why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(f"{fault.place}: {render(fault)}" for fault in self.faults))


def as_tree(tree: Tree | Name | None) -> Tree:
    """The configuration: the shipped one, or a deployment's folder over it."""
    if isinstance(tree, Tree):
        return tree
    return Tree.over_shipped() if tree is None else Tree.over_shipped(Path(tree))


def definitions_over(tree: Tree, folders: Iterable[Name]) -> Definitions:
    """The definitions of the given folders (each holds folders such as ``D96B``) over those of the tree."""
    layers = Tree(tuple(Path(folder) for folder in folders))

    def read_part(name: str) -> bytes | None:
        path = layers.find(name) or tree.find(f"schemas/edifact/{name}")
        return path.read_bytes() if path is not None else None

    return Definitions(read_part)


def schema_of(names: Sequence[Name]) -> Schema | None:
    """One schema of all the XSD files; what they import is found relative to them."""
    if not names:
        return None
    for name in names:
        Path(name).stat()
    paths = [Path(name).as_posix() for name in names]
    return load_schema(lambda each: Path(each).read_bytes(), *paths)


def load_schema(reader: Callable[[str], bytes], *names: str) -> Schema:
    """The schema, or ConfigurationError."""
    from edi_router.formats.xml.schema import Schema
    from edi_router.formats.xml.sources import SchemaError

    try:
        return Schema.load(reader, *names)
    except SchemaError as error:
        raise ConfigurationError([error.fault.within(names[0])]) from None


def load_rule_set(tree: Tree, name: str) -> RuleSet:
    """The rules, or ConfigurationError."""
    from edi_router.rules import load_rules

    rule_set, faults = load_rules(tree, name)
    if rule_set is None or any(is_error(fault) for fault in faults):
        raise ConfigurationError(faults)
    return rule_set


@dataclass(frozen=True)
class _WithFile(Tree):
    """A tree with one more file from somewhere else."""

    name: str = ""
    path: Path = Path()

    def find(self, name: str) -> Path | None:
        return self.path if name == self.name else super().find(name)


def rule_file(tree: Tree, path: Path) -> RuleSet:
    """The rules in a file of their own; the code tables they use are those of the tree."""
    path.stat()
    return load_rule_set(_WithFile(tree.layers, f"schemas/{path.name}", path.absolute()), path.name)


def layout_named(tree: Tree, name: Name) -> Layout:
    """A layout by its id in the tree, or by the name of its file (`….yaml`); ConfigurationError otherwise."""
    from edi_router.formats.records import load_layout, read_layout

    path = Path(name)
    if path.suffix == ".yaml":
        layout, faults = read_layout(text_of(path), str(path))
    else:
        layout, faults = load_layout(tree, str(name))
    if layout is None:
        raise ConfigurationError(faults)
    return layout


def text_of(path: Path) -> str:
    """The text of a configuration file, or ConfigurationError when it is not UTF-8."""
    content = path.read_bytes()
    if (fault := no_text(content, str(path))) is not None:
        raise ConfigurationError([fault])
    return content.decode("utf-8-sig")


def several(names: Names) -> Sequence[Name]:
    """One name or several, as several."""
    return [names] if isinstance(names, str | os.PathLike) else names


def load_mapping(tree: Tree, id: str) -> Mapping:
    """The mapping; ConfigurationError when it is not there or has faults."""
    from edi_router.mapping import load

    mapping, faults = load(tree, id)
    if mapping is None or any(is_error(fault) for fault in faults):
        raise ConfigurationError(faults)
    return mapping
