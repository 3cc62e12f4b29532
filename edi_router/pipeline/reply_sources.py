"""The rows of the marked-up copy from the bytes of a file: segments of EDIFACT, lines of XML and of flat files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from xml.parsers import expat

from edi_router.faults import Place
from edi_router.formats.edifact import Segment
from edi_router.formats.edifact.elements import PartSpec, segment_spec
from edi_router.formats.edifact.segment import UNTERMINATED
from edi_router.formats.edifact.separators import cut, unescape
from edi_router.formats.records import Layout
from edi_router.formats.records import read as read_records
from edi_router.formats.records.nodes import RecordNode
from edi_router.formats.records.text import Text
from edi_router.formats.xml.encoding import decode
from edi_router.pipeline.reply_marked import Remark, Row, Span, of_lines
from edi_router.pipeline.reply_model import Mark
from edi_router.pipeline.reply_names import Names

HEAD = 3
"""Lines that are shown of a file that could not be read."""
_STEP = re.compile(r"(@?[^/\[]+)(?:\[(\d+)\])?")
_EDIFACT_SECRET = re.compile(r"([A-Z]{3})[^/]*/(?:C\d{3}[^/]*/)?d(\d{4})$")
_ODD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\udc80-\udcff]")
_PASSWORD = (6, 1)
"""Where UNB has the recipient's password, data element 0022."""


@dataclass(slots=True)
class Copy:
    """Rows, and by the number of a remark the value that stands at its place."""

    rows: list[Row] = field(default_factory=list)
    found: dict[int, str] = field(default_factory=dict)


# --- EDIFACT --------------------------------------------------------------------------------------------------


def of_segments(
    data: bytes, segments: Sequence[Segment], remarks: Iterable[Remark], names: Names, secret: Sequence[str]
) -> Copy:
    """Segments, one a row; a remark goes to the segment that its byte offset is in."""
    copy = Copy([_row(segment, names, secret) for segment in segments])
    if not segments:
        return copy
    for remark in remarks:
        at = _segment_at(segments, remark.place)
        segment, row = segments[at], copy.rows[at]
        start, end = _span(data, segment, remark.place)
        row.marks += (Mark(start, max(end, start + 1), remark.number, remark.text),)
        hidden = any(start < stop and end > begin for begin, stop in row.secret)
        if remark.place.element is not None and not hidden:
            copy.found[remark.number] = unescape(segment.text[start:end], segment.dialect.separators.release)
    return copy


def _row(segment: Segment, names: Names, secret: Sequence[str]) -> Row:
    end = "" if segment.marks & UNTERMINATED else segment.dialect.separators.terminator
    row = Row(str(segment.number or ""), segment.text + end, names.segment(segment.tag))
    row.secret = tuple(_secret_spans(segment, names, secret))
    return row


def _secret_spans(segment: Segment, names: Names, secret: Sequence[str]) -> Iterator[Span]:
    places: list[tuple[int, int | None]] = [_PASSWORD] if segment.tag == "UNB" else []
    for path in secret:
        wanted = _EDIFACT_SECRET.search(path)
        if wanted is not None and wanted[1] == segment.tag:
            places += _positions(segment.tag, wanted[2], names)
    for element, component in places:
        if segment.get(element, component or 1):
            start = _begin(segment, element, component)
            yield start, _end(segment, start, component is not None)


def _positions(tag: str, id: str, names: Names) -> Iterator[tuple[int, int | None]]:
    """Where a data element stands in its segment."""
    spec = segment_spec(names.naming.definitions, names.kind.qualifier or "", tag)
    for element, part in enumerate(spec.parts if spec is not None else (), start=1):
        if isinstance(part, PartSpec):
            yield from ((element, at) for at, each in enumerate(part.components, 1) if each.id == id)
        elif part.id == id:
            yield element, None


def _segment_at(segments: Sequence[Segment], place: Place) -> int:
    """The last segment that begins at or before the place."""
    offset = place.offset if place.offset is not None else -1
    return max((at for at, segment in enumerate(segments) if segment.offset <= offset), default=0)


def _span(data: bytes, segment: Segment, place: Place) -> Span:
    if place.element is None or place.offset is None:
        return 0, min(len(segment.tag), len(segment.text))
    before = data[segment.offset : place.offset].decode(segment.dialect.encoding, "surrogateescape")
    start = min(len(before), len(segment.text))
    return start, _end(segment, start, place.component is not None)


def _begin(segment: Segment, element: int, component: int | None) -> int:
    """Where an element or a component of it, which is there, begins."""
    marks = segment.dialect.separators
    start, end = cut(segment.text, 0, len(segment.text), marks.element, marks.release)[element]
    if component is None:
        return start
    return cut(segment.text, start, end, marks.component, marks.release)[component - 1][0]


def _end(segment: Segment, start: int, component: bool) -> int:
    """Where the part that begins at `start` ends: at the next separator that is not released."""
    marks = segment.dialect.separators
    stops = marks.element + (marks.component if component else "") + marks.repetition
    at = start
    while at < len(segment.text) and segment.text[at] not in stops:
        at += 2 if segment.text[at] == marks.release else 1
    return min(at, len(segment.text))


# --- XML --------------------------------------------------------------------------------------------------------


def of_xml(
    data: bytes, remarks: Sequence[Remark], secret: Sequence[str], keep: frozenset[int] = frozenset()
) -> Copy:
    """The lines of an XML document, well-formed or not; `secret` are paths whose last steps are not shown.

    `keep` are numbers of lines that are shown whatever else is left out.
    """
    source, _ = decode(data)
    text = source.text if source is not None else data.decode("utf-8", "replace")
    hidden = _secret_texts(text, secret)
    wanted = {remark.place.xpath for remark in remarks if remark.place.xpath and remark.place.column is None}
    spans = _elements(text, wanted)
    copy = Copy()
    placed: list[tuple[Remark, Span | None]] = []
    for remark in remarks:
        span = spans.get(remark.place.xpath or "")
        if span is None or remark.place.column is not None:
            placed.append((remark, None))
            continue
        start, end, leaf = span
        line = text.count("\n", 0, start) + 1
        if remark.place.line not in (None, line):  # what is missing: where it should stand
            placed.append((remark, None))
            continue
        begin = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", start)
        inside = (start - begin, min(end, stop if stop >= 0 else len(text)) - begin)
        moved = Remark(remark.number, Place(line=line, column=start - begin + 1), remark.text)
        placed.append((moved, inside))
        if leaf and not any(start < last and end > first for first, last in hidden):
            copy.found[remark.number] = text[start:end]
    inner = {remark.number: span for remark, span in placed}
    moved_remarks = [remark for remark, _ in placed]
    copy.rows = of_lines(
        text, moved_remarks, lambda each, _: inner[each.number], hidden, ends="\n", keep=keep
    )
    for row in copy.rows:
        row.text = row.text.removesuffix("\r")
    return copy


def _secret_texts(text: str, paths: Iterable[str]) -> list[Span]:
    """The contents of all elements and attributes that are called like a secret one, wherever they stand.

    Its beginning or its end tells an element: the other tag may be what is damaged.
    """
    spans: list[Span] = []
    for name in {path.rsplit("/", 1)[-1].split("[")[0] for path in paths}:
        escaped = re.escape(name.removeprefix("@"))
        if name.startswith("@"):
            patterns = [rf"\b{escaped}\s*=\s*(\"[^\"]*\"?|'[^']*'?)"]
        else:
            cdata = r"<!\[CDATA\[.*?(?:\]\]>|\Z)"
            patterns = [
                rf"<(?:[\w.-]+:)?{escaped}(?:\s[^<>]*)?>((?:{cdata}|[^<])*)",
                rf">([^<>]*)</(?:[\w.-]+:)?{escaped}\s*>",
            ]
        for pattern in patterns:
            spans += [found.span(1) for found in re.finditer(pattern, text, re.DOTALL)]
    return _apart(spans)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap as one.

    >>> _apart([(5, 9), (1, 3), (8, 12)])
    [(1, 3), (5, 12)]
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif end > start:
            found.append((start, end))
    return found


def _elements(text: str, paths: Iterable[str]) -> dict[str, tuple[int, int, bool]]:
    """Where the elements and attributes at these XPaths stand: their text if they have only that, else the tag."""
    wanted = {_counted(path): path for path in paths}
    if not wanted:
        return {}
    body = text.encode("utf-8", "surrogatepass")
    starts: dict[str, int] = {}
    counts: list[dict[str, int]] = [{}]
    way: list[str] = []

    def begin(name: str, _: Any) -> None:
        local = name.rpartition(":")[2]
        counts[-1][local] = counts[-1].get(local, 0) + 1
        way.append(f"{local}[{counts[-1][local]}]")
        counts.append({})
        path = "/" + "/".join(way)
        if path in wanted:
            starts[path] = parser.CurrentByteIndex

    def end(_: str) -> None:
        way.pop()
        counts.pop()

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    with suppress(expat.ExpatError):  # what came before it is known
        parser.Parse(body, True)
    spans: dict[str, tuple[int, int, bool]] = {}
    for counted, path in wanted.items():
        owner, _, attribute = counted.partition("/@")
        begun = starts.get(owner)
        if begun is not None:
            start = len(body[:begun].decode("utf-8", "surrogatepass"))
            spans[path] = _inside(text, start, attribute.split("[")[0])
    return spans


def _counted(path: str) -> str:
    """The path with a position at each step.

    >>> _counted("/A/B[2]/C")
    '/A[1]/B[2]/C[1]'
    """
    return "/" + "/".join(f"{name}[{number or 1}]" for name, number in _STEP.findall(path.lstrip("/")))


def _inside(text: str, start: int, attribute: str) -> tuple[int, int, bool]:
    close = text.find(">", start)
    close = len(text) if close < 0 else close
    if attribute:
        found = re.compile(rf"\b{re.escape(attribute)}\s*=\s*[\"']([^\"']*)").search(text, start, close)
        return (*found.span(1), True) if found is not None else (start, close + 1, False)
    tag = re.compile(r"<[^\s/>]*").match(text, start)
    end = text.find("<", close)
    value = text[close + 1 : end] if end >= 0 and text[close - 1] != "/" else ""
    if value.strip() and text.startswith("</", end):
        begin = close + 1 + len(value) - len(value.lstrip())
        return begin, begin + len(value.strip()), True
    return start, tag.end() if tag is not None else close + 1, False


# --- flat files -------------------------------------------------------------------------------------------------


def of_flat(data: bytes, layout: Layout, remarks: Sequence[Remark], secret: Sequence[str]) -> Copy:
    """The lines of a flat file; where it has secrets, lines that were not understood are hidden as a whole."""
    text = Text(data, layout.encoding, layout.or_utf8)
    copy = Copy()
    if len(_ODD.findall(text.text)) * 10 > len(text.text):
        return copy
    hidden = list(_secret_cells(data, layout, text, secret)) if secret else []
    header = frozenset({1}) if layout.kind == "csv" and layout.header else frozenset()

    def span(remark: Remark, line: str) -> Span | None:
        place = remark.place
        if place.column is None or (place.element is None and place.tag is None):
            return None
        start = min(place.column - 1, len(line))
        end = _cell_end(line, start, layout) if place.element is not None else len(line)
        if place.element is not None:
            value = line[start:end].strip()
            quote = layout.quote
            copy.found[remark.number] = value.strip(quote) if quote else value
        return start, end

    copy.rows = of_lines(text.text, remarks, span, hidden, keep=header)
    for row in copy.rows:
        if row.secret:
            for mark in row.marks:
                if any(mark.start < end and mark.end > start for start, end in row.secret):
                    copy.found.pop(mark.number, None)
    return copy


def _cell_end(line: str, start: int, layout: Layout) -> int:
    if layout.kind == "fixed":
        return len(line)
    if layout.quote and line.startswith(layout.quote, start):
        end = line.find(layout.quote + layout.delimiter, start + 1)
        return len(line) if end < 0 else end + 1
    stops = [line.find(each, start) for each in (layout.delimiter, layout.terminator) if each]
    return min([stop for stop in stops if stop >= 0], default=len(line))


def _secret_cells(data: bytes, layout: Layout, text: Text, secret: Sequence[str]) -> Iterator[Span]:
    names = {path.rsplit("/", 1)[-1] for path in secret}
    starts = [0, *(found.end() for found in re.finditer("\r\n|\n|\r", text.text)), len(text.text)]
    safe = {1} if layout.kind == "csv" and layout.header else set()
    documents, _ = read_records(data, layout)
    for document in documents:
        for node in document.root.walk():
            if layout.kind == "csv" and not layout.release:
                safe.add(node.place().line or 0)
                yield from _cells(node, names, text.text, layout.quote)
    for number, (start, end) in enumerate(pairwise(starts), start=1):
        if number not in safe and text.text[start:end].strip():
            yield start, end


def _cells(node: RecordNode, names: set[str], text: str, quote: str) -> Iterator[Span]:
    for name in names:
        cell = node.cells.get(name)
        if cell is not None and cell.text:
            quoted = bool(quote) and text.startswith(quote, cell.at)
            yield cell.at, cell.at + len(cell.text) + ((2 + cell.text.count(quote)) if quoted else 0)


# --- anything else ----------------------------------------------------------------------------------------------


def of_unknown(data: bytes, remarks: Sequence[Remark]) -> Copy:
    """The first lines of a file that could not be read; none of one that is no text."""
    head = data[:4000]
    text = (
        head.decode("utf-16", "replace")
        if head[:2] in (b"\xff\xfe", b"\xfe\xff")
        else head.decode("utf-8", "replace")
    )
    if len(_ODD.findall(text)) * 10 > len(text):
        return Copy()
    return Copy(of_lines(text, remarks, lambda *_: None)[:HEAD])
