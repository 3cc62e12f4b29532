"""The made-up rest of the sample day, played over SFTP, and whether everything became what it was made for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from edi_router.config import Tree
from edi_router.demo.dropping import Droppers
from edi_router.engine.round import EmbeddedEngine
from edi_router.ledger.ledger import Ledger
from edi_router.simulate import Day, Drop, simulate

AT_ONCE = 60
"""How many files are dropped before the engine has its turn."""
BOTH = 1_000_000
"""More messages than any demonstration has."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, beside what it was made for."""

    drop: Drop
    states: tuple[str, ...]
    why: frozenset[str]
    """Reasons, and the codes of faults and rules."""

    @property
    def as_meant(self) -> bool:
        """Whether the file came to what it was made for."""
        wanted = self.drop.expected
        told = not wanted.why or any(wanted.why in reason for reason in self.why)
        return self.states == (wanted.state,) and told


@dataclass(frozen=True, slots=True)
class Played:
    """A played day."""

    outcomes: Sequence[Outcome]
    problems: Sequence[str]
    agreements: Sequence[dict[str, Any]]
    """For each agreement: messages, and how long they took from drop to last delivery."""

    @property
    def unexpected(self) -> list[Outcome]:
        """The files that became something else than they were made for."""
        return [outcome for outcome in self.outcomes if not outcome.as_meant]


def play(
    tree: Tree, droppers: Droppers, engine: EmbeddedEngine, day: Day, tell: Callable[[str, str], None]
) -> Played:
    """Drop the files of a day in their order, each partner over its own account, and work until nothing moves.

    They come a handful at a time, as in a day: the times that are shown are not those of a heap.
    """
    drops = list(simulate(tree, day))
    problems: list[str] = []
    for files in handfuls(drops):
        by_partner: dict[str, list[Drop]] = defaultdict(list)
        for drop in files:
            by_partner[drop.partner].append(drop)
        for partner, own in by_partner.items():
            tell("drop", f"{partner} {len(own)} ({own[0].wave})")
            droppers.drop(partner, ((drop.name, drop.content) for drop in own))
        problems += _worked(engine, len(files))
    problems += engine.until_idle(timeout_seconds=300).problems
    return Played(outcomes_of(engine.ledger, drops), problems, times_of(engine))


def _worked(engine: EmbeddedEngine, files: int) -> Iterator[str]:
    """Rounds until so many files are received and nothing is left to do for them, or none of it moves: their problems.

    The round in which nothing moves would come in between for nothing: each logs in at every partner.
    """
    while True:
        report = engine.round()
        yield from report.problems
        files -= report.received
        if report.idle or not (files or engine.ledger.pending_work(1) or engine.ledger.due_destinations()):
            return


def times_of(engine: EmbeddedEngine) -> list[dict[str, Any]]:
    """How long the messages of each agreement took, with its limit in seconds (None where it has none)."""
    limits = {
        (partner.id, agreement.id): agreement.within.time.total_seconds()
        for partner in engine.configuration.directory.partners.values()
        for agreement in partner.agreements
        if agreement.within is not None
    }
    times = engine.ledger.agreement_times()
    return [{**each, "limit": limits.get((each["partner"], each["agreement"]))} for each in times]


def handfuls(drops: Iterable[Drop]) -> Iterator[list[Drop]]:
    """The files in the order of their waves, so many at a time."""
    for _, files in sorted(waves(drops).items()):
        for start in range(0, len(files), AT_ONCE):
            yield files[start : start + AT_ONCE]


def waves(drops: Iterable[Drop]) -> dict[int, list[Drop]]:
    """The files by their wave."""
    found: dict[int, list[Drop]] = defaultdict(list)
    for drop in drops:
        found[drop.wave].append(drop)
    return found


def outcomes_of(ledger: Ledger, drops: Iterable[Drop]) -> list[Outcome]:
    """What became of each file."""
    messages: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in ledger.ls("message", limit=BOTH):
        messages[row["partner"], row["name"]].append(row)
    told = []
    for drop in drops:
        rows = messages.get((drop.partner, drop.name), [])
        states = tuple(sorted({str(row["state"]) for row in rows})) or ("unreadable",)
        why = {str(row["reason"]) for row in rows}
        if drop.expected.why:
            for row in rows:
                for fault in ledger.show(row["id"])["faults"]:
                    why |= {fault["code"], str(fault["fault"].values.get("code", ""))}
        told.append(Outcome(drop, states, frozenset(why)))
    return told
