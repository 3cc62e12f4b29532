"""What a schema says about one element: for the check of mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edi_router.formats.xml.particles import (
    Elements,
    choices,
    content_of,
    elements,
    has_wildcard,
    most,
    needed,
)
from edi_router.formats.xml.types import facet, members, patterns, type_name, values
from edi_router.formats.xml.values import Found, examine
from edi_router.formats.xml.xpath import local_name, namespace


@dataclass(frozen=True, slots=True)
class ElementInfo:
    """One element of a schema.

    `mandatory` is true when every valid parent has it; an element of a choice is not, but one of each tuple
    of `choices` must be there. `max_occurs` None means without bound. `children` are in the schema's order.
    Facets that the type does not have are None or empty; `leaf` elements hold text, the others elements.
    """

    name: str
    namespace: str = ""
    min_occurs: int = 1
    max_occurs: int | None = 1
    mandatory: bool = True
    leaf: bool = True
    type: str = ""
    length: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    patterns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    empty_allowed: bool = False
    children: tuple[str, ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()
    attributes: Mapping[str, bool] = field(default_factory=dict)
    any_child: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    """What the schema's documentation says, by language ("" when it names none)."""


class Model:
    """A schema's components, and what has been asked about them: the check of mappings asks again and again."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self._elements = Elements(schema)
        self._infos: dict[tuple[int, int], ElementInfo] = {}  # by ids: the schema keeps its components
        self._bounds: dict[int, tuple[dict[str, int | None], set[str]]] = {}
        self._facets: dict[int, dict[str, Any]] = {}

    def info(self, path: Sequence[str]) -> ElementInfo | None:
        """What the schema says about the element at the path of local names, or None when there is none."""
        element = self._elements.find(path)
        if element is None:
            return None
        parent = self._elements.find(path[:-1])
        key = (id(parent), id(element))
        if key not in self._infos:
            self._infos[key] = self._info(element, parent)
        return self._infos[key]

    def _info(self, element: Any, parent: Any | None) -> ElementInfo:
        name = local_name(element.name)
        bounds, mandatory = self._within(parent)
        if name not in bounds:
            return self._describe(element, mandatory=True, bound=1)
        return self._describe(element, mandatory=name in mandatory, bound=bounds[name])

    def _within(self, parent: Any | None) -> tuple[dict[str, int | None], set[str]]:
        """How many of each element, by local name, an element lets in, and those that it always has."""
        if parent is None:
            return {}, set()
        if id(parent) not in self._bounds:
            content = content_of(parent)
            names = dict.fromkeys(local_name(child.name) for child in elements(parent))
            counts = most(content) if names else {}
            self._bounds[id(parent)] = (
                {name: counts[name] for name in names},
                needed(content) if names else set(),
            )
        return self._bounds[id(parent)]

    def _describe(self, element: Any, *, mandatory: bool, bound: int | None) -> ElementInfo:
        leaf = not element.type.is_complex() or element.type.has_simple_content()
        attributes = element.attributes.items()
        return ElementInfo(
            name=local_name(element.name),
            namespace=namespace(element.name),
            min_occurs=element.min_occurs,
            max_occurs=bound,
            mandatory=mandatory,
            leaf=leaf,
            children=tuple(dict.fromkeys(local_name(child.name) for child in elements(element))),
            choices=() if leaf else tuple(choices(content_of(element))),
            attributes={
                local_name(name): use.use == "required" for name, use in attributes if name is not None
            },
            any_child=has_wildcard(element),
            notes=_notes(element),
            **(self._facets_of(content_of(element)) if leaf else {}),
        )

    def _facets_of(self, kind: Any) -> dict[str, Any]:
        if id(kind) not in self._facets:
            self._facets[id(kind)] = _facets(kind)
        return self._facets[id(kind)]

    def value_problem(self, path: Sequence[str], text: str) -> Found | None:
        """What keeps a text from being the value of the element or attribute (`@name`) at the path, if anything."""
        attribute = path[-1][1:] if path[-1].startswith("@") else None
        element = self._elements.find(path if attribute is None else path[:-1])
        if element is None:
            return None
        if attribute is not None:
            uses = {local_name(name): use for name, use in element.attributes.items() if name is not None}
            kind = uses[attribute].type if attribute in uses else None
        else:
            kind = content_of(element)
        return examine(kind, text) if kind is not None and hasattr(kind, "is_valid") else None


def _notes(element: Any) -> dict[str, str]:
    found = element.annotation or getattr(element.ref, "annotation", None)
    notes: dict[str, str] = {}
    for part in found.documentation if found is not None else ():
        language = part.get("{http://www.w3.org/XML/1998/namespace}lang", "")
        notes.setdefault(language, " ".join("".join(part.itertext()).split()))
    return notes


def _facets(kind: Any) -> dict[str, Any]:
    first = members(kind)[0]
    return {
        "type": type_name(first),
        "length": facet(first, "length"),
        "min_length": facet(first, "minLength"),
        "max_length": facet(first, "maxLength"),
        "total_digits": facet(first, "totalDigits"),
        "fraction_digits": facet(first, "fractionDigits"),
        "patterns": patterns(first),
        "values": values(first),
        "empty_allowed": kind.is_valid(""),
    }
