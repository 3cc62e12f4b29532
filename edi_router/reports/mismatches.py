"""The digest for a bureau of origin: the findings 32 of a month (R05, S3-05; R-TRN-MISM), and their share (R-TRN-RATE)."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator
from datetime import timedelta

from sqlalchemy import Connection, and_, case, func, or_, select

from edi_router.formats.xml import ElementNode, parse
from edi_router.ledger import tables
from edi_router.ledger.store import Store, instant
from edi_router.reports.model import Period, Report, Table, Value, percent
from edi_router.reports.sql import detail, of_register

COLUMNS = (
    "date", "at", "transfer", "declaration", "origin", "port", "firm", "outcome", "code", "line", "declared",
    "found", "note",
)  # fmt: skip
FIELDS = ("DeclNo", "OriginOrg", "PortOrg", "ConsignorScc")
DETAILS = ("Code", "Line", "Declared", "Found", "Note")
_NONE = ("",) * len(DETAILS)
RATES = ("origin", "since", "until", "transfers", "mismatches", "mismatch_share", "warning")
DAYS, ALARM = 30, 2
"""R-TRN-RATE: over so many days, a share of more than so many per cent is marked."""
USED = ("issued%", "passed%", "inspected", "checking", "mismatch%")
"""Outcomes by which a transfer is used at the port, or found otherwise."""
_ev, _re, _mo, _o, _c = (
    tables.event.c, tables.register_entry.c, tables.message_output.c, tables.output.c, tables.content.c,
)  # fmt: skip


def mismatches(ledger: Store, period: Period, origin: Collection[str] = ()) -> Report:
    """A row for each thing that did not match, in the order of the findings.

    `origin` are the organisation codes of one bureau; without any, the findings of all. What did not match is
    read from the feedback that we passed on to who had entered the transfer; it is blank where there is none.
    """
    with ledger.read() as connection:
        outcome, message = detail(connection, "outcome"), detail(connection, "message")
        values = {name: tables.register_value.alias(name) for name in FIELDS}
        query = (
            select(_ev.id, _ev.date, _ev.at, _re.key, outcome, *(each.c.value for each in values.values()))
            .join(tables.register_entry, _re.id == _ev.subject)
            .where(
                of_register("transfer"), outcome.like("mismatch%"),
                _ev.date >= period.since.isoformat(), _ev.date <= period.until.isoformat(),
            )
        )  # fmt: skip
        for name, each in values.items():
            query = query.outerjoin(each, and_(each.c.entry == _re.id, each.c.name == name))
        told = (
            select(_mo.message, _o.partner, _c.data)
            .join(tables.output, _o.id == _mo.output)
            .join(tables.content, _c.output == _o.id)
            .where(_mo.role == "made_from")
            .subquery("told")
        )
        query = query.add_columns(told.c.data).outerjoin(
            told, and_(told.c.message == message, told.c.partner == _re.partner)
        )
        if origin:
            query = query.where(values["OriginOrg"].c.value.in_(sorted(origin)))
        found = connection.execute(query.order_by(_ev.id)).all()
    rows: list[tuple[Value, ...]] = []
    for _, date, at, key, outcome_, declaration, bureau, port, firm, data in found:
        moment = instant(at).astimezone(period.zone).isoformat(timespec="seconds")
        head = (date, moment, key, declaration or "", bureau or "", port or "", firm or "", outcome_)
        rows += [(*head, *each) for each in _details(data)]
    return Report("mismatches", period, (Table("mismatches", COLUMNS, rows),))


def mismatch_rates(connection: Connection, period: Period) -> Table:
    """The share of mismatches in the transfers that were used in the 30 days to the end of the period, by bureau of origin.

    Those with more than 2 % are marked `above` (R-TRN-RATE).
    """
    outcome = detail(connection, "outcome")
    bureau = tables.register_value.alias("bureau")
    since = period.until - timedelta(days=DAYS - 1)
    query = (
        select(
            bureau.c.value, func.count(_ev.subject.distinct()),
            func.count(case((outcome.like("mismatch%"), _ev.subject)).distinct()),
        )
        .join(bureau, and_(bureau.c.entry == _ev.subject, bureau.c.name == "OriginOrg"))
        .where(
            of_register("transfer"), or_(*(outcome.like(each) for each in USED)),
            _ev.date >= since.isoformat(), _ev.date <= period.until.isoformat(),
        )
        .group_by(bureau.c.value)
        .order_by(bureau.c.value)
    )  # fmt: skip
    rows = [
        (
            id, since.isoformat(), period.until.isoformat(), used, found, percent(found, used),
            "above" if found * 100 > used * ALARM else "",
        )
        for id, used, found in connection.execute(query)
    ]  # fmt: skip
    return Table("mismatch_rates", RATES, rows)


def _details(data: bytes | None) -> Iterator[tuple[str, ...]]:
    document = parse(zlib.decompress(data))[0] if data is not None else None
    parts = ElementNode(document.root).children("Mismatch") if document is not None else ()
    for part in parts:
        yield tuple(next((each.value() or "" for each in part.children(name)), "") for name in DETAILS)
    if not parts:
        yield _NONE
