"""Security segments inside a message: ISO 9735-5 lets them stand in a message of any type, whatever its directory."""

from __future__ import annotations

from collections.abc import Collection, Sequence

SERVICE = "service-4"
"""The directory that has them."""
HEADER, TRAILER = "USH", "UST"
"""What begins each security header group, directly behind UNH, and each trailer group, directly before UNT."""
_HEADERS = frozenset((HEADER, "USA", "USC", "USR"))
_TRAILERS = frozenset((TRAILER, "USR"))
TAGS = _HEADERS | _TRAILERS


def secured(tags: Sequence[str], known: Collection[str]) -> frozenset[int]:
    """Where the security segments stand in a message with these tags; none where its definition has them itself.

    >>> tags = ["UNH", "USH", "USA", "BGM", "USR", "UST", "USR", "UNT"]
    >>> sorted(secured(tags, {"BGM"})), sorted(secured(tags, {"BGM", "USH"}))
    ([1, 2, 5, 6], [])
    """
    if TAGS.isdisjoint(tags) or not TAGS.isdisjoint(known):
        return frozenset()
    first = tags[0] == "UNH"
    header = _run(tags[first:], _HEADERS) if tags[first : first + 1] == [HEADER] else 0
    last = len(tags) - (tags[-1] == "UNT")
    trailer = _run(tags[first + header : last][::-1], _TRAILERS)
    while trailer and tags[last - trailer] != TRAILER:
        trailer -= 1
    return frozenset((*range(first, first + header), *range(last - trailer, last)))


def _run(tags: Sequence[str], wanted: Collection[str]) -> int:
    """How many of them, from the first on, are wanted ones."""
    return next((at for at, tag in enumerate(tags) if tag not in wanted), len(tags))
