"""A form for any XML document, made of its schema: what the XSD says of an element is its label, and its limits are checked.

Names of fields are paths: `Head.MsgId`, `Goods.1.Qty`; what may stand several times is numbered from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from lxml import etree
from xmlschema import XMLSchema
from xmlschema.validators import XsdElement, XsdGroup

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MANY = 99
"""So many of what may stand without a limit."""
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Field:
    """An element: one with `children` is a group of others."""

    name: str
    path: str
    """With numbers where an element may stand several times: `Goods.2.Qty`."""
    en: str
    zh: str
    required: bool
    most: int
    choices: tuple[str, ...] = ()
    pattern: str = ""
    length: int | None = None
    children: tuple[Field, ...] = ()
    value: str = ""
    fault: str = ""


def form_of(schema: XMLSchema, root: str) -> Field:
    """The form of a document; KeyError when the schema has no such root."""
    return _field(schema.elements[root], "", 0)


def _field(element: XsdElement, above: str, depth: int) -> Field:
    told = {
        each.get(_LANGUAGE, "en"): " ".join((each.text or "").split()) for each in _documentation(element)
    }
    path = f"{above}.{element.local_name}" if above else element.local_name
    kind = element.type
    children: tuple[Field, ...] = ()
    content = getattr(kind, "content", None)
    if isinstance(content, XsdGroup) and depth < DEEPEST:
        inner = "" if not depth else path
        elements = [each for each in content.iter_elements() if isinstance(each, XsdElement)]
        children = tuple(_field(each, inner, depth + 1) for each in elements)
    patterns = getattr(kind, "patterns", None)
    enumeration = getattr(kind, "enumeration", None) or ()
    return Field(
        element.local_name, path, told.get("en", ""), told.get("zh", told.get("en", "")), element.min_occurs > 0,
        MANY if element.max_occurs is None else min(element.max_occurs, MANY),
        tuple(str(each) for each in enumeration),
        next((each.get("value", "") for each in patterns), "") if patterns is not None else "",
        getattr(kind, "max_length", None), children,
    )  # fmt: skip


def _documentation(element: XsdElement) -> Sequence[Any]:
    return [] if element.annotation is None else element.annotation.documentation


def filled(form: Field, values: Mapping[str, str], faults: Mapping[str, str], more: str = "") -> Field:
    """The form with what was typed, as many lines of each group as have a value, and one `more` of one of them."""
    return replace(form, children=tuple(_lines(form, "", values, faults, more, _there(values))))


def _lines(
    group: Field,
    at: str,
    values: Mapping[str, str],
    faults: Mapping[str, str],
    more: str,
    there: frozenset[str],
) -> Iterator[Field]:
    for child in group.children:
        here = f"{at}.{child.name}" if at else child.name
        if child.most == 1:
            yield _one(child, here, values, faults, more, there)
            continue
        used = [number for number in range(1, child.most + 1) if f"{here}.{number}" in there]
        count = max([*used, 1 if child.required or not child.children else 0])
        count = min(child.most, count + (more == here))
        for number in range(1, count + 1):
            yield _one(child, f"{here}.{number}", values, faults, more, there)
        if not count:
            yield replace(child, path=f"{here}.0", children=())


def _one(
    child: Field,
    here: str,
    values: Mapping[str, str],
    faults: Mapping[str, str],
    more: str,
    there: frozenset[str],
) -> Field:
    inner = tuple(_lines(child, here, values, faults, more, there))
    return replace(child, path=here, children=inner, value=values.get(here, ""), fault=faults.get(here, ""))


def _there(values: Mapping[str, str]) -> frozenset[str]:
    """The paths of all elements in which something was typed."""
    found: set[str] = set()
    for name in (name for name, value in values.items() if value.strip()):
        at = name
        while at and at not in found:
            found.add(at)
            at = at.rpartition(".")[0]
    return frozenset(found)


def document(form: Field, values: Mapping[str, str], namespace: str = "") -> bytes:
    """The document of what was typed: elements in the order of the schema, empty ones left out."""
    prefix = f"{{{namespace}}}" if namespace else ""
    root = etree.Element(f"{prefix}{form.name}", nsmap=cast(Any, {None: namespace} if namespace else None))
    _put(root, form, "", values, prefix, _there(values))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _put(
    parent: etree._Element,
    group: Field,
    at: str,
    values: Mapping[str, str],
    prefix: str,
    there: frozenset[str],
) -> None:
    for child in group.children:
        here = f"{at}.{child.name}" if at else child.name
        numbers = [here] if child.most == 1 else [f"{here}.{number}" for number in range(1, child.most + 1)]
        for each in numbers:
            if each not in there:
                continue
            element = etree.SubElement(parent, f"{prefix}{child.name}")
            if child.children:
                _put(element, child, each, values, prefix, there)
            else:
                element.text = values.get(each, "").strip()


def values_of(form: Field, root: etree._Element) -> dict[str, str]:
    """What a document would have been typed as."""
    found: dict[str, str] = {}
    _take(found, form, "", root)
    return found


def _take(found: dict[str, str], group: Field, at: str, parent: etree._Element) -> None:
    for child in group.children:
        here = f"{at}.{child.name}" if at else child.name
        same = [
            each for each in parent if isinstance(each.tag, str) and etree.QName(each).localname == child.name
        ]
        for number, element in enumerate(same[: child.most], start=1):
            place = here if child.most == 1 else f"{here}.{number}"
            if child.children:
                _take(found, child, place, element)
            else:
                found[place] = (element.text or "").strip()
