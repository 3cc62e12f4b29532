"""Patterns of conditions, matched against whole values."""

from __future__ import annotations

import functools
import re

from edi_router.config.patterns import LONGEST, problem_of

__all__ = ["LONGEST", "matches", "problem_of"]


def matches(pattern: str, value: str) -> bool:
    """Whether the pattern matches the whole value.

    >>> matches(r"[A-Z]{4}\\d{7}", "CSQU3054383"), matches("A|B", "AB")
    (True, False)
    """
    return len(value) <= LONGEST and _compiled(pattern).fullmatch(value) is not None


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
