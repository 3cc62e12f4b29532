"""The page of the books for a business date, and how it is computed.

A page has two parts. Its *facts* (equations, control numbers of ours, the line for customs) follow from events and
settled rows alone, so they come out the same whenever they are computed. What it tells besides, as things *stood*
when it was closed, is kept as it was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, func, select

from edi_router.ledger import tables
from edi_router.ledger.carrying import PARTS, Base, Known, last_numbers
from edi_router.ledger.equations import COLUMNS, INFLOW, Equation, Line, equation, stored_equation
from edi_router.ledger.standing import forms

__all__ = ["COLUMNS", "INFLOW", "VERSION", "Books", "Equation", "Line", "compute"]
VERSION = 2
"""Of pages that are closed now. Version 1, which names none, has no routes, no forms and nothing beside the facts."""

SHOWN = 100
"""So many missing numbers of a stream are named."""


@dataclass(frozen=True, slots=True)
class Books:
    """The page of one business date."""

    business_date: str
    messages: Equation
    """Carried over + in = completed + rejected + duplicate + held + in work."""
    outputs: Equation
    """Carried over + made = delivered + failed + waiting."""
    files: Equation
    """Carried over + received = processed + held + failed + in work."""
    gaps: Mapping[str, tuple[int, ...]]
    """Control numbers of ours that were not used, by stream (the first hundred of each)."""
    problems: tuple[str, ...] = ()
    """What the audit of the present state found; no part of the page."""
    forms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Clearance forms sent, matched, used … by customs office (`edi_router.ledger.standing.forms`)."""
    standing: Mapping[str, Any] = field(default_factory=dict)
    """What is told besides (`edi_router.ledger.standing`): of a closed page as it stood then, otherwise as it stands."""
    sha256: str | None = None
    """The hash of the page, when it is closed."""
    previous: str | None = None
    """The hash of the page before it, to which it is, or will be, chained."""

    @property
    def leniencies(self) -> Mapping[str, Mapping[str, int]]:
        """How often each leniency was used in files of the date, by partner."""
        found: Mapping[str, Mapping[str, int]] = self.standing.get("leniencies", {})
        return found

    @property
    def unaccounted(self) -> int:
        """How many messages, outputs and files are unaccounted; must be 0."""
        equations = (self.messages, self.outputs, self.files)
        return sum(abs(line.unaccounted) for each in equations for line in each.partners.values())

    @property
    def balanced(self) -> bool:
        """Whether all three equations hold, no control number is missing and the audit found nothing."""
        equations = (self.messages, self.outputs, self.files)
        return all(each.balanced for each in equations) and not self.gaps and not self.problems

    def page(self, version: int = VERSION) -> dict[str, Any]:
        """The facts of the page, as a page of this version has them."""
        facts = {
            "business_date": self.business_date,
            "messages": self.messages.page(version), "outputs": self.outputs.page(version),
            "files": self.files.page(version),
            "gaps": {stream: list(numbers) for stream, numbers in self.gaps.items()},
            "unaccounted": self.unaccounted,
        }  # fmt: skip
        if version > 1:
            facts |= {"version": version, "forms": {name: dict(each) for name, each in self.forms.items()}}
        return facts


def compute(
    connection: Connection,
    date: str,
    base: Base,
    problems: tuple[str, ...] = (),
    version: int = VERSION,
    known: Known | None = None,
) -> Books:
    """The facts of a business date, of the state at its end; of a page of version 1 without what it has not.

    `base` is the page closed before the date, from which they are carried over.
    """
    later = version > 1
    messages, outputs, files = (
        equation(connection, kind, date, base, later, None if known is None else known.open[kind])
        for kind in ("message", "output", "file")
    )
    gaps = _gaps(connection, date, base, last_numbers(connection, date) if known is None else known.last)
    if not base.sound:
        problems = (f"the page of {base.date}, carried over from, was changed after it was closed", *problems)
    return Books(date, messages, outputs, files, gaps, problems, forms(connection, date) if later else {})


def stored(page: Mapping[str, Any], problems: tuple[str, ...] = ()) -> Books:
    """The facts of a closed page as they were written down; for a date of which retention has removed events."""
    gaps = {stream: tuple(numbers) for stream, numbers in page["gaps"].items()}
    kinds = ((kind, page[name]) for kind, name in PARTS.items())
    messages, outputs, files = (stored_equation(kind, part) for kind, part in kinds)
    return Books(page["business_date"], messages, outputs, files, gaps, problems, page.get("forms", {}))


def _gaps(
    connection: Connection, date: str, base: Base, last: Mapping[str, int]
) -> dict[str, tuple[int, ...]]:
    """What was missing on the page before and still is, and what is missing of the numbers since."""
    o = tables.output.c
    before = last_numbers(connection, base.date, last)
    known: Mapping[str, list[int]] = base.page.get("gaps", {})
    gaps: dict[str, tuple[int, ...]] = {}
    for stream, until in sorted(last.items()):
        used = select(o.number).where(o.stream == stream, o.date <= date)
        since = before[stream]
        new = used.where(o.number > since, o.number <= until)
        missing = (
            _not_in(connection, used.where(o.number.in_(known[stream])), known[stream])
            if stream in known
            else []
        )
        if connection.scalar(select(func.count()).select_from(new.subquery())) != until - since:
            missing += _not_in(connection, new, range(since + 1, until + 1))
        if missing:
            gaps[stream] = tuple(missing[:SHOWN])
    return gaps


def _not_in(connection: Connection, query: Select[Any], numbers: Iterable[int]) -> list[int]:
    there: set[int] = set(connection.scalars(query))
    return list(islice((each for each in numbers if each not in there), SHOWN))
