"""What stands beside the equations of the books: how things stood when the page was closed.

Acknowledgements come later, batches are answered in the morning, a file that was held is released: what is told here
changes after its date, so a page keeps it as it was seen at the close, and `verify` does not compute it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, or_, select

from edi_router.ledger import tables
from edi_router.ledger.clocks import ANSWER, RUNNING
from edi_router.ledger.expressions import detail
from edi_router.ledger.received_numbers import received_numbers
from edi_router.ledger.store import instant, micros

FORMS = "clearance-form"
"""The register of the forms that customs asks for."""
FORM_TYPE = "ClearanceForm"
FORM_OUTCOMES = ("matched", "mismatch", "used", "free")
_TOLERATED = "tolerated-"
_c, _b, _o, _d, _f, _t, _e = (
    tables.clock.c, tables.batch.c, tables.output.c, tables.delivery.c, tables.fault.c, tables.file.c, tables.event.c,
)  # fmt: skip


def standing(
    connection: Connection, day: str, zone: ZoneInfo, now: int, before: Mapping[str, Any]
) -> dict[str, Any]:
    """How things stand now, of a date; `before` is what the page before it told. JSON: instants are texts in UTC.

    `at`; `outstanding`: acknowledgements that are waited for, by partner and level; `batches` of the night that began
    on the date; `leniencies` used in files of the date, by partner; `received`: control numbers of what came
    (`received_numbers`).
    """
    begin, end = (micros(datetime.combine(each, time.min, zone)) for each in _days(day))
    last = before.get("received", {}).get("last", {})
    return {
        "at": _text(now),
        "outstanding": _outstanding(connection, now),
        "batches": _batches(connection, begin, end),
        "leniencies": _leniencies(connection, day, begin, end),
        "received": received_numbers(connection, begin, end, last),
    }


def forms(connection: Connection, day: str) -> dict[str, dict[str, int]]:
    """The line that customs asks for, by customs office: clearance forms `sent` to it (delivered) on the date, and
    what it said of forms on the date: `matched`, `mismatch`, `used`, `free` (the entry was cancelled).
    """
    found: dict[str, dict[str, int]] = {}
    # The state stands in a function: nearly all outputs are delivered, and only those of the date are meant.
    sent = (
        select(_o.partner, func.count())
        .where(_o.settled == day, func.coalesce(_o.state, "") == "delivered", _o.kind == "document")
        .where(or_(_o.type == f"xml {FORM_TYPE}", _o.type.like(f"%}}{FORM_TYPE}")))
        .group_by(_o.partner)
    )
    for partner, number in connection.execute(sent):
        found.setdefault(partner, {})["sent"] = number
    # By outcomes: what was refused is an event of the register too.
    outcome = detail(connection, "outcome").label("outcome")
    moves = (
        select(_e.partner, outcome)
        .where(_e.kind == "register", _e.date == day, _e.what == "use")
        .where(_e.subject >= f"{FORMS}:", _e.subject < f"{FORMS};")
        .subquery("moves")
    ).c
    said = select(moves.partner, moves.outcome, func.count()).group_by(moves.partner, moves.outcome)
    for partner, name, number in connection.execute(said.where(moves.outcome.in_(FORM_OUTCOMES))):
        found.setdefault(partner, {})[name] = number
    return dict(sorted(found.items()))


def _days(day: str) -> tuple[date, date]:
    first = date.fromisoformat(day)
    return first, first + timedelta(days=1)


def _text(value: int | None) -> str | None:
    return None if value is None else instant(value).isoformat(timespec="seconds")


def _outstanding(connection: Connection, now: int) -> list[dict[str, Any]]:
    # Also what the watch has not looked at yet: an engine that stands still makes nobody punctual.
    query = (
        select(
            _c.partner,
            _c.level,
            func.count(),
            func.count().filter(or_(_c.state == "breached", _c.due < now)),
            func.min(_c.started),
        )
        .where(_c.kind == ANSWER, _c.state.in_(RUNNING))
        .group_by(_c.partner, _c.level)
        .order_by(_c.partner, _c.level)
    )
    return [
        {"partner": partner, "level": level, "number": number, "overdue": overdue, "oldest": _text(oldest)}
        for partner, level, number, overdue, oldest in connection.execute(query)
    ]


def _batches(connection: Connection, begin: int, end: int) -> list[dict[str, Any]]:
    """The batches of windows that opened on the date, and of none that were closed on it."""
    opened = and_(_b.window >= begin, _b.window < end)
    query = (
        select(
            _b.id, _b.partner, _b.messages, _b.late, _b.closed, _o.state, _o.answer, _o.control_reference,
            _b.state.label("lot"), _d.delivered,
        )
        .join(tables.output, _o.id == _b.output)
        .outerjoin(tables.delivery, _d.output == _b.output)
        .where(_b.closed >= begin, _b.closed < end + _DAY, or_(opened, and_(_b.window.is_(None), _b.closed < end)))
        .order_by(_b.closed, _b.id)
    )  # fmt: skip
    return [
        {
            "batch": row.id, "partner": row.partner, "control_reference": row.control_reference,
            "messages": row.messages, "late": row.late, "closed": _text(row.closed), "state": row.state,
            "delivered": _text(row.delivered), "answer": row.answer, "split": row.lot in ("split", "stuck"),
        }
        for row in connection.execute(query)
    ]  # fmt: skip


_DAY = 86_400_000_000


def _leniencies(connection: Connection, day: str, begin: int, end: int) -> dict[str, dict[str, int]]:
    query = (  # the instants find the files by an index, whose date then counts
        select(_t.partner, _f.code, func.count())
        .join(tables.file, _t.id == _f.file)
        .where(_t.received >= begin, _t.received < end, _t.date == day, _f.code.startswith(_TOLERATED))
        .group_by(_t.partner, _f.code)
        .order_by(_t.partner, _f.code)
    )
    counts: dict[str, dict[str, int]] = {}
    for partner, code, number in connection.execute(query):
        counts.setdefault(partner, {})[code.removeprefix(_TOLERATED)] = number
    return counts
