"""A verb whose transaction PostgreSQL broke off for another one's sake is run again, whole.

Workers lock rows in one order where they can. Where transactions touch rows of many kinds (deliveries, then messages,
then clocks; register entries, then answers), two of them may still wait for each other: PostgreSQL ends one, and nothing
of it was written. To run it again is right because a verb is one transaction and keeps nothing in memory.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

P = ParamSpec("P")
T = TypeVar("T")
TRIES = 5
SERIALIZATION, DEADLOCK = "40001", "40P01"
"""SQLSTATE of a transaction that lost against another one."""


def again(verb: Callable[P, T]) -> Callable[P, T]:
    """Run a verb again when its transaction lost against another one; after `TRIES` times the error is raised."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for tries in range(1, TRIES):
            try:
                return verb(*args, **kwargs)
            except DBAPIError as error:
                if not lost(error):
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**tries))
        return verb(*args, **kwargs)

    return run


def lost(error: DBAPIError) -> bool:
    """Whether the transaction was broken off for another one's sake."""
    original: Any = error.orig
    return getattr(original, "sqlstate", None) in (SERIALIZATION, DEADLOCK)
