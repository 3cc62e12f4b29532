"""A report as one HTML file that needs nothing else: tables, and charts drawn here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from edi_router.formats.html import page
from edi_router.reports.model import Report, Table
from edi_router.reports.text import written
from edi_router.reports.words import head, title, word

SHOWN = 20
"""Bars of a chart."""
_STYLE = """
body{max-width:84rem}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;padding-left:.6rem}
tr.a td{background:#fdeee8}svg{max-width:44rem;width:100%;height:auto;margin:.4rem 0}svg text{font:12px system-ui,sans-serif;
fill:var(--ink)}svg rect{fill:#2f6f9f}
@media(max-width:40rem){td,th{white-space:nowrap}}
@media print{@page{size:A4 landscape;margin:12mm}svg rect,tr.a td{print-color-adjust:exact}}
"""


def as_page(report: Report, name: str, language: str) -> str:
    """The page in ``en`` or ``zh``; `name` is the deployment's."""
    heading = f"{title(report.kind, language)} {report.period}"
    return page(f"{heading} · {name}", language, _body(report, heading, name, language), style=_STYLE)


def _body(report: Report, heading: str, name: str, language: str) -> Iterator[str]:
    yield f"<h1>{escape(heading)}</h1><p>{escape(name)}</p>"
    several = len(report.tables) > 1
    if several:
        links = (f'<a href="#{each.id}">{escape(title(each.id, language))}</a>' for each in report.tables)
        yield "<nav>" + "".join(links) + "</nav>"
    for table in report.tables:
        if several:
            yield f'<h2 id="{table.id}">{escape(title(table.id, language))}</h2>'
        if table.bars is not None:
            yield (columns if table.ordered else chart)(table, *table.bars, language)
        yield from _table(table, language)


def _table(table: Table, language: str) -> Iterator[str]:
    numeric = [
        any(isinstance(row[at], int | Decimal) for row in table.rows) for at in range(len(table.columns))
    ]
    kinds = [' class="n"' if each else "" for each in numeric]
    heads = zip(kinds, table.columns, strict=True)
    yield (
        '<div class="w"><table><tr>'
        + "".join(f"<th{k}>{escape(head(c, language))}</th>" for k, c in heads)
        + "</tr>"
    )
    marked = table.columns.index("warning") if "warning" in table.columns else None
    for row in table.rows:
        cells = "".join(
            f"<td{kind}>{escape(word(column, written(value), language))}</td>"
            for kind, column, value in zip(kinds, table.columns, row, strict=True)
        )
        hue = ' class="a"' if marked is not None and row[marked] else ""
        yield f"<tr{hue}>{cells}</tr>"
    yield "</table></div>" if table.rows else "</table></div><p>—</p>"


def chart(table: Table, label: str, value: str, language: str) -> str:
    """Horizontal bars as inline SVG: the greatest values of a column, those of all kinds together when they are told apart.

    Rows without a value are left out; nothing when none has one.
    """
    named: list[tuple[str, Decimal]] = []
    for row in table.dicts():
        number = row[value]
        if isinstance(number, int | Decimal):
            parts = [
                str(row[name]) for name in ("period", label, "document") if name in row and row[name] != "*"
            ]
            named.append((" ".join(dict.fromkeys(parts)), Decimal(number)))
    named = sorted(named, key=lambda each: -each[1])[:SHOWN]
    if not named or named[0][1] <= 0:
        return ""
    height, most = 20 * len(named) + 4, named[0][1]
    told = escape(f"{head(value, language)}: {title(table.id, language)}")
    parts = [f'<svg viewBox="0 0 700 {height}" role="img" aria-label="{told}"><title>{told}</title>']
    for at, (name, number) in enumerate(named):
        width = (number * 380 / most).quantize(Decimal("0.1"))
        y = 20 * at + 2
        parts.append(f'<text x="236" y="{y + 13}" text-anchor="end">{escape(name[:40])}</text>')
        parts.append(f'<rect x="240" y="{y}" width="{width}" height="16"></rect>')
        parts.append(f'<text x="{width + 246}" y="{y + 13}">{written(number)}</text>')
    return "".join(parts) + "</svg>"


def columns(table: Table, label: str, value: str, language: str) -> str:
    """Upright bars in the order of the rows; nothing when none is above 0."""
    named = [(str(row[label]), row[value]) for row in table.dicts()]
    numbers = [(name, Decimal(number)) for name, number in named if isinstance(number, int | Decimal)]
    most = max((number for _, number in numbers), default=Decimal(0))
    if most <= 0:
        return ""
    told = escape(f"{head(value, language)}: {title(table.id, language)}")
    step = Decimal(680) / len(numbers)
    parts = [f'<svg viewBox="0 0 700 190" role="img" aria-label="{told}"><title>{told}</title>']
    for at, (name, number) in enumerate(numbers):
        height = (number * 140 / most).quantize(Decimal("0.1"))
        x, middle = (
            (10 + step * at).quantize(Decimal("0.1")),
            (10 + step * at + step / 2).quantize(Decimal("0.1")),
        )
        wide = (step * 8 / 10).quantize(Decimal("0.1"))
        parts.append(f'<rect x="{x}" y="{165 - height}" width="{wide}" height="{height}"></rect>')
        parts.append(f'<text x="{middle - 2}" y="182" text-anchor="middle">{escape(name)}</text>')
        if number:
            parts.append(
                f'<text x="{middle - 2}" y="{160 - height}" text-anchor="middle">{written(number)}</text>'
            )
    return "".join(parts) + "</svg>"
