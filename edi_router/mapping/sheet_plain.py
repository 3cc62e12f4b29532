"""The partner sheet as plain values, for programs."""

from __future__ import annotations

from typing import Any

from edi_router.mapping.model import Item
from edi_router.mapping.sheet import Row, Sheet
from edi_router.mapping.trace_secret import MASK

Plain = dict[str, Any]


def sheet_plain(sheet: Sheet, language: str) -> Plain:
    """The sheet: what the page shows, with the same secrets masked; what there is not is left out."""
    definition = sheet.mapping.definition
    return {
        "mapping": definition.id,
        "from": str(definition.origin),
        "to": definition.target,
        "note": definition.note.strip(),
        "documents": sheet.documents,
        "rows": [_row(row, language) for row in sheet.rows],
        "tables": [
            {
                "name": use.name,
                "by": use.by,
                "column": use.column,
                "rows": [{"line": row.line, **row.columns} for row in table.rows],
            }
            for use, table in sheet.tables
        ],
    }


def _row(row: Row, language: str) -> Plain:
    item, about = row.item, row.about
    shape: Plain = {"target": row.name, "depth": row.depth}
    shape |= {
        "title": about.name,
        "form": about.form,
        "mandatory": about.mandatory,
        "required": item.required,
    }
    shape |= {"secret": row.secret} | _source(item, row.secret)
    shape["from"] = [{"path": text, "name": name} for text, name in row.sources]
    shape |= {"functions": row.functions, "then": row.then}
    shape["when"] = row.condition(language)
    shape["examples"] = [{"from": list(each.inputs), "to": each.output} for each in row.examples]
    shape["place"] = {"file": item.place.file, "line": item.place.line}
    return {key: value for key, value in shape.items() if value not in (None, "", [], False)}


def _source(item: Item, secret: bool) -> Plain:
    """Where the value comes from, beside paths."""
    shape: Plain = {"const": item.const, "default": item.default, "join": item.join, "first": item.first}
    if secret:
        shape |= {key: MASK for key in ("const", "default") if shape[key]}
    if item.each is not None:
        shape["seen_from" if item.single else "each"] = item.each.text
    if item.every_source:
        shape["all"] = True
    if item.register is not None:
        shape["register"] = {"name": item.register.name, "field": item.register.gives}
    if item.table is not None:
        shape["table"] = {"name": item.table.name, "by": item.table.by, "column": item.table.column}
    if item.wrap is not None:
        wrap = item.wrap
        shape["wrap"] = {
            "length": wrap.length,
            "first": wrap.first,
            "last": wrap.last,
            "bytes": wrap.encoding,
        }
    shape["note"] = item.note
    return shape
