"""Word wrap: a long text as lines of a limited length, in characters or in bytes of an encoding."""

from __future__ import annotations

from bisect import bisect_right

from edi_router.mapping.model import Wrap

IDEOGRAPHS = "\u2e80"
"""From this character on, a line may end before and behind any character: Chinese has no blanks between words."""


def lines_of(text: str, wrap: Wrap, encoding: str = "") -> list[str]:
    """All lines of the text, as many as it takes; `encoding` counts bytes, else characters are counted.

    >>> from edi_router.faults import Place
    >>> lines_of("FROZEN BONELESS BEEF", Wrap(10, Place()))
    ['FROZEN', 'BONELESS', 'BEEF']
    >>> lines_of("FROZEN BONELESS BEEF", Wrap(10, Place(), words=False))
    ['FROZEN BON', 'ELESS BEEF']
    >>> lines_of("冻去骨牛肉 BEEF", Wrap(8, Place()), "gb18030")
    ['冻去骨牛', '肉 BEEF']
    """
    lines: list[str] = []
    rest = " ".join(text.split("\n")).strip() if wrap.words else text
    while rest:
        end = _fitting(rest, wrap.length, encoding)
        if wrap.words and end < len(rest):
            end = _break_before(rest, end)
        line, rest = rest[:end], rest[end:]
        if wrap.words:
            line, rest = line.rstrip(), rest.lstrip()
        lines.append(line)
    return lines


def chosen(lines: list[str], wrap: Wrap) -> list[str]:
    """Those of the lines that the element writes."""
    return lines[wrap.first - 1 : wrap.last]


def is_too_long(lines: list[str], wrap: Wrap) -> bool:
    """Whether there are lines that nobody writes."""
    return wrap.last is not None and len(lines) > wrap.last and wrap.rest != "leave"


def _fitting(text: str, length: int, encoding: str) -> int:
    """How many characters fit into a line: one at least."""
    if not encoding:
        return min(length, len(text))
    most = min(length, len(text))
    widths = range(1, most + 1)
    fitting = bisect_right(widths, length, key=lambda count: len(text[:count].encode(encoding, "replace")))
    return max(1, fitting)


def _break_before(text: str, end: int) -> int:
    """The last place up to `end` where a line may end; `end` itself when there is none."""
    for at in range(end, 0, -1):
        if text[at].isspace() or text[at] >= IDEOGRAPHS or text[at - 1] >= IDEOGRAPHS:
            return at
    return end
