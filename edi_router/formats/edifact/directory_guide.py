"""A readable guide to a message type: its tree, then its segments with names, formats and codes.

As text, or as one HTML file that needs nothing else and prints well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse, Use
from edi_router.formats.edifact.directory_diff import Content, tags

_WORDS = {
    "structure": ("Structure", "结构"), "segments": ("Segments", "段"), "codes": ("Codes", "代码"),
    "position": ("Position", "位置"), "id": ("Id", "标识"), "name": ("Name", "名称"),
    "status": ("Status", "状态"), "repeat": ("Repeats", "次数"), "form": ("Format", "格式"),
    "directory": ("directory", "目录"), "code": ("Code", "代码"), "source": ("Source", "来源"),
    "legend": ("M mandatory, C conditional; the number is the greatest number of repeats.",
               "M 必备，C 条件；数字为最大重复次数。"),
    "undefined": ("(not in the directory)", "（目录中没有）"),
}  # fmt: skip

_STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1c2430;max-width:62rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;border-bottom:1px solid #ccd3dc;margin:2rem 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .3rem}p{margin:.2rem 0;color:#566173}
ol.tree,ol.tree ol{list-style:none;margin:0;padding:0}ol.tree ol{padding-left:1.3rem;border-left:2px solid #dde3ea}
ol.tree li{padding:.08rem 0}.o{display:inline-block;min-width:4.5rem;color:#566173;font-variant-numeric:tabular-nums}
.p{display:inline-block;min-width:3.6rem;color:#8a94a3;font-variant-numeric:tabular-nums}
.g{font-weight:600;color:#0b5c8a}a{color:#0b5c8a;text-decoration:none}a:hover,a:focus{text-decoration:underline}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.15rem .6rem .15rem 0;vertical-align:top;
border-bottom:1px solid #e7ebf0}th{color:#566173;font-weight:600}tr.c td:nth-child(2){padding-left:1.2rem}
code,.t{font-family:ui-monospace,Consolas,monospace;font-weight:600}summary{cursor:pointer;padding:.2rem 0}
@media print{body{font-size:9pt;max-width:none;margin:0}h3{break-after:avoid}tr{break-inside:avoid}
a{color:inherit}details:not([open])>*:not(summary){display:table}}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a segment's table: an element, a composite, or a component of one."""

    depth: int
    use: Use
    name: str
    form: str
    coded: bool


class Guide:
    """The guide to one message; `language` is ``en`` or ``zh`` (names are those of the directory)."""

    def __init__(self, definitions: Definitions, directory: str, message: MessageDef, language: str) -> None:
        self.definitions = definitions
        self.directory = directory
        self.message = message
        self.language = language

    def word(self, key: str) -> str:
        """One of our own words."""
        return _WORDS[key][1 if self.language == "zh" else 0]

    def segment_name(self, tag: str) -> str:
        """The name of a segment, service segments included."""
        return self._home(tag)[1]

    def rows(self, tag: str) -> Iterator[Row]:
        """What a segment holds, components below their composite."""
        directory, _ = self._home(tag)
        segment = self.definitions.segment(directory, tag)
        for use in segment.parts if segment is not None else ():
            if use.ref.isdigit():
                yield self._row(directory, use, 0)
                continue
            composite = self.definitions.composite(directory, use.ref)
            name = composite.name if composite is not None else self.word("undefined")
            yield Row(0, use, name, "", False)
            for part in composite.parts if composite is not None else ():
                yield self._row(directory, part, 1)

    def coded(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """The coded elements the message uses: id, name, values with names."""
        found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
        for tag in tags(self.message.content):
            directory, _ = self._home(tag)
            for row in self.rows(tag):
                codes = self.definitions.codes(directory, row.use.ref) if row.coded else None
                if codes:
                    found.setdefault(row.use.ref, (row.name, sorted(codes.items(), key=_numeric)))
        return [(id, *found[id]) for id in sorted(found)]

    def _row(self, directory: str, use: Use, depth: int) -> Row:
        element = self.definitions.element(directory, use.ref)
        if element is None:
            return Row(depth, use, self.word("undefined"), "", False)
        return Row(depth, use, element.name, element.form, element.codes is not None)

    def _home(self, tag: str) -> tuple[str, str]:
        for directory in (self.directory, "service-3", "service-4"):
            segment = self.definitions.segment(directory, tag)
            if segment is not None:
                return directory, segment.name
        return self.directory, ""

    def text(self) -> str:
        """The guide as plain text."""
        lines = [f"{self.message.type} {self.directory}  {self.message.name}", "", self.word("structure"), ""]
        lines += [
            *self._tree_text(self.message.content, 0),
            "",
            self.word("legend"),
            "",
            self.word("segments"),
        ]
        for tag in tags(self.message.content):
            lines += ["", f"{tag}  {self.segment_name(tag)}"]
            for row in self.rows(tag):
                id = "  " * row.depth + row.use.ref
                use = f"{row.use.status} {row.use.repeat}"
                lines.append(f"  {row.use.position:>4} {id:<8}{use:<6} {row.form:<8} {row.name}".rstrip())
        lines += ["", self.word("codes")]
        for id, name, codes in self.coded():
            lines += ["", f"{id}  {name}", *(f"  {value:<8} {meaning}" for value, meaning in codes)]
        return "\n".join(lines) + "\n"

    def _tree_text(self, content: Content, depth: int) -> Iterator[str]:
        for entry in content:
            start = f"{entry.position:>6} {'  ' * depth}"
            if isinstance(entry, GroupUse):
                yield f"{start}{entry.name} {entry.status} {entry.repeat}"
                yield from self._tree_text(entry.content, depth + 1)
            else:
                use = f"{entry.tag} {entry.status} {entry.repeat:<5}"
                yield f"{start}{use} {self.segment_name(entry.tag)}".rstrip()

    def html(self) -> str:
        """The guide as one HTML file."""
        title = f"{self.message.type} {self.directory}"
        about = self.definitions.about(self.directory) or {}
        source = f"{self.word('source')}: {about['source']}" if about.get("source") else ""
        parts = [
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1><p>{escape(self.message.name)}</p><p>{escape(source)}</p>",
            f'<h2>{self.word("structure")}</h2><ol class="tree">',
            *self._tree_html(self.message.content),
            f"</ol><p>{self.word('legend')}</p><h2>{self.word('segments')}</h2>",
        ]
        coded = self.coded()
        listed = {id for id, _, _ in coded}
        for tag in tags(self.message.content):
            parts += self._segment_html(tag, listed)
        parts.append(f"<h2>{self.word('codes')}</h2>")
        for id, name, codes in coded:
            rows = "".join(
                f"<tr><td class=t>{escape(value)}</td><td>{escape(text)}</td></tr>" for value, text in codes
            )
            parts.append(
                f'<details id="e{id}"><summary><code>{id}</code> {escape(name)} ({len(codes)})</summary>'
                f"<table>{rows}</table></details>"
            )
        return "\n".join([*parts, "</body></html>"]) + "\n"

    def _tree_html(self, content: Content) -> Iterator[str]:
        for entry in content:
            head = f'<span class="p">{escape(entry.position)}</span><span class="o">{entry.status} {entry.repeat}</span>'
            if isinstance(entry, SegmentUse):
                name = escape(self.segment_name(entry.tag))
                tag = escape(entry.tag)
                yield f'<li>{head} <a class="t" href="#{tag}">{tag}</a> {name}</li>'
            else:
                yield f'<li>{head} <span class="g">{escape(entry.name)}</span><ol>'
                yield from self._tree_html(entry.content)
                yield "</ol></li>"

    def _segment_html(self, tag: str, listed: set[str]) -> Iterator[str]:
        yield f'<h3 id="{escape(tag)}"><code>{escape(tag)}</code> {escape(self.segment_name(tag))}</h3><table><tr>'
        yield "".join(
            f"<th>{self.word(key)}</th>" for key in ("position", "id", "name", "status", "repeat", "form")
        )
        yield "</tr>"
        for row in self.rows(tag):
            ref = escape(row.use.ref)
            id = f'<a href="#e{ref}">{ref}</a>' if row.use.ref in listed else ref
            code = f"<code>{id}</code>"
            repeat = str(row.use.repeat)
            cells = (
                escape(row.use.position),
                code,
                escape(row.name),
                row.use.status,
                repeat,
                escape(row.form),
            )
            kind = ' class="c"' if row.depth else ""
            yield f"<tr{kind}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        yield "</table>"


def _numeric(item: tuple[str, str]) -> tuple[int, str]:
    """Codes that are numbers in the order of numbers, before the others."""
    value = item[0]
    return (int(value), "") if value.isascii() and value.isdigit() else (1 << 62, value)
