"""Trouble that lasts: what is broken off by the same again and again is told once, and once when it is over."""

from __future__ import annotations

import logging

from edi_router.engine.about import brief, where


class Lasting:
    """Tells of one thing that is done again and again."""

    def __init__(self, log: logging.Logger) -> None:
        self.log = log
        self._times, self._trouble = 0, ""

    def broke(self, error: Exception, told: str, trace: bool = True) -> None:
        """It was broken off: told in full, unless the time before was broken off by the same."""
        trouble = f"{brief(error)} {where(error)[-1:]}"
        if trouble != self._trouble:
            self.log.error("%s", told, exc_info=error if trace else None)
        self._times, self._trouble = self._times + 1, trouble

    def went(self, what: str) -> None:
        """It went well."""
        if self._times:
            self.log.info("over: %s; it was broken off %d times in a row", what, self._times)
        self._times, self._trouble = 0, ""
