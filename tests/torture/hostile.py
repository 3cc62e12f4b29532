"""Hostile input: each file gets a fault at its place, the engine stays healthy and small, and goes on with the next."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing

from tests.torture import attacks
from tests.torture.checker import Books, check, ledger
from tests.torture.nursery import Nursery
from tests.torture.row import Row, Violation
from tests.torture.stage import FIRST_DROP, SAMPLES, Stage

GOOD = (SAMPLES / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()
FUZZED = 10_000
WAVE = 500
"""Fuzzed files for one engine."""
MEMORY = 600_000
"""Kilobytes that an engine may have in all, some 170,000 of them for its configuration."""
SENDERS = ("ENT-A", "ENT-A", "CIQ-QD", "CIQ-YC", "CUS-QD", "TERM", "BANK", "SHIPLINE")


def _work(row: Row, stage: Stage, nursery: Nursery) -> Iterator[Violation]:
    """Run the engine over what was dropped, with a good file last; nothing may fail, and that one must pass."""
    stage.drop("ENT-A", "good.edi", GOOD.replace(b"ENTA00000001", b"LAST00000001"))
    ended = stage.run(nursery, timeout=500)
    stage.take()
    row.also("most memory of an engine, kB", ended.memory)
    if ended.code != 0 or ended.hung:
        yield Violation("other", f"the engine ended with {ended.code}: {stage.told()}")
    if ended.memory > MEMORY:
        yield Violation("other", f"the engine took {ended.memory} kB")
    if not ledger(stage).exists():
        return
    with closing(Books(str(ledger(stage)))) as books:
        for name, state, reason in books.rows(
            "SELECT name, state, reason FROM file WHERE state NOT IN ('processed', 'held')"
        ):
            yield Violation("other", f"{name!r} is {state}: {reason}")
        query = "SELECT m.state FROM message m JOIN file f ON f.id = m.file WHERE f.name = 'good.edi'"
        if books.rows(query) != [("completed",)]:
            yield Violation("other", f"the good file after them: {books.rows(query)}")
        unexplained = (
            "SELECT f.name, f.state, m.state, m.reason FROM file f LEFT JOIN message m ON m.file = f.id"
            " WHERE (m.state IN ('rejected', 'held') OR f.state = 'held' OR m.id IS NULL)"
            " AND NOT EXISTS (SELECT 1 FROM fault x WHERE x.file = f.id)"
        )
        for name, state, message, reason in books.rows(unexplained):
            if not reason:
                yield Violation("other", f"{name!r} is {state}, its message {message}, and no fault says why")
        secret = attacks.SECRET.decode()
        if books.rows(f"SELECT 1 FROM fault WHERE arguments LIKE '%{secret}%'"):
            yield Violation("other", "a fault shows a file of this machine")
    if any(attacks.SECRET in each.content for each in stage.taken):
        yield Violation("other", "a partner got a file of this machine")
    yield from check(stage, None)


def fuzzed(row: Row, stage: Stage, nursery: Nursery, number: int, seed: int) -> None:
    """So many mutated samples, from all kinds of senders."""
    chance, seeds = random.Random(seed), attacks.seeds()
    while number > 0:
        stage.reset()
        wave = min(WAVE, number)
        for place in range(wave):
            stage.drop(
                chance.choice(SENDERS), f"{place:05d}.in", attacks.mutated(chance.choice(seeds), chance)
            )
        row.add(f"fuzzed, seed {seed}, {number} left", _work(row, stage, nursery), trials=wave)
        row.also("fuzzed files", wave)
        number -= wave


def attacked(row: Row, stage: Stage, nursery: Nursery) -> None:
    """Every attack, in one workspace each kind: none may come through as a sound message."""
    kinds = {"XML": attacks.xml_attacks, "EDIFACT": attacks.edifact_attacks, "archives": attacks.bombs}
    for kind, made in kinds.items():
        stage.reset()
        files = [(name, content) for name, content in made()]
        for name, content in files:
            stage.drop("ENT-A", name, content)
        found = list(_work(row, stage, nursery))
        with closing(Books(str(ledger(stage)))) as books:
            for (name,) in books.rows(
                "SELECT name FROM file WHERE NOT EXISTS (SELECT 1 FROM fault x WHERE x.file = file.id)"
            ):
                if name != "good.edi":
                    found.append(Violation("other", f"{name} got no fault"))
        row.add(kind, found, trials=len(files))
        row.also(f"attacks by {kind}", len(files))


def named(row: Row, stage: Stage, nursery: Nursery) -> None:
    """Good files under names that are traps, on the disk and on the server: all but hidden ones are received."""
    for partner in ("ENT-A", "CIQ-YC"):
        stage.reset()
        names = list(attacks.names())
        for number, name in enumerate(names):
            content = GOOD.replace(b"ENTA00000001", b"NAME%08d" % number)
            path = os.fsencode(stage.home(partner) / "out") + b"/" + name
            with open(path, "wb") as file:  # noqa: PTH123 (a name that is no text)
                file.write(content)
            os.utime(path, (FIRST_DROP + number, FIRST_DROP + number))
        ended = stage.run(nursery)
        stage.take()
        found = [] if ended.code == 0 else [Violation("other", f"ended with {ended.code}: {stage.told()}")]
        with closing(Books(str(ledger(stage)))) as books:
            got = books.rows("SELECT count(*) FROM file")[0][0]
        left = set(os.listdir(os.fsencode(stage.home(partner) / "out")))  # noqa: PTH208
        hidden = {name for name in names if name.startswith(b".")}
        if got != len(names) - len(hidden) or left != hidden:
            found.append(Violation("lost", f"{got} of {len(names)} names were received, left are {left}"))
        row.add(f"names, {partner}", found, trials=len(names))
        row.also("names", len(names))


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "hostile",
        "hostile input",
        "samples with random changes; attacks on XML readers, endless EDIFACT, archive bombs; names with newlines,"
        " escapes, of 255 bytes, that are no text; a good file after them",
    )
    number = -(-(trials if trials is not None else FUZZED) // part[1])
    with Nursery() as nursery, Stage() as stage:
        if part[0] == 0:
            attacked(row, stage, nursery)
            named(row, stage, nursery)
        fuzzed(row, stage, nursery, number, seed=part[0])
        row.cpu += nursery.cpu
    return row
