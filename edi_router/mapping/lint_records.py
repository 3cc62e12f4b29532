"""Whether the output of a mapping can fit its layout: names, how often, lengths and codes, what is mandatory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.config import did_you_mean
from edi_router.faults import Fault, render
from edi_router.formats.records import Field, Layout, Record
from edi_router.formats.records.check import value_faults
from edi_router.mapping.model import Item


def lint_records(root: Item, layout: Layout) -> list[Fault]:
    """The faults of the mapping's output items against the layout. Their order is the writer's affair."""
    if root.name != layout.id:
        values = {"name": root.name, "parent": "(root)"}
        return [Fault("target-unknown", root.place, values, hint=layout.id)]
    return list(_level(root, None, layout.records, layout))


def _level(parent: Item, record: Record | None, records: Sequence[Record], layout: Layout) -> Iterator[Fault]:
    """The fields of a record, and the records below it."""
    fields = {field.name: field for field in record.fields} if record is not None else {}
    below = {each.name: each for each in records}
    given: dict[str, int] = {}
    for child in parent.do or ():
        given[child.name] = given.get(child.name, 0) + (not child.when)
        if child.name in fields and child.do is None:
            yield from _field(child, parent, fields[child.name], layout)
        elif child.name in below and child.do is not None:
            inner = below[child.name]
            if inner.max is not None and (
                given[child.name] > inner.max or (child.repeats and inner.max == 1)
            ):
                yield _repeated(child, parent)
            yield from _level(child, inner, inner.records, layout)
        else:
            names = [*fields, *below]
            hint = did_you_mean(child.name, names) or ", ".join(names[:12]) or None
            yield Fault("target-unknown", child.place, {"name": child.name, "parent": parent.name}, hint=hint)
        if child.name in fields and (given[child.name] > 1 or child.repeats):
            yield _repeated(child, parent)
    needed = [name for name, field in fields.items() if field.mandatory and not field.is_own]
    needed += [each.name for each in records if each.min and not each.is_own]
    for name in needed:
        if name not in given:
            yield Fault("target-unfilled", parent.place, {"name": name, "parent": parent.name})


def _repeated(child: Item, parent: Item) -> Fault:
    return Fault("target-repeated", child.place, {"name": child.name, "parent": parent.name})


def _field(item: Item, parent: Item, field: Field, layout: Layout) -> Iterator[Fault]:
    """A fixed text that can never be right."""
    for text in item.fixed:
        for fault in value_faults(field, text, layout):
            values = {
                "name": item.name, "parent": parent.name, "value": text,
                "problem": render(fault, "en"), "problem_zh": render(fault, "zh"),
            }  # fmt: skip
            yield Fault("target-never-valid", item.place, values, hint=fault.hint)
