"""Makes mutants and judges the check by them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.separators import compose, elements_of
from tests.mutants.edits import KINDS, Edit, Edited, Piece
from tests.property.made import Maker

TYPES = (
    ("D95B", "CODECO", 3), ("D95B", "COARRI", 3),
    ("D96B", "CUSDEC", 3), ("D96B", "CUSCAR", 3), ("D96B", "IFTMIN", 3), ("D96B", "PAYMUL", 3),
    ("D96B", "DESADV", 3), ("D96B", "BAPLIE", 3), ("D96B", "SANCRT", 3),
    ("D01B", "CUSRES", 3), ("D01B", "CUSREP", 4), ("D01B", "IFTMBF", 3), ("D01B", "APERAK", 4), ("D01B", "COPARN", 3),
    ("D21B", "CUSDEC", 4), ("D21B", "CUSCAR", 3), ("D21B", "IFCSUM", 4), ("D21B", "GOVCBR", 4),
    ("service-3", "CONTRL", 3),
)  # fmt: skip
LONGEST = 150
"""Segments of a message to start from."""


@dataclass
class Verdict:
    """One mutant: its edits, the fault that tells of each, and the faults that tell of none."""

    kind: tuple[str, str, int]
    text: list[str]
    edits: list[Edit]
    told: list[Fault | None]
    surplus: list[Fault]

    @property
    def exact(self) -> bool:
        """Whether each edit is told once, and nothing else."""
        return not self.surplus and None not in self.told

    @property
    def explained(self) -> bool:
        """Whether fewer mistakes than were made explain the message: no reader could tell all of them."""
        told = sum(fault is not None for fault in self.told) + len(self.surplus)
        return not self.exact and told < len(self.edits)


@dataclass
class Tally:
    """The figures over many mutants."""

    mutants: int = 0
    exact: int = 0
    edits: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    surplus: int = 0
    fewer: int = 0
    by_edits: Counter[tuple[int, bool]] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Count one mutant. An edit is hit when it is told and the mutant has no fault too many."""
        self.mutants += 1
        self.exact += verdict.exact
        self.by_edits[len(verdict.edits), verdict.exact] += 1
        self.surplus += len(verdict.surplus)
        self.fewer += verdict.explained
        for edit, fault in zip(verdict.edits, verdict.told, strict=True):
            self.edits[edit.kind] += 1
            if fault is not None:
                self.hits[edit.kind] += 1
                self.named[edit.kind] += fault.code in edit.names

    def table(self) -> str:
        """The figures as text."""
        lines = [f"{'edit':10} {'made':>7} {'told':>8} {'by name':>8}"]
        for kind in (*KINDS, "count"):
            made = self.edits[kind]
            if made:
                hit, named = self.hits[kind] / made, self.named[kind] / made
                lines.append(f"{kind:10} {made:7} {hit:8.2%} {named:8.2%}")
        for number in sorted({number for number, _ in self.by_edits}):
            exact, missed = self.by_edits[number, True], self.by_edits[number, False]
            lines.append(
                f"mutants with {number} edits: {exact / (exact + missed):.2%} exact of {exact + missed}"
            )
        lines.append(f"all mutants: {self.exact / self.mutants:.2%} exact of {self.mutants}")
        lines.append(f"  missed, and explained by fewer mistakes than were made: {self.fewer}")
        lines.append(f"  missed otherwise: {self.mutants - self.exact - self.fewer}")
        lines.append(f"faults that tell of no edit: {self.surplus}")
        return "\n".join(lines)


def mutants(count: int, seed: int) -> Iterator[Verdict]:
    """`count` judged mutants."""
    chance = random.Random(seed)
    definitions = definitions_over(Tree.over_shipped())
    makers = {kind: Maker(definitions, *kind, seed) for kind in TYPES}
    made = 0
    while made < count:
        kind = chance.choice(TYPES)
        maker = makers[kind]
        maker.rate = chance.choice((0.1, 0.2, 0.3, 0.5))
        raw = maker.message()
        if len(raw) > LONGEST:
            continue
        pieces = [Piece(text[:3], elements_of(text, maker.marks)) for text in raw]
        edited = Edited(maker.structure, maker.spec, chance, pieces)
        wanted, tries = chance.randint(1, 4), 0
        while len(edited.edits) < wanted and tries < 30:
            edited.add(chance.choice((*KINDS, "count")))
            tries += 1
        if len(edited.edits) == wanted:
            made += 1
            yield judge(kind, maker, edited)


def judge(kind: tuple[str, str, int], maker: Maker, edited: Edited) -> Verdict:
    """Read and check the edited message, and match the faults with the edits."""
    pieces = edited.result()
    text = [compose(piece.tag, piece.elements, maker.marks) for piece in pieces]
    faults = faults_of(text, kind[2], maker)
    numbers = {id(piece): number for number, piece in enumerate(pieces, 1)}
    fitting = [[fault for fault in faults if _tells(edit, fault, pieces, numbers)] for edit in edited.edits]
    told, left = _matched(edited.edits, fitting), list(faults)
    for fault in told:
        if fault is not None:
            left.remove(fault)
    return Verdict(kind, text, edited.edits, told, left)


def faults_of(text: list[str], syntax: int, maker: Maker) -> list[Fault]:
    """What reading and checking find in one message."""
    date = "20240102" if syntax == 4 else "240102"
    whole = "'\n".join((f"UNB+UNOC:{syntax}+A+B+{date}:1200+R", *text, "UNZ+1+R", ""))
    found: list[Fault] = []
    for interchange in read(whole.encode("iso8859-1", "replace")):
        for message in interchange.messages():
            checked = check(message, maker.definitions, syntax_version=interchange.syntax_version)
            found += [*message.faults, *checked.faults]
        found += interchange.faults
    return found


def _tells(edit: Edit, fault: Fault, pieces: list[Piece], numbers: dict[int, int]) -> bool:
    place = fault.place
    if fault.code not in edit.codes:
        return False
    if edit.element != (None, None):
        return place.segment == numbers[id(edit.at[0])] and (place.element, place.component) == edit.element
    return place.segment in {numbers.get(id(piece)) for piece in edit.at}


def _matched(edits: list[Edit], fitting: list[list[Fault]]) -> list[Fault | None]:
    """A fault for each edit and no fault for two, as many as possible; those that name it are preferred."""
    best: list[Fault | None] = []
    score = -1

    def assign(index: int, chosen: list[Fault | None], value: int) -> None:
        nonlocal best, score
        if index == len(edits):
            if value > score:
                best, score = list(chosen), value
            return
        for fault in fitting[index]:
            if not any(fault is other for other in chosen):
                assign(index + 1, [*chosen, fault], value + 10 + (fault.code in edits[index].names))
        assign(index + 1, [*chosen, None], value)

    assign(0, [], 0)
    return best
