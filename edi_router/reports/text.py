"""Reports as CSV and as JSON."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

from edi_router.reports.model import Report, Table, Value
from edi_router.reports.words import head, title


def plain(value: Value) -> str | int | None:
    """A value as JSON takes it without loss: a decimal number is text.

    >>> plain(Decimal("96.0")), plain(3), plain(None)
    ('96.0', 3, None)
    """
    return written(value) if isinstance(value, Decimal) else value


def written(value: Value) -> str:
    """A value as text; nothing for None, no exponent.

    >>> written(Decimal("1E+2")), written(None)
    ('100', '')
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs: shares and seconds are exact decimal texts."""
    return {
        "report": report.kind, "since": report.period.since.isoformat(), "until": report.period.until.isoformat(),
        "tables": {
            each.id: [{name: plain(value) for name, value in row.items()} for row in each.dicts()]
            for each in report.tables
        },
    }  # fmt: skip


def as_csv(report: Report, language: str) -> str:
    """The report as a spreadsheet reads it, with a byte order mark; several tables stand below each other, each
    under its title. A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    for number, table in enumerate(report.tables):
        if len(report.tables) > 1:
            if number:
                writer.writerow([])
            writer.writerow([title(table.id, language)])
        _table(writer, table, language)
    return out.getvalue()


def _table(writer: Any, table: Table, language: str) -> None:
    writer.writerow([head(name, language) for name in table.columns])
    for row in table.rows:
        writer.writerow([_safe(value) if isinstance(value, str) else written(value) for value in row])


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
