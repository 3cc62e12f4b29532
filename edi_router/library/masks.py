"""Secrets hidden in what `edi-router show FILE` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from edi_router.formats.secrets import MASK
from edi_router.paths import Node

Plain = dict[str, Any]
_STEP = re.compile(r"(@?[^/\[]+)(?:\[(\d+)\])?")


def hide_in_message(message: Plain, secrets: Sequence[Node]) -> None:
    """Mask values of a message, as `naming.message` shows it."""
    places = {(place.segment, place.element, place.component) for place in (node.place() for node in secrets)}
    for segment in message["segments"] if places else ():
        for element in segment["elements"]:
            at = segment["segment"], element["element"]
            if (*at, None) in places:
                _mask(element)
            for component in element.get("components", ()):
                if (*at, component["component"]) in places or (*at, None) in places:
                    _mask(component)


def hide_in_xml(element: Plain, secrets: Sequence[Node]) -> None:
    """Mask texts and attributes of a document, as `naming.element` shows it."""
    for node in secrets:
        _, *steps = _STEP.findall((node.place().xpath or "").lstrip("/"))
        for found, attribute in _at(element, steps):
            if attribute:
                found["attributes"][attribute] = MASK
            else:
                found["text"] = MASK
                found.pop("children", None)


def _at(element: Plain, steps: Sequence[tuple[str, str]]) -> Iterator[tuple[Plain, str]]:
    """The part of the document at a path; for an attribute its element and its name."""
    if not steps:
        yield element, ""
        return
    (name, number), *rest = steps
    if name.startswith("@"):
        yield element, name[1:]
        return
    same = [child for child in element.get("children", ()) if child["name"] == name.rpartition(":")[2]]
    for child in same[int(number or 1) - 1 : int(number or 1)]:
        yield from _at(child, rest)


def _mask(shape: Plain) -> None:
    if "value" in shape:
        shape["value"] = MASK
        shape.pop("meaning", None)
