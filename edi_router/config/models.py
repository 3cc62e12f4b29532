"""Strict models over configuration files: a pydantic error becomes a fault with file, line and column."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from edi_router.config.model_faults import YES_NO, Problems, did_you_mean, faults_of, place_of
from edi_router.config.yaml import ConfigNode, load, plain
from edi_router.faults import Fault

__all__ = ["Model", "Problems", "YesNo", "did_you_mean", "listed", "place_of", "read_model"]

M = TypeVar("M", bound="Model")


class Model(BaseModel):
    """The base of every configuration model: frozen, no unknown keys; its validator is made when it is first used."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


def _yes_no(value: object) -> object:
    if value in ("yes", "no"):
        return value == "yes"
    if isinstance(value, bool):
        return value
    raise ValueError(YES_NO)


YesNo = Annotated[bool, BeforeValidator(_yes_no)]
"""A flag, written `yes` or `no`."""


def listed(value: object) -> object:
    """For a field that is a list: a single text or map stands for a list of one.

    >>> listed("a"), listed(["a", "b"])
    (['a'], ['a', 'b'])
    """
    return [value] if isinstance(value, str | dict) else value


def read_model(model: type[M], text: str, file: str) -> tuple[M | None, ConfigNode | None, list[Fault]]:
    """Read `text` as one `model`: the model (None when there are faults), the node tree for places, the faults."""
    node, faults = load(text, file)
    if node is None:
        return None, None, faults
    try:
        value = model.model_validate(plain(node))
    except ValidationError as error:
        faults += faults_of(error, node, model)
        return None, node, faults
    return (None if faults else value), node, faults
