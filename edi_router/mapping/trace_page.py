"""The trace of documents as one HTML file: source and output side by side, value to value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from edi_router.faults import Fault, Place, render, severity
from edi_router.formats.html import page
from edi_router.mapping.output import Lineage
from edi_router.mapping.registered import is_entry
from edi_router.mapping.trace_outline import Cell, Line, Sides, sides
from edi_router.paths import Node

_WORDS = {
    "source": ("Source", "来源"), "output": ("Output", "输出"), "faults": ("Faults", "错误"),
    "row": ("table row", "代码表行"), "entry": ("from", "取自"), "rule": ("mapping line", "映射行"),
    "none": ("It stands in no value of the output.", "没有进入任何输出值。"),
    "const": ("Not from the document: a constant, a default or the context.", "不来自单证：常量、默认值或上下文。"),
    "hint": ("Point at a value or tap it to see where it comes from and goes to. Grey values of the source stand "
             "in no value of the output; slanted values of the output do not come from the document.",
             "指向或点按一个值，即可看到它的来源和去向。灰色的来源值没有进入输出；斜体的输出值不来自单证。"),
    "nothing": ("There is no output.", "没有输出。"), "error": ("error", "错误"), "warning": ("warning", "警告"),
    "info": ("note", "提示"),
}  # fmt: skip

_STYLE = """
body{max-width:none}h2{margin-top:1.2rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.side{border:1px solid var(--edge);border-radius:4px;overflow:auto;max-height:70vh;min-width:0}
.side h3{position:sticky;top:0;background:#fff;margin:0;padding:.3rem .6rem;border-bottom:1px solid var(--line);z-index:1}
.l{font:13px/1.65 ui-monospace,Consolas,"Noto Sans Mono CJK SC",monospace;padding:0 .6rem 0 calc(var(--d)*1rem + .6rem);
overflow-wrap:anywhere}.l b{color:var(--link);font-weight:600}.l i{color:var(--soft);font-style:normal}
.v{cursor:pointer;border-radius:2px;padding:0 .15em}.side .v:not([data-p]){color:#6b7482}
.o .v:not([data-p]){font-style:italic}.v.on{background:#ffe08a;color:var(--ink)}.v.at{outline:2px solid #b26b00}
#info{position:sticky;bottom:0;z-index:2;background:#f4f7fa;border-top:1px solid var(--edge);padding:.4rem .6rem;margin:1rem 0 0;
min-height:3.2rem;overflow-wrap:anywhere;color:var(--ink);font-size:13px;white-space:pre-line;max-height:30vh;overflow:auto}
ul{padding-left:1.2rem}li{overflow-wrap:anywhere}
@media (max-width:48rem){.pair{grid-template-columns:1fr}.side{max-height:38vh}body{margin-top:1rem}}
@media print{.side{max-height:none;overflow:visible}#info{display:none}}
"""

_SCRIPT = """
(() => {
  const info = document.getElementById('info'), hint = info.textContent;
  let pinned = null;
  const partners = e => (e.dataset.p || '').split(' ').filter(Boolean).map(id => document.getElementById(id));
  const clear = () => {
    document.querySelectorAll('.on,.at').forEach(e => e.classList.remove('on', 'at'));
    info.textContent = hint;
  };
  const show = e => {
    clear();
    e.classList.add('on', 'at');
    partners(e).forEach(p => p.classList.add('on'));
    info.textContent = [e, ...partners(e)].map(p => p.dataset.i).filter(Boolean).join('\\n');
  };
  const near = e => partners(e).forEach((p, n) => {
    const side = p.closest('.side');
    if (n === 0 && !e.closest('.side')) p.scrollIntoView({block: 'center'});
    else if (n === 0)
      side.scrollTop += p.getBoundingClientRect().top - side.getBoundingClientRect().top - side.clientHeight / 2;
  });
  const of = event => event.target.closest('.v');
  document.addEventListener('mouseover', event => {
    if (pinned) return;
    const e = of(event);
    e ? show(e) : clear();
  });
  const pin = e => {
    pinned = e === pinned ? null : e;
    pinned ? (show(pinned), near(pinned)) : clear();
  };
  document.addEventListener('click', event => pin(of(event)));
  document.addEventListener('keydown', event => {
    const e = of(event);
    if (event.key === 'Escape') pin(null);
    else if (e && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); pin(e); }
  });
})();
"""


@dataclass(frozen=True)
class Traced:
    """A document with what was made of it; the lineage is masked already, `hidden` are its secret places."""

    title: str
    root: Node
    lineage: Sequence[Lineage]
    faults: Sequence[Fault]
    hidden: frozenset[Place] = frozenset()


def trace_page(title: str, documents: Sequence[Traced], form: str, language: str) -> str:
    """The page; `form` is the format of the outputs, `language` is ``en`` or ``zh``."""
    return page(title, language, _body(title, documents, form, language), style=_STYLE, script=_SCRIPT)


def _body(title: str, documents: Sequence[Traced], form: str, language: str) -> Iterator[str]:
    yield f"<h1>{escape(title)}</h1>"
    for number, each in enumerate(documents, 1):
        found = sides(each.root, each.lineage, form, each.hidden, f"d{number}")
        yield f"<h2>{escape(each.title)}</h2>"
        yield from _faults(each.faults, found, language)
        yield '<div class="pair">'
        yield f'<section class="side"><h3>{_word("source", language)}</h3>'
        yield from (_line(line, _word("none", language), language) for line in found.source)
        yield f'</section><section class="side o"><h3>{_word("output", language)}</h3>'
        if not found.output:
            yield f'<p class="l" style="--d:0">{_word("nothing", language)}</p>'
        yield from (_line(line, _word("const", language), language) for line in found.output)
        yield "</section></div>"
    yield f'<div id="info" role="status">{_word("hint", language)}</div>'


def _faults(faults: Sequence[Fault], found: Sides, language: str) -> Iterator[str]:
    if not faults:
        return
    yield f"<h3>{_word('faults', language)}</h3><ul>"
    for fault in faults:
        cell = found.by_place.get(fault.place)
        attributes = f' class="v" tabindex="0" data-p="{cell.id}"' if cell is not None else ""
        rule = f" [{escape(fault.rule)}]" if fault.rule else ""
        told = (
            f"{_word(severity(fault), language)} <code>{fault.code}</code> {escape(render(fault, language))}"
        )
        yield f"<li><span{attributes}>{escape(str(fault.place))}: {told}{rule}</span></li>"
    yield "</ul>"


def _line(line: Line, alone: str, language: str) -> str:
    cells = " ".join(_cell(cell, alone, language) for cell in line.cells)
    return f'<div class="l" style="--d:{line.depth}"><b>{escape(line.name)}</b> {cells}</div>'


def _cell(cell: Cell, alone: str, language: str) -> str:
    info = f"{cell.where} = {cell.text}"
    if cell.rule:
        info += f"  ({_word('rule', language)} {cell.rule})"
    if cell.row:
        info += f"  ({_word('entry' if is_entry(cell.row) else 'row', language)} {cell.row})"
    if not cell.partners:
        info += f"\n{alone}"
    partners = f' data-p="{" ".join(cell.partners)}"' if cell.partners else ""
    label = f"<i>{escape(cell.label)}</i> " if cell.label else ""
    attributes = f'id="{cell.id}" class="v" tabindex="0"{partners} data-i="{escape(info)}"'
    return f"{label}<span {attributes}>{escape(cell.text)}</span>"


def _word(key: str, language: str) -> str:
    return _WORDS[key][1 if language == "zh" else 0]
