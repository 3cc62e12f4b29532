"""A table in Markdown that reads well on a terminal too."""

from __future__ import annotations

from collections.abc import Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], texts: int) -> str:
    """Aligned; the first `texts` columns to the left."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    ruler = ["-" * width if at < texts else "-" * (width - 1) + ":" for at, width in enumerate(widths)]
    cells = [
        [_aligned(cell, widths[at], at < texts) for at, cell in enumerate(line)]
        for line in (headings, ruler, *rows)
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def _aligned(cell: str, width: int, left: bool) -> str:
    return cell.ljust(width) if left else cell.rjust(width)
