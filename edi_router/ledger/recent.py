"""Content that was archived a moment ago and is to be read next, kept in memory so that it need not be read back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

SMALL = 1 << 15
"""Only content of so many bytes or fewer is kept: of large content, to read it back costs little beside the rest."""
ROOM = 16_000_000
"""Bytes of content that are kept in all."""
KEPT = 60.0
"""Seconds after which content makes room for new: who was to read it has been kept from it."""


class Recent:
    """Content by its SHA-256, each to be taken once. What finds no room is not kept. Threads may share it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, bytes]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def add(self, sha256: str, content: bytes) -> None:
        """Keep content that is in the archive, on the disk, under this SHA-256."""
        now = self._monotonic()
        with self._lock:
            self._forget(sha256)
            while self._size + len(content) > ROOM:
                oldest = next(iter(self._kept), None)
                if oldest is None or now - self._kept[oldest][0] < KEPT:
                    return
                self._forget(oldest)
            self._kept[sha256] = (now, content)
            self._size += len(content)

    def take(self, sha256: str) -> bytes | None:
        """The content, which is not kept any longer; None when it is not here."""
        with self._lock:
            return self._forget(sha256)

    def _forget(self, sha256: str) -> bytes | None:
        _, content = self._kept.pop(sha256, (0.0, None))
        self._size -= len(content or b"")
        return content
