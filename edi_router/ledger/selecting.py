"""What an operator may choose for a bulk retry: what has failed, is held, or was rejected out of a batch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from edi_router.ledger import tables
from edi_router.ledger.batched import refused, refused_ever
from edi_router.ledger.moves import canonical

FAILED, HELD, REJECTED = "failed", "held", "rejected"
STATES = (FAILED, HELD, REJECTED)
_w, _f, _m, _o, _d, _mo, _t, _e = (
    tables.work.c, tables.file.c, tables.message.c, tables.output.c, tables.delivery.c, tables.message_output.c,
    tables.fault.c, tables.event.c,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of what could be tried again: all conditions hold at once, and None asks for nothing."""

    states: frozenset[str] = frozenset({FAILED})
    """Of `STATES`: `failed` deliveries, files and messages; `held` files and messages, which are released; outputs
    that a partner has `rejected` out of a batch, which are collected again."""
    partner: str | None = None
    """Who sent the file or message; who gets the output or delivery."""
    code: str | None = None
    """A fault code of the file or message, or of one that the output was made from; or the reason in full."""
    type: str | None = None
    """The message type: of the message, of one in the file, of one that the output was made from."""
    destination: str | None = None
    """A partner, or a place of it (`partner/place`): only what is delivered has one."""
    since: str | None = None
    """The first business date (yyyy-MM-dd): of receipt, or on which the output was made."""
    until: str | None = None
    """The last business date."""
    kinds: frozenset[str] = frozenset()
    """Of delivery, file, message and output; empty for all."""


class Item(NamedTuple):
    """One thing to be tried again, as it stood when it was chosen."""

    kind: str
    """delivery, file, message or output."""
    id: str
    state: str
    """Of `STATES`."""
    partner: str
    reason: str
    mark: str
    """Changes whenever the thing is taken up: what was chosen once is not done twice."""
    at: int = 0
    """When it came or was made, in microseconds."""


@dataclass(frozen=True)
class Selection:
    """What was chosen, in a fixed order."""

    items: tuple[Item, ...]
    counts: Mapping[tuple[str, str, str, str], int] = field(init=False, compare=False)
    """How many, by state, kind, partner and reason."""

    def __post_init__(self) -> None:
        keys = ((item.state, item.kind, item.partner, item.reason) for item in self.items)
        object.__setattr__(self, "counts", dict(sorted(Counter(keys).items())))

    @cached_property
    def digest(self) -> str:
        """The token of the set (32 hexadecimal digits): another set, or the same a failure later, has another."""
        named = [[item.kind, item.id, item.state, item.mark] for item in self.items]
        return hashlib.sha256(canonical(named).encode()).hexdigest()[:32]


def choose(connection: Connection, wanted: Filter) -> Selection:
    """What the filter asks for, now. Raises ValueError for a state that is none of `STATES`."""
    found = (Item(*row) for query in queries(wanted) for row in connection.execute(query))
    return Selection(tuple(sorted(found)))


def queries(wanted: Filter) -> list[Select[Any]]:
    """The queries that find what the filter asks for; their columns are the fields of `Item`.

    Raises ValueError for a state that is none of `STATES`.
    """
    if strange := wanted.states - set(STATES):
        raise ValueError(f"nothing that is {', '.join(sorted(strange))} can be tried again")
    return [query for kind, query in _queries(wanted) if not wanted.kinds or kind in wanted.kinds]


def _queries(wanted: Filter) -> Iterator[tuple[str, Select[Any]]]:
    own = wanted.destination is None
    if FAILED in wanted.states:
        yield "delivery", _deliveries(wanted)
        if own:
            yield "file", _works(wanted, "file", tables.file, _w.file)
            yield "message", _works(wanted, "message", tables.message, _w.message)
    if HELD in wanted.states and own:
        yield "message", _held(wanted, "message", tables.message)
        yield "file", _held(wanted, "file", tables.file)
    if REJECTED in wanted.states:
        columns = _item("output", _o.id, REJECTED, _o.partner, literal(REJECTED), literal(""), _o.made)
        # The state stands in a function: nearly all outputs are delivered.
        delivered = func.coalesce(_o.state, "") == "delivered"
        query = select(*columns).where(_o.id.in_(refused_ever()), delivered, refused())
        yield "output", _made(query, wanted, literal(REJECTED), _o.destination)


def _item(kind: str, id: Any, state: str, partner: Any, reason: Any, mark: Any, at: Any) -> tuple[Any, ...]:
    values = literal(kind), id, literal(state), partner, reason, mark, at
    return tuple(value.label(name) for value, name in zip(values, Item._fields, strict=True))


def _at(kind: str) -> Any:
    """When a file or message came."""
    return _f.received if kind == "file" else _m.entered


def _deliveries(wanted: Filter) -> Select[Any]:
    columns = _item("delivery", _d.id, FAILED, _d.partner, _d.reason, _text(_d.fence), _d.made)
    query = select(*columns).join(tables.output, _o.id == _d.output).where(_d.state == FAILED)
    return _made(query, wanted, _d.reason, _d.destination)


def _made(query: Select[Any], wanted: Filter, reason: Any, destination: Any) -> Select[Any]:
    """The query of something made of an output: a batch is made of what its messages were made from."""
    if (
        wanted.partner is not None
    ):  # in a function: what failed or was rejected is few, what a partner gets is not
        query = query.where(func.coalesce(_o.partner, "") == wanted.partner)
    if wanted.destination is not None:
        inside = destination.startswith(wanted.destination + "/", autoescape=True)
        query = query.where(or_(destination == wanted.destination, inside))
    source = select(_m.id).join(tables.message_output, _mo.message == _m.id).where(_mo.output == _o.id)
    source = source.correlate(tables.output)
    if wanted.type is not None:
        query = query.where(or_(_o.type == wanted.type, source.where(_m.type == wanted.type).exists()))
    if wanted.code is not None:
        faulty = source.join(tables.fault, _t.subject == _m.id).where(_t.code == wanted.code)
        query = query.where(or_(reason == wanted.code, faulty.exists()))
    return _dated(query, wanted, _o.date)


def _works(wanted: Filter, kind: str, table: Any, id: Any) -> Select[Any]:
    mark = _text(_w.id) + literal(".") + _text(_w.fence)
    columns = _item(kind, id, FAILED, _w.partner, _w.reason, mark, _at(kind))
    query = select(*columns).join(table, table.c.id == id).where(_w.state == FAILED, _w.kind == kind)
    return _came(query, wanted, kind, table, _w.reason)


def _held(wanted: Filter, kind: str, table: Any) -> Select[Any]:
    last = (
        select(func.max(_e.id))
        .where(_e.subject == table.c.id, _e.kind == kind, _e.state.is_not(None))
        .correlate(table)
        .scalar_subquery()
    )
    columns = _item(kind, table.c.id, HELD, table.c.partner, table.c.reason, _text(last), _at(kind))
    return _came(select(*columns).where(table.c.state == HELD), wanted, kind, table, table.c.reason)


def _came(query: Select[Any], wanted: Filter, kind: str, table: Any, reason: Any) -> Select[Any]:
    """The query of a file or message."""
    if wanted.partner is not None:
        query = query.where(func.coalesce(table.c.partner, "") == wanted.partner)
    if wanted.code is not None:
        of = _t.subject == table.c.id if kind == "message" else _t.file == table.c.id
        faulty = select(_t.code).where(of, _t.code == wanted.code).correlate(table).exists()
        query = query.where(or_(reason == wanted.code, faulty))
    if wanted.type is not None and kind == "message":
        query = query.where(func.coalesce(_m.type, "") == wanted.type)
    if wanted.type is not None and kind == "file":
        inside = select(_m.id).where(_m.file == _f.id, _m.type == wanted.type).correlate(table)
        query = query.where(inside.exists())
    return _dated(query, wanted, table.c.date)


def _dated(query: Select[Any], wanted: Filter, date: Any) -> Select[Any]:
    if wanted.since is not None:
        query = query.where(date >= wanted.since)
    return query if wanted.until is None else query.where(date <= wanted.until)


def _text(column: Any) -> ColumnElement[str]:
    return func.coalesce(column, 0).cast(tables.ID)
