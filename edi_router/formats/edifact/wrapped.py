"""Files whose lines were broken at a fixed width, by a mail program or a telex line: in the midst of segments, too."""

from __future__ import annotations

_LEAST = 40
"""The narrowest line that such a file has."""
_LOOK = 1 << 14
"""Bytes at the beginning of an interchange that are looked at."""


def wrapped(data: bytes, terminator: str, begun: int = 0) -> tuple[int, int] | None:
    """The width of the lines and where the first break inside of a segment is, if `data` is broken into lines of one width.

    The first three lines are as long, within one character, and no other is longer; two of them end inside of a segment.
    A line break inside a value alone, such as in a text of several lines, does not look like that. `begun` characters of
    the first line stand before `data`.

    >>> line = b"NAD+CZ+++EXAMPLE TRADING COMPANY+STREET 1"
    >>> wrapped(b"\\n".join([line] * 4), "'")
    (41, 41)
    """
    starts, ends = [0], list[int]()
    for _ in range(3):  # what is written well is known by its first lines
        end = data.find(b"\n", starts[-1])
        if end < 0:
            return None
        ends.append(end)
        starts.append(end + 1)
    lines = [data[start:end].rstrip(b"\r") for start, end in zip(starts, ends, strict=False)]
    lengths = [begun + len(lines[0]), *map(len, lines[1:])]
    width, inside = max(lengths), [not _ends(line, terminator) for line in lines]
    if width < _LEAST or min(lengths) < width - 1 or sum(inside) < 2:
        return None
    if any(len(line.rstrip(b"\r")) > width + 1 for line in data[starts[-1] : _LOOK].split(b"\n")):
        return None
    first = inside.index(True)
    return width, starts[first] + len(lines[first])


def _ends(line: bytes, terminator: str) -> bool:
    return line.rstrip().endswith(terminator.encode("iso8859-1", "replace"))
