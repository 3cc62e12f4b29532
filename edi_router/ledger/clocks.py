"""Clocks: how long a message may take to its last delivery, and an output to each of its acknowledgements.

A clock is written with what it is about, runs from the arrival of the file or from the delivery of the output, and
is stopped in the transaction in which what it waits for is recorded. States: waiting (not yet delivered) → running
→ warned → breached → met or late. `look` is when the engine's watch has to look at it: 0 at once, NULL not again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Update, and_, bindparam, case, func, or_, select, update

from edi_router.ledger import tables
from edi_router.ledger.again import again
from edi_router.ledger.alarms import CRITICAL, WARNING, Trouble, clear_in, open_severity, raise_in
from edi_router.ledger.store import PART, Store, Tx, instant, micros
from edi_router.ledger.working import paused

DELIVERY, ANSWER = "delivery", "answer"
RUNNING = ("running", "warned", "breached")
_c = tables.clock.c
# Found by their subjects: SQLite would rather read all clocks that wait or run, by the index of their states, so these are
# compared as what no index has.
NOT_STOPPED = 0
_SUBJECTS = _c.subject.in_(bindparam("v_subjects", expanding=True))
_START = (
    update(tables.clock)
    .where(_SUBJECTS, _c.kind == ANSWER, func.coalesce(_c.state, "") == "waiting")
    .values(state="running", started=bindparam("v_now"), look=0)
)
_STOP = (
    update(tables.clock)
    .where(_SUBJECTS, _c.kind == bindparam("v_kind"), func.coalesce(_c.stopped, NOT_STOPPED) == NOT_STOPPED)
    .values(
        stopped=bindparam("v_now"),
        state=case((_c.due <= bindparam("v_now"), "late"), else_="met"),
        # The watch looks once more at one that it has warned of, and at one that it has not reckoned yet.
        look=case(
            (or_(_c.state == "warned", _c.state == "breached"), 0),
            (and_(_c.due.is_(None), _c.started.is_not(None)), 0),
            else_=None,
        ),
    )
)
_STOP_LEVEL = _STOP.where(_c.level == bindparam("v_level"))


@dataclass(frozen=True, slots=True)
class Running:
    """A clock to be looked at."""

    id: int
    kind: str
    level: str
    subject: str
    partner: str
    agreement: str
    terms: Mapping[str, str | int]
    state: str
    started: datetime
    warn: datetime | None
    due: datetime | None
    stopped: datetime | None = None


@dataclass(frozen=True, slots=True)
class Struck:
    """What looking at a clock came to."""

    clock: Running
    state: str
    warn: datetime | None
    due: datetime | None
    look: datetime | None
    """When it is to be looked at again."""


@dataclass(frozen=True, slots=True)
class Late:
    """How many clocks of a partner have warned or are over, and since when."""

    kind: str
    level: str
    partner: str
    warned: int
    breached: int
    oldest: datetime | None
    """The earliest instant at which one of them was due."""
    paused: bool
    """The partner is paused: they are marked, but alarm nobody."""


class Clocks(Store):
    """The verbs of the engine's watch."""

    def clocks_to_look_at(self, limit: int = 500) -> list[Running]:
        """Clocks whose time has come to warn, to be over, or to be told as stopped; none of paused partners."""
        now = self.now()
        with self.read() as connection:
            query = (
                select(tables.clock)
                .where(_c.look <= now, _c.started.is_not(None), _c.partner.not_in(sorted(paused(connection))))
                .order_by(_c.look, _c.id)
                .limit(limit)
            )
            return [
                Running(
                    row["id"], row["kind"], row["level"], row["subject"], row["partner"], row["agreement"],
                    json.loads(row["terms"]), row["state"], instant(row["started"]),
                    *(None if row[name] is None else instant(row[name]) for name in ("warn", "due", "stopped")),
                )
                for row in connection.execute(query).mappings()
            ]  # fmt: skip

    @again
    def strike_clocks(self, struck: Sequence[Struck]) -> None:
        """Record what looking at clocks came to, and the alarms that follow.

        All late clocks of a partner, of one kind and level, that are due on one business day are one alarm: a warning,
        critical as soon as one is over, cleared when none is left. What is never answered so does not keep the next
        night's from being told. A clock that was stopped since it was read stays stopped.
        """
        with self.write() as tx:
            for each in sorted(struck, key=lambda each: each.clock.id):
                stopped = each.clock.state in ("met", "late")
                when = [_c.id == each.clock.id, _c.stopped.is_not(None) if stopped else _c.stopped.is_(None)]
                values: dict[str, object] = {
                    "look": None if each.look is None else micros(each.look),
                    "state": each.state, "warn": None if each.warn is None else micros(each.warn),
                    "due": None if each.due is None else micros(each.due),
                }  # fmt: skip
                tx.connection.execute(update(tables.clock).where(*when).values(**values))
            groups = {
                (each.clock.kind, each.clock.level, each.clock.partner, self.business_date(micros(each.due)))
                for each in struck
                if each.due is not None
            }
            for kind, level, partner, day in sorted(groups):
                begin = datetime.combine(date.fromisoformat(day), time.min, self.zone)
                end = datetime.combine(begin.date() + timedelta(days=1), time.min, self.zone)
                _alarm(tx, kind, level, partner, begin, end)

    def late(self) -> list[Late]:
        """What is late or about to be, by partner, kind and level."""
        with self.read() as connection:
            out = paused(connection)
            query = (
                select(
                    _c.kind, _c.level, _c.partner, func.count().filter(_c.state == "warned").label("warned"),
                    func.count().filter(_c.state == "breached").label("breached"),
                    func.min(_c.due).label("oldest"),
                )
                .where(_c.state.in_(("warned", "breached")))
                .group_by(_c.kind, _c.level, _c.partner)
                .order_by(_c.partner, _c.kind, _c.level)
            )  # fmt: skip
            return [
                Late(
                    row.kind, row.level, row.partner, row.warned, row.breached,
                    None if row.oldest is None else instant(row.oldest), row.partner in out,
                )
                for row in connection.execute(query)
            ]  # fmt: skip


def _alarm(tx: Tx, kind: str, level: str, partner: str, begin: datetime, end: datetime) -> None:
    """Raise, change or clear the alarm of a group of clocks: those that are due on a day."""
    query = (
        select(_c.state, func.count().label("number"), func.min(_c.due).label("oldest"))
        .where(_c.partner == partner, _c.kind == kind, _c.level == level)
        .where(_c.due >= micros(begin), _c.due < micros(end))
        .where(_c.state.in_(("warned", "breached")))
        .group_by(_c.state)
    )
    found = {row.state: row for row in tx.connection.execute(query)}
    key = ":".join(("clock", kind, level, partner, begin.date().isoformat()))
    if not found:
        clear_in(tx, key)
        return
    worst = found.get("breached") or found["warned"]
    late = "late" if "breached" in found else "soon-late"
    arguments = {
        "number": worst.number, "level": level, "partner": partner,
        "oldest": instant(worst.oldest).isoformat(timespec="seconds"),
    }  # fmt: skip
    severity = CRITICAL if "breached" in found else WARNING
    if severity == WARNING and open_severity(tx, key) == CRITICAL:
        clear_in(tx, key)  # nothing is overdue any more; what may become so is another alarm
    raise_in(tx, Trouble(f"{kind}-{late}", key, severity, partner, "", arguments))


def start_answers(tx: Tx, outputs: Iterable[str]) -> None:
    """The outputs were delivered: their acknowledgements are waited for from now on."""
    _all(tx, _START, outputs, {"v_now": tx.now})


def stop_deliveries(tx: Tx, messages: Iterable[str]) -> None:
    """The messages are completed."""
    _all(tx, _STOP, messages, {"v_kind": DELIVERY, "v_now": tx.now})


def stop_answers(tx: Tx, told: Iterable[tuple[str, str]]) -> None:
    """Outputs were acknowledged, each on a level; an empty level stops them all."""
    for output, level in told:
        row = {"v_subjects": [output], "v_kind": ANSWER, "v_now": tx.now}
        if level:
            tx.connection.execute(_STOP_LEVEL, row | {"v_level": level})
        else:
            tx.connection.execute(_STOP, row)


def give_up_answers(tx: Tx, output: str) -> int:
    """Nobody waits for answers to the output any more; how many clocks that stopped. They count as late."""
    done = tx.connection.execute(
        update(tables.clock)
        .where(_c.subject == output, _c.kind == ANSWER, _c.stopped.is_(None))
        .values(stopped=tx.now, state="late", look=0)
    )
    return int(done.rowcount)


def _all(tx: Tx, statement: Update, subjects: Iterable[str], values: Mapping[str, object]) -> None:
    """Most have no clock, so they are asked for together."""
    wanted = sorted(subjects)
    for start in range(0, len(wanted), PART):
        tx.connection.execute(statement, {**values, "v_subjects": wanted[start : start + PART]})
