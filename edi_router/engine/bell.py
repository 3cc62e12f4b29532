"""What a handler of a signal may ring, and a thread waits for.

An `Event` of `threading` may not be set there: when the signal comes while the same thread is about to wait for it, it holds the
lock that the handler wants, and both stand still for ever.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress


class Bell:
    """Rung once, it stays so."""

    def __init__(self) -> None:
        self._heard, self._rope = os.pipe()
        os.set_blocking(self._rope, False)

    def ring(self) -> None:
        """Wake whoever waits, now and later; no lock is taken."""
        with suppress(BlockingIOError):  # rung so often that nothing more goes in
            os.write(self._rope, b"!")

    def wait(self, seconds: float) -> bool:
        """Whether it was rung before so many seconds are over."""
        return bool(select.select([self._heard], [], [], seconds)[0])

    def close(self) -> None:
        """Free it; it is not to be rung any more."""
        os.close(self._heard)
        os.close(self._rope)
