"""When is a file in the outbox whole? Decided from listings and a clock alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from edi_router.transports.base import Drop


class StabilityWatch:
    """Remembers the listings of one outbox and tells which drops are ready to be fetched.

    A drop is ready when its size and time have not changed for `wait_seconds`, measured by `clock` (a
    monotonic one, in seconds): the partner's clock is not trusted. With `marker` (such as ``.done``) it is
    ready only while a file of its name and that ending is there too; markers are never drops.

    >>> now = 0.0
    >>> watch = StabilityWatch(5, lambda: now)
    >>> drop = Drop("a.edi", 10, 0)
    >>> watch.ready([drop]), (now := 5.0), watch.ready([drop])
    ([], 5.0, [Drop(name='a.edi', size=10, modified=0)])
    """

    def __init__(
        self,
        wait_seconds: float,
        clock: Callable[[], float],
        marker: str = "",
        since: Mapping[Drop, float] | None = None,
    ) -> None:
        """`since` is what another watch of this outbox remembered, by the same clock."""
        self._wait = wait_seconds
        self._clock = clock
        self._marker = marker
        self._since: dict[Drop, float] = dict(since or {})

    @property
    def since(self) -> Mapping[Drop, float]:
        """The drops of the last listing, and when each was first seen as it is."""
        return self._since

    def ready(self, drops: Iterable[Drop]) -> list[Drop]:
        """Take note of a listing; returns its drops that are whole, in its order."""
        listed = list(drops)
        now = self._clock()
        self._since = {drop: self._since.get(drop, now) for drop in listed}
        names = {drop.name for drop in listed}
        return [drop for drop in listed if self._is_ready(drop, names, now)]

    def _is_ready(self, drop: Drop, names: set[str], now: float) -> bool:
        if self._marker and (drop.name.endswith(self._marker) or drop.name + self._marker not in names):
            return False
        return now - self._since[drop] >= self._wait

    def marker_of(self, name: str) -> str | None:
        """The marker to be removed after the drop `name`, if markers are used."""
        return name + self._marker if self._marker else None

    def orphans(self) -> list[str]:
        """Markers of the last listing without their drop for at least `wait_seconds`: a removal cut short."""
        if not self._marker:
            return []
        names = {drop.name for drop in self._since}
        now = self._clock()
        return [
            drop.name
            for drop, since in self._since.items()
            if drop.name.endswith(self._marker)
            and drop.name.removesuffix(self._marker) not in names
            and now - since >= self._wait
        ]

    def remaining(self) -> float | None:
        """Seconds until the next drop of the last listing may be ready; None when nothing is waiting."""
        now = self._clock()
        waits = [self._wait - (now - since) for since in self._since.values()]
        return min((wait for wait in waits if wait > 0), default=None)
