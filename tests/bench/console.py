"""The console over a ledger of a million messages: `python -m tests.bench.console`.

The rows are of the shape that the engine writes: per message one file, interchange, output and delivery, three numbers,
three parties who see it, seven events; a year long, over 40 partners of very different size. They are made by the
database itself, in SQL, so that a million takes minutes; the instants end at the last full hour before now.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import BigInteger, String, case, cast, column, func, insert, literal, select, table, text

from edi_router.ledger import Ledger, tables
from edi_router.ledger.searching import Wanted
from edi_router.ledger.tenancy import Viewer, seen, weighed
from edi_router.ledger.waiting import QUEUES
from edi_router.reports.throughput import throughput

MESSAGES = 1_000_000
ALLOWED = 0.3
"""Seconds that 95 of 100 answers may take (R-CON-PERF), on a quiet machine."""
TIMES = 20
"""So many times each question is asked, each time of another row where it can be."""
YEAR = 365 * 86_400_000_000
BIG, SMALL = "P00", "P39"
"""A partner with half of the messages, and one with one of a thousand."""
N = table("bench_number", column("n", BigInteger)).c.n
"""The numbers from 0: of each a message is made."""
FILLED = (
    tables.file, tables.interchange, tables.message, tables.reference, tables.visible_to, tables.output,
    tables.message_output, tables.delivery, tables.event,
)  # fmt: skip


def fill(ledger: Ledger, messages: int) -> None:
    """Write so many messages with all that belongs to them, into an empty migrated ledger."""
    end = ledger.now() // 3_600_000_000 * 3_600_000_000
    with ledger.engine.begin() as connection:
        if ledger.sqlite:
            connection.exec_driver_sql("PRAGMA cache_size = -500000")
        connection.execute(text("CREATE TABLE bench_number (n BIGINT PRIMARY KEY)"))
        connection.execute(text(
            "INSERT INTO bench_number WITH RECURSIVE c(n) AS "
            f"(SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {messages - 1}) SELECT n FROM c"
        ))  # fmt: skip
        if not ledger.sqlite:
            connection.exec_driver_sql(
                "SET session_replication_role = replica"
            )  # foreign keys hold by the making
        indexes = [index for each in FILLED for index in each.indexes]
        for index in indexes:  # made at the end, sorted, which takes a fraction of the time
            index.drop(connection)
        for into, values in _rows(end, messages, ledger.sqlite):
            rows = select(*values.values()).select_from(N.table)
            connection.execute(insert(into).from_select(list(values), rows))
        for index in indexes:
            index.create(connection)
        connection.execute(text("DROP TABLE bench_number"))
    with ledger.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        if not ledger.sqlite:
            connection.execute(text("VACUUM ANALYZE"))  # as its autovacuum does by itself
    # Every night is closed: the books of a day are computed from the page before it.
    ledger.close_books(ledger.business_date(end - 2 * 86_400_000_000))


def _rows(end: int, messages: int, sqlite: bool) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each table with what stands in its columns, of message N; some tables more than once."""
    file = _digits(N)
    interchange, message = file + "-1", file + "-1-1"
    output = message + "-1"
    at = end - cast((messages - N) * (YEAR // messages), tables.message.c.entered.type)
    # A day of UTC is near enough to a business date here.
    date = (
        func.date(at // 1_000_000, "unixepoch")
        if sqlite
        else func.to_char(func.to_timestamp(at // 1_000_000), "YYYY-MM-DD")
    )
    partner, to = _partner(N), _partner(N + 7)
    state = case((N % 1000 < 3, "held"), (N % 1000 < 20, "rejected"), else_="completed")
    type = case((N % 500 == 0, "SANCRT"), (N % 7 == 0, "CODECO"), else_="CUSDEC")
    same = {"config": literal("0" * 64), "engine": literal("bench"), "partner": partner}
    yield tables.file, {
        "id": file, "identity": file, "counter": literal(0), "channel": partner, "name": "M" + _text(N) + ".edi",
        "size": literal(2000), "modified": at, "sha256": file, "received": at, "date": date, "removed": at,
        "format": literal("edifact"), "state": literal("processed"), "settled": date, "reason": literal(""), **same,
    }  # fmt: skip
    yield tables.interchange, {
        "id": interchange, "file": file, "position": literal(1), "format": literal("edifact"), "sender": partner,
        "recipient": literal("EDIROUTER"), "control_reference": "C" + _text(N), "content": file,
        "decision": literal("accepted"), "test": literal(0), "sequence": N, "received": at, **same,
    }  # fmt: skip
    yield tables.message, {
        "id": message, "file": file, "interchange": interchange, "position": literal(1), "offset": literal(72),
        "length": literal(1900), "type": type, "directory": literal("D96B"), "reference": "M" + _text(N),
        "state": state, "reason": literal("bench"), "agreement": literal("bench"), "test": literal(0), "entered": at,
        "date": date, "settled": case((state == "held", None), else_=date), **same,
    }  # fmt: skip
    numbers = (
        ("declaration", "D" + _text(N // 2)),
        ("bill", "B" + _text(N)),
        ("firm", "F" + _text(N % 5000)),
    )
    for kind, value in numbers:
        yield tables.reference, {"message": message, "kind": literal(kind), "value": value}
    for role, who in (("sender", partner), ("recipient", to), ("declarant", _partner(N + 13))):
        yield tables.visible_to, {"message": message, "partner": who, "role": literal(role)}
    yield tables.output, {
        "id": output, "file": file, "interchange": interchange, "kind": literal("document"), "destination": to,
        "partner": to, "name": "O" + _text(N) + ".xml", "format": literal("xml"), "mapping": literal("bench"),
        "size": literal(3000), "sha256": file, "state": literal("delivered"), "made": at, "date": date,
        "settled": date, "type": literal("xml Bench"),
    }  # fmt: skip
    yield tables.message_output, {"message": message, "output": output, "role": literal("made_from")}
    sent = case((N % 5000 == 0, "failed"), else_="delivered")
    yield tables.delivery, {
        "id": output + "-1", "output": output, "destination": to, "partner": to, "name": "O" + _text(N) + ".xml",
        "state": sent, "again": literal("waiting"), "fence": literal(1), "attempts": literal(1), "next_attempt": at,
        "reason": literal(""), "made": at, "delivered": case((sent == "failed", None), else_=at + 60_000_000),
    }  # fmt: skip
    events = (
        ("file", file, "received", "in_work"), ("file", file, "removed", None), ("file", file, "processed", "processed"),
        ("message", message, "accepted", "in_work"), ("message", message, "completed", state),
        ("output", output, "made", "waiting"), ("output", output, "delivered", "delivered"),
    )  # fmt: skip
    for kind, subject, what, then in events:
        yield tables.event, {
            "at": at, "date": date, "kind": literal(kind), "subject": subject, "partner": partner,
            "what": literal(what), "state": then if not isinstance(then, str) else literal(then),
        }  # fmt: skip


def _text(number: Any) -> Any:
    return cast(number, String)


def _digits(number: Any) -> Any:
    """An id that comes in no order, as one made of a hash does."""
    return _text((cast(number, tables.message.c.entered.type) * 2_654_435_761) % 4_294_967_296)


def _partner(number: Any) -> Any:
    """Half of all are of P00, one of a thousand of P39, the others of the 38 between."""
    spread = (number * 7919) % 1000
    return case(
        (spread < 500, BIG), (spread == 999, SMALL),
        else_="P" + func.substr(_text(101 + spread % 38), 2, 2),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """How long a question took, in seconds."""

    name: str
    wall: Sequence[float]
    cpu: Sequence[float]
    """Of this process: of SQLite all of it, of PostgreSQL the client's part."""

    def row(self) -> str:
        """A line of the table."""
        figures = [
            1000 * each for each in (median(self.wall), _late(self.wall), median(self.cpu), _late(self.cpu))
        ]
        return f"{self.name:44}" + "".join(f"{each:9.1f}" for each in figures)

    @property
    def slow(self) -> bool:
        """Whether it takes longer than allowed."""
        return _late(self.wall) > ALLOWED


def _late(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def questions(ledger: Ledger, messages: int) -> dict[str, Callable[[int], object]]:
    """What the pages ask, by name; each takes the number of its turn."""

    def number(turn: int) -> int:
        return (turn * 48_271 + 17) % messages

    def lists(viewer: Viewer | None, *after: str, **wanted: Any) -> Callable[[int], object]:
        kind = wanted.get("kind", "message")

        def ask(turn: int) -> object:
            if viewer is None:
                return ledger.search(Wanted(**wanted), None, 50, *after)
            with ledger.read() as connection:
                clause = seen(kind, weighed(connection, viewer))
            return ledger.search(Wanted(**wanted), clause, 50, *after)

        return ask

    def message(turn: int) -> object:
        [id] = ledger.find(f"M{number(turn)}", 1)
        shown = ledger.show(id, "message")
        return shown, ledger.related(id), ledger.entries_of(id), ledger.clocks_of([id])

    now = ledger.now()
    long_ago = f"{now - YEAR * 9 // 10}.0"
    big, small = Viewer(BIG), Viewer(SMALL)
    last_day = ledger.clock() - timedelta(days=2)
    asked: dict[str, Callable[[int], object]] = {
        "a number that one has": lambda turn: ledger.find(f"B{number(turn)}"),
        "a number that two have": lambda turn: ledger.find(f"D{number(turn) // 2}"),
        "a number that hundreds have": lambda turn: ledger.find(f"F{number(turn) % 5000}", 50),
        "a file's name": lambda turn: ledger.find(f"M{number(turn)}.edi"),
        "a number that none has": lambda turn: ledger.find(f"nothing-{turn}"),
        "a message's page": message,
        "progress of a number": lambda turn: ledger.progress(f"D{number(turn) // 2}"),
        "progress of a number, for a partner": lambda turn: ledger.progress(f"D{number(turn) // 2}", SMALL),
        "messages": lists(None),
        "messages, a page far back": lists(None, long_ago),
        "messages of two days": lists(None, since=last_day),
    }
    filters: dict[str, dict[str, Any]] = {
        "big partner": {"partner": BIG}, "small partner": {"partner": SMALL},
        "usual state": {"state": "completed"}, "rare state": {"state": "held"},
        "usual type": {"type": "CUSDEC"}, "rare type": {"type": "SANCRT"},
        "big partner, rare state": {"partner": BIG, "state": "held"},
        "small partner, usual state": {"partner": SMALL, "state": "completed"},
        "small partner, rare state": {"partner": SMALL, "state": "held"},
        "usual type, rare state": {"type": "CUSDEC", "state": "held"},
        "rare type, usual state": {"type": "SANCRT", "state": "completed"},
        "big partner, rare type": {"partner": BIG, "type": "SANCRT"},
        "small partner, rare type and state": {"partner": SMALL, "type": "SANCRT", "state": "held"},
        "small partner, usual type": {"partner": SMALL, "type": "CUSDEC"},
        "no such type": {"type": "NONE"}, "big partner, no such type": {"partner": BIG, "type": "NONE"},
    }  # fmt: skip
    asked |= {f"messages: {name}": lists(None, **wanted) for name, wanted in filters.items()}
    for kind in ("file", "output", "delivery"):
        usual, rare = ("processed", "held") if kind == "file" else ("delivered", "failed")
        asked |= {
            f"{kind}s": lists(None, kind=kind),
            f"{kind}s: big partner": lists(None, kind=kind, partner=BIG),
            f"{kind}s: small partner": lists(None, kind=kind, partner=SMALL),
            f"{kind}s: usual state": lists(None, kind=kind, state=usual),
            f"{kind}s: rare state": lists(None, kind=kind, state=rare),
        }
    for name, viewer in (("many", big), ("few", small)):
        asked |= {f"{kind}s seen by a partner with {name}": lists(viewer, kind=kind)
                  for kind in ("message", "file", "output", "delivery")}  # fmt: skip
        asked |= {
            f"rare state, seen by a partner with {name}": lists(viewer, state="held"),
            f"rare type, seen by a partner with {name}": lists(viewer, type="SANCRT"),
            f"far back, seen by a partner with {name}": lists(viewer, long_ago),
        }
    return asked | {
        "today: 24 hours": lambda turn: throughput(ledger, ledger.clock()),
        "today: books of the day": lambda turn: ledger.books(),
        "work: what waits, by reason": lambda turn: [ledger.heaps(each) for each in QUEUES.values()],
        "work: the oldest first": lambda turn: ledger.waiting(QUEUES["held"], 50),
    }


def measure(ledger: Ledger, messages: int, times: int, wanted: str = "") -> list[Asked]:
    """Ask everything so many times; a question that takes very long is asked less often."""
    found = []
    for name, ask in questions(ledger, messages).items():
        if wanted not in name:
            continue
        wall, cpu = [], []
        ask(0)
        for turn in range(1, times + 1):
            began, used = time.perf_counter(), time.process_time()
            ask(turn)
            wall.append(time.perf_counter() - began)
            cpu.append(time.process_time() - used)
            if len(wall) > 2 and sum(wall) > 10:
                break
        found.append(Asked(name, wall, cpu))
        print(found[-1].row(), " TOO SLOW" if found[-1].slow else "", flush=True)
    return found


@contextmanager
def _ledger(url: str | None) -> Iterator[Ledger]:
    """An empty ledger of that address, or SQLite in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        opened = Ledger.open(url or f"sqlite:///{Path(folder) / 'ledger.db'}")
        with opened as ledger:
            ledger.migrate()
            yield ledger


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when an answer takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.console", description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES, metavar="N")
    parser.add_argument(
        "--times", type=int, default=TIMES, metavar="N", help="how often each question is asked"
    )
    parser.add_argument("--database", metavar="URL", help="an empty database (SQLite in a temporary folder)")
    parser.add_argument("--filled", action="store_true", help="the database was filled by an earlier run")
    parser.add_argument("--only", default="", metavar="TEXT", help="questions with this text in their name")
    given = parser.parse_args(arguments)
    with _ledger(given.database) as ledger:
        began = time.perf_counter()
        if not given.filled:
            fill(ledger, given.messages)
        print(
            f"{given.messages} messages on {ledger.engine.dialect.name}, filled in {time.perf_counter() - began:.0f} s;"
            f" load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; milliseconds"
        )
        print(f"{'':44}{'p50':>9}{'p95':>9}{'CPU p50':>9}{'CPU p95':>9}")
        slow = [each.name for each in measure(ledger, given.messages, given.times, given.only) if each.slow]
    if slow:
        print(f"slower than {ALLOWED * 1000:.0f} ms in 95 of 100: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
