"""Strict models over configuration files: a pydantic error becomes a fault with file, line and column."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from edi_router.config.yaml import Block, ConfigNode, Items, load, plain
from edi_router.faults import Fault, Place

M = TypeVar("M", bound="Model")


class Model(BaseModel):
    """The base of every configuration model: frozen, no unknown keys; its validator is made when it is first used."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


def _yes_no(value: object) -> object:
    if value in ("yes", "no"):
        return value == "yes"
    if isinstance(value, bool):
        return value
    raise ValueError("must be yes or no")


YesNo = Annotated[bool, BeforeValidator(_yes_no)]
"""A flag, written `yes` or `no`."""


def listed(value: object) -> object:
    """For a field that is a list: a single text or map stands for a list of one.

    >>> listed("a"), listed(["a", "b"])
    (['a'], ['a', 'b'])
    """
    return [value] if isinstance(value, str | dict) else value


def did_you_mean(word: str, known: Sequence[str]) -> str | None:
    """The known word nearest to `word`, if one is near enough."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return near[0] if near else None


def read_model(model: type[M], text: str, file: str) -> tuple[M | None, ConfigNode | None, list[Fault]]:
    """Read `text` as one `model`: the model (None when there are faults), the node tree for places, the faults."""
    node, faults = load(text, file)
    if node is None:
        return None, None, faults
    try:
        value = model.model_validate(plain(node))
    except ValidationError as error:
        faults += [_fault(detail, node, model) for detail in error.errors()]
        return None, node, faults
    return (None if faults else value), node, faults


def place_of(node: ConfigNode, location: Sequence[str | int]) -> Place:
    """The place of the deepest part of `location` that exists below `node`."""
    for part in location:
        child: ConfigNode | None = None
        if isinstance(node, Block):
            child = node.get(str(part))
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            child = node.items[part]
        if child is not None:
            node = child
    return node.place


def _fault(detail: Any, root: ConfigNode, model: type[BaseModel]) -> Fault:
    location = tuple(detail["loc"])
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        location = (*location, detail["ctx"]["discriminator"].strip("'"))
    key = _key(root, location)
    if detail["type"] == "extra_forbidden":
        parent = _descend(root, location[:-1])
        name = parent.key(str(location[-1])) if isinstance(parent, Block) else None
        known = _known_keys(model, location[:-1])
        return Fault(
            "config-unknown-key",
            name.place if name else place_of(root, location),
            {"key": str(location[-1]), "known": ", ".join(known)},
            hint=did_you_mean(str(location[-1]), known),
        )
    if detail["type"] in ("missing", "union_tag_not_found"):
        return Fault("config-missing-key", place_of(root, location[:-1]), {"key": str(location[-1])})
    problem = str(detail["msg"]).removeprefix("Value error, ")
    given = detail.get("input")
    if detail["type"] == "union_tag_invalid":
        problem, given = f"Input should be {detail['ctx']['expected_tags']}", detail["ctx"]["tag"]
    elif detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
        problem = "must be a block of keys"
    return Fault(
        "config-value",
        place_of(root, location),
        {"key": key, "problem": problem, "value": given if isinstance(given, str) else "…"},
    )


def _key(root: ConfigNode, location: Sequence[str | int]) -> str:
    """The way to a key as the file has it: pydantic also names the variant that was chosen, as in `channel.sftp.port`."""
    way: list[str] = []
    node: ConfigNode | None = root
    for number, part in enumerate(location, start=1):
        inner = _descend(node, (part,)) if node is not None else None
        if inner is not node or number == len(location):
            way.append(str(part))
        node = inner
    return ".".join(way) or "(file)"


def _descend(node: ConfigNode, location: Sequence[str | int]) -> ConfigNode:
    for part in location:
        child = node.get(str(part)) if isinstance(node, Block) else None
        if isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            child = node.items[part]
        if child is not None:
            node = child
    return node


def _known_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The keys of the model found by walking `location` through the field annotations."""
    found: list[type[BaseModel]] = [model]
    for part in location:
        if not isinstance(part, str):
            continue
        if len(found) > 1 and (chosen := [each for each in found if part in _tags(each)]):
            found = chosen  # of several variants this part names one
            continue
        field = next((field for each in found if (field := _field(each, part)) is not None), None)
        if field is not None:
            found = _models_in(field.annotation) or found
    return sorted({field.alias or name for each in found for name, field in each.model_fields.items()})


def _tags(model: type[BaseModel]) -> set[str]:
    """The values by which the model is chosen among variants: those of its fields that can have one value only."""
    args = [
        get_args(field.annotation)
        for field in model.model_fields.values()
        if get_origin(field.annotation) is Literal
    ]
    return {str(each[0]) for each in args if len(each) == 1}


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    return next(
        (field for name, field in model.model_fields.items() if key in (name, field.alias)),
        None,
    )


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that the annotation allows, in their order, each once."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return list(dict.fromkeys(model for each in get_args(annotation) for model in _models_in(each)))
