"""How long things took: number, median, 95th percentile and longest of many spans.

SQLite has no percentiles, and to rank rows by window functions costs it ten times as much as to hand them over: so
the database counts equal spans, one query for all, and they are sorted here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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
    """How often each span, in microseconds, was met, by key."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)

    def add(self, span: int, *keys: tuple[str, ...], number: int = 1) -> None:
        """Count a span under some keys."""
        for key in keys:
            self._spans[key][span] += number

    def spreads(self) -> Iterator[tuple[tuple[str, ...], Spread]]:
        """The spread of each key, in the order of the keys."""
        for key in sorted(self._spans):
            yield key, _spread(self._spans[key])


def _spread(spans: Counter[int]) -> Spread:
    number, order = spans.total(), sorted(spans)
    places = [(number * share + 99) // 100 for share in (50, 95)]
    found: list[int] = []
    before = 0
    for span in order:
        before += spans[span]
        while len(found) < len(places) and before >= places[len(found)]:
            found.append(span)
    return number, found[0], found[1], order[-1]
