"""What Prometheus is told: the counts of this process, and the figures of the ledger at the time of asking.

Labels are partners, registers and states of the configuration, so the number of series is bounded; what belongs to
a partner that is not configured any more is told under `unknown`.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, InfoMetricFamily, Metric

from edi_router.engine.about import brief
from edi_router.engine.metrics_ledger import PREFIX, UNKNOWN, family, gauge, told
from edi_router.engine.tally import BUCKETS, OF_JOBS, Count, Tally
from edi_router.engine.workspace import Workspace
from edi_router.ledger import Archive, Ledger
from edi_router.ledger.gauges import WAIT, Figures, Gauges
from edi_router.pipeline.configuration import Configuration
from edi_router.version import __version__

log = logging.getLogger(__name__)
FRESH = 5.0
"""Seconds for which figures of the ledger are told again without asking it."""
T = TypeVar("T")


class Watched(Protocol):
    """What there is to see: an embedded engine, or the workers of a host."""

    workspace: Workspace
    ledger: Ledger
    archive: Archive
    configuration: Configuration
    tally: Tally


class Fresh(Generic[T]):
    """A value that is made anew when it is older than so many seconds; by one thread, for whom others wait."""

    def __init__(self, make: Callable[[], T], seconds: float, monotonic: Callable[[], float]) -> None:
        self._make, self._seconds, self._monotonic = make, seconds, monotonic
        self._lock = threading.Lock()
        self._made: tuple[float, T] | None = None

    def get(self) -> T:
        """The value."""
        with self._lock:
            if self._made is None or self._monotonic() - self._made[0] >= self._seconds:
                value = self._make()
                self._made = (self._monotonic(), value)
            return self._made[1]


def registry(engine: Watched, wait_seconds: float = WAIT) -> CollectorRegistry:
    """Everything that is told of an engine, and of its process (memory, CPU, open files)."""
    made = CollectorRegistry()
    made.register(EngineCollector(engine, wait_seconds))
    ProcessCollector(registry=made)
    return made


class EngineCollector:
    """Tells of one engine; never fails: without the ledger it tells what it knows, and that the ledger is gone."""

    def __init__(self, engine: Watched, wait_seconds: float = WAIT) -> None:
        self._engine = engine
        self._gauges = Gauges(engine.ledger, wait_seconds)
        self._figures = Fresh(self._look, FRESH, engine.tally.monotonic)
        self._failing = False

    def collect(self) -> Iterator[Metric]:
        """All series."""
        partners = list(self._engine.configuration.directory.partners)
        yield _info(self._engine)
        yield from self.counted(partners)
        yield from self.running(partners)
        yield from self._archive()
        figures = self._figures.get()
        yield gauge(
            "ledger_readable", "Whether the ledger could be asked (1 or 0).", int(figures is not None)
        )
        if figures is not None:
            yield from told(figures, partners)

    def _look(self) -> Figures | None:
        configuration = self._engine.configuration
        try:
            figures = self._gauges.look(configuration.directory.partners, configuration.registers)
        except Exception as error:  # whatever it is: those who look must not disturb those who work
            if not self._failing:
                log.warning("the ledger cannot be asked for its figures: %s", brief(error))
            self._failing = True
            return None
        self._failing = False
        return figures

    def counted(self, partners: list[str]) -> Iterator[Metric]:
        """What was counted since the beginning."""
        tally = self._engine.tally
        yield from counted(tally.counts(), partners, [each for each in Count if each not in OF_JOBS])
        yield _durations(tally)

    def running(self, partners: list[str]) -> Iterator[Metric]:
        """How it goes on now, beside what the ledger says."""
        tally = self._engine.tally
        settings = self._engine.configuration.settings
        yield gauge("poll_interval_seconds", "Between two rounds, as configured.", settings.poll_seconds)
        if tally.last_round is not None:
            yield gauge("last_round_timestamp_seconds", "When the last round began.", tally.last_round)
        reached = family(
            "partner_reachable", "Whether the partner's channel opened the last time.", "partner"
        )
        contact = family("partner_contact_timestamp_seconds", "When it last did.", "partner")
        for partner, (now, last) in sorted(tally.contacts().items()):
            if partner in partners:
                reached.add_metric([partner], int(now))
                if last is not None:
                    contact.add_metric([partner], last)
        yield from (reached, contact)

    def _archive(self) -> Iterator[Metric]:
        try:
            free = shutil.disk_usage(self._engine.workspace.var).free
        except OSError:
            return
        yield gauge("disk_free_bytes", "Free on the disk of the archive.", free)


def _info(engine: Watched) -> Metric:
    info = InfoMetricFamily("edi_router", "Version of the program, and the configuration set in force.")
    info.add_metric([], {"version": __version__, "configuration": engine.configuration.digest[:12]})
    return info


def counted(
    counts: Mapping[tuple[Count, str, str], int], partners: Collection[str], told: Iterable[Count]
) -> Iterator[Metric]:
    """The counts that are `told`; those of every partner from the beginning, so that the first one is an increase."""
    for what in told:
        series = what.value
        labels = [name for name in ("partner" if series.by_partner else "", series.label) if name]
        counter = CounterMetricFamily(PREFIX + series.name, series.help, labels=labels)
        sums: Counter[tuple[str, str]] = Counter()
        for partner in partners if series.by_partner else ("",):
            for value in series.values or ("",):
                sums[partner, value] = 0
        for (counted_what, partner, value), number in counts.items():
            if counted_what is what:
                sums[partner if partner in partners or not series.by_partner else UNKNOWN, value] += number
        for (partner, value), number in sorted(sums.items()):
            names = [*([partner] if series.by_partner else []), *([value] if series.label else [])]
            counter.add_metric(names, number)
        yield counter


def _durations(tally: Tally) -> Metric:
    durations = tally.durations()
    histogram = HistogramMetricFamily(PREFIX + "round_duration_seconds", "How long rounds took.")
    buckets, total = [], 0
    for bound, number in zip([*map(str, BUCKETS), "+Inf"], durations.classes, strict=True):
        total += number
        buckets.append((bound, total))
    histogram.add_metric([], buckets, durations.seconds)
    return histogram
