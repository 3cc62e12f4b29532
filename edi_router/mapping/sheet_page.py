"""The partner sheet as one HTML file that prints well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from edi_router.formats.html import page
from edi_router.mapping.model import TableUse
from edi_router.mapping.sheet import Row, Sheet
from edi_router.mapping.sheet_words import of_function, word
from edi_router.mapping.trace_secret import MASK
from edi_router.tables import Table

_STYLE = """
body{max-width:84rem}.s{table-layout:fixed}.s td,.s th{overflow-wrap:anywhere}
.s th:nth-child(1){width:25%}.s th:nth-child(2){width:23%}.s th:nth-child(3){width:14%}.s th:nth-child(4){width:14%}
.s td:first-child{padding-left:calc(var(--d)*.9rem)}.s small{color:var(--soft);display:block}
.s .b td{background:#f4f7fa}.m{color:#9c2f10;font-weight:600}.s code{font-weight:400}.s .n{font-weight:600}
.note{max-width:60rem}
@media (max-width:48rem){.s tr:first-child{display:none}.s,.s tbody,.s tr,.s td{display:block}
.s tr{border-bottom:1px solid var(--edge);padding:.3rem 0 .3rem calc(var(--d)*.5rem)}
.s td,.s td:first-child{border:0;padding:.05rem 0}
.s td:empty{display:none}.s td[data-l]:before{content:attr(data-l) ": ";color:var(--soft)}}
@media print{@page{size:A4 landscape;margin:12mm}.s .b td{background:none}}
"""


def sheet_page(sheet: Sheet, language: str) -> str:
    """The page in ``en`` or ``zh``."""
    return page(_title(sheet), language, _body(sheet, language), style=_STYLE)


def _title(sheet: Sheet) -> str:
    definition = sheet.mapping.definition
    return f"{definition.id}: {definition.origin} → {definition.target}"


def _body(sheet: Sheet, language: str) -> Iterator[str]:
    definition = sheet.mapping.definition
    yield f"<h1>{escape(_title(sheet))}</h1>"
    if definition.note:
        yield f'<p class="note">{escape(definition.note.strip())}</p>'
    if definition.date is not None:
        yield f"<p>{word('date', language)}: <code>{escape(definition.date.text)}</code></p>"
    yield "<nav>"
    parts = {"mapping": True, "tables": bool(sheet.tables), "functions": bool(sheet.functions)}
    shown = [key for key, there in parts.items() if there]
    yield "".join(f'<a href="#{key}">{word(key, language)}</a>' for key in shown)
    yield f'</nav><h2 id="mapping">{word("mapping", language)}</h2><p>{word("legend", language)}</p>'
    heads = [word(key, language) for key in ("target", "source", "how", "when", "examples")]
    yield '<table class="s"><tr>' + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"
    for row in sheet.rows:
        yield _row(row, heads, language)
    yield "</table>"
    if sheet.tables:
        yield f'<h2 id="tables">{word("tables", language)}</h2>'
        for use, table in sheet.tables:
            yield from _table(use, table, language)
    if sheet.functions:
        yield f'<h2 id="functions">{word("functions", language)}</h2><table>'
        for name in sheet.functions:
            yield f"<tr><td><code>{name}</code></td><td>{escape(of_function(name, language))}</td></tr>"
        yield "</table>"


def _row(row: Row, heads: list[str], language: str) -> str:
    cells = [_target(row, language), _source(row, language), _how(row, language), _when(row, language)]
    cells.append(_stacked(_example(each.inputs, each.output) for each in row.examples))
    kind = "" if row.item.has_value else ' class="b"'
    labels = [""] + [f' data-l="{head}"' for head in heads[1:]]
    inside = "".join(f"<td{label}>{cell}</td>" for label, cell in zip(labels, cells, strict=True))
    return f'<tr{kind} style="--d:{row.depth}">{inside}</tr>'


def _target(row: Row, language: str) -> str:
    about = row.about
    told = [f'<span class="n">{escape(row.name)}</span>']
    if about.mandatory:
        told.append(f'<span class="m">{word("mandatory", language)}</span>')
    elif row.item.required:
        told.append(f'<span class="m">{word("required", language)}</span>')
    if about.form:
        told.append(f"<code>{escape(about.form)}</code>")
    return " ".join(told) + (f"<small>{escape(about.name)}</small>" if about.name else "")


def _source(row: Row, language: str) -> str:
    item = row.item
    told: list[str] = []
    if item.each is not None:
        begin = word("from" if item.single else "each", language)
        told.append(f"{begin} <code>{escape(item.each.text)}</code>")
    if item.const is not None:
        told.append(f"{word('const', language)} <code>{escape(MASK if row.secret else item.const)}</code>")
    if row.sources:
        between = word("and" if item.every_source else "or", language)
        first, *others = (_path(text, name) for text, name in row.sources)
        told += [first, *(f"{between} {other}" for other in others)]
    if item.default:
        told.append(
            f"{word('default', language)} <code>{escape(MASK if row.secret else item.default)}</code>"
        )
    return _stacked(told)


def _path(text: str, name: str) -> str:
    return f"<code>{escape(text)}</code>" + (f"<small>{escape(name)}</small>" if name else "")


def _how(row: Row, language: str) -> str:
    item = row.item
    told = [word("first", language)] if item.first else []
    told += [f"<code>{escape(function)}</code>" for function in row.functions]
    if item.register is not None:
        of = word("register", language).format(field=item.register.gives)
        told.append(f"{escape(of)} <code>{escape(item.register.name)}</code>")
    if item.table is not None:
        told.append(
            f'{word("table", language)} <a href="#{_anchor(item.table)}">{escape(item.table.name)}</a>'
        )
    if item.join is not None and (len(row.sources) > 1 or item.join):
        joined = escape(item.join) if item.join.strip() else word("blank", language)
        told.append(f"{word('join', language)} <code>{joined}</code>")
    told += [f"{word('then', language)} <code>{escape(function)}</code>" for function in row.then]
    if item.wrap is not None:
        key = "lines-bytes" if item.wrap.encoding else "lines"
        told.append(word(key, language).format(length=item.wrap.length))
    return _stacked(told)


def _when(row: Row, language: str) -> str:
    told = [f"{word('if', language)} <code>{escape(row.condition(language))}</code>"] if row.item.when else []
    return _stacked([*told, escape(row.item.note)] if row.item.note else told)


def _example(inputs: tuple[str, ...], output: str) -> str:
    before = f"{escape(' | '.join(inputs))} → " if inputs else ""
    return f"{before}<b>{escape(output)}</b>"


def _stacked(parts: Iterable[str]) -> str:
    """The parts one below the other."""
    return "".join(f"<div>{part}</div>" for part in parts)


def _anchor(use: TableUse) -> str:
    return escape(f"t-{use.name}-{use.by}-{use.column}")


def _table(use: TableUse, table: Table, language: str) -> Iterator[str]:
    columns = word("columns", language).format(by=use.by, column=use.column)
    yield f'<h3 id="{_anchor(use)}">{escape(use.name)}</h3><p>{escape(columns)}</p>'
    filled = [name for name in table.header if any(row.columns.get(name) for row in table.rows)]
    yield '<div class="w"><table><tr>' + "".join(f"<th>{escape(name)}</th>" for name in filled) + "</tr>"
    for row in table.rows:
        cells = "".join(f"<td>{escape(row.columns.get(name, ''))}</td>" for name in filled)
        yield f"<tr>{cells}</tr>"
    yield "</table></div>"
