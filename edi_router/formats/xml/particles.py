"""What may stand in an element of a schema, read from xmlschema's components."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from edi_router.formats.xml.xpath import local_name, namespace

XSD = "http://www.w3.org/2001/XMLSchema"
_BUILT_IN = (XSD, "http://www.w3.org/XML/1998/namespace")


def root_names(schema: Any) -> tuple[str, ...]:
    """The names of all elements that may be a root, with namespace."""
    return tuple(name for name in schema.maps.elements if not namespace(name).startswith(_BUILT_IN))


class Elements:
    """The elements of a schema by their paths; what may stand in an element is read once and kept."""

    def __init__(self, schema: Any) -> None:
        self._roots = {local_name(name): schema.maps.elements[name] for name in reversed(root_names(schema))}
        self._inside: dict[int, dict[str, Any]] = {}  # by id: the schema keeps its components

    def find(self, path: Sequence[str]) -> Any | None:
        """xmlschema's element at the path of local names from a root element, or None.

        Where a wildcard lets any element in, the elements at the top of the schema are found too.
        """
        current = self._roots.get(local_name(path[0])) if path else None
        for step in path[1:]:
            if current is None:
                return None
            current = self._below(current).get(local_name(step))
        return current

    def _below(self, element: Any) -> dict[str, Any]:
        below = self._inside.get(id(element))
        if below is None:
            inside = {local_name(child.name): child for child in reversed(elements(element))}
            below = self._inside[id(element)] = {**(self._roots if has_wildcard(element) else {}), **inside}
        return below


def content_of(element: Any) -> Any:
    """What may stand in an element: its group, or its simple type."""
    return element.type.content if element.type.is_complex() else element.type


def elements(element: Any) -> list[Any]:
    """The elements that may stand in an element, in the schema's order, wildcards left out."""
    return [child for child in _particles(element) if not _wildcard(child)]


def has_wildcard(element: Any) -> bool:
    """Whether elements that the schema does not name may stand in the element."""
    return any(_wildcard(child) for child in _particles(element))


def _particles(element: Any) -> Iterator[Any]:
    content = content_of(element)
    if _is_group(content):
        yield from content.iter_elements()


def _is_group(particle: Any) -> bool:
    return hasattr(particle, "model")


def _wildcard(particle: Any) -> bool:
    return type(particle).__name__.endswith("AnyElement")


def first_names(particle: Any) -> tuple[list[str], bool]:
    """The names, with namespace, that the particle's content may begin with; whether it may be empty."""
    if not _is_group(particle):
        return ([] if _wildcard(particle) else [str(particle.name)]), particle.min_occurs == 0
    names: list[str] = []
    empty = particle.model != "choice"
    for part in particle:
        found, skippable = first_names(part)
        names += found
        if particle.model == "choice":
            empty = empty or skippable
        elif not skippable:
            empty = False
            if particle.model == "sequence":
                break
    return list(dict.fromkeys(names)), empty or particle.min_occurs == 0


def needed(particle: Any) -> set[str]:
    """The local names of the elements that every valid content of the particle has."""
    if particle.min_occurs == 0 or _wildcard(particle):
        return set()
    if not _is_group(particle):
        return {local_name(particle.name)}
    parts = [needed(part) for part in particle]
    if particle.model == "choice":
        return set.intersection(*parts) if parts else set()
    return set().union(*parts)


def choices(particle: Any) -> Iterator[tuple[str, ...]]:
    """The local names of each choice of which one must be taken."""
    if not _is_group(particle) or particle.min_occurs == 0:
        return
    if particle.model != "choice":
        for part in particle:
            yield from choices(part)
        return
    names = [local_name(child.name) for child in particle.iter_elements() if not _wildcard(child)]
    if len(names) > 1 and all(part.min_occurs > 0 for part in particle):
        yield tuple(names)


def most(particle: Any) -> dict[str, int | None]:
    """How many elements of each local name the particle lets in; None without bound, 0 where it lets none in."""
    if _wildcard(particle):
        return {}
    if not _is_group(particle):
        return {local_name(particle.name): particle.max_occurs}
    together: dict[str, int | None] = {}
    for part in particle:
        for name, bound in most(part).items():
            before = together.get(name, 0)
            if before is None or bound is None:
                together[name] = None
            else:
                together[name] = max(before, bound) if particle.model == "choice" else before + bound
    return {name: _times(bound, particle.max_occurs) for name, bound in together.items()}


def _times(bound: int | None, times: int | None) -> int | None:
    if bound == 0:
        return 0
    return None if bound is None or times is None else int(bound * times)
