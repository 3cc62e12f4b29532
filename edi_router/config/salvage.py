"""A faulty file read without its faulty parts, so that what else is wrong with it can be told together with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError

from edi_router.config.model_faults import causes
from edi_router.config.models import Model
from edi_router.config.yaml import Block, ConfigNode, Items, Plain, Scalar, plain
from edi_router.faults import Place

M = TypeVar("M", bound=Model)
Way = tuple[str | int, ...]
_ROUNDS = 8


def salvage(model: type[M], node: ConfigNode, stand_ins: Mapping[str, Plain]) -> tuple[M, ConfigNode] | None:
    """The model and the node tree of a faulty file without what is wrong in them; None when nothing can be made of it.

    A wrong value goes with its key, an item of a list with a key missing or with a wrong mandatory one goes as a
    whole. `stand_ins` are for keys at the top that the model cannot be without. The result is good for looking
    on, never for use. Places stay those of the file.
    """
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(plain(node)), node
        except ValidationError as error:
            gone: set[Way] = set()
            added: dict[str, Plain] = {}
            for detail in causes(error):
                location = tuple(detail["loc"])
                if detail["type"] == "missing" and len(location) == 1 and location[0] in stand_ins:
                    added[str(location[0])] = stand_ins[str(location[0])]
                    continue
                way = _existing(node, location)
                gone.add(_item(way) if detail["type"] in ("missing", "union_tag_not_found") else way)
        if () in gone or not isinstance(node, Block):
            return None
        kept = _without(node, gone, ())
        assert isinstance(kept, Block)
        extra = tuple((Scalar(key, node.place), _node(value, node.place)) for key, value in added.items())
        node = Block((*kept.items, *extra), node.place)
    return None


def _existing(node: ConfigNode, location: Sequence[str | int]) -> Way:
    """The location without the parts that the file does not have: pydantic also names the variant of a model."""
    way: list[str | int] = []
    for part in location:
        child: ConfigNode | None = None
        if isinstance(node, Block):
            child = node.get(str(part))
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            child = node.items[part]
        if child is not None:
            way.append(part)
            node = child
    return tuple(way)


def _item(way: Way) -> Way:
    """The innermost item of a list on the way; without one the key at the top."""
    last = max((at for at, part in enumerate(way) if isinstance(part, int)), default=0)
    return way[: last + 1]


def _without(node: ConfigNode, gone: set[Way], here: Way) -> ConfigNode:
    """The node without the parts of `gone`."""
    if isinstance(node, Block):
        pairs = tuple(
            (key, _without(child, gone, (*here, key.value)))
            for key, child in node.items
            if (*here, key.value) not in gone
        )
        return Block(pairs, node.place)
    if isinstance(node, Items):
        children = enumerate(node.items)
        items = tuple(_without(child, gone, (*here, at)) for at, child in children if (*here, at) not in gone)
        return Items(items, node.place)
    return node


def _node(value: Plain, place: Place) -> ConfigNode:
    """A value as a node, at one place."""
    if isinstance(value, str):
        return Scalar(value, place)
    if isinstance(value, list):
        return Items(tuple(_node(each, place) for each in value), place)
    return Block(tuple((Scalar(key, place), _node(each, place)) for key, each in value.items()), place)
