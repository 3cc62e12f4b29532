"""Large files, which are recorded slice by slice: how far one is recorded, and what ends with its last slice."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import ColumnElement, Connection, case, func, insert, literal, select

from edi_router.faults import Fault, is_error
from edi_router.ledger import tables
from edi_router.ledger.coding import row_fault
from edi_router.ledger.states import ANSWERED
from edi_router.ledger.store import Store, Tx
from edi_router.pipeline.model import Begun

_i, _m, _o, _f = tables.interchange.c, tables.message.c, tables.output.c, tables.fault.c


class Parts(Store):
    """The verb of asking how far a large file is recorded."""

    def begun(self, file: str) -> dict[str, Begun]:
        """The interchanges of a file that are recorded, whole or in part, by id."""
        sound = func.sum(case((_m.state != "rejected", 1), else_=0))
        query = (
            select(_i.id, _i.decision, func.count(_m.id), func.coalesce(sound, 0))
            .outerjoin(tables.message, _m.interchange == _i.id)
            .where(_i.file == file, _i.position > 0)
            .group_by(_i.id, _i.decision, _i.position)
            .order_by(_i.position)
        )
        with self.read() as connection:
            rows = connection.execute(query).all()
            found = {id: Begun(decision, messages, int(sound)) for id, decision, messages, sound in rows}
            for id, decision, messages, sound in rows[-1:]:
                found[id] = Begun(decision, messages, int(sound), _errors(connection, id))
        return found


def _errors(connection: Connection, interchange: str) -> dict[str, tuple[Fault, ...]]:
    """The errors of an interchange's messages that its sender is to be told of."""
    query = (
        select(tables.fault)
        .join(tables.message, _m.id == _f.subject)
        .where(_m.interchange == interchange, _f.kind == "message", _m.state.not_in(("held", "released")))
        .order_by(_m.position, _f.number)
    )
    found: dict[str, list[Fault]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        fault = row_fault(dict(row))
        if is_error(fault):
            found[row["subject"]].append(fault)
    return {id: tuple(faults) for id, faults in found.items()}


def answers_all(tx: Tx, interchange: str, output: str) -> None:
    """Let an output acknowledge all messages of an interchange, however many there are."""
    columns = ("message", "output", "role")
    every = select(_m.id, literal(output), literal(ANSWERED)).where(_m.interchange == interchange)
    tx.connection.execute(insert(tables.message_output).from_select(columns, every))


def recorded(tx: Tx, file: str) -> tuple[int, int, int]:
    """How many interchanges, messages and outputs of a file are recorded."""

    def count(table: str, of: ColumnElement[bool]) -> int:
        return (
            tx.connection.scalar(select(func.count()).select_from(tables.metadata.tables[table]).where(of))
            or 0
        )

    return (
        count("interchange", _i.file == file),
        count("message", _m.file == file),
        count("output", _o.file == file),
    )
