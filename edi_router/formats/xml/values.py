"""What is wrong with one text under one simple type of a schema, in our own codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edi_router.formats.xml.types import members, type_name

Found = tuple[str, dict[str, str]]
"""A fault code and its values, without the name of the element."""

_SHOWN = 80
_LISTED = 20


def shown(text: str) -> str:
    """A value as a fault shows it: on one line, cut when it is long.

    >>> shown("a" * 100)[-4:]
    'aaa…'
    """
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"


def listed(values: list[str]) -> str:
    """Several names or values as a fault shows them."""
    more = "…" if len(values) > _LISTED else ""
    return ", ".join([*values[:_LISTED], *([more] if more else [])])


def examine(kind: Any, text: str) -> Found | None:
    """The first thing that a type of xmlschema finds wrong with the text; None when nothing is.

    Of a union the first member that allows more than the empty text speaks for all.
    """
    if kind.is_valid(text):
        return None
    if not text.strip():
        return "xsd-value-empty", {}
    member = members(kind)[0]
    errors = list(member.iter_errors(text))
    for error in errors:
        found = classify(error.validator, text)
        if found is not None:
            return found
    return "xsd-value-type", {"value": shown(text), "type": type_name(member)}


def classify(validator: Any, text: str) -> Found | None:
    """The code and values for a facet of xmlschema that refused the text; None for anything else."""
    make = _BY_FACET.get(type(validator).__name__)
    return None if make is None else make(validator, text)


def _length(code: str, limit: str) -> Callable[[Any, str], Found]:
    def make(facet: Any, text: str) -> Found:
        return code, {"value": shown(text), "length": str(len(text)), limit: str(facet.value)}

    return make


def _limit(code: str) -> Callable[[Any, str], Found]:
    def make(facet: Any, text: str) -> Found:
        return code, {"value": shown(text), "limit": str(facet.value)}

    return make


def _pattern(facet: Any, text: str) -> Found:
    patterns = [str(pattern) for pattern in facet.regexps]
    return "xsd-value-pattern", {"value": shown(text), "pattern": " | ".join(patterns)}


def _enumeration(facet: Any, text: str) -> Found:
    allowed = listed([str(value) for value in facet.enumeration])
    return "xsd-value-enumeration", {"value": shown(text), "allowed": allowed}


_BY_FACET: dict[str, Callable[[Any, str], Found]] = {
    "XsdPatternFacets": _pattern,
    "XsdEnumerationFacets": _enumeration,
    "XsdLengthFacet": _length("xsd-value-length", "expected"),
    "XsdMinLengthFacet": _length("xsd-value-too-short", "limit"),
    "XsdMaxLengthFacet": _length("xsd-value-too-long", "limit"),
    "XsdTotalDigitsFacet": _limit("xsd-value-digits"),
    "XsdFractionDigitsFacet": _limit("xsd-value-fraction"),
    "XsdMinInclusiveFacet": _limit("xsd-value-too-small"),
    "XsdMinExclusiveFacet": _limit("xsd-value-too-small"),
    "XsdMaxInclusiveFacet": _limit("xsd-value-too-large"),
    "XsdMaxExclusiveFacet": _limit("xsd-value-too-large"),
}
