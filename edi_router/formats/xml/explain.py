"""All that is wrong with a document under a schema, from xmlschema's findings, in our own codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from edi_router.faults import Fault, FaultList, Place
from edi_router.formats.xml.particles import content_of, elements, first_names, most, root_names
from edi_router.formats.xml.values import Found, classify, examine, listed, shown
from edi_router.formats.xml.xpath import is_element, line_of, local_name, namespace, xpath_of

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_MOST = 1000


def explain(schema: Any, root: etree._Element, limit: int) -> FaultList:
    """The faults of the tree, each once, in the order of lines; beyond `limit` they are only counted."""
    faults: dict[tuple[str, str | None, tuple[tuple[str, str], ...]], Fault] = {}
    for fault in _Explanation(schema, root).faults():
        faults.setdefault((fault.code, fault.place.xpath, tuple(sorted(fault.values.items()))), fault)
    listed_faults = FaultList(limit)
    listed_faults.extend(sorted(faults.values(), key=lambda fault: fault.place.line or 0))
    return listed_faults


class _Explanation:
    def __init__(self, schema: Any, root: etree._Element) -> None:
        self.schema = schema
        self.root = root
        self.bound: dict[etree._Element, Any] = {}
        found = schema.iter_errors(root, extra_validator=self._bind, use_defaults=False)
        self.errors = list(islice(found, _MOST))

    def _bind(self, element: Any, declaration: Any) -> None:
        self.bound[element] = declaration

    def faults(self) -> Iterator[Fault]:
        for error in self.errors:
            yield from self._one(error)

    def _one(self, error: Any) -> Iterator[Fault]:
        element = error.elem if error.elem is not None else self.root
        kind = type(error.validator).__name__
        if type(error).__name__ == "XMLSchemaChildrenValidationError":
            yield self._children(error, element)
        elif kind == "Accepted":
            yield self._root(element)
        elif kind == "XsdAttributeGroup":
            yield from self._attributes(error, element)
        elif isinstance(error.obj, etree._Element):
            yield self._content(error, element, kind)
        else:
            yield from self._values(error, element)

    def _root(self, element: etree._Element) -> Fault:
        name, names = str(element.tag), root_names(self.schema)
        alike = [other for other in names if local_name(other) == local_name(name)]
        if element is self.root and alike and name not in names:
            return _namespace(element, alike[0])
        expected = listed([local_name(other) for other in names])
        return _fault("xsd-root-unexpected", element, {"expected": expected})

    def _children(self, error: Any, element: etree._Element) -> Fault:
        names = _expected(error)
        child = error.invalid_child
        if child is None:
            return _missing(element, names)
        tag = str(child.tag)
        declaration = self.bound.get(element)
        order = [str(particle.name) for particle in elements(declaration)] if declaration is not None else []
        wrong = next((name for name in (*names, *order) if local_name(name) == local_name(tag)), None)
        if wrong is not None and tag not in order:
            return _namespace(child, wrong)
        misplaced = any(other.tag in names for other in child.itersiblings())
        earlier = order[: order.index(tag)] if tag in order else []
        if names and not misplaced and all(name in earlier for name in names):
            return _missing(element, names, before=child)
        parent = local_name(str(element.tag))
        following = [local_name(name) for name in names or _following(child, order)]
        values = {"parent": parent, "expected": listed(following) or f"</{parent}>"}
        if tag not in order:
            close = difflib.get_close_matches(local_name(tag), [local_name(name) for name in order], n=1)
            return _fault("xsd-element-unexpected", child, values, hint=close[0] if close else None)
        bound = most(content_of(declaration)).get(local_name(tag), 0)
        if bound and _before(child) >= bound:
            return _fault("xsd-element-too-many", child, {"parent": values["parent"], "limit": str(bound)})
        return _fault("xsd-element-order", child, values)

    def _attributes(self, error: Any, element: etree._Element) -> Iterator[Fault]:
        group, given = error.validator, {str(name) for name in element.attrib}
        required = set(group.iter_required()) - given
        unknown = {name for name in given if name not in group and namespace(name) != _XSI}
        for name in sorted(required):
            yield _fault("xsd-attribute-missing", element, {"attribute": local_name(name)})
        for name in sorted(unknown if not required or "not allowed" in str(error.reason) else ()):
            yield _fault("xsd-attribute-unexpected", element, {"attribute": local_name(name)})
        if not required and not unknown:
            yield self._other(error, element)

    def _content(self, error: Any, element: etree._Element, kind: str) -> Fault:
        if _has_text(element) and (kind == "XsdGroup" or self._has_particles(element)):
            return _fault("xsd-text-unexpected", element, {})
        if kind == "XsdElement" and error.validator.type.has_simple_content() and _has_elements(element):
            return _fault("xsd-children-unexpected", element, {})
        return self._other(error, element)

    def _values(self, error: Any, element: etree._Element) -> Iterator[Fault]:
        """The text and the attributes of the element, looked at again one by one."""
        found = list(self._looked_at(element))
        if found or self._is_told(element):
            yield from found
            return
        classified = classify(error.validator, str(error.obj))
        if classified is None:
            yield self._other(error, element)
        else:
            yield _fault(classified[0], element, classified[1])

    def _is_told(self, element: etree._Element) -> bool:
        """Whether the element holds what it may not hold: elements instead of text, or text where none may be."""
        return _has_text(element) if self._has_particles(element) else _has_elements(element)

    def _has_particles(self, element: etree._Element) -> bool:
        """Whether the element is for elements only."""
        declaration = self.bound.get(element)
        return (
            declaration is not None
            and hasattr(content_of(declaration), "model")
            and not getattr(declaration.type, "mixed", False)
        )

    def _looked_at(self, element: etree._Element) -> Iterator[Fault]:
        declaration = self.bound.get(element)
        if declaration is None or f"{{{_XSI}}}type" in element.attrib:
            return
        content = content_of(declaration)
        if not hasattr(content, "model") and not _has_elements(element):
            yield from _named(element, examine(content, "".join(_own_texts(element))), "")
        for name, text in element.attrib.items():
            use = declaration.attributes.get(str(name))
            if use is not None and getattr(use, "type", None) is not None:
                yield from _named(element, examine(use.type, str(text)), "@" + local_name(str(name)))

    def _other(self, error: Any, element: etree._Element) -> Fault:
        problem = shown(str(error.reason or error.message)).rstrip(".")
        return _fault("xsd-invalid", element, {"problem": problem})


def _expected(error: Any) -> list[str]:
    """The names that may stand where the content goes wrong; none when anything more is too much."""
    if not error.expected:
        return []
    if hasattr(error.particle, "model"):
        names, _ = first_names(error.particle)
        if names:
            return names
    return [str(particle.name) for particle in error.expected if getattr(particle, "name", None)]


def _fault(code: str, element: etree._Element, values: dict[str, str], hint: str | None = None) -> Fault:
    place = Place(line=line_of(element), xpath=xpath_of(element))
    return Fault(code, place, {"name": local_name(str(element.tag)), **values}, hint=hint)


def _missing(parent: etree._Element, names: list[str], before: etree._Element | None = None) -> Fault:
    line = line_of(parent if before is None else before)
    name = " | ".join(local_name(name) for name in names) or "—"
    values = {"name": name, "parent": local_name(str(parent.tag))}
    return Fault("xsd-element-missing", Place(line=line, xpath=xpath_of(parent)), values)


def _namespace(element: etree._Element, expected: str) -> Fault:
    values = {"namespace": namespace(str(element.tag)), "expected": namespace(expected)}
    return _fault("xsd-namespace", element, values)


def _named(element: etree._Element, found: Found | None, attribute: str) -> Iterator[Fault]:
    if found is None:
        return
    code, values = found
    fault = _fault(code, element, values)
    if attribute:
        place = Place(line=fault.place.line, xpath=f"{fault.place.xpath}/{attribute}")
        fault = Fault(code, place, {**fault.values, "name": f"{fault.values['name']}/{attribute}"})
    yield fault


def _following(child: etree._Element, order: list[str]) -> list[str]:
    """What may stand at the child's place by the schema's order, when nothing has to."""
    before = next(
        (str(other.tag) for other in child.itersiblings(preceding=True) if other.tag in order), None
    )
    return order[order.index(before) + 1 :] if before is not None else []


def _before(element: etree._Element) -> int:
    return sum(1 for other in element.itersiblings(preceding=True) if other.tag == element.tag)


def _own_texts(element: etree._Element) -> list[str]:
    return [element.text or "", *(child.tail or "" for child in element)]


def _has_text(element: etree._Element) -> bool:
    return any(text.strip() for text in _own_texts(element))


def _has_elements(element: etree._Element) -> bool:
    return any(is_element(child) for child in element)
