"""Paths as configuration files name them: checked when a file is read, compiled once, selected from documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from edi_router.config import listed
from edi_router.paths import Node, Path, PathError, parse

_compiled: dict[str, Path] = {}


def path(text: str) -> Path:
    """The compiled path, cached. Raises PathError; a text that a file was read with has been checked."""
    found = _compiled.get(text)
    if found is None:
        found = _compiled[text] = parse(text)
    return found


def values(root: Node, text: str) -> list[str]:
    """The non-empty values that the path `text` selects from `root`."""
    return [value for node in path(text).select(root) if (value := node.value())]


def all_values(root: Node, texts: Iterable[str]) -> list[str]:
    """The non-empty values that several paths select, each once."""
    return list(dict.fromkeys(value for text in texts for value in values(root, text)))


def _checked(value: str) -> str:
    try:
        path(value)
    except PathError as error:
        raise ValueError(f"in path `{value}`: {error}") from None
    return value


PathText = Annotated[str, AfterValidator(_checked)]
"""A path in a configuration file."""
Paths = Annotated[tuple[PathText, ...], BeforeValidator(listed)]
"""One path or several."""
