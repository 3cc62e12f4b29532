"""The output tree as bytes, and faults of the output told in terms of the input and the mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from edi_router.faults import Fault, Place, render
from edi_router.formats.xml import writer
from edi_router.formats.xml.model import ElementInfo
from edi_router.mapping.model import Item
from edi_router.mapping.output import Element, rule_of, with_paths
from edi_router.mapping.scope import Run

_MISSING = ("xsd-element-missing", "xsd-attribute-missing", "xsd-value-empty")


Look = Callable[[Sequence[str]], ElementInfo | None]
"""What the schema says about the element at a path of local names from the root."""


def written(root: Element, namespace: str, encoding: str, look: Look | None = None) -> writer.Written:
    """The document in the encoding; no content when a character cannot be written.

    With `look`, every element stands in the namespace that the schema says, as one of several schemas needs it.
    """
    plain = _plain(root)
    if look is not None:
        _declare(plain, namespace, [root.name], look)
    return writer.write(plain, namespace=namespace, encoding=encoding)


def told(faults: list[Fault], root: Element, run: Run) -> list[Fault]:
    """The faults of the output, each at the input place and the mapping line that it comes from."""
    if not faults:
        return []
    elements = dict(with_paths(root))
    return [_told(fault, elements, run) for fault in faults if not _known(fault, run)]


def invalid(fault: Fault, path: str, element: Element, item: Item, run: Run) -> Fault:
    """A fault of the output's part at `path`, told at the input place and the mapping line that it comes from."""
    found = next((each.found for each in _inside(element) if each.found and each.found.nodes), None)
    place = element.scope.place() if found is None else found.nodes[0].place()
    values = {"path": path, "problem": render(fault, "en"), "problem_zh": render(fault, "zh")}
    return Fault("output-invalid", place, values, rule=rule_of(item, run.file), hint=fault.hint)


def _inside(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _inside(child)


def _plain(element: Element) -> writer.Element:
    return writer.Element(
        element.name,
        {attribute.name: attribute.text for attribute in element.attributes},
        [_plain(child) for child in element.children],
        element.text or "",
    )


def _declare(element: writer.Element, namespace: str, path: list[str], look: Look) -> None:
    """Declare the namespaces of the elements inside, where they are others than around them."""
    for child in element.children:
        inner = [*path, child.name]
        info = look(inner)
        own = namespace if info is None else info.namespace
        if own != namespace:
            child.attributes = {"xmlns": own, **child.attributes}
        _declare(child, own, inner, look)


def _told(fault: Fault, elements: dict[str, Element], run: Run) -> Fault:
    path, _, attribute = (fault.place.xpath or "").partition("/@")
    while path not in elements and "/" in path:
        path = path.rpartition("/")[0]
    element = elements.get(path) or next(iter(elements.values()))
    item, place = _origin(element, attribute)
    values = {
        "path": fault.place.xpath or "",
        "problem": render(fault, "en"),
        "problem_zh": render(fault, "zh"),
    }
    return Fault("output-invalid", place, values, rule=rule_of(item, run.file), hint=fault.hint)


def _origin(element: Element, attribute: str) -> tuple[Item, Place]:
    """The mapping line and the input place of an output element or attribute."""
    for candidate in element.attributes:
        if candidate.name == attribute:
            nodes = candidate.found.nodes
            return candidate.item, (nodes[0] if nodes else element.scope).place()
    if element.found is not None and element.found.nodes:
        return element.item, element.found.nodes[0].place()
    return element.item, element.scope.place()


def _known(fault: Fault, run: Run) -> bool:
    """Whether the fault repeats that a value is missing, which the run has told already."""
    if fault.code not in _MISSING:
        return False
    name = fault.values.get("attribute") or fault.values.get("name", "")
    return any(part in run.unfilled or f"@{part}" in run.unfilled for part in name.split(" | "))
