"""The end state of the sample day: what became of every message, and whether that is what the golden file says.

The golden file, `samples/day/end-state.csv`, has a row for each message (or file that cannot be read) and two of the
books. It names no id, number or time, so it is the same on every machine.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from edi_router.config import Tree
from edi_router.faults import is_error, shown_code
from edi_router.ledger import Ledger, tables
from edi_router.ledger.books import Books
from edi_router.ledger.coding import row_fault

GOLDEN = "samples/day/end-state.csv"
BOOKS = "books"
ALARM = "alarm"
"""What the passing of time makes is no part of the end state: a slow machine has more of it."""


class Ended(NamedTuple):
    """What became of one message; of a file that holds none, `message` is empty."""

    partner: str
    file: str
    message: str
    """Its type and its position in the file."""
    became: str
    why: str
    """The codes of its errors, or of the rules that it broke; why it is held where it has none."""
    outputs: str
    """What was made of it: destination and kind, with its number where there are several."""


def end_state(ledger: Ledger) -> list[Ended]:
    """What became of everything in the ledger, in order of partner, file and position."""
    with ledger.read() as connection:
        faults, outputs = _faults(connection), _outputs(connection)
        f, m = tables.file.c, tables.message.c
        found = []
        query = (
            select(f.partner, f.name, f.id.label("file"), f.state.label("file_state"), m.id, m.interchange, m.type,
                   m.position, m.state, m.reason)
            .outerjoin(tables.message, m.file == f.id)
            .order_by(f.partner, f.name, m.position)
        )  # fmt: skip
        for row in connection.execute(query):
            subject = row.id or row.file
            found.append(
                Ended(
                    row.partner,
                    row.name,
                    f"{row.type} {row.position}" if row.id else "",
                    row.state or row.file_state,
                    " ".join(sorted(faults[subject] or faults[row.interchange]))
                    or _reason(row.state, row.reason),
                    _told(outputs[subject]),
                )
            )
        return sorted(found, key=lambda each: each[:2])


def of_books(books: Books) -> Iterator[Ended]:
    """The rows of the books: those of files and messages, which do not depend on time."""
    for name, equation in (("files", books.files), ("messages", books.messages)):
        line = equation.total
        outcomes = " ".join(f"{column} {number}" for column, number in line.outcomes.items())
        came = f"carried over {line.carried_over} in {line.inflow}"
        yield Ended(
            BOOKS, name, "", "balanced" if equation.balanced else "unbalanced", "", f"{came} = {outcomes}"
        )


def golden(tree: Tree) -> list[Ended]:
    """The rows of the golden file."""
    rows = csv.reader(io.StringIO(tree.text(GOLDEN)))
    next(rows)
    return [Ended(*row) for row in rows]


def written(rows: Iterable[Ended]) -> str:
    """The text of a golden file."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(Ended._fields)
    out.writerows(rows)
    return text.getvalue()


def differences(shown: Sequence[Ended], wanted: Sequence[Ended], whole: bool) -> list[str]:
    """How the end state differs from the golden file, a line each.

    Unless the `whole` day was played, only what was is compared: a shorter day is the beginning of a longer one.
    """
    if not whole:
        played = {each[:2] for each in shown}
        wanted = [each for each in wanted if each[:2] in played]
    return [f"- {_line(each)}" for each in wanted if each not in set(shown)] + [
        f"+ {_line(each)}" for each in shown if each not in set(wanted)
    ]


def _line(row: Ended) -> str:
    return "  ".join(filter(None, (f"{row.partner}/{row.file}", *row[2:])))


def _faults(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(select(tables.fault)).mappings():
        fault = row_fault(dict(row))
        if is_error(fault):
            found[row["subject"]].add(shown_code(fault))
    return found


def _outputs(connection: Connection) -> dict[str, Counter[str]]:
    """What was made of each message, and of each file that holds none."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    o, made = tables.output.c, tables.message_output.c
    for message, file, destination, name in connection.execute(
        select(made.message, o.file, o.destination, o.name).outerjoin(
            tables.message_output, made.output == o.id
        )
    ):
        kind = name.rpartition("_")[0]
        if kind != ALARM:
            found[message or file][f"{destination}/{kind}"] += 1
    return found


def _reason(state: str, reason: str) -> str:
    return reason if state == "held" else ""


def _told(outputs: Counter[str]) -> str:
    return " ".join(f"{what} x{number}" if number > 1 else what for what, number in sorted(outputs.items()))
