"""A ledger of many messages, made by the database itself, in SQL, so that a million takes minutes.

The rows are of the shape that the engine writes. Of each message: a file, an interchange, an output and a delivery, three
numbers, three parties who see it, eight events, the work done. Some have a fault, an acknowledgement with its time limit, an
entry of a register. They are spread over a year, over 40 partners of very different size; the instants end at the last full
hour before now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    String,
    Table,
    case,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    table,
    text,
)

from edi_router.ledger import Ledger, tables
from edi_router.registers.entry import Entry, to_text

YEAR = 365 * 86_400_000_000
BIG, SMALL = "P00", "P39"
"""A partner with half of the messages, and one with one of a thousand."""
PARTNERS = tuple(f"P{number:02d}" for number in range(40))
LENGTH = 1900
"""Bytes of a message, unless it has a content (`tests.bench.console.place`)."""
N = table("bench_number", column("n", BigInteger)).c.n
"""The numbers from 0: of each a message is made."""
ENTRY = literal(to_text(Entry("transfer", "", "issued", 1)))
"""What an entry of a register holds."""
FILLED = (
    tables.file, tables.interchange, tables.message, tables.reference, tables.visible_to, tables.output,
    tables.message_output, tables.delivery, tables.event, tables.work, tables.fault, tables.acknowledgement,
    tables.clock, tables.register_entry, tables.register_value,
)  # fmt: skip


class Rows(NamedTuple):
    """What a table gets: the values of its columns for each number, and for which numbers."""

    table: Table
    values: dict[str, Any]
    when: ColumnElement[bool] | None = None


def fill(ledger: Ledger, messages: int) -> None:
    """Write so many messages with all that belongs to them, into an empty migrated ledger."""
    end = ledger.now() // 3_600_000_000 * 3_600_000_000
    with ledger.engine.begin() as connection:
        if ledger.sqlite:
            connection.exec_driver_sql("PRAGMA cache_size = -6000000")
        else:
            connection.exec_driver_sql(
                "SET session_replication_role = replica"
            )  # foreign keys hold by the making
        connection.execute(text("CREATE TABLE bench_number (n BIGINT PRIMARY KEY)"))
        connection.execute(text(
            "INSERT INTO bench_number WITH RECURSIVE c(n) AS "
            f"(SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {messages - 1}) SELECT n FROM c"
        ))  # fmt: skip
        indexes = [index for each in FILLED for index in each.indexes]
        for index in indexes:  # made at the end, sorted, which takes a fraction of the time
            index.drop(connection)
        for rows in _rows(connection, ledger, end, messages):
            query = select(*rows.values.values()).select_from(N.table)
            query = query if rows.when is None else query.where(rows.when)
            connection.execute(insert(rows.table).from_select(list(rows.values), query))
        for index in indexes:
            index.create(connection)
        connection.execute(text("DROP TABLE bench_number"))
        numbers = {"stream": f"edifact:{BIG}", "first": 1, "last": (messages + 1) // 2}
        connection.execute(insert(tables.control_number), [numbers])
    with ledger.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        if not ledger.sqlite:
            connection.execute(text("VACUUM ANALYZE"))  # as its autovacuum does by itself


def _rows(connection: Connection, ledger: Ledger, end: int, messages: int) -> Iterator[Rows]:
    """Each table with what stands in its columns; some tables more than once."""
    sqlite = ledger.sqlite
    file = _id(N, sqlite)
    interchange, message = file + "-1", file + "-1-1"
    output = message + "-1"
    at = end - cast((messages - N) * (YEAR // messages), BigInteger)
    date = _date(ledger, at)
    partner, to = _partner(N), _partner(N + 7)
    held, refused, failed = N % 1000 < 3, (N % 1000 >= 3) & (N % 1000 < 20), N % 5000 == 0
    state = case((held, "held"), (refused, "rejected"), else_="completed")
    type = case((N % 500 == 0, "SANCRT"), (N % 7 == 0, "CODECO"), else_="CUSDEC")
    same = {"config": literal("0" * 64), "engine": literal("bench"), "partner": partner}
    yield Rows(tables.file, {
        "id": file, "identity": file, "counter": literal(0), "channel": partner, "name": "M" + _text(N) + ".edi",
        "size": literal(2000), "modified": at, "sha256": file + literal("0" * 40), "received": at, "date": date, "removed": at,
        "format": literal("edifact"), "state": literal("processed"), "settled": date, "reason": literal(""), **same,
    })  # fmt: skip
    yield Rows(tables.work, {
        "kind": literal("file"), "file": file, "partner": partner, "state": literal("done"), "fence": literal(1),
        "attempts": literal(1), "due": at, "seen": at,
    })  # fmt: skip
    yield Rows(tables.interchange, {
        "id": interchange, "file": file, "position": literal(1), "format": literal("edifact"), "sender": partner,
        "recipient": literal("EDIROUTER"), "control_reference": _text(N), "content": file,
        "decision": literal("accepted"), "test": literal(0), "sequence": N, "received": at, **same,
    })  # fmt: skip
    yield Rows(tables.message, {
        "id": message, "file": file, "interchange": interchange, "position": literal(1), "offset": literal(72),
        "length": literal(LENGTH), "type": type, "directory": literal("D96B"), "reference": "M" + _text(N),
        "state": state, "reason": literal("bench"), "agreement": literal("bench"), "test": literal(0), "entered": at,
        "date": date, "settled": case((held, None), else_=date), **same,
    })  # fmt: skip
    yield Rows(tables.fault, {
        "kind": literal("message"), "subject": message, "number": literal(1), "file": file,
        "code": literal("unknown-code"), "place": literal("{}"), "arguments": literal("{}"),
    }, refused)  # fmt: skip
    for kind, value in (
        ("declaration", "D" + _text(N // 2)), ("bill", "B" + _text(N)), ("firm", "F" + _text(N % 5000)),
    ):  # fmt: skip
        yield Rows(tables.reference, {"message": message, "kind": literal(kind), "value": value})
    for role, who in (("sender", partner), ("recipient", to), ("declarant", _partner(N + 13))):
        yield Rows(tables.visible_to, {"message": message, "partner": who, "role": literal(role)})
    yield Rows(tables.output, {
        "id": output, "file": file, "interchange": interchange, "kind": literal("document"), "destination": to,
        "partner": to, "name": "O" + _text(N) + ".xml", "format": literal("xml"), "mapping": literal("bench"),
        "size": literal(3000), "sha256": file + literal("0" * 40), "state": case((failed, "failed"), else_="delivered"),
        "made": at, "date": date, "settled": case((failed, None), else_=date), "type": literal("xml Bench"),
        "stream": case((N % 2 == 0, f"edifact:{BIG}"), else_=None), "number": case((N % 2 == 0, N // 2 + 1), else_=None),
    })  # fmt: skip
    yield Rows(tables.message_output, {"message": message, "output": output, "role": literal("made_from")})
    yield Rows(tables.delivery, {
        "id": output + "-1", "output": output, "destination": to, "partner": to, "name": "O" + _text(N) + ".xml",
        "state": case((failed, "failed"), else_="delivered"), "again": literal("waiting"), "fence": literal(1),
        "attempts": literal(1), "next_attempt": at, "reason": literal(""), "made": at,
        "delivered": case((failed, None), else_=at + 60_000_000),
    })  # fmt: skip
    yield from _answers(message, output, to, at)
    yield from _entries(message, partner, at)
    through = ~held & ~refused
    agreed = '{"agreement":"bench"}'
    for kind, subject, what, before, then, detail, when in (
        ("file", file, "received", None, "in_work", "{}", None),
        ("file", file, "removed", None, None, "{}", None),
        ("file", file, "processed", "in_work", "processed", "{}", None),
        ("message", message, "accepted", None, "in_work", agreed, through),
        ("message", message, "completed", "in_work", "completed", "{}", through),
        ("message", message, "refused", None, state, agreed, ~through),
        ("output", output, "made", None, "waiting", "{}", None),
        ("delivery", output + "-1", "attempted", None, None, "{}", None),
        ("output", output, "delivered", "waiting", case((failed, "failed"), else_="delivered"), "{}", None),
        ("register", "transfer:T" + _text(N), "issue", None, "issued", '{"outcome":"issued"}', N % 5 == 0),
    ):
        told = then if then is not None and not isinstance(then, str) else literal(then)
        yield Rows(tables.event, {
            "at": at, "date": date, "kind": literal(kind), "subject": subject,
            "partner": to if kind in ("output", "delivery") else partner,
            "what": literal(what), "before": literal(before), "state": told, "detail": literal(detail),
        }, when)  # fmt: skip


def _answers(message: Any, output: Any, to: Any, at: Any) -> Iterator[Rows]:
    """Of each fourth output an acknowledgement, and the time limit it kept; the latest are still waited for."""
    limit = {"kind": literal("answer"), "level": literal("business"), "subject": output, "partner": to,
             "agreement": literal("bench"), "terms": literal('{"hours":"1"}'), "started": at,
             "due": at + 3_600_000_000}  # fmt: skip
    of_it = N % 4 == 0
    yield Rows(tables.acknowledgement, {
        "message": message, "output": output, "partner": to, "kind": literal("CONTRL"), "level": literal("business"),
        "reference": "O" + _text(N), "within": literal(""), "sender": to, "recipient": literal("EDIROUTER"),
        "answer": literal("accepted"), "detail": literal("{}"), "at": at + 120_000_000,
    }, of_it)  # fmt: skip
    yield Rows(tables.clock, limit | {"state": literal("met"), "stopped": at + 120_000_000}, of_it)
    yield Rows(tables.clock, limit | {"state": literal("running")}, N % 4000 == 1)


def _entries(message: Any, partner: Any, at: Any) -> Iterator[Rows]:
    """Of each fifth message an entry of a register, with three values."""
    entry = "transfer:T" + _text(N)
    of_it = N % 5 == 0
    yield Rows(tables.register_entry, {
        "id": entry, "register": literal("transfer"), "key": "T" + _text(N), "version": literal(1),
        "state": literal("issued"), "content": ENTRY, "partner": partner, "message": message, "entered": at,
        "changed": at,
    }, of_it)  # fmt: skip
    for name, value in (
        ("DeclNo", "D" + _text(N // 2)),
        ("PortOrg", literal("370211")),
        ("Firm", "F" + _text(N % 5000)),
    ):
        yield Rows(tables.register_value, {"entry": entry, "name": literal(name), "value": value}, of_it)


def _text(number: Any) -> Any:
    return cast(number, String)


def _id(number: Any, sqlite: bool) -> Any:
    """24 hexadecimal digits that come in no order, as those made of a hash do."""
    mixed = cast((cast(number, BigInteger) * 2_654_435_761) % 4_294_967_296, BigInteger)
    digits = func.printf("%08x", mixed) if sqlite else func.lpad(func.to_hex(mixed), 8, "0")
    return digits + literal("5bd1e9955bd1e995")


def _date(ledger: Ledger, at: Any) -> Any:
    """The business date of an instant; the offset of the zone is that of now."""
    offset = ledger.clock().astimezone(ledger.zone).utcoffset() or timedelta(0)
    seconds = at // 1_000_000 + int(offset.total_seconds())
    if ledger.sqlite:
        return func.date(seconds, "unixepoch")
    return func.to_char(func.timezone("UTC", func.to_timestamp(seconds)), "YYYY-MM-DD")


def _partner(number: Any) -> Any:
    """Half of all are of P00, one of a thousand of P39, the others of the 38 between."""
    spread = (number * 7919) % 1000
    return case(
        (spread < 500, BIG), (spread == 999, SMALL),
        else_="P" + func.substr(_text(101 + spread % 38), 2, 2),
    )  # fmt: skip
