"""Documents with names: what `edi-router show FILE` prints, as plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec, segment_spec
from edi_router.formats.edifact.nodes import GroupNode, SegmentNode
from edi_router.formats.secrets import MASK

if TYPE_CHECKING:
    from lxml import etree

    from edi_router.faults import Place
    from edi_router.formats.edifact.directory import Definitions
    from edi_router.formats.edifact.model import Interchange
    from edi_router.formats.edifact.segment import Segment
    from edi_router.formats.records.nodes import RecordNode
    from edi_router.library import Document
    from edi_router.paths import Node

Plain = dict[str, Any]


def interchange(found: Interchange, definitions: Definitions) -> Plain:
    """The interchange without its messages, which are put in between as they are read."""
    shape: Plain = {
        "sender": found.sender,
        "recipient": found.recipient,
        "control_reference": found.control_reference,
        "syntax": found.syntax,
        "syntax_version": found.syntax_version,
        "test": found.test,
        "encoding": found.encoding,
    }
    if found.header is not None:
        shape["header"] = service_segment(found.header, found, definitions)
    return {key: clean(value) if isinstance(value, str) else value for key, value in shape.items()}


def service_segment(found: Segment, within: Interchange, definitions: Definitions) -> Plain:
    """A segment of the envelope."""
    directory = "service-4" if within.syntax_version == 4 else "service-3"
    return segment(found, segment_spec(definitions, directory, found.tag), None, definitions)


def message(document: Document, definitions: Definitions) -> Plain:
    """A message: its segments in order, each with its group, its elements and the names of its codes."""
    found = document.message
    assert found is not None
    nodes = {node.segment.number: node for node in _segments(document.root)}
    definition = definitions.message(found.type, found.version, found.release)
    shape: Plain = {
        "type": clean(found.type),
        "directory": clean(found.directory),
        "name": definition.name if definition is not None else "",
        "reference": clean(found.reference),
        "position": found.position,
        "segments": [],
    }
    for each in found.segments:
        node = nodes.get(each.number)
        spec, group = (node.spec, node.group) if node is not None else (None, None)
        shape["segments"].append(segment(each, spec, group, definitions))
    return shape


def _segments(node: object) -> Iterator[SegmentNode]:
    if isinstance(node, SegmentNode):
        yield node
    elif isinstance(node, GroupNode):
        for name in node.names():
            for child in node.children(name):
                yield from _segments(child)
        for unplaced in getattr(node, "unplaced", ()):
            yield from _segments(unplaced)


def segment(found: Segment, spec: SegmentSpec | None, group: str | None, definitions: Definitions) -> Plain:
    """A segment with the names of what is in it; empty parts are left out."""
    shape: Plain = {"tag": clean(found.tag), "segment": found.number, "line": found.line}
    defined = definitions.segment(spec.directory, found.tag) if spec is not None else None
    if defined is not None:
        shape["name"] = defined.name
    if group:
        shape["group"] = group
    shape["elements"] = []
    for index, repeats in enumerate(found.elements()):
        part = spec.parts[index] if spec is not None and index < len(spec.parts) else None
        for number, components in enumerate(repeats, start=1):
            element = _element(components, part, index + 1)
            if element is not None:
                if len(repeats) > 1:
                    element["repeat"] = number
                shape["elements"].append(element)
    return shape


def _element(components: tuple[str, ...], part: ElementSpec | PartSpec | None, position: int) -> Plain | None:
    if not any(components):
        return None
    shape: Plain = {"element": position}
    if part is not None:
        shape |= {"id": part.id, "name": part.name}
    if isinstance(part, PartSpec) or len(components) > 1:
        specs = part.components if isinstance(part, PartSpec) else ()
        shape["components"] = [
            {"component": index, **_value(value, specs[index - 1] if index <= len(specs) else None)}
            for index, value in enumerate(components, start=1)
            if value
        ]
        return shape
    return {**shape, **_value(components[0], part)}


def _value(value: str, spec: ElementSpec | None) -> Plain:
    shape: Plain = {}
    if spec is not None:
        shape |= {"id": spec.id, "name": spec.name}
    shape["value"] = clean(value)
    if spec is not None and spec.codes is not None and value in spec.codes:
        shape["meaning"] = spec.codes[value]
    return shape


def element(found: etree._Element) -> Plain:
    """An XML element with what is in it, however deep: the depth is bounded by the reader's limits."""
    from edi_router.formats.xml.xpath import is_element, local_name

    shape: Plain = {"name": local_name(str(found.tag)), "line": found.sourceline}
    if found.attrib:
        shape["attributes"] = {local_name(str(key)): str(value) for key, value in found.attrib.items()}
    children = [element(child) for child in found if is_element(child)]
    if children:
        shape["children"] = children
    elif text := (found.text or "").strip():
        shape["text"] = text
    return shape


def clean(text: str) -> str:
    """The text with bytes that could not be decoded, and other unprintables, as escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)


def records(root: RecordNode, secrets: Sequence[Node] = ()) -> Plain:
    """A document of a flat file: its records in their order, each with its filled fields; secrets are masked."""
    return {"name": root.name, "records": _records(root, {node.place() for node in secrets})}


def _records(parent: RecordNode, secrets: Collection[Place]) -> list[Plain]:
    shapes: list[Plain] = []
    for node in parent.records:
        heads = {
            field.name: field.heading for field in (node.record.fields if node.record is not None else ())
        }
        fields: list[Plain] = []
        for name, cell in node.cells.items():
            if cell.text:
                shape: Plain = {"name": name}
                if heads.get(name, name) != name:
                    shape["column"] = heads[name]
                fields.append(shape | {"value": MASK if node.field_place(name) in secrets else cell.text})
        shapes.append(
            {
                "record": node.number, "name": node.name, "line": node.place().line, "fields": fields,
                "records": _records(node, secrets),
            }
        )  # fmt: skip
    return shapes
