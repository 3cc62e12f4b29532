"""A first layout for a flat file, made of a sample of it: what can be seen is written down, the rest is for its reader."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from edi_router.formats.records import read, read_layout

DELIMITERS = (";", ",", "\t", "|", ":")
FORMS = (
    "yyyyMMdd", "yyyy-MM-dd", "yyyy/MM/dd", "yyyy/M/d", "dd.MM.yyyy", "d.M.yyyy", "yyyyMMddHHmmss", "yyyyMMddHHmm",
    "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_COMMA = re.compile(r"[+-]?[0-9]{1,3}(?:\.?[0-9]{3})*,[0-9]+|[+-]?[0-9]+,[0-9]+")
_LINES = 200


class Unguessable(ValueError):
    """The sample is no flat file that anything can be seen in; the texts for people stand beside each other."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


def layout_text(id: str, sample: bytes) -> str:
    """The text of `schemas/records/ID.yaml`, by which the sample can be read. Raises Unguessable."""
    encoding, text = _decoded(sample)
    lines = [line for line in text.splitlines() if line.strip()][:_LINES]
    if not lines or re.match(r"UN[AB]|\s*<", lines[0]):
        raise Unguessable("the sample is no flat file", "样例不是平面文件")
    delimiter = _delimiter(text)
    if delimiter is not None:
        made = list(_csv(id, encoding, delimiter, text))
    else:
        made = _delimited(id, encoding, lines) or list(_fixed(id, encoding, lines))
    content = "\n".join(made) + "\n"
    layout, faults = read_layout(content, f"{id}.yaml", id)
    if layout is None or (
        delimiter is not None and any(document.faults for document in read(sample, layout)[0])
    ):
        problem = "; ".join(fault.code for fault in faults)
        raise Unguessable(
            f"no layout fits the sample {problem}".rstrip(), f"没有布局与样例相符 {problem}".rstrip()
        )
    return content


def _decoded(sample: bytes) -> tuple[str, str]:
    """The encoding and the text; what is UTF-8 with characters outside ASCII is taken for it."""
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8", sample.decode("utf-8-sig", "replace")
    if not sample.isascii():
        try:
            return "utf-8", sample.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return "gb18030", sample.decode("gb18030", "replace")


def _delimiter(text: str) -> str | None:
    """What divides all rows into the same number of cells, more than one; None when nothing does."""
    best: tuple[int, str] | None = None
    for delimiter in DELIMITERS:
        rows = _rows(text, delimiter)
        widths = {len(row) for row in rows}
        if (
            len(widths) == 1
            and len(rows) > 1
            and (width := widths.pop()) > 1
            and (best is None or width > best[0])
        ):
            best = (width, delimiter)
    return best[1] if best is not None else None


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [row for _, row in zip(range(_LINES), (row for row in reader if any(row)), strict=False)]
    except csv.Error:
        return []


def _csv(id: str, encoding: str, delimiter: str, text: str) -> Iterator[str]:
    rows = _rows(text, delimiter)
    header = len(set(rows[0])) == len(rows[0]) and all(
        cell.strip() and not _is_value(cell) for cell in rows[0]
    )
    body = rows[1:] if header else rows
    yield from _head(id, "csv", encoding)
    if delimiter != ",":
        yield f"delimiter: {_quoted(delimiter)}"
    if not header:
        yield "header: no"
    yield "each: Row               # each row is a document; without it the whole file is one"
    yield f"# by: [{_names(rows[0], header)[0]}]  # … or the rows with the same value of these fields are one"
    yield "records:"
    yield "  - name: Row"
    yield "    min: 1"
    yield "    fields:"
    names = _names(rows[0], header)
    for at, name in enumerate(names):
        values = [row[at].strip() for row in body if row[at].strip()]
        column = f", column: {_quoted(rows[0][at])}" if header and rows[0][at] != name else ""
        kind, note = _kind(values)
        yield f"      - {{name: {name}{column}{kind}}}{note}"


_RELEASE = '# release: "?"           # before a character that separates nothing; then there are no quotes'
_BELOW = "# What follows another record and belongs to it goes below that one, under its own `records:`."


def _delimited(id: str, encoding: str, lines: Sequence[str]) -> list[str] | None:
    """Records by the first cell of their lines; None when there is nothing between cells, or no such cell."""
    terminator = "'" if all(line.rstrip().endswith("'") for line in lines) else ""
    rows = [line.rstrip().removesuffix(terminator) for line in lines]
    for delimiter in DELIMITERS:
        widths: dict[str, int] = {}
        for row in rows:
            cells = row.split(delimiter)
            widths[cells[0]] = max(widths.get(cells[0], 0), len(cells))
        told_apart = len(widths) <= min(len(rows), 40) and all(
            re.fullmatch(r"[A-Za-z0-9]{1,6}", kind) for kind in widths
        )
        if not told_apart or max(widths.values()) < 2:
            continue
        made = [*_head(id, "delimited", encoding), f"delimiter: {_quoted(delimiter)}"]
        made += [f"terminator: {_quoted(terminator)}"] if terminator else []
        made += [
            '# release: "?"           # before a character that separates nothing; then there are no quotes',
            _BELOW,
            "records:",
        ]
        for kind, width in widths.items():
            made += [
                f"  - name: Record{kind}",
                "    fields:",
                f"      - {{name: Type, const: {_quoted(kind)}}}",
            ]
            made += [f"      - {{name: F{at}}}" for at in range(2, width + 1)]
        return made
    return None


def _fixed(id: str, encoding: str, lines: Sequence[str]) -> Iterator[str]:
    """Records by the first character of their lines, each with the rest of its line as one field to be cut up."""
    kinds: dict[str, int] = {}
    for line in lines:
        kinds[line[0]] = max(kinds.get(line[0], 1), len(line.encode(encoding)))
    if len(kinds) > 9 or any(not kind.isalnum() or not kind.isascii() for kind in kinds):
        en = "nothing divides its rows into the same number of cells, and no first character tells records apart"
        raise Unguessable(en, "没有分隔符能把各行分成同样多的单元，也没有首字符可区分记录")
    yield from _head(id, "fixed", encoding)
    yield _BELOW
    yield "records:"
    for kind, width in kinds.items():
        yield f"  - name: Record{kind}"
        yield "    fields:"
        yield f"      - {{name: Type, const: {_quoted(kind)}, length: 1}}"
        yield f"      - {{name: Rest, length: {max(width - 1, 1)}}}  # fill in: the fields by their lengths in bytes"


def _head(id: str, kind: str, encoding: str) -> Iterator[str]:
    yield f"id: {id}"
    yield f"kind: {kind}"
    yield f"name_en: {id}"
    yield f"name_zh: {id}"
    yield f"encoding: {encoding}"


def _names(heads: Sequence[str], header: bool) -> list[str]:
    """A name for each column, as paths write it."""
    names: list[str] = []
    for at, head in enumerate(heads, start=1):
        name = re.sub(r"[^\w.\-]+", "-", head.strip()).strip("-.") if header else ""
        name = name if re.fullmatch(r"[^\W\d][\w.\-]*", name) else f"C{at}"
        names.append(f"{name}-{at}" if name in names else name)
    return names


def _is_value(cell: str) -> bool:
    return bool(re.fullmatch(r"[\d.,/: +\-]+", cell.strip()))


def _kind(values: Sequence[str]) -> tuple[str, str]:
    """What can be said of the values of a column, and what is said to who reads it."""
    if not values:
        return "", "  # empty in the sample"
    for form in FORMS:
        if all(_is_date(value, form) for value in values):
            return f", type: date, form: {_quoted(form)}", "  # guess"
    if all(_NUMBER.fullmatch(value) for value in values):
        return ", type: number", "  # guess"
    if all(_COMMA.fullmatch(value) for value in values):
        return "", '  # a comma: in a mapping as: [{remove: "."}, decimal]'
    return "", ""


def _is_date(value: str, form: str) -> bool:
    tokens = {
        "yyyy": "%Y",
        "MM": "%m",
        "M": "%-m",
        "dd": "%d",
        "d": "%-d",
        "HH": "%H",
        "mm": "%M",
        "ss": "%S",
    }
    written = re.sub("|".join(tokens), lambda found: tokens[found[0]], form)
    try:
        moment = datetime.strptime(value, written.replace("%-", "%"))
    except ValueError:
        return False
    return moment.strftime(written) == value and 1990 <= moment.year <= 2060


def _quoted(text: str) -> str:
    """A text as YAML has it."""
    if text == "\t":
        return '"\\t"'
    return (
        text
        if re.fullmatch(r"[^\W\d][\w.\-/]*", text)
        else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )
