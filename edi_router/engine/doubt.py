"""Whether the clock is believed: by one that is ahead, days would be closed and licences expire that are not over.

What it brings about cannot be taken back, so it waits. Whoever starts the engine anew says that the clock is right.
"""

from __future__ import annotations

import time

FAR = 12 * 3600
"""Seconds that the clock may have been set ahead while the engine ran."""


class Doubt:
    """Compares the clock of the day with the one that runs since the machine was started."""

    def __init__(self) -> None:
        self.began = _started()

    def problem(self) -> str | None:
        """Why the clock is not believed; None when it is."""
        ahead = _started() - self.began
        if ahead <= FAR:
            return None
        return (
            f"the clock was set ahead by {ahead / 3600:.0f} hours while the engine ran: set it right, "
            "or start the engine anew if it is right now"
        )


def _started() -> float:
    """When the machine was started, by the clock of the day; sleep counts as time."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
