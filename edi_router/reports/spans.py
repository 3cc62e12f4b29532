"""How long things took: number, median, 95th percentile and longest of many spans.

SQLite has no percentiles, and to rank rows by window functions costs it ten times as much as to hand them over: so
the database finds the spans, one query for all, and they are sorted here.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence

Spread = tuple[int, int, int, int]
"""Number, p50, p95 (nearest rank) and greatest."""


def spread(spans: Sequence[int]) -> Spread:
    """The spread of some spans; ValueError of none.

    >>> spread([30, 10, 20, 40])
    (4, 20, 40, 40)
    """
    if not spans:
        raise ValueError("there are no spans")
    order = sorted(spans)
    number = len(order)
    return number, order[(number * 50 + 99) // 100 - 1], order[(number * 95 + 99) // 100 - 1], order[-1]


class Spans:
    """Spans in microseconds by key; eight bytes each, so that those of a million messages find room."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, ...], array[int]] = defaultdict(lambda: array("q"))

    def add(self, span: int, *keys: tuple[str, ...]) -> None:
        """Count a span under some keys."""
        for key in keys:
            self._spans[key].append(span)

    def spreads(self) -> Iterator[tuple[tuple[str, ...], Spread]]:
        """The spread of each key, in the order of the keys."""
        for key in sorted(self._spans):
            yield key, spread(self._spans[key])
