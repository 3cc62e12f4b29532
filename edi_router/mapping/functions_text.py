"""Value functions for texts with fillers and gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edi_router.mapping.registry import Kind, function

_GAP = re.compile(r"\{([1-9])\}")


@function(pattern=r".+", form="a text")
def unless(value: str, argument: str) -> str:
    """The text, or nothing when it is the argument: a filler that stands for no value.

    >>> unless("000000", "000000")
    ''
    """
    return "" if value == argument else value


@function(Kind.ALL, pattern=r".*\{1\}.*", form="a text with {1}, {2} …")
def fill(values: Sequence[str], argument: str) -> list[str]:
    """All values set into a text, in their order at `{1}`, `{2}` …; nothing of nothing.

    >>> fill(["QDQWT", "20260314"], "CN_MT1101_1p0_{1}_{2}")
    ['CN_MT1101_1p0_QDQWT_20260314']
    """
    gaps = {int(gap) for gap in _GAP.findall(argument)}
    if values and len(values) != len(gaps):
        raise ValueError(f"{len(values)} values for {len(gaps)} gaps")
    return [_GAP.sub(lambda gap: values[int(gap[1]) - 1], argument)] if values else []
