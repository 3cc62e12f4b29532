"""Whether the type of a source fits the type of its target: a text that goes into a number or a date as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from edi_router.faults import Fault
from edi_router.formats.xml.model import ElementInfo
from edi_router.mapping.lint_paths import end_of
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.shape import EdifactShape, Shape
from edi_router.paths import Start

Look = Callable[[Sequence[str]], ElementInfo | None]
NUMBERS = frozenset(
    ("decimal", "integer", "int", "long", "short", "float", "double", "nonNegativeInteger", "positiveInteger")
)
DATES = frozenset(("date", "dateTime", "time"))


def lint_types(definition: Definition, source: Shape, look: Look) -> list[Fault]:
    """Texts of an EDIFACT message that become numbers or dates of an XSD without a function or table.

    `an..18` admits the comma of ISO 9735 and any letter; `xs:decimal` neither. Dates have the form that 2379
    names, never that of `xs:date`.
    """
    return list(_item(definition.output, [definition.output.name], source, look))


def _item(item: Item, path: list[str], here: Shape, look: Look) -> Iterator[Fault]:
    if item.each is not None:
        inner = end_of(item.each.path, here)
        if inner is None:
            return
        here = inner
    info = None if item.is_attribute or not item.sources else look(path)
    wanted = info.type if info is not None and info.leaf else ""
    if wanted in NUMBERS | DATES and not (item.functions or item.table):
        for each in item.sources:
            end = None if each.path.start is Start.CONTEXT else end_of(each.path, here)
            form = _form(end)
            if form and not (wanted in NUMBERS and form.startswith("n")):
                values = {"name": item.name, "type": wanted, "path": each.text, "form": form}
                hint = "as: decimal" if wanted in NUMBERS else 'as: {date: "yyyy-MM-dd"}'
                yield Fault("source-type", each.place, values, hint=hint)
    for child in item.do or ():
        yield from _item(child, [*path, child.name], here, look)


def _form(shape: Shape | None) -> str:
    """The representation of a data element, such as `an..18`; empty when it is none."""
    if not isinstance(shape, EdifactShape) or not shape.is_leaf:
        return ""
    element = shape.definitions.element(shape.directory, shape.name.removeprefix("d"))
    return element.form if element is not None else ""
