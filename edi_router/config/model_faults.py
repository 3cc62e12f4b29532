"""What a strict model refuses, as faults with file, line, column and what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from edi_router.config.yaml import Block, ConfigNode, Items, Scalar
from edi_router.faults import Fault, Place

YES_NO = "must be yes or no"
_FLAGS = {
    "true": "yes",
    "on": "yes",
    "y": "yes",
    "1": "yes",
    "false": "no",
    "off": "no",
    "n": "no",
    "0": "no",
}
"""What others write for a flag."""


class Problems(ValueError):
    """Several things that a validator finds wrong, each with the way to it from the model on, so all are told at once."""

    def __init__(self, found: Sequence[tuple[Sequence[str | int], str]]) -> None:
        super().__init__("; ".join(text for _, text in found))
        self.found = tuple((tuple(way), text) for way, text in found)


def did_you_mean(word: str, known: Sequence[str]) -> str | None:
    """The known word nearest to `word`, if one is near enough; one that differs in its case only is nearest.

    >>> did_you_mean("IMO", ["Number", "Imo"]), did_you_mean("recieves", ["id", "receives"])
    ('Imo', 'receives')
    """
    folded = word.casefold()
    if (same := next((each for each in known if each.casefold() == folded), None)) is not None:
        return same
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return near[0] if near else None


def faults_of(error: ValidationError, root: ConfigNode, model: type[BaseModel]) -> Iterator[Fault]:
    """The faults of a text that the model refused, each at its place."""
    for detail in causes(error):
        yield from _told(detail, root, model)


def causes(error: ValidationError) -> list[Any]:
    """What is wrong, without what follows from it: that a list is too short, whose items are wrong."""
    details = error.errors()
    ways = [tuple(detail["loc"]) for detail in details]
    return [
        detail
        for detail, way in zip(details, ways, strict=True)
        if detail["type"] != "too_short"
        or not any(len(each) > len(way) and each[: len(way)] == way for each in ways)
    ]


def _told(detail: Any, root: ConfigNode, model: type[BaseModel]) -> Iterator[Fault]:
    """The faults of one detail: several when its validator found several things."""
    found = detail.get("ctx", {}).get("error")
    if not isinstance(found, Problems):
        yield _fault(detail, root, model)
        return
    for way, text in found.found:
        location = (*detail["loc"], *way)
        node = _descend(root, location)
        value = node.value if isinstance(node, Scalar) else "…"
        values = {"key": _key(root, location), "problem": text, "value": value}
        yield Fault("config-value", place_of(root, location), values)


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
    if detail["type"] in ("literal_error", "enum"):
        problem = problem.replace("' or '", "', '")
    given = detail.get("input")
    if detail["type"] == "union_tag_invalid":
        problem, given = f"Input should be {detail['ctx']['expected_tags']}", detail["ctx"]["tag"]
    elif detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
        problem = "must be a block of keys"
    return Fault(
        "config-value",
        place_of(root, location),
        {"key": key, "problem": problem, "value": given if isinstance(given, str) else "…"},
        hint=_meant(given, problem),
    )


_CHOICES = re.compile(r"Input should be ('.*')", re.DOTALL)


def _meant(given: object, problem: str) -> str | None:
    """The value that was meant, where only certain ones are right and one of them is near."""
    if not isinstance(given, str):
        return None
    if problem == YES_NO:
        return _FLAGS.get(given.lower()) or did_you_mean(given, ("yes", "no"))
    found = _CHOICES.fullmatch(problem)
    return None if found is None else did_you_mean(given, re.findall("'([^']*)'", found[1]))


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
