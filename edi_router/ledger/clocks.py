"""Clocks: how long a message may take to its last delivery, and an output to each of its acknowledgements.

A clock is written with what it is about, runs from the arrival of the file or from the delivery of the output, and
is stopped in the transaction in which what it waits for is recorded. States: waiting (not yet delivered) → running
→ warned → breached → met or late. `look` is when the engine's watch has to look at it: 0 at once, NULL not again.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, case, or_, update

from edi_router.ledger import tables
from edi_router.ledger.store import Tx

DELIVERY, ANSWER = "delivery", "answer"
RUNNING = ("running", "warned", "breached")
_c = tables.clock.c
_START = (
    update(tables.clock)
    .where(_c.subject == bindparam("v_subject"), _c.kind == ANSWER, _c.state == "waiting")
    .values(state="running", started=bindparam("v_now"), look=0)
)
_STOP = (
    update(tables.clock)
    .where(_c.subject == bindparam("v_subject"), _c.kind == bindparam("v_kind"), _c.stopped.is_(None))
    .values(
        stopped=bindparam("v_now"),
        state=case((_c.due < bindparam("v_now"), "late"), else_="met"),
        # The watch looks once more at one that it has warned of.
        look=case((or_(_c.state == "warned", _c.state == "breached"), 0), else_=None),
    )
)
_STOP_LEVEL = _STOP.where(_c.level == bindparam("v_level"))


def start_answers(tx: Tx, outputs: Iterable[str]) -> None:
    """The outputs were delivered: their acknowledgements are waited for from now on."""
    _each(tx, _START, [{"v_subject": each, "v_now": tx.now} for each in outputs])


def stop_deliveries(tx: Tx, messages: Iterable[str]) -> None:
    """The messages are completed."""
    _each(tx, _STOP, [{"v_subject": each, "v_kind": DELIVERY, "v_now": tx.now} for each in messages])


def stop_answers(tx: Tx, told: Iterable[tuple[str, str]]) -> None:
    """Outputs were acknowledged, each on a level; an empty level stops them all."""
    for output, level in told:
        row = {"v_subject": output, "v_kind": ANSWER, "v_now": tx.now}
        if level:
            tx.connection.execute(_STOP_LEVEL, row | {"v_level": level})
        else:
            tx.connection.execute(_STOP, row)


def _each(tx: Tx, statement: object, rows: list[dict[str, object]]) -> None:
    if rows:
        tx.connection.execute(statement, rows)  # type: ignore[call-overload]
