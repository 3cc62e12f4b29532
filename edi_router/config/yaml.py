"""The only reader of YAML: every scalar is a string, and every node knows its line and column.

YAML's own typing turns ``0110`` into 72, ``NO`` into False and ``12:30`` into 750; codes of customs and CIQ
are full of such values, so no scalar is ever interpreted here. A model says what it wants and converts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Union

import yaml

from edi_router.faults import Fault, Place

if TYPE_CHECKING:
    from yaml.nodes import Node as YamlNode


class _Untyped:
    """Of YAML's loader only what reads: the type of a scalar, which nothing asks for here, is not worked out.

    To work it out for each of the 56,000 scalars of the shipped files takes a third of their reading.
    """

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        return "tag:yaml.org,2002:str"

    def descend_resolver(self, parent: object, index: object) -> None:
        """No path of the document has a type of its own."""

    def ascend_resolver(self) -> None:
        """As above."""


_Loader = type("_Loader", (_Untyped, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), {})
MAXIMUM_DEPTH = 50
_KEPT = 512  # files; the nodes of the 388 shipped ones take 8 MB


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string of a configuration file, with where it stands. An empty plain scalar is the empty string."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping of a configuration file: ordered (key, node) pairs, keys unique."""

    items: tuple[tuple[Scalar, ConfigNode], ...]
    place: Place

    def get(self, key: str) -> ConfigNode | None:
        """The node under `key`, or None."""
        for name, node in self.items:
            if name.value == key:
                return node
        return None

    def key(self, key: str) -> Scalar | None:
        """The key itself, with its place, or None."""
        return next((name for name, _ in self.items if name.value == key), None)


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence of a configuration file."""

    items: tuple[ConfigNode, ...]
    place: Place

    def __iter__(self) -> Iterator[ConfigNode]:
        return iter(self.items)


ConfigNode = Union[Scalar, Block, Items]  # noqa: UP007  (names defined above are strings in the dataclasses)
Plain = str | list["Plain"] | dict[str, "Plain"]


def load(text: str, file: str) -> tuple[ConfigNode | None, list[Fault]]:
    """Read one YAML document; returns (None, faults) when it is not well-formed.

    Anchors, aliases and tags are refused (a configuration file says what it means where it stands), and so
    are repeated keys; such faults do not stop the reading. A text read before is not read again: a configuration
    is loaded as a whole each time, and most of it is as it was.
    """
    node, faults = _loaded(text, file)
    return node, list(faults)


@lru_cache(maxsize=_KEPT)
def _loaded(text: str, file: str) -> tuple[ConfigNode | None, Sequence[Fault]]:
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except (yaml.YAMLError, UnicodeError) as error:
        from edi_router.config.yaml_problems import not_yaml

        return None, [not_yaml(text, file, error)]
    if root is None:
        return None, [Fault("config-empty", Place(file, 1, 1), {})]
    faults: list[Fault] = []
    if "&" in text or "*" in text:
        faults += _anchors(text, file)
    node = _convert(root, file, faults, 0)
    return node, faults


def _anchors(text: str, file: str) -> list[Fault]:
    faults: list[Fault] = []
    for event in yaml.parse(text, Loader=_Loader):
        anchor = getattr(event, "anchor", None)
        if anchor and event.start_mark is not None:
            place = Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
            faults.append(Fault("config-alias", place, {"name": anchor}))
    return faults


def _convert(node: YamlNode, file: str, faults: list[Fault], depth: int) -> ConfigNode:
    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if depth > MAXIMUM_DEPTH:
        faults.append(Fault("config-depth", place, {"limit": str(MAXIMUM_DEPTH)}))
        return Scalar("", place)
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, place)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_convert(child, file, faults, depth + 1) for child in node.value), place)
    pairs: dict[str, tuple[Scalar, ConfigNode]] = {}
    for key_node, value_node in node.value:
        key = _convert(key_node, file, faults, depth + 1)
        if not isinstance(key, Scalar):
            faults.append(Fault("config-key", key.place, {}))
        elif key.value in pairs:
            faults.append(Fault("config-repeated-key", key.place, {"key": key.value}))
        else:
            pairs[key.value] = (key, _convert(value_node, file, faults, depth + 1))
    return Block(tuple(pairs.values()), place)


def plain(node: ConfigNode) -> Plain:
    """The node as nested dict, list and str."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [plain(child) for child in node]
    return {key.value: plain(child) for key, child in node.items}
