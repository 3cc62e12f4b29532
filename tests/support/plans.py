"""How databases answer: what they are asked, their plans, and whether a plan reads a growing table from end to end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from edi_router.ledger import Ledger, tables
from tests.bench.console.filling import FILLED

GROWING = frozenset(each.name for each in (
    tables.file, tables.interchange, tables.message, tables.reference, tables.visible_to, tables.output,
    tables.message_output, tables.delivery, tables.event, tables.acknowledgement, tables.clock, tables.fault,
    tables.work, tables.register_entry, tables.register_value,
))  # fmt: skip
_ROWS = frozenset(each.name for each in FILLED)


@contextmanager
def statements(ledger: Ledger) -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked inside."""
    found: list[tuple[str, Any]] = []

    def heard(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    event.listen(ledger.engine, "before_cursor_execute", heard)
    try:
        yield found
    finally:
        event.remove(ledger.engine, "before_cursor_execute", heard)


def plan(ledger: Ledger, statement: str, parameters: Any, *, large: bool = False) -> list[str]:
    """How the database would answer, line by line.

    Of tables that are not `large` PostgreSQL would rather read all: it is asked what it does of large ones.
    """
    with ledger.engine.begin() as connection:
        if ledger.sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return [row[3] for row in rows]
        if not large:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


def read_through(
    lines: list[str], statement: str, growing: Collection[str] = GROWING, *, stopping: bool = False
) -> list[str]:
    """Those lines of a plan that say that a growing table is read from end to end.

    Lists, newest first, may walk an index on time: they end with the page. With `stopping` a table may be read until
    a limit is reached: of a large one PostgreSQL does so only where most of its rows are meant.
    """
    tail = re.sub(r"%\(\w+\)s", "?", statement).rpartition(")")[2]  # not of a question within it
    walks = " DESC" in tail and "LIMIT" in tail
    found = []
    for before, line, following in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        words = line.strip(" ->").split()
        if words[0] == "SCAN":
            bad = words[1] in growing and not (walks and "USING INDEX" in line)
        elif "Index" in words[:2] and "Scan" in words[:3]:
            # Of tables that are empty here PostgreSQL takes any index.
            bad = "Index Cond" not in following and "Backward" not in words and bool(_ROWS & set(words))
        else:
            whole = words[0] == "Seq" or words[:2] in (["Parallel", "Seq"], ["Parallel", "Index"])
            stops = stopping and before.strip(" ->").startswith("Limit ")
            bad = (whole and not stops) or "ix_event_kind (kind=?)" in line  # half of all events
        if bad and growing & set(words):
            found.append(line)
    return found
