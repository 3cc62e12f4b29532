"""What is wrong with a layout beyond the values of single keys: names, totals, positions, forms of dates, characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from edi_router.formats.records.layout import FORM_TOKEN, Field, Layout, Record

Way = tuple[str | int, ...]
Problem = tuple[Way, str]
_TEXT = re.compile(r"[A-Za-z]+")


def problems_of(layout: Layout) -> Iterator[Problem]:
    """Each problem with the way to it from the layout on."""
    records = list(_records(layout.records, ()))
    names: set[str] = set()
    for way, record in records:
        if record.name in names:
            yield (*way, "name"), f"record {record.name} stands twice: each name stands once in a layout"
        names.add(record.name)
        yield from _distinct(way, record)
    without = [way for way, record in records if not record.constants]
    for way in without[1:]:
        yield way, "records are told apart by fields with `const`: only one record may be without"
    yield from _documents(layout)
    for way, record in records:
        for at, field in enumerate(record.fields):
            for part, problem in _field(layout, field):
                yield (*way, "fields", at, *part), f"{record.name}/{field.name}: {problem}"


def _records(records: tuple[Record, ...], way: Way) -> Iterator[tuple[Way, Record]]:
    for at, record in enumerate(records):
        here = (*way, "records", at)
        yield here, record
        yield from _records(record.records, here)


def _distinct(way: Way, record: Record) -> Iterator[Problem]:
    """Fields and records of one record have different names, and columns different heads."""
    names: set[str] = set()
    heads: set[str] = set()
    for at, field in enumerate(record.fields):
        if field.name in names:
            yield (*way, "fields", at, "name"), f"{field.name} stands twice in {record.name}"
        elif field.heading in heads:
            part = "name" if field.column is None else "column"
            yield (*way, "fields", at, part), f"the column {field.heading} stands twice in {record.name}"
        names.add(field.name)
        heads.add(field.heading)
    for at, below in enumerate(record.records):
        if below.name in names:
            yield (*way, "records", at, "name"), f"{below.name} stands twice in {record.name}"


def _documents(layout: Layout) -> Iterator[Problem]:
    """Where a document begins."""
    if layout.each is None:
        if layout.by:
            yield ("by",), "`by` needs `each`"
        return
    first = next((record for record in layout.records if record.name == layout.each), None)
    if first is None:
        yield ("each",), f"there is no record {layout.each} at the top"
        return
    for at, name in enumerate(layout.by):
        if first.field(name) is None:
            yield ("by", at), f"{layout.each} has no field {name}"


def _field(layout: Layout, field: Field) -> Iterator[Problem]:
    if layout.kind == "fixed" and field.length is None:
        yield (), "it needs a length, as the layout is fixed"
    if layout.kind != "fixed" and field.at is not None:
        yield ("at",), "`at` is for fixed layouts"
    if field.count not in (None, "records") and layout.find(field.count or "") is None:
        yield ("count",), f"there is no record {field.count} to count"
    if field.sum is not None:
        name, _, summed = field.sum.partition("/")
        found = layout.find(name)
        if found is None or found.field(summed) is None:
            yield ("sum",), f"there is no {field.sum} to sum up; write RECORD/FIELD"
    if field.type == "date":
        words = [word for word in _TEXT.findall(FORM_TOKEN.sub("", field.form)) if word not in ("T", "Z")]
        if words:
            known = "parts are yyyy, yy, MM, M, dd, d, HH, mm and ss"
            yield ("form",), f"`{words[0]}` is no part of a date; {known}"
    for part, text in _texts(layout, field):
        if (character := _unwritable(layout.encoding, text)) is not None:
            yield part, f"the character {character} does not exist in {layout.encoding}"


def _texts(layout: Layout, field: Field) -> Iterator[tuple[Way, str]]:
    """The texts of a field that stand in files."""
    if layout.kind == "csv" and layout.header:
        yield ("name",) if field.column is None else ("column",), field.heading
    if field.const is not None:
        yield ("const",), field.const
    for at, code in enumerate(field.codes):
        yield ("codes", at), code


def _unwritable(encoding: str, text: str) -> str | None:
    for character in text:
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            return character
    return None
