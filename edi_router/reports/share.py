"""The online share: what came electronically, of all that a bureau had (S0-01, S2-20, S2-45, S2-47 to 53, S3-01 …).

What came is counted in the ledger: messages with the bureau as recipient that were neither refused nor repeated.
What there was in all, paper included, the bureau states once a month in the register `volume`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Literal

from sqlalchemy import ColumnElement, Connection, func, literal, select, union_all

from edi_router.ledger import tables
from edi_router.ledger.figure_queries import TO
from edi_router.ledger.store import Store
from edi_router.reports.model import Period, Report, Table, Value, percent
from edi_router.reports.sql import figures, named, whole

By = Literal["month", "year", "all"]
ALL = "*"
"""Every kind, or every way, together."""
COLUMNS = (
    "period", "bureau", "document", "way", "firms", "documents", "total_firms", "total_documents", "firm_share",
    "online_share",
)  # fmt: skip
_e = tables.register_entry.c


def share(
    ledger: Store, period: Period, kinds: Mapping[str, str], partner: str | None = None, by: By = "month"
) -> Report:
    """Firms and documents by bureau, kind and way, with their share of what the bureau states.

    `kinds` turns message types into kinds of document; `partner` is the receiving bureau. Totals are of the
    months that lie in the period as a whole; the firms of several months are those of the month with the most,
    since nobody tells which are the same. A share above 100 % means that a bureau has stated too little.
    """
    with ledger.read() as connection:
        rows = _came(connection, period, kinds, partner, by)
        totals = _stated(connection, period, partner, by)
    found: dict[tuple[str, str, str, str], tuple[int, int]] = {
        (span, bureau, kind, way): (firms, documents) for span, bureau, kind, way, firms, documents in rows
    }
    for span, bureau, kind, _ in list(found):  # a share of everything needs a total of everything
        if kind != ALL and (span, bureau, kind) not in totals:
            totals.pop((span, bureau, ALL), None)
    for span, bureau, kind in totals:
        found.setdefault((span, bureau, kind, ALL), (0, 0))
    return Report("share", period, (Table("share", COLUMNS, [
        _row(*key, *counts, totals.get(key[:3]) if key[3] == ALL else None) for key, counts in sorted(found.items())
    ], ("bureau", "online_share")),))  # fmt: skip


def _row(
    span: str, bureau: str, kind: str, way: str, firms: int, documents: int, total: tuple[int, int] | None
) -> tuple[Value, ...]:
    all_firms, all_documents = (total[0] or None, total[1]) if total else (None, None)
    shares = (percent(firms, all_firms), percent(documents, all_documents))
    return (span, bureau, kind, way, firms, documents, all_firms, all_documents, *shares)


def _came(
    connection: Connection, period: Period, kinds: Mapping[str, str], partner: str | None, by: By
) -> list[tuple[str, str, str, str, int, int]]:
    to = figures(connection, TO, period).c
    span: ColumnElement[str] = (
        literal(ALL) if by == "all" else to.month if by == "month" else func.substr(to.month, 1, 4)
    )
    each = select(
        span.label("span"), to.partner.label("bureau"), named(to.type, kinds).label("kind"), to.way.label("way"),
        to.detail.label("firm"), to.number.label("number"),
    )  # fmt: skip
    if partner is not None:
        each = each.where(to.partner == partner)
    each_ = each.subquery("each").c
    dimensions = (each_.span, each_.bureau, each_.kind, each_.way, each_.firm)
    counted = select(*dimensions, whole(each_.number).label("documents")).group_by(*dimensions).cte("counted")
    c = counted.c
    every = literal(ALL)
    queries = []
    for kind, how in ((c.kind, c.way), (c.kind, every), (every, every)):
        query = select(
            c.span,
            c.bureau,
            kind.label("kind"),
            how.label("way"),
            func.count(c.firm.distinct()),
            whole(c.documents),
        )
        groups = [column for column in (c.span, c.bureau, kind, how) if column is not every]
        queries.append(query.group_by(*groups))
    return [tuple(row) for row in connection.execute(union_all(*queries))]


def _stated(
    connection: Connection, period: Period, partner: str | None, by: By
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """The bureaus' own figures: firms and documents by span, bureau and kind."""
    values = {name: tables.register_value.alias(name) for name in ("Month", "Kind", "Documents", "Firms")}
    query = select(_e.partner, *(each.c.value for each in values.values())).where(_e.register == "volume")
    for name, each in values.items():
        query = query.join(each, (each.c.entry == _e.id) & (each.c.name == name))
    if partner is not None:
        query = query.where(_e.partner == partner)
    months = period.months()
    monthly: dict[tuple[str, str, str], list[int]] = defaultdict(
        lambda: [0, 0]
    )  # one bureau may state for several offices
    for bureau, month, kind, documents, firms in connection.execute(query):
        if month in months:
            for each_kind in (kind, ALL):
                monthly[month, bureau, each_kind][0] += int(firms) if each_kind == kind else 0
                monthly[month, bureau, each_kind][1] += int(documents)
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for (month, bureau, kind), (firms, documents) in monthly.items():
        span = month if by == "month" else month[:4] if by == "year" else ALL
        before = found.get((span, bureau, kind), (0, 0))
        found[span, bureau, kind] = (max(before[0], firms), before[1] + documents)
    return found
