"""The shell of our HTML files: one file that needs nothing else, readable on a narrow screen and on paper."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_STYLE = """
:root{--ink:#1c2430;--soft:#566173;--line:#e7ebf0;--edge:#ccd3dc;--link:#0b5c8a}
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:var(--ink);max-width:62rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;border-bottom:1px solid var(--edge);margin:2rem 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .3rem}p{margin:.2rem 0;color:var(--soft)}nav a{margin-right:1rem}
.w{overflow-x:auto}a{color:var(--link);text-decoration:none}a:hover,a:focus{text-decoration:underline}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.15rem .6rem .15rem 0;vertical-align:top;
border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:600}
code,.t{font-family:ui-monospace,Consolas,monospace;font-weight:600}summary{cursor:pointer;padding:.2rem 0}
@media print{body{font-size:9pt;max-width:none;margin:0}h3{break-after:avoid}tr{break-inside:avoid}
a{color:inherit}details:not([open])>*:not(summary){display:table}}
"""


def page(title: str, language: str, body: Iterable[str], *, style: str = "", script: str = "") -> str:
    """The whole file; `style` and `script` are what it needs beyond the common look."""
    end = f"<script>{script}</script>\n" if script else ""
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{escape(title)}</title><style>{_STYLE}{style}</style></head><body>\n"
        + "\n".join(body)
        + f"\n{end}</body></html>\n"
    )
