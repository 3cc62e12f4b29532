"""The books' verbs: look at a page, close it for good, verify what was closed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from edi_router.ledger import tables
from edi_router.ledger.audit import audit
from edi_router.ledger.books import VERSION, Books, compute
from edi_router.ledger.errors import Refused
from edi_router.ledger.moves import canonical
from edi_router.ledger.standing import standing
from edi_router.ledger.store import Store

START = "0" * 64
"""What the first page is chained to."""
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
            found = compute(connection, day, tuple(audit(connection, day)))
            closed = connection.execute(select(tables.books).where(_b.date == day)).mappings().first()
            if closed is not None:
                return _as_closed(found, closed)
            previous, before = _last(connection, day)
            told = standing(connection, day, self.zone, self.now(), before)
            return replace(found, standing=told, previous=previous)

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
            found = compute(tx.connection, day, tuple(audit(tx.connection, day)))
            closed = tx.connection.execute(select(tables.books).where(_b.date == day)).mappings().first()
            if closed is not None:
                return _as_closed(found, closed)
            if last is not None and last > day:
                raise Refused(f"{last} is closed already, which is after {day}")
            previous, before = _last(tx.connection, day)
            told = standing(tx.connection, day, self.zone, tx.now, before)
            text = canonical({**found.page(), STANDING: told})
            digest = chained(previous, text)
            row = {"date": day, "page": text, "sha256": digest, "previous": previous, "at": tx.now}
            tx.insert(tables.books, [row])
            return replace(found, standing=told, sha256=digest, previous=previous)

    def closed_books(self) -> list[str]:
        """The business dates that are closed, oldest first."""
        with self.read() as connection:
            return list(connection.scalars(select(tables.books.c.date).order_by(tables.books.c.date)))

    def verify_books(self) -> list[str]:
        """Compute every closed page anew and follow the chain; what is wrong, as sentences."""
        problems: list[str] = []
        previous = START
        with self.read() as connection:
            pages = connection.execute(select(tables.books).order_by(tables.books.c.date)).mappings()
            for row in pages.all():
                day = row["date"]
                if row["previous"] != previous:
                    problems.append(f"the page of {day} is not chained to the page before it")
                if row["sha256"] != chained(row["previous"], row["page"]):
                    problems.append(f"the page of {day} was changed after it was closed")
                then = json.loads(row["page"])
                then.pop(STANDING, None)
                version = then.get("version", 1)
                if version not in range(1, VERSION + 1):
                    problems.append(
                        f"the page of {day} is of version {version}, which this program does not know"
                    )
                    previous = row["sha256"]
                    continue
                now = compute(connection, day, version=version).page(version)
                problems += [
                    f"{name} of {day}: closed as {canonical(then.get(name))}, now {canonical(now.get(name))}"
                    for name in sorted({*now, *then})
                    if now.get(name) != then.get(name)
                ]
                previous = row["sha256"]
            problems += audit(connection)
        return problems

    def _today(self) -> str:
        return self.business_date(self.now())


def _as_closed(found: Books, row: Any) -> Books:
    told = json.loads(row["page"]).get(STANDING, {})
    return replace(found, standing=told, sha256=row["sha256"], previous=row["previous"])


def _last(connection: Connection, day: str) -> tuple[str, Mapping[str, Any]]:
    """The hash of the last page closed before a date, and what it told besides its facts."""
    query = select(_b.sha256, _b.page).where(_b.date < day).order_by(_b.date.desc()).limit(1)
    row = connection.execute(query).first()
    return (START, {}) if row is None else (row.sha256, json.loads(row.page).get(STANDING, {}))


def chained(previous: str, page: str) -> str:
    """The hash of a page that follows the page with the hash `previous`."""
    return hashlib.sha256(f"{previous}\n{page}".encode()).hexdigest()
