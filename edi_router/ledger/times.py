"""How long messages took, from the arrival of their file to the last delivery of what was made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from edi_router.ledger import tables
from edi_router.ledger.store import Store

_m, _f, _d, _mo = tables.message.c, tables.file.c, tables.delivery.c, tables.message_output.c


class Times(Store):
    """What may be asked of times."""

    def agreement_times(self, date: str | None = None) -> list[dict[str, Any]]:
        """For each partner and agreement: `messages`, and the seconds they took (`p50`, `p95`, `longest`).

        `date` is a business date. Messages that made nothing, or are not delivered yet, are counted without
        a time.
        """
        return [
            {
                "partner": partner, "agreement": agreement, "messages": number,
                "p50": share(took, 50), "p95": share(took, 95), "longest": share(took, 100),
            }
            for (partner, agreement), (number, took) in sorted(self.agreement_spans(date).items())
        ]  # fmt: skip

    def agreement_spans(self, date: str | None = None) -> dict[tuple[str, str], tuple[int, list[int]]]:
        """For each partner and agreement: how many messages, and the microseconds that each delivered one took."""
        last = (
            select(_mo.message, func.max(_d.delivered).label("at"), func.count(_d.id).label("all"),
                   func.count(_d.delivered).label("done"))
            .join(tables.delivery, _d.output == _mo.output)
            .group_by(_mo.message)
            .subquery()
        )  # fmt: skip
        query = (
            select(_m.partner, _m.agreement, _f.received, last.c.at, last.c.all, last.c.done)
            .join(tables.file, _f.id == _m.file)
            .outerjoin(last, last.c.message == _m.id)
            .where(_m.agreement.is_not(None))
        )
        if date is not None:
            query = query.where(_m.date == date)
        took: dict[tuple[str, str], list[int]] = defaultdict(list)
        counts: dict[tuple[str, str], int] = defaultdict(int)
        with self.read() as connection:
            for partner, agreement, received, at, made, done in connection.execute(query):
                counts[partner, agreement] += 1
                if made and made == done:
                    took[partner, agreement].append(at - received)
        return {key: (number, took[key]) for key, number in counts.items()}


def share(micros: Sequence[int], percent: int) -> float | None:
    """The seconds that so many percent took at most; None where there is nothing."""
    if not micros:
        return None
    ordered = sorted(micros)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] / 1_000_000
