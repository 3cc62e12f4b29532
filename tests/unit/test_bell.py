"""A signal that comes at any moment of waiting is heard."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any

from edi_router.engine.bell import Bell

LINES = 40
"""Lines that are run while something waits, and more."""


def waits(bell: Any, line: int, patience: float = 20) -> list[bool]:
    """What waiting tells when the bell is rung, by the thread that waits, before the so manieth line of it."""
    found: list[bool] = []
    left = line

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left == 0:
                bell.ring()
        return trace

    def wait() -> None:
        sys.settrace(trace)
        try:
            found.append(bell.wait(0.05))
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    thread.join(patience)
    return found


def test_it_is_heard_whenever_it_is_rung() -> None:
    for line in range(1, LINES):
        bell = Bell()
        assert waits(bell, line), f"rung before line {line}, the thread stands still"
        bell.ring()
        assert bell.wait(0)
        bell.close()


def test_an_event_would_stand_still() -> None:
    """What the bell is for: the same with an event of `threading`."""

    class Event(threading.Event):
        ring = threading.Event.set

    assert not all(waits(Event(), line, 1) for line in range(1, 4))


def test_rung_without_end_it_never_blocks() -> None:
    bell = Bell()
    assert not bell.wait(0)
    for _ in range(70_000):
        bell.ring()
    assert bell.wait(0)
    bell.close()
