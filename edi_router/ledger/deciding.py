"""Decisions: who did what to what, from where and why. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from edi_router.ledger import tables
from edi_router.ledger.desk import decided
from edi_router.ledger.store import Row, Store

_d = tables.decision.c


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision."""

    id: int
    at: int
    """Microseconds."""
    kind: str
    """What the subject is: `message`, `file`, `partner`, `account`, `login`, `request` …"""
    subject: str
    verb: str
    by: str
    """An account of the machine; of the console `ACCOUNT@ADDRESS`, of a token `token:NAME@ADDRESS`."""
    reason: str


class Deciding(Store):
    """What has been decided, and the writing down of what changes nothing else in the ledger."""

    def decide(self, kind: str, subject: str, verb: str, by: str, reason: str = "") -> None:
        """Write down something that a person did which changes no row here: a trial, a download, a reload."""
        with self.write() as tx:
            decided(tx, kind, subject, verb, by, reason)

    def decisions(
        self,
        *,
        kind: str | None = None,
        subject: str | None = None,
        by: str | None = None,
        day: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[Decided]:
        """The latest decisions, newest first; `by` is an account, at whatever address; `day` a business date;
        `before` an id, to go on.
        """
        query = select(tables.decision).order_by(_d.id.desc()).limit(limit)
        if kind is not None:
            query = query.where(_d.kind == kind)
        if subject is not None:
            query = query.where(_d.subject == subject)
        if by is not None:
            query = query.where((_d.by == by) | _d.by.startswith(f"{by}@", autoescape=True))
        if day is not None:
            query = query.where(_d.date == day)
        if before is not None:
            query = query.where(_d.id < before)
        with self.read() as connection:
            return [_decided(dict(row)) for row in connection.execute(query).mappings()]


def _decided(row: Row) -> Decided:
    return Decided(
        row["id"], row["at"], row["kind"], row["subject"], row["verb"], row["by"], row["reason"]
    )  # fmt: skip
