"""A reply as one HTML file: it needs nothing else, prints well, and can be read on a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from edi_router.formats.html import page
from edi_router.pipeline.reply_model import Line, Part, Reply, Told
from edi_router.pipeline.reply_words import word

_STYLE = """
:root{--paper:#fff;--bad:#a3260e;--badsoft:#fdecea;--good:#1d6b35;--note:#f4f7fa;--mark:#ffd8d2}
body{background:var(--paper);max-width:52rem}
h1{color:var(--bad)}.accepted h1,.checked h1,.held h1,.duplicate h1{color:var(--good)}
.sum{color:var(--ink);font-size:1.1rem;margin:.3rem 0 1rem}p{color:var(--ink)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.3rem 0}dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}ol.s{margin:.3rem 0;padding-left:1.4rem}
.f{border:1px solid var(--edge);border-left:4px solid var(--bad);border-radius:4px;padding:.5rem .8rem;margin:.7rem 0;
break-inside:avoid}.f.w{border-left-color:var(--edge)}.f h4{margin:0 0 .3rem;font-size:1rem;overflow-wrap:anywhere}
.n{display:inline-block;min-width:1.5em;text-align:center;border-radius:1em;background:var(--bad);color:#fff;
font-size:.8rem;font-weight:600;padding:0 .3em;margin-right:.5em;text-decoration:none}.w .n{background:var(--soft)}
.do{font-weight:600}.words{border-left:4px solid var(--edge);padding:.2rem .8rem;margin:.5rem 0;background:var(--note)}
.c{font:13px/1.6 ui-monospace,Consolas,"Noto Sans Mono CJK SC",monospace;border:1px solid var(--edge);border-radius:4px;
padding:.4rem 0;margin:.4rem 0}.c div{display:grid;grid-template-columns:3.2rem 1fr;padding:0 .6rem 0 0}
.c i{color:var(--soft);font-style:normal;text-align:right;padding-right:.7rem;user-select:none}
.c span{white-space:pre-wrap;overflow-wrap:anywhere}.c .b{background:var(--badsoft)}
.c mark{background:var(--mark);color:var(--ink);outline:1px solid var(--bad);border-radius:2px}
.c p{grid-column:2;margin:.1rem 0 .3rem;font-family:system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif}
.c small{color:var(--soft);font-family:system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif}
.c .g{color:var(--soft);display:block;text-align:center}
@media (max-width:30rem){body{margin-top:1rem;padding:0 .7rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.35rem}
.c div{grid-template-columns:2.4rem 1fr}}
@media (prefers-color-scheme:dark){@media screen{:root{--ink:#e6e9ee;--soft:#a3adba;--line:#2b333d;--edge:#465160;
--link:#7cc0ea;--paper:#14181d;--bad:#ff9a86;--badsoft:#3a1f1b;--good:#7fd39a;--note:#1d242c;--mark:#6b2a20}.n{color:#14181d}}}
@media print{.c{font-size:8pt}.n{color:#000;background:none;border:1px solid #000}}
"""
_QUOTED = re.compile("`([^`]+)`")


def reply_page(reply: Reply, charset: str = "utf-8") -> str:
    """The page; `charset` is the encoding that it will be written in."""
    made = page(f"{reply.title}: {reply.facts[0][1]}", reply.language, _body(reply), style=_STYLE)
    return made.replace('<meta charset="utf-8">', f'<meta charset="{charset}">', 1)


def _body(reply: Reply) -> Iterator[str]:
    language = reply.language
    yield f'<main class="{reply.state}"><h1>{escape(reply.title)}</h1>'
    yield f'<p class="sum">{escape(reply.summary)}</p>'
    yield f"<h2>{word('received', language)}</h2>"
    yield _facts(reply.facts)
    yield f"<h2>{word('next', language)}</h2>"
    yield '<ol class="s">' + "".join(f"<li>{escape(step)}</li>" for step in reply.steps) + "</ol>"
    for number, part in enumerate(reply.parts, start=1):
        yield from _part(part, number, language)
    if reply.omitted:
        yield f"<p>{word('more-documents', language, count=reply.omitted)}</p>"
    yield "</main>"


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    inside = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows)
    return f"<dl>{inside}</dl>"


def _part(part: Part, number: int, language: str) -> Iterator[str]:
    yield f"<section><h2>{escape(part.title)}</h2>"
    yield _facts((*part.facts, *(((word("result", language), part.result),) if part.result else ())))
    if part.words:
        said = f"{word('clerk', language)}: {part.words}"
        yield f'<p class="words">{escape(said)}</p>'
    wrong = [each for each in part.faults if each.error]
    remarks = [each for each in part.faults if not each.error]
    if wrong:
        yield f"<h3>{word('errors', language)}</h3>"
        yield from (_fault(each, number, language) for each in wrong)
    if part.unlisted:
        yield f"<p>{word('more-faults', language, count=part.unlisted)}</p>"
    if remarks:
        yield f"<h3>{word('remarks', language)}</h3>"
        yield from (_fault(each, number, language) for each in remarks)
    if part.copy:
        yield f"<h3>{word('copy', language)}</h3>"
        if part.note:
            yield f"<p>{escape(part.note)}</p>"
        yield '<div class="c">'
        yield from (_line(line, number, language) for line in part.copy)
        yield "</div>"
    yield "</section>"


def _fault(fault: Told, part: int, language: str) -> str:
    rows = [(word("where", language), escape(fault.where))]
    if fault.found:
        rows.append((word("found", language), f'<span class="t">{escape(fault.found)}</span>'))
    if fault.error:
        rows.append((word("do", language), f'<span class="do">{_said(fault.remedy)}</span>'))
        rows.append((word("blocks", language), escape(fault.blocks)))
    inside = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in rows if value)
    look = "f" if fault.error else "f w"
    return (
        f'<div class="{look}" id="f{part}-{fault.number}"><h4><a class="n" href="#m{part}-{fault.number}">'
        f"{fault.number}</a>{_said(fault.wrong)}</h4><dl>{inside}</dl></div>"
    )


def _said(text: str) -> str:
    """A sentence, with what stands between backticks as it stands in the file."""
    return _QUOTED.sub(r"<code>\1</code>", escape(text))


def _line(line: Line, part: int, language: str) -> str:
    if line.skipped:
        return f'<div><span class="g" style="grid-column:1/3">{word("left-out", language, count=line.skipped)}</span></div>'
    name = f" <small>{escape(line.name)}</small>" if line.marks and line.name else ""
    told = "".join(
        f'<p id="m{part}-{mark.number}"><a class="n" href="#f{part}-{mark.number}">{mark.number}</a>'
        f"{_said(mark.text)}</p>"
        for mark in line.marks
    )
    look = ' class="b"' if line.marks else ""
    return f"<div{look}><i>{line.number}</i><span>{_marked(line)}{name}</span>{told}</div>"


def _marked(line: Line) -> str:
    """The text with its marks; where two overlap, the second begins behind the first."""
    parts: list[str] = []
    at = 0
    for mark in line.marks:
        start, end = max(mark.start, at), min(mark.end, len(line.text))
        parts.append(escape(line.text[at:start]))
        if end > start:
            parts.append(f"<mark>{escape(line.text[start:end])}</mark>")
        elif mark.start >= at:  # behind the end of the line
            parts.append("<mark> </mark>")
        at = max(at, end)
    return "".join(parts) + escape(line.text[at:])
