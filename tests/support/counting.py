"""How much work something is, whatever else the machine does: the calls that it makes, in all threads that it starts."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Work:
    """Calls of functions, those written in C among them."""

    calls: int = 0

    def _event(self, frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_call"):
            self.calls += 1


@contextmanager
def counted() -> Iterator[Work]:
    """Counts the calls made inside, by this thread and by those that begin meanwhile."""
    work, before = Work(), sys.getprofile()
    threading.setprofile(work._event)
    sys.setprofile(work._event)
    try:
        yield work
    finally:
        sys.setprofile(before)
        threading.setprofile(None)  # type: ignore[arg-type]
