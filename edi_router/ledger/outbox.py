"""The outbox as it is read: what is due, what a claim gets, which messages a delivery completes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Text, bindparam, or_, select

from edi_router.ledger import tables
from edi_router.ledger.clocks import stop_deliveries
from edi_router.ledger.moves import Change, change
from edi_router.ledger.plain import every
from edi_router.ledger.states import MADE_FROM
from edi_router.ledger.store import Row, Tx

_o, _c, _mo, _d = tables.output.c, tables.content.c, tables.message_output.c, tables.delivery.c
_CONTENTS = (
    select(_o.id, _o.kind, _o.sha256, _c.data)
    .join(tables.content, _c.output == _o.id)
    .where(_o.id.in_(bindparam("wanted", expanding=True)))
)
_UNDELIVERED = (
    select(_mo.message)
    .join(tables.output, _o.id == _mo.output)
    .where(_mo.message.in_(bindparam("messages", expanding=True)))
    .where(_mo.role == MADE_FROM, _o.state != "delivered")
    .distinct()
)
_MADE_FROM = (
    select(_mo.message)
    .where(_mo.output.in_(bindparam("outputs", expanding=True)), _mo.role == MADE_FROM)
    .distinct()
)
_MESSAGES = (
    select(_mo.output, _mo.message)
    .where(_mo.output.in_(bindparam("outputs", expanding=True)))
    .order_by(_mo.output, _mo.message)
)
_first_due = (
    select(_d.id, _d.made)
    .where(_d.state.in_(("waiting", "claimed", "renaming")), _d.next_attempt <= bindparam("now"))
    .where(_d.partner.not_in(bindparam("paused", expanding=True)))
    .where(_d.destination.not_in(bindparam("paused", expanding=True)))
    .where(
        or_(
            bindparam("destination", type_=Text).is_(None),
            _d.destination == bindparam("destination", type_=Text),
        )
    )
    .order_by(_d.made, _d.id)
    .limit(bindparam("limit", type_=BigInteger))
    .subquery()
)
DUE = (
    select(_d.id, _d.output, _d.destination, _d.partner, _d.name, _d.state, _d.attempts, _o.size)
    .select_from(_first_due)
    .join(tables.delivery, _d.id == _first_due.c.id)
    .join(tables.output, _o.id == _d.output)
    .order_by(_first_due.c.made, _first_due.c.id)
)
"""Of all that is due no more than the ids are sorted."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that can be claimed now."""

    id: str
    output: str
    destination: str
    partner: str
    name: str
    state: str
    attempts: int
    size: int
    """Bytes of the output, before it is signed or encrypted."""


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery in the caller's hands."""

    id: str
    fence: int
    output: str
    kind: str
    destination: str
    partner: str
    name: str
    temporary: str
    content: bytes
    sha256: str
    attempts: int
    renaming: bool
    """It was sent before: rename `temporary` when it is there; when it is gone, the rename happened."""
    leftovers: tuple[str, ...]
    """Temporary names of earlier attempts, to be removed when they are there."""
    messages: tuple[str, ...] = ()
    """The messages that the output was made from or answers."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A delivery that somebody has, or had, in hand."""

    id: str
    destination: str
    name: str
    temporary: str
    state: str
    fence: int
    until: datetime
    """When its lease ends."""


def temporary_name(name: str, fence: int) -> str:
    """Under which name a claim uploads.

    >>> temporary_name("a.edi", 2)
    '.a.edi.2.part'
    """
    return f".{name}.{fence}.part"


def claimed_delivery(row: Row, output: Row, messages: Sequence[str]) -> ClaimedDelivery:
    """What the claim of a delivery, as it was locked, gets: the next fence and its temporary name."""
    fence, renaming = row["fence"] + 1, row["state"] == "renaming"
    temporary = row["temporary"] if renaming else temporary_name(row["name"], fence)
    earlier = () if renaming else range(max(1, fence - 3), fence)
    return ClaimedDelivery(
        row["id"], fence, row["output"], output["kind"], row["destination"], row["partner"], row["name"],
        temporary, zlib.decompress(output["data"]), output["sha256"], row["attempts"] + 1, renaming,
        tuple(temporary_name(row["name"], number) for number in earlier), tuple(messages),
    )  # fmt: skip


def contents(tx: Tx, ids: Iterable[str]) -> dict[str, Row]:
    """Outputs with their compressed bytes, by id."""
    found: dict[str, Row] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), 500):
        for row in every(tx.connection, _CONTENTS, {"wanted": wanted[start : start + 500]}):
            found[row[0]] = dict(zip(("id", "kind", "sha256", "data"), row, strict=True))
    return found


def messages_of(tx: Tx, outputs: Iterable[str]) -> dict[str, list[str]]:
    """The messages that each of these outputs was made from or answers."""
    found: dict[str, list[str]] = {}
    for output, message in every(tx.connection, _MESSAGES, {"outputs": sorted(set(outputs))}):
        found.setdefault(output, []).append(message)
    return found


def complete(tx: Tx, messages: Iterable[str]) -> None:
    """Complete those of these messages that are in work and have no output left to deliver."""
    rows = {key: row for key, row in tx.lock(tables.message, messages).items() if row["state"] == "in_work"}
    if not rows:
        return
    undelivered = {row[0] for row in every(tx.connection, _UNDELIVERED, {"messages": sorted(rows)})}
    done = [row for key, row in rows.items() if key not in undelivered]
    change(tx, "message", [Change(row, "completed", "completed") for row in done])
    stop_deliveries(tx, (row["id"] for row in done))


def made_from(tx: Tx, deliveries: Sequence[Row]) -> list[str]:
    """The messages that what these deliveries carry was made from."""
    outputs = sorted({row["output"] for row in deliveries})
    return [row[0] for row in every(tx.connection, _MADE_FROM, {"outputs": outputs})]
