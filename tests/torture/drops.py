"""Partners that send twice, in the wrong order, or other content under a used reference: the policy is followed."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing

from tests.torture.checker import Books, check, ledger
from tests.torture.nursery import Nursery
from tests.torture.row import Row, Violation
from tests.torture.stage import FIRST_DROP, SAMPLES, Stage, Taken

CUSDEC = (SAMPLES / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()
REFERENCE, NUMBER = b"ENTA00000001", b"YC20260314000017"
SENDER = "ENT-A"


def declaration(reference: int, number: int) -> bytes:
    """An interchange of one declaration."""
    return CUSDEC.replace(REFERENCE, b"ENTA%08d" % reference).replace(NUMBER, b"YC2026%010d" % number)


def acknowledgement(reference: int, of: int) -> bytes:
    """A CONTRL of the partner that acknowledges our interchange number `of`, sent or not."""
    body = ["UNH+1+CONTRL:D:3:UN", f"UCI+{of}+EDIROUTER:ZZ+ENTA:ZZ+7", "UNT+3+1"]
    head, tail = f"UNB+UNOB:3+ENTA:ZZ+EDIROUTER:ZZ+260314:1005+C{reference}", f"UNZ+1+C{reference}'"
    return "'".join([head, *body, tail]).encode()


def play(stage: Stage, nursery: Nursery, chance: random.Random) -> Iterator[Violation]:
    """Files three times, references with other content, an acknowledgement before its message; in waves."""
    stage.reset()
    files: list[tuple[str, bytes]] = []
    for number in range(chance.randint(2, 4)):
        same = declaration(number, number)
        files += [(f"{number}-{copy}.edi", same) for copy in range(3)]
        files += [
            (f"{number}-other-{other}.edi", declaration(number, 100 * other + number)) for other in (1, 2)
        ]
    chance.shuffle(files)
    again = chance.choice(files)
    waves = [[("early.edi", acknowledgement(1, 1))], files, [again, ("late.edi", acknowledgement(2, 1))]]
    cut = chance.randint(1, len(files) - 1)
    for wave in (waves[0], files[:cut], files[cut:], waves[2]):
        for name, content in wave:
            stage.drop(SENDER, name, content)
        ended = stage.run(nursery)
        if ended.code != 0:
            yield Violation("other", f"the engine ended with {ended.code}: {stage.told()}")
        stage.take()
    yield from check(stage, None)
    yield from _policy(stage)


def _policy(stage: Stage) -> Iterator[Violation]:
    """First come, first accepted; the same again is a duplicate, another under its reference is refused; all answered."""
    with closing(Books(str(ledger(stage)))) as books:
        query = "SELECT f.modified, m.state FROM message m JOIN file f ON f.id = m.file"
        states = {modified // 1_000_000 - FIRST_DROP: state for modified, state in books.rows(query)}
        unmatched = books.rows("SELECT count(*) FROM fault WHERE code = 'contrl-unmatched'")[0][0]
        answers = [row[0] for row in books.rows("SELECT answer FROM output WHERE control_reference = '1'")]
    wanted = list(_by_policy([drop.content for drop in stage.dropped]))
    for place, state in enumerate(wanted):
        if states.get(place) != ("duplicate" if state == "refused" else state):
            yield Violation("other", f"drop {place}: {states.get(place)} instead of {state} of {wanted}")
    got = Counter((each.partner, each.name.partition("_")[0]) for each in stage.taken)
    interchanges = sum(b"CUSDEC" in drop.content for drop in stage.dropped)
    if got["CIQ-QD", "EEntDeclIo"] != sum(
        state == "completed" and b"CUSDEC" in drop.content
        for state, drop in zip(wanted, stage.dropped, strict=True)
    ):
        yield Violation("twice", f"documents: {got}")
    refusals = sum(b"+4'" in part or b"+4+" in part for part in map(_answer, stage.taken) if part)
    if refusals != wanted.count("refused"):
        yield Violation("other", f"{refusals} refusals by CONTRL, {wanted.count('refused')} are due")
    if got[SENDER, "CONTRL"] != interchanges:
        yield Violation("lost", f"{got[SENDER, 'CONTRL']} acknowledgements of {interchanges} interchanges")
    if (unmatched, answers) != (1, ["acknowledged"]):
        yield Violation("other", f"{unmatched} unmatched acknowledgements, ours is {answers}")


def _answer(taken: Taken) -> bytes:
    """The segment of a CONTRL that says what becomes of the interchange."""
    found = re.search(rb"UCI\+.*?'", taken.content) if taken.name.startswith("CONTRL") else None
    return found[0] if found else b""


def _by_policy(contents: Sequence[bytes]) -> Iterator[str]:
    accepted: dict[bytes, bytes] = {}
    for content in contents:
        reference = content[content.index(b"UNB+") :].split(b"+")[5].split(b"'")[0]
        if content in accepted.values():
            yield "duplicate"
        elif reference in accepted:
            yield "refused"
        else:
            accepted[reference] = content
            yield "completed"


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "drops",
        "duplicate and out-of-order drops",
        "the same file three times and once more after its removal, other content under a used reference, an"
        " acknowledgement before its message; shuffled, in waves",
    )
    chance = random.Random(part[0])
    with Nursery() as nursery, Stage(sftp=()) as stage:
        for number in range(-(-(trials if trials is not None else 150) // part[1])):
            row.add(f"play {number}", play(stage, nursery, chance))
            row.also("files dropped", len(stage.dropped))
        row.cpu += nursery.cpu
    return row
