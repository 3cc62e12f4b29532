"""What became of every file, told from the partners' folders, the archive and the ledger's tables by plain SQL.

Nothing here is the engine's code: what it says of itself is compared with what was dropped and what partners got.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import zstandard
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.torture.row import Violation
from tests.torture.stage import Dropped, Stage, Taken

SEALED, COMPRESSED, NONCE = b"\x93EDISEAL", b"\x93EDIZSTD", 16
FINAL = {
    "file": {"processed"},
    "message": {"completed", "rejected", "duplicate"},
    "output": {"delivered"},
}
_READING = "-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on"
Rows = list[tuple[Any, ...]]


class Books:
    """The ledger's tables, read by SQL alone, as of one moment.

    `place` is the path of an SQLite file, or what psycopg connects by.
    """

    def __init__(self, place: str) -> None:
        self.sqlite = "=" not in place and not place.startswith("postgresql")
        self._connection: Any = (
            sqlite3.connect(place) if self.sqlite else psycopg.connect(place, options=_READING)
        )

    def has(self, table: str) -> bool:
        """Whether a table is made."""
        query = "SELECT name FROM sqlite_master" if self.sqlite else "SELECT tablename FROM pg_tables"
        return (table,) in self.rows(query)

    def rows(self, query: str) -> Rows:
        """The rows of a query."""
        return [tuple(row) for row in self._connection.execute(query).fetchall()]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass(frozen=True)
class End:
    """How an undisturbed run ended: what a disturbed one has to come to."""

    files: Mapping[str, str]
    messages: Mapping[str, str]
    outputs: Mapping[str, str]
    """States by id."""
    registers: frozenset[tuple[str, str, str]]
    delivered: Counter[tuple[str, str]]
    """How often each partner got each name."""


def end_of(stage: Stage, url: str = "") -> End:
    """How the run on a stage ended."""
    with closing(Books(url or stage.books or str(ledger(stage)))) as books:
        return _end(books, stage.taken)


def _end(books: Books, taken: Sequence[Taken]) -> End:
    files, messages, outputs = (
        dict(books.rows(f"SELECT id, state FROM {table}")) for table in ("file", "message", "output")
    )
    registers = books.rows("SELECT register, key, state FROM register_entry")
    delivered = Counter((each.partner, each.name) for each in taken)
    return End(files, messages, outputs, frozenset(registers), delivered)


def ledger(stage: Stage) -> Path:
    """The SQLite file of a stage."""
    return stage.database or stage.root / "var" / "ledger.db"


def check(stage: Stage, calm: End | None, url: str = "") -> list[Violation]:
    """Everything that must hold when an engine has come to rest and the partners have taken what they got."""
    place = url or stage.books
    if not place and not ledger(stage).exists():
        return [Violation("other", "there is no ledger")]
    with closing(Books(place or str(ledger(stage)))) as books:
        found = [*_kept(stage, books, at_rest=True), *_consistent(books), *_got(stage, books)]
        if calm is not None:
            found += _as_calm(calm, _end(books, stage.taken))
        return found


def check_now(stage: Stage, url: str = "") -> list[Violation]:
    """What must hold at any moment, also with no engine there: each file is in the drop, or archived and recorded."""
    place = url or stage.books
    if not place:
        path = ledger(stage)
        if not path.exists():
            return [_lost(drop, "no ledger") for drop in stage.dropped if not _in_drop(stage, drop)]
        # SQLite writes a little even to read what a killed process left: a copy is looked at.
        place = str(stage.folder / "look")
        for ending in ("", "-wal"):
            copy, look = Path(f"{path}{ending}"), Path(f"{place}{ending}")
            look.unlink(missing_ok=True)
            if copy.exists():
                look.write_bytes(copy.read_bytes())
    with closing(Books(place)) as books:
        if not books.has("work"):  # the tables are not made yet
            return [_lost(drop, "no tables") for drop in stage.dropped if not _in_drop(stage, drop)]
        return list(_kept(stage, books, at_rest=False))


def _in_drop(stage: Stage, drop: Dropped) -> bool:
    path = stage.home(drop.partner) / "out" / drop.name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == drop.sha256


def _lost(drop: Dropped, why: str) -> Violation:
    return Violation("lost", f"{drop.partner}/{drop.name} is not in the outbox any more: {why}")


def _kept(stage: Stage, books: Books, *, at_rest: bool) -> Iterator[Violation]:
    """Every drop is in the outbox, or once in the ledger with its bytes in the archive."""
    recorded = Counter(books.rows("SELECT partner, name, sha256 FROM file"))
    for (partner, name, sha256), number in recorded.items():
        wanted = sum(
            (each.partner, each.name, each.sha256) == (partner, name, sha256) for each in stage.dropped
        )
        if number > wanted:
            yield Violation("twice", f"{partner}/{name} was received {number} times, dropped {wanted} times")
    for drop in stage.dropped:
        known = (drop.partner, drop.name, drop.sha256) in recorded
        if known and (wrong := _archived(stage.root, drop.sha256)):
            yield Violation("lost", f"{drop.partner}/{drop.name} is in the ledger, but {wrong}")
        if not known and not _in_drop(stage, drop):
            yield _lost(drop, "and not in the ledger")
        elif not known and at_rest:
            yield Violation("other", f"{drop.partner}/{drop.name} was not received")
        elif at_rest and _in_drop(stage, drop):
            yield Violation("other", f"{drop.partner}/{drop.name} is received, and still in the outbox")


def _archived(root: Path, sha256: str) -> str:
    """What is wrong with a file in the archive; nothing when it is whole."""
    path = root / "var" / "archive" / sha256[:2] / sha256[2:4] / sha256
    if not path.is_file():
        return "not in the archive"
    whole = hashlib.sha256(plain(path.read_bytes(), root)).hexdigest() == sha256
    return "" if whole else "not whole in the archive"


def plain(data: bytes, root: Path) -> bytes:
    """The content of an archived file: Zstandard, then AES-256 in counter mode, each with its mark."""
    if data.startswith(SEALED):
        secret = (root / "var" / "secret.key").read_bytes().strip()
        key = hashlib.blake2b(b"archive", key=hashlib.sha256(secret).digest(), digest_size=32).digest()
        start = len(SEALED) + NONCE
        decryptor = Cipher(algorithms.AES(key), modes.CTR(data[len(SEALED) : start])).decryptor()
        data = decryptor.update(data[start:]) + decryptor.finalize()
    if data.startswith(COMPRESSED):
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data[len(COMPRESSED) :])
    return data


def _consistent(books: Books) -> Iterator[Violation]:
    """The tables among themselves: rows against events, work, deliveries, contents and control numbers."""
    if books.sqlite:
        for pragma in ("integrity_check", "foreign_key_check"):
            for row in books.rows(f"PRAGMA {pragma}"):
                if row[0] != "ok":
                    yield Violation("other", f"{pragma}: {row}")
    for kind, final in FINAL.items():
        states = dict(books.rows(f"SELECT id, state FROM {kind}"))
        query = f"SELECT subject, before, state FROM event WHERE kind = '{kind}' AND state IS NOT NULL ORDER BY id"
        came, ends, last = Counter[str](), Counter[str](), dict[str, str]()
        for subject, before, state in books.rows(query):
            if before is None:
                came[subject] += 1
            elif before != last.get(subject):
                yield Violation("other", f"{kind} {subject} came from {before}, but was {last.get(subject)}")
            ends[subject] += state in final
            last[subject] = state
        for subject in states.keys() | last.keys():
            if came[subject] != 1 or last.get(subject) != states.get(subject):
                told = (
                    f"is {states.get(subject)}, by its events {last.get(subject)}, came {came[subject]} times"
                )
                yield Violation("other", f"{kind} {subject} {told}")
            if ends[subject] > 1:
                yield Violation("twice", f"{kind} {subject} came to an end {ends[subject]} times")
    for query, what in _NONE_OF.items():
        for row in books.rows(query):
            yield Violation("other", f"{what}: {row}")
    used = books.rows("SELECT stream, number FROM output WHERE stream IS NOT NULL")
    for stream, first, last_number in books.rows("SELECT stream, first, last FROM control_number"):
        numbers = sorted(number for name, number in used if name == stream)
        if numbers != list(range(first, last_number + 1)):
            yield Violation("other", f"control numbers of {stream}: {numbers}, given up to {last_number}")
    for output, sha256, data in books.rows(
        "SELECT o.id, o.sha256, c.data FROM output o LEFT JOIN output_content c ON c.output = o.id"
    ):
        if data is None or hashlib.sha256(zlib.decompress(data)).hexdigest() != sha256:
            yield Violation("lost", f"the content of output {output} is not what was made")


_NONE_OF = {
    "SELECT id, state FROM work WHERE state <> 'done'": "work is left over",
    "SELECT id, state, reason FROM delivery WHERE state <> 'delivered'": "a delivery is left over",
    "SELECT o.id FROM output o LEFT JOIN delivery d ON d.output = o.id WHERE o.batch IS NULL AND o.series IS NULL"
    " GROUP BY o.id HAVING count(d.id) <> 1": "an output without one delivery",
    "SELECT m.id FROM message m JOIN message_output x ON x.message = m.id AND x.role = 'made_from'"
    " JOIN output o ON o.id = x.output WHERE m.state = 'completed' AND o.state <> 'delivered'":
        "a message is completed before its output is delivered",
    "SELECT i.id FROM interchange i LEFT JOIN message m ON m.interchange = i.id"
    " WHERE i.decision = 'accepted' GROUP BY i.id HAVING count(m.id) = 0":
        "an accepted interchange without messages",
}  # fmt: skip


def _got(stage: Stage, books: Books) -> Iterator[Violation]:
    """What partners found in their inboxes: each output whole and once, and nothing else."""
    made = {
        (destination, name): (sha256, size)
        for destination, name, sha256, size in books.rows(
            "SELECT d.destination, d.name, o.sha256, o.size FROM delivery d JOIN output o ON o.id = d.output"
        )
    }
    times = Counter((each.partner, each.name) for each in stage.taken)
    for (partner, name), number in times.items():
        if number > 1:
            yield Violation("twice", f"{partner} got {name} {number} times")
    for each in stage.taken:
        known = made.get((each.partner, each.name))
        if known is None:
            yield Violation("other", f"{each.partner} got {each.name}, of which the ledger knows nothing")
        elif known[0] != each.sha256:
            told = f"{each.size} bytes instead of {known[1]}"
            yield Violation("partial", f"{each.partner} found {each.name} with {told}")
    for partner, name in made.keys() - times.keys():
        yield Violation("lost", f"{partner} never got {name}")


def _as_calm(calm: End, end: End) -> Iterator[Violation]:
    """The same files, messages, outputs and register entries in the same states as without a fault."""
    for kind in ("files", "messages", "outputs"):
        wanted, there = getattr(calm, kind), getattr(end, kind)
        for id in wanted.keys() - there.keys():
            yield Violation("lost", f"{kind}: {id} is not there")
        for id in there.keys() - wanted.keys():
            yield Violation("other", f"{kind}: {id} should not be there")
        for id in wanted.keys() & there.keys():
            if wanted[id] != there[id]:
                yield Violation("other", f"{kind}: {id} is {there[id]} instead of {wanted[id]}")
    for entry in calm.registers ^ end.registers:
        yield Violation(
            "other", f"register entry {entry}: {'missing' if entry in calm.registers else 'extra'}"
        )
