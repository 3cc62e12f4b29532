"""Whether the values of code tables fit the places of the output that they are written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from edi_router.faults import Fault, render
from edi_router.mapping.model import Item
from edi_router.mapping.target_limits import Limits
from edi_router.tables import Row, Table


def lint_tables(root: Item, tables: Mapping[str, Table], limits: Limits) -> list[Fault]:
    """A warning for each line that takes values from a table which its target can never hold.

    A table may serve several targets, and no document may ever ask for the row: so it is no error.
    """
    return list(_item(root, [root.name], (), tables, limits))


def _item(
    item: Item, path: list[str], beside: Sequence[Item], tables: Mapping[str, Table], limits: Limits
) -> Iterator[Fault]:
    use = item.table
    # What is joined or goes through further functions is another text than that of the table.
    changed = item.then or item.wrap is not None or item.join is not None or item.unsure
    if use is not None and use.name in tables and not changed:
        rows: dict[str, Row] = {}
        for row in tables[use.name].rows:
            text = row.columns.get(use.column, "")
            if text and row.columns.get(use.by):
                rows.setdefault(text, row)
        wrong = [text for text in rows if limits.refuses(path, text, beside)]
        found = limits.problem(path, wrong[0], beside) if wrong else None
        if found is not None:
            values = {
                "name": item.name, "parent": path[-2] if len(path) > 1 else "(root)", "value": wrong[0],
                "table": use.name, "line": str(rows[wrong[0]].line), "count": str(len(wrong)),
                "problem": render(found, "en"), "problem_zh": render(found, "zh"),
            }  # fmt: skip
            yield Fault("table-never-valid", use.place, values, hint=found.hint)
    for child in item.do or ():
        yield from _item(child, [*path, child.name], item.do or (), tables, limits)
