"""Writes flat files: records in the order of the layout, constants and control totals filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from edi_router.faults import Fault, Place
from edi_router.formats.records.check import exact_sum
from edi_router.formats.records.layout import Field, Layout, Record


@dataclass(slots=True)
class Row:
    """A record to be written: its values by field name, and the records that belong to it."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of a file, the records in the order in which they stand, and what cannot be written.

    A fault's place names the record by its number in `rows` and the field by its number in the layout.
    """

    content: bytes
    rows: list[Row]
    faults: list[Fault]


def write(rows: Sequence[Row], layout: Layout) -> Written:
    """The file of one document."""
    ordered = list(_ordered(rows, layout.records))
    for record, row in ordered:
        for each in record.fields:
            if not row.values.get(each.name):
                row.values[each.name] = each.const or ""
    for record, row in ordered:
        for each in record.fields:
            if each.is_total and not row.values[each.name]:
                row.values[each.name] = format(_total(each, [row for _, row in ordered]), "f")
    faults: list[Fault] = []
    texts = [_text(record, row, number, layout, faults) for number, (record, row) in enumerate(ordered, 1)]
    if layout.kind == "csv" and layout.header:
        texts.insert(0, layout.delimiter.join(_quoted(heading, layout) for heading in _columns(layout)))
    end = layout.terminator + layout.eol
    body = "".join(text + end for text in texts)
    found = [row for _, row in ordered]
    if faults:
        return Written(b"", found, faults)
    return Written((b"\xef\xbb\xbf" if layout.bom else b"") + body.encode(layout.encoding), found, [])


def _ordered(rows: Sequence[Row], records: Sequence[Record]) -> Iterator[tuple[Record, Row]]:
    """The records in the order of the layout; one that has nothing but constants and totals is made."""
    for record in records:
        if record.min and record.is_own and all(row.name != record.name for row in rows):
            yield record, Row(record.name)
        for row in rows:
            if row.name == record.name:
                yield record, row
                yield from _ordered(row.rows, record.records)


def _columns(layout: Layout) -> list[str]:
    return list(dict.fromkeys(each.heading for record in layout.all() for each in record.fields))


def _text(record: Record, row: Row, number: int, layout: Layout, faults: list[Fault]) -> str:
    """One record without its end."""
    for position, each in enumerate(record.fields, 1):
        place = Place(segment=number, tag=record.name, element=position)
        faults += _unwritable(row.values[each.name], each, place, layout)
    if faults:
        return ""
    if layout.kind == "fixed":
        return _fixed(record, row, layout)
    if layout.kind == "csv" and layout.header:
        values = {each.heading: row.values[each.name] for each in record.fields}
        cells = [values.get(column, "") for column in _columns(layout)]
    else:
        cells = [row.values[each.name] for each in record.fields]
    if layout.kind == "delimited":
        while cells and not cells[-1]:
            cells.pop()
    return layout.delimiter.join(_quoted(cell, layout) for cell in cells)


def _fixed(record: Record, row: Row, layout: Layout) -> str:
    data = b""
    for each in record.fields:
        begin = len(data) if each.at is None else each.at - 1
        value = row.values[each.name].encode(layout.encoding)
        filler = each.pad.encode(layout.encoding) * ((each.length or 0) - len(value))
        signed = (
            each.type == "number" and each.align == "right" and each.pad == "0" and value[:1] in (b"-", b"+")
        )
        if signed:  # as in -0005
            padded = value[:1] + filler + value[1:]
        else:
            padded = filler + value if each.align == "right" else value + filler
        data = data.ljust(begin) + padded
    return data.decode(layout.encoding)


def _quoted(text: str, layout: Layout) -> str:
    """The text so that it reads back as one cell."""
    special = {layout.delimiter, layout.terminator, layout.quote, layout.release, "\r", "\n"} - {""}
    if not any(character in text for character in special):
        return text
    if layout.release:
        for character in (layout.release, *sorted(special - {layout.release, "\r", "\n"})):
            text = text.replace(character, layout.release + character)
        return text
    return f"{layout.quote}{text.replace(layout.quote, layout.quote * 2)}{layout.quote}"


def _unwritable(text: str, each: Field, place: Place, layout: Layout) -> Iterator[Fault]:
    """What cannot be written without loss."""
    try:
        data = text.encode(layout.encoding)
    except UnicodeEncodeError as error:
        character = text[error.start]
        values = {
            "character": character if character.isprintable() else "�",
            "codepoint": f"U+{ord(character):04X}",
            "name": each.name,
            "encoding": layout.encoding,
        }
        yield Fault("character-not-encodable", place, values)
        return
    if layout.kind == "fixed":
        if len(data) > (each.length or 0):
            values = {
                "field": each.name, "value": text[:80], "length": str(len(data)), "limit": str(each.length),
            }  # fmt: skip
            yield Fault("field-too-long", place, values)
        if "\r" in text or "\n" in text:
            yield Fault("separator-in-data", place, {"value": text[:80]})
        return
    if layout.release or not layout.quote:
        marks = "\r\n" if layout.release else f"{layout.delimiter}{layout.terminator}\r\n"
        if any(mark in text for mark in marks):
            yield Fault("separator-in-data", place, {"value": text[:80]})


def _total(each: Field, rows: Sequence[Row]) -> Decimal:
    if each.count is not None:
        return Decimal(sum(each.count in ("records", row.name) for row in rows))
    name, _, summed = (each.sum or "").partition("/")
    # What is no number is left out: the check of the written file tells of it.
    return exact_sum(row.values.get(summed, "") for row in rows if row.name == name)
