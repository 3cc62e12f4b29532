"""A readable guide to a message type: its tree, then its segments with names, formats and codes.

As text, or as one HTML file that needs nothing else and prints well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse, Use
from edi_router.formats.edifact.directory_diff import Content, tags
from edi_router.formats.html import page

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
.tree td{border:0;padding:.1rem .8rem .1rem 0;white-space:nowrap;color:var(--soft);
font-variant-numeric:tabular-nums}.tree td:last-child{white-space:normal;width:100%;color:inherit;
background:repeating-linear-gradient(90deg,#ccd6e0 0 2px,transparent 2px 1.2rem) no-repeat;
background-size:calc(var(--d)*1.2rem) 100%;padding:.1rem 0 .1rem calc(var(--d)*1.2rem + 2.6rem);text-indent:-2.6rem}
.tree .t,.tree .g{display:inline-block;min-width:2.6rem;text-indent:0}
.g{font-weight:600;color:var(--link)}tr.c td:nth-child(2){padding-left:1.2rem}td.t{width:5rem}
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
        lines = [f"{self.message.type} {self.directory}  {self.message.name}", ""]
        lines += [self.word("structure"), self.word("legend"), ""]
        lines += [*self._tree_text(self.message.content, 0), "", self.word("segments")]
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
                yield f"{start}{entry.name} {entry.status} {entry.repeat:<5} {_members(entry)}"
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
            f"<h1>{escape(title)}</h1><p>{escape(self.message.name)}</p><p>{escape(source)}</p>",
            "<nav>"
            + "".join(f'<a href="#{key}">{self.word(key)}</a>' for key in ("structure", "segments", "codes"))
            + "</nav>",
            f'<h2 id="structure">{self.word("structure")}</h2><p>{self.word("legend")}</p><table class="tree">',
            *self._tree_html(self.message.content, 0),
            f'</table><h2 id="segments">{self.word("segments")}</h2>',
        ]
        coded = self.coded()
        listed = {id for id, _, _ in coded}
        for tag in tags(self.message.content):
            parts += self._segment_html(tag, listed)
        parts.append(f'<h2 id="codes">{self.word("codes")}</h2>')
        for id, name, codes in coded:
            rows = "".join(
                f"<tr><td class=t>{escape(value)}</td><td>{escape(text)}</td></tr>" for value, text in codes
            )
            parts.append(
                f"<details><summary><code>{id}</code> {escape(name)} ({len(codes)})</summary>"
                f'<table id="e{id}">{rows}</table></details>'
            )
        return page(title, self.language, parts, style=_STYLE)

    def _tree_html(self, content: Content, depth: int) -> Iterator[str]:
        for entry in content:
            head = f"<tr><td>{escape(entry.position)}</td><td>{entry.status} {entry.repeat}</td>"
            head += f'<td style="--d:{depth}">'
            if isinstance(entry, SegmentUse):
                name = escape(self.segment_name(entry.tag))
                tag = escape(entry.tag)
                yield f'{head}<a class="t" href="#{tag}">{tag}</a> {name}</td></tr>'
            else:
                yield f'{head}<span class="g">{escape(entry.name)}</span> {escape(_members(entry))}</td></tr>'
                yield from self._tree_html(entry.content, depth + 1)

    def _segment_html(self, tag: str, listed: set[str]) -> Iterator[str]:
        yield f'<h3 id="{escape(tag)}"><code>{escape(tag)}</code> {escape(self.segment_name(tag))}</h3>'
        yield '<div class="w"><table><tr>'
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
        yield "</table></div>"


def _members(group: GroupUse) -> str:
    """What stands in a group, as directories write it: ``RFF-DTM-SG2``."""
    return "-".join(entry.name if isinstance(entry, GroupUse) else entry.tag for entry in group.content)


def _numeric(item: tuple[str, str]) -> tuple[int, str]:
    """Codes that are numbers in the order of numbers, before the others."""
    value = item[0]
    return (int(value), "") if value.isascii() and value.isdigit() else (1 << 62, value)
