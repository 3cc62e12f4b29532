"""The books as one HTML file that needs nothing else and prints on A4."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from zoneinfo import ZoneInfo

from edi_router.formats.html import page
from edi_router.ledger.books import Books
from edi_router.reports.books_tables import Section, equation_sentence, instant_text, sections
from edi_router.reports.books_words import verdict, word

_STYLE = """
body{max-width:72rem}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;padding-left:.6rem}
.b{font-weight:600;color:#1b6b3a}.u{font-weight:700;color:#a3241b}tr.p td{background:#f6f8fa;font-weight:600}
tr.a td{background:#fdeee8}tr.s td{font-weight:700;border-top:2px solid var(--edge)}
.h{font:12px ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
@media(max-width:40rem){td,th{white-space:nowrap}}
@media print{@page{size:A4 landscape;margin:12mm}tr.a td,tr.p td{print-color-adjust:exact}h2{break-after:avoid}}
"""
_EQUATIONS = ("messages", "outputs", "files")


def as_books_page(books: Books, name: str, language: str, zone: ZoneInfo) -> str:
    """The page in ``en`` or ``zh``; `name` is the deployment's, instants are shown in `zone`."""
    day = books.business_date
    heading = f"{day} {word('books', 'zh')}" if language == "zh" else f"{word('books', 'en')} {day}"
    body = _body(books, heading, name, language, zone)
    return page(f"{heading} · {name}", language, body, style=_STYLE)


def _body(books: Books, heading: str, name: str, language: str, zone: ZoneInfo) -> Iterator[str]:
    yield f"<h1>{escape(heading)}</h1><p>{escape(name)}</p>"
    told = escape(verdict(books.balanced, books.unaccounted, language))
    yield f'<p class="{"b" if books.balanced else "u"}">{told}</p>'
    for id, equation in zip(_EQUATIONS, (books.messages, books.outputs, books.files), strict=True):
        yield f"<p>{escape(word(id, language))}: {escape(equation_sentence(equation, language))}</p>"
    state = "closed_page" if books.sha256 else "open_page"
    yield f'<p class="h">{escape(word(state, language))} {escape(books.sha256 or "")}<br>'
    yield f"{escape(word('previous', language))} {escape(books.previous or '')}</p>"
    at = books.standing.get("at")
    standing_shown = False
    for section in sections(books, language, zone):
        if section.id in ("outstanding", "batches", "received_gaps", "received_reused", "leniencies"):
            if not standing_shown and at:
                stood = word("stood" if books.sha256 else "stands", language)
                yield f"<p>{escape(stood)} {escape(instant_text(at, zone))}</p>"
            standing_shown = True
        yield f'<h2 id="{section.id}">{escape(section.title)}</h2>'
        yield from _table(section)


def _table(section: Section) -> Iterator[str]:
    numeric = [
        bool(section.rows) and all(row[at].isdigit() or not row[at] for row in section.rows)
        for at in range(len(section.heads))
    ]
    kinds = [' class="n"' if each else "" for each in numeric]
    yield '<div class="w"><table><tr>'
    yield "".join(f"<th{kind}>{escape(head)}</th>" for kind, head in zip(kinds, section.heads, strict=True))
    yield "</tr>"
    last = len(section.rows) - 1
    for number, row in enumerate(section.rows):
        hue = ' class="a"' if section.alarming else ""
        if section.id in _EQUATIONS:
            partner = len(row) > 1 and section.id != "files" and not row[1]
            hue = (
                ' class="s"'
                if number == last
                else ' class="a"'
                if row[-1] != "0"
                else ' class="p"'
                if partner
                else ""
            )
        cells = "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        yield f"<tr{hue}>{cells}</tr>"
    yield "</table></div>"
