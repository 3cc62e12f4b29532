"""Whether the type of a source fits the type of its target: a text that goes into a number or a date as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from edi_router.faults import Fault
from edi_router.formats.xml.model import ElementInfo
from edi_router.mapping.lint_paths import end_of
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.shape import EdifactShape, LayoutShape, Shape, XmlShape

Look = Callable[[Sequence[str]], ElementInfo | None]
NUMBERS = frozenset(
    ("decimal", "integer", "int", "long", "short", "float", "double", "nonNegativeInteger", "positiveInteger")
)
DATES = frozenset(("date", "dateTime", "time"))


def lint_types(definition: Definition, source: Shape, look: Look) -> list[Fault]:
    """Texts of the source that become numbers or dates of an XSD without a function or table.

    In EDIFACT `an..18` admits the comma of ISO 9735 and any letter; `xs:decimal` neither. Dates have the form that
    2379 names, never that of `xs:date`. Of XML and flat files the schema or layout says what a value is.
    """
    return list(_item(definition.output, [definition.output.name], source, look))


def _item(item: Item, path: list[str], here: Shape, look: Look) -> Iterator[Fault]:
    if item.each is not None:
        inner = end_of(item.each.path, here)
        if inner is None:
            return
        here = inner
    info = None if item.is_attribute or item.unsure or not item.sources else look(path)
    wanted = info.type if info is not None and info.leaf else ""
    if wanted in NUMBERS | DATES and not (item.functions or item.register or item.table or item.then):
        for each in item.sources:
            end = end_of(each.path, here)
            form = _other(end, wanted)
            if form:
                values = {"name": item.name, "type": wanted, "path": each.text, "form": form}
                hint = "as: decimal" if wanted in NUMBERS else 'as: {date: "yyyy-MM-dd"}'
                yield Fault("source-type", each.place, values, hint=hint)
    for child in item.do or ():
        yield from _item(child, [*path, child.name], here, look)


def _other(shape: Shape | None, wanted: str) -> str:
    """The form of a source that is not the wanted one, as its definition writes it; empty when it is, or not known."""
    if shape is None or not shape.is_leaf:
        return ""
    if isinstance(shape, EdifactShape):
        element = shape.definitions.element(shape.directory, shape.name.removeprefix("d"))
        form = element.form if element is not None else ""
        return "" if wanted in NUMBERS and form.startswith("n") else form
    if isinstance(shape, XmlShape):
        return _of_element(shape.info, wanted)
    return _of_field(shape, wanted) if isinstance(shape, LayoutShape) else ""


def _of_element(info: ElementInfo | None, wanted: str) -> str:
    """The type of an element; one that has patterns or listed values may fit well."""
    if info is None or not info.leaf or not info.type or info.patterns or info.values:
        return ""
    return "" if info.type == wanted or (wanted in NUMBERS and info.type in NUMBERS) else info.type


def _of_field(shape: LayoutShape, wanted: str) -> str:
    """The type of a field of a record."""
    record = shape.parent.record if isinstance(shape.parent, LayoutShape) else None
    field = (
        next((each for each in record.fields if each.name == shape.name), None)
        if record is not None
        else None
    )
    if field is None or field.codes or field.const is not None:
        return ""
    if wanted in NUMBERS and field.type in ("number", "digits"):
        return ""
    if wanted == "date" and field.type == "date" and field.form == "yyyy-MM-dd":
        return ""
    return f"{field.type} {field.form}" if field.type == "date" else field.type
