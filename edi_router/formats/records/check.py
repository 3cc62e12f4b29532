"""Whether a document follows its layout: fields, how often and where records stand, control totals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal

from edi_router.config import did_you_mean
from edi_router.faults import Fault
from edi_router.formats.records.layout import Field, Layout, Record
from edi_router.formats.records.nodes import RecordNode

_NUMBER = re.compile(r"[+-]?([0-9]{1,500})(?:\.([0-9]{1,500}))?")
"""Longer ones nobody means; totals of them would take long."""
_EXACT = Context(prec=1100)
_DIGITS = re.compile(r"[0-9]+")


def check(root: RecordNode, layout: Layout) -> Iterator[Fault]:
    """The faults of a document, in the order of its records; what is missing comes where it is missed."""
    yield from _level(root, layout.records, layout)
    for node in root.walk():
        for field in node.record.fields if node.record is not None else ():
            if field.is_total:
                yield from _total(node, field, root)


def _level(parent: RecordNode, records: Sequence[Record], layout: Layout) -> Iterator[Fault]:
    ranks = {record.name: rank for rank, record in enumerate(records)}
    counts: dict[str, int] = {}
    highest: RecordNode | None = None
    for node in parent.records:
        if highest is not None and ranks.get(node.name, 0) < ranks.get(highest.name, 0):
            values = {"name": node.name, "parent": parent.name, "before": highest.name}
            yield Fault("record-order", node.place(), values)
        elif node.name in ranks:
            highest = node
        counts[node.name] = counts.get(node.name, 0) + 1
        record = node.record
        if record is None:
            continue
        if record.max is not None and counts[node.name] == record.max + 1 and node.name in ranks:
            values = {"name": node.name, "parent": parent.name, "limit": str(record.max)}
            yield Fault("record-repeated", node.place(), values)
        yield from _fields(node, record, layout)
        yield from _level(node, record.records, layout)
    for record in records:
        if counts.get(record.name, 0) < record.min:
            values = {"name": record.name, "parent": parent.name, "least": str(record.min)}
            yield Fault("record-missing", parent.place(), values)


def _fields(node: RecordNode, record: Record, layout: Layout) -> Iterator[Fault]:
    for field in record.fields:
        cell = node.cells.get(field.name)
        text = cell.text if cell is not None else ""
        if not text:
            # A column that is missing altogether is one fault of the header.
            if field.mandatory and not (cell is None and layout.kind == "csv" and layout.header):
                yield Fault("field-missing", node.field_place(field.name), {"field": field.name})
            continue
        for fault in value_faults(field, text, layout):
            yield replace(fault, place=node.field_place(field.name))


def value_faults(field: Field, text: str, layout: Layout) -> Iterator[Fault]:
    """The faults of a value, without their place."""
    for code, values, hint in _value(field, text, layout):
        yield Fault(code, values={"field": field.name, "value": text[:80], **values}, hint=hint)


def _value(field: Field, text: str, layout: Layout) -> Iterator[tuple[str, dict[str, str], str | None]]:
    if field.const is not None and text != field.const:
        yield "field-code", {"known": field.const}, None
        return
    size = layout.size(text)
    if field.length is not None and size > field.length:
        yield "field-too-long", {"length": str(size), "limit": str(field.length)}, None
    elif size < field.min_length:
        yield "field-too-short", {"length": str(size), "limit": str(field.min_length)}, None
    problem = _type(field, text)
    if problem:
        yield "field-type", {"form": problem}, None
    elif field.codes and text not in field.codes:
        yield "field-code", {"known": ", ".join(field.codes[:12])}, did_you_mean(text, field.codes)


def _type(field: Field, text: str) -> str:
    """The form that the text does not have; empty when it has it."""
    if field.type == "digits" and not _DIGITS.fullmatch(text):
        return "0-9"
    if field.type == "number":
        found = _NUMBER.fullmatch(text)
        if found is None:
            return "0-9 ."
        if field.decimals is not None and len((found[2] or "").rstrip("0")) > field.decimals:
            return f"0-9 . (≤ {field.decimals})"
    if field.type == "date" and not any(_is_date(text, form) for form in field.strptime):
        return field.form
    return ""


def _is_date(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form.replace("%-", "%")).strftime(form) == text
    except ValueError:
        return False


def _total(node: RecordNode, field: Field, root: RecordNode) -> Iterator[Fault]:
    """A control total that differs from what it counts."""
    text = node.cells[field.name].text if field.name in node.cells else ""
    if not _NUMBER.fullmatch(text):
        return
    expected = total_of(field, root)
    if Decimal(text) != expected:
        values = {"field": field.name, "value": text, "expected": format(expected, "f")}
        yield Fault("record-total", node.field_place(field.name), values)


def total_of(field: Field, root: RecordNode) -> Decimal:
    """What a control total must be."""
    if field.count is not None:
        return Decimal(sum(field.count in ("records", node.name) for node in root.walk()))
    name, _, summed = (field.sum or "").partition("/")
    found = (node.cells.get(summed) for node in root.walk() if node.name == name)
    return exact_sum(cell.text for cell in found if cell is not None)


def exact_sum(texts: Iterable[str]) -> Decimal:
    """The sum of the numbers among the texts, without any rounding."""
    total = Decimal(0)
    for text in texts:
        if _NUMBER.fullmatch(text):
            total = _EXACT.add(total, Decimal(text))
    return total
