"""What a simple type of a schema asks of a text, read from xmlschema's components."""

from __future__ import annotations

from typing import Any

from edi_router.formats.xml.particles import XSD
from edi_router.formats.xml.xpath import local_name, namespace


def members(kind: Any) -> list[Any]:
    """The types that a value may be of: those of a union, else the type itself; the empty one comes last."""
    if not hasattr(kind, "member_types"):
        return [kind]
    flat = [member for part in kind.member_types for member in members(part)]
    return sorted(flat, key=_only_empty)


def _only_empty(kind: Any) -> bool:
    return 0 in (facet(kind, "length"), facet(kind, "maxLength"))


def facet(kind: Any, name: str) -> int | None:
    """The number that a facet such as `maxLength` sets, or None."""
    found = kind.get_facet(f"{{{XSD}}}{name}") if hasattr(kind, "get_facet") else None
    value = getattr(found, "value", None)
    return int(value) if value is not None else None


def patterns(kind: Any) -> tuple[str, ...]:
    """The regular expressions of the type, of which one must match."""
    found = getattr(kind, "patterns", None)
    return () if found is None else tuple(str(pattern) for pattern in found.regexps)


def values(kind: Any) -> tuple[str, ...]:
    """The values that the type lists, if it lists them."""
    return tuple(str(value) for value in getattr(kind, "enumeration", None) or ())


def type_name(kind: Any) -> str:
    """The name of the built-in type that the type is made from: `decimal`, `date`, `string`.

    The name of a list type is that of its items.
    """
    base = getattr(kind, "item_type", None) or kind
    for candidate in (base, getattr(base, "base_type", None), getattr(base, "primitive_type", None)):
        name = getattr(candidate, "name", None)
        if name and namespace(name) == XSD:
            return local_name(name)
    return "value"
