"""The books' verbs: look at a page, close it for good, verify what was closed."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from sqlalchemy import select

from edi_router.ledger import tables
from edi_router.ledger.audit import audit
from edi_router.ledger.books import Books, compute
from edi_router.ledger.errors import Refused
from edi_router.ledger.moves import canonical
from edi_router.ledger.store import Store

START = "0" * 64
"""What the first page is chained to."""


class Bookkeeping(Store):
    """The verbs of the books."""

    def books(self, business_date: str | date | None = None) -> Books:
        """The page of a business date (today's, as it stands), and what the audit finds now."""
        day = self._today() if business_date is None else str(business_date)
        with self.read() as connection:
            return compute(connection, day, tuple(audit(connection, day)))

    def close_books(self, business_date: str | date) -> Books:
        """Store the page of a business date that is over, chained to the page closed before it.

        Closing a closed page again changes nothing. Raises Refused when the date is not over, or when a later
        page is closed already.
        """
        day, b = str(business_date), tables.books.c
        with self.write(alone=True) as tx:
            if day >= tx.date:
                raise Refused(f"{day} is not over: today is {tx.date}")
            last = tx.connection.execute(select(b.date, b.sha256).order_by(b.date.desc()).limit(1)).first()
            page = compute(tx.connection, day, tuple(audit(tx.connection, day)))
            if tx.connection.scalar(select(b.date).where(b.date == day)) is not None:
                return page
            if last is not None and last[0] > day:
                raise Refused(f"{last[0]} is closed already, which is after {day}")
            previous = START if last is None else last[1]
            text = canonical(page.page())
            digest = chained(previous, text)
            row = {"date": day, "page": text, "sha256": digest, "previous": previous, "at": tx.now}
            tx.insert(tables.books, [row])
            return page

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
                now, then = compute(connection, day).page(), json.loads(row["page"])
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


def chained(previous: str, page: str) -> str:
    """The hash of a page that follows the page with the hash `previous`."""
    return hashlib.sha256(f"{previous}\n{page}".encode()).hexdigest()
