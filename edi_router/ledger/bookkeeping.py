"""The books' verbs: look at a page, close it for good, verify what was closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from edi_router.ledger import tables
from edi_router.ledger.audit import audit
from edi_router.ledger.books import VERSION, Books, compute, stored
from edi_router.ledger.carrying import START, Backwards, Base, as_base, base_of, chained
from edi_router.ledger.errors import Refused
from edi_router.ledger.moves import canonical
from edi_router.ledger.retaining import EVENTS, removed_before
from edi_router.ledger.standing import standing
from edi_router.ledger.store import Store

STANDING = "standing"
"""Under which name a page keeps what is not computed anew."""
_b = tables.books.c


class Bookkeeping(Store):
    """The verbs of the books."""

    def books(self, business_date: str | date | None = None) -> Books:
        """The page of a business date (today's, as it stands), and what the audit finds now.

        What is told besides the facts is that of the close when the page is closed.
        """
        day = self._today() if business_date is None else str(business_date)
        with self.read() as connection:
            base = base_of(connection, day)
            problems = tuple(audit(connection, base.date, day))
            closed = connection.execute(select(tables.books).where(_b.date == day)).mappings().first()
            if closed is not None and day <= removed_before(connection, EVENTS):
                return _as_closed(stored(json.loads(closed["page"]), problems), closed)
            found = compute(connection, day, base, problems)
            if closed is not None:
                return _as_closed(found, closed)
            told = standing(connection, day, self.zone, self.now(), base.page.get(STANDING, {}))
            return replace(found, standing=told, previous=base.sha256)

    def page_of(self, business_date: str | date) -> Books:
        """The page of a business date as it was closed, for who looks at it; of a date that is not closed as `books` has it.

        A closed page is read, not counted: what is wrong with it is only whether its text, and that it follows the page
        before it, are still as they were. `books` counts it again from events and rows.
        """
        day = str(business_date)
        with self.read() as connection:
            closed = connection.execute(select(tables.books).where(_b.date == day)).first()
            before = select(_b.sha256).where(_b.date < day).order_by(_b.date.desc()).limit(1)
            last = connection.scalar(before) or START
        if closed is None:
            return self.books(day)
        problems = tuple(_unchained(closed, last))
        return _as_closed(stored(json.loads(closed.page), problems), closed._mapping)

    def last_control_number(self, partner: str) -> int | None:
        """The last control number that we gave to an interchange for a partner; None when there was none."""
        c = tables.control_number.c
        with self.read() as connection:
            return connection.scalar(select(c.last).where(c.stream == f"edifact:{partner}"))

    def close_books(self, business_date: str | date) -> Books:
        """Store the page of a business date that is over, chained to the page closed before it.

        Closing a closed page again changes nothing. Raises Refused when the date is not over, or when a later
        page is closed already.
        """
        day = str(business_date)
        with self.write(alone=True) as tx:
            if day >= tx.date:
                raise Refused(f"{day} is not over: today is {tx.date}")
            last = tx.connection.scalar(select(func.max(_b.date)))
            base = base_of(tx.connection, day)
            problems = tuple(audit(tx.connection, base.date, day))
            closed = tx.connection.execute(select(tables.books).where(_b.date == day)).mappings().first()
            if closed is not None and day <= removed_before(tx.connection, EVENTS):
                return _as_closed(stored(json.loads(closed["page"]), problems), closed)
            found = compute(tx.connection, day, base, problems)
            if closed is not None:
                return _as_closed(found, closed)
            if last is not None and last > day:
                raise Refused(f"{last} is closed already, which is after {day}")
            told = standing(tx.connection, day, self.zone, tx.now, base.page.get(STANDING, {}))
            text = canonical({**found.page(), STANDING: told})
            digest = chained(base.sha256, text)
            row = {"date": day, "page": text, "sha256": digest, "previous": base.sha256, "at": tx.now}
            tx.insert(tables.books, [row])
            return replace(found, standing=told, sha256=digest, previous=base.sha256)

    def closed_books(self) -> list[str]:
        """The business dates that are closed, oldest first."""
        with self.read() as connection:
            return list(connection.scalars(select(tables.books.c.date).order_by(tables.books.c.date)))

    def closed_pages(self, limit: int, before: str | None = None) -> list[Books]:
        """The latest closed pages as they were kept, newest first; `before` a date, to go on."""
        query = select(tables.books).order_by(_b.date.desc()).limit(limit)
        if before is not None:
            query = query.where(_b.date < before)
        with self.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [_as_closed(stored(json.loads(row["page"]), ()), row) for row in rows]

    def verify_books(self) -> list[str]:
        """Follow the chain, and compute every closed page anew from the page before it; what is wrong, as sentences.

        As each page is computed from the one before, all events are counted, each once. Of pages of which retention
        has removed events only the chain is followed.
        """
        with self.read() as connection:
            rows = connection.execute(select(tables.books).order_by(_b.date)).all()
            bases = [Base()]
            for row in rows:
                bases.append(as_base(row, bases[-1].sha256))
            backwards = Backwards(connection)
            problems: list[str] = []
            removed = removed_before(connection, EVENTS)
            for number, row in reversed(list(enumerate(rows))):
                base, page = bases[number], bases[number + 1].page
                gone = row.date <= removed
                facts = [] if gone else _changed(connection, row.date, page, base, backwards)
                problems = [*_unchained(row, base.sha256), *facts, *problems]
            return problems + audit(connection)

    def _today(self) -> str:
        return self.business_date(self.now())


def _as_closed(found: Books, row: Any) -> Books:
    told = json.loads(row["page"]).get(STANDING, {})
    return replace(found, standing=told, sha256=row["sha256"], previous=row["previous"])


def _unchained(row: Any, before: str) -> list[str]:
    """What is wrong with the text of a page; `before` is the hash of the page before it."""
    problems = []
    if row.previous != before:
        problems.append(f"the page of {row.date} is not chained to the page before it")
    if row.sha256 != chained(row.previous, row.page):
        problems.append(f"the page of {row.date} was changed after it was closed")
    return problems


def _changed(
    connection: Connection, day: str, page: Mapping[str, Any], base: Base, backwards: Backwards
) -> list[str]:
    """How the facts of a page differ from those of today's events and rows."""
    then = {name: value for name, value in page.items() if name != STANDING}
    version = then.get("version", 1)
    if version not in range(1, VERSION + 1):
        return [f"the page of {day} is of version {version}, which this program does not know"]
    now = compute(connection, day, base, version=version, known=backwards.at(day)).page(version)
    return [
        f"{name} of {day}: closed as {canonical(then.get(name))}, now {canonical(now.get(name))}"
        for name in sorted({*now, *then})
        if now.get(name) != then.get(name)
    ]
