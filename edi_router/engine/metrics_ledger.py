"""The figures of the ledger as Prometheus is told them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from edi_router.ledger.gauges import OPEN, Figures

PREFIX = "edi_router_"
UNKNOWN = "unknown"
"""Stands for every partner that is not configured any more."""
_PLURALS = {
    "file": "files",
    "message": "messages",
    "output": "outputs",
    "delivery": "deliveries",
    "work": "work",
}


def told(figures: Figures, partners: Collection[str]) -> Iterator[Metric]:
    """The figures of the ledger."""
    yield from _open(figures, partners)
    today = family("today", "How often one came into a state on the present business date.", "kind", "state")
    for key, number in sorted(figures.today.items()):
        today.add_metric(list(key), number)
    yield today
    entries = family("register_entries_open", "Open entries of registers.", "register")
    for register, number in sorted(figures.entries.items()):
        entries.add_metric([register], number)
    yield entries
    yield gauge("register_entries_due", "Entries whose clock should have struck.", figures.entries_due)
    clocks = family("clocks", "Running clocks of messages and outputs.", "partner", "kind", "state")
    for (partner, kind, state), number in sorted(figures.clocks.items()):
        clocks.add_metric([partner, kind, state], number)
    yield clocks
    alarms = family("alarms_open", "Open alarms.", "kind", "severity")
    for key, number in sorted(figures.alarms.items()):
        alarms.add_metric(list(key), number)
    yield alarms
    off = family("partner_paused", "Whether an operator paused the partner (1 or 0).", "partner")
    for partner in sorted(partners):
        off.add_metric([partner], int(partner in figures.paused))
    failures = family("partner_contact_failures", "How often in a row it could not be reached.", "partner")
    for partner in sorted(partners):
        failures.add_metric([partner], figures.failures.get(partner, 0))
    yield from (off, failures)
    yield from _books(figures)


def _open(figures: Figures, partners: Collection[str]) -> Iterator[Metric]:
    for kind in OPEN:
        numbers: Counter[tuple[str, str]] = Counter()
        oldest: dict[tuple[str, str], int] = {}
        for each in figures.waiting:
            if each.kind == kind:
                key = (each.partner if each.partner in partners else UNKNOWN, each.state)
                numbers[key] += each.number
                if each.oldest is not None:
                    oldest[key] = min(each.oldest, oldest.get(key, each.oldest))
        name = _PLURALS[kind]
        numbers_open = family(f"{name}_open", f"Open {name}, by partner and state.", "partner", "state")
        for key, number in sorted(numbers.items()):
            numbers_open.add_metric(list(key), number)
        yield numbers_open
        if kind != "work":
            ages = family(
                f"{name}_oldest_age_seconds", "How long the oldest of these waits.", "partner", "state"
            )
            for key, since in sorted(oldest.items()):
                ages.add_metric(list(key), max(0, figures.now - since) / 1_000_000)
            yield ages


def _books(figures: Figures) -> Iterator[Metric]:
    missing = sum(figures.missing.values())
    yield gauge("control_numbers_missing", "Control numbers that were given and not used.", missing)
    if (page := figures.page) is None:
        return
    balanced = page.unaccounted == 0 and page.gaps == 0
    yield gauge(
        "books_balanced", "Whether the last closed page of the books balances (1 or 0).", int(balanced)
    )
    yield gauge("books_unaccounted", "What is unaccounted on it.", page.unaccounted)
    yield gauge("books_gaps", "Streams with missing control numbers on it.", page.gaps)
    yield gauge("books_closed_timestamp_seconds", "When it was closed.", page.closed / 1_000_000)


def family(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    """A gauge with labels, still empty."""
    return GaugeMetricFamily(PREFIX + name, text, labels=list(labels))


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """A gauge without labels."""
    return GaugeMetricFamily(PREFIX + name, text, value=value)
