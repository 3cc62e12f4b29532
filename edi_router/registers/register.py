"""A loaded register: its definition with compiled conditions and checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from edi_router.calendars import Calendar
from edi_router.config import ConfigNode, did_you_mean, place_of
from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.paths import Node
from edi_router.registers.entry import Entry
from edi_router.registers.model import Check, Made, RegisterFile
from edi_router.rules.check import RuleSet
from edi_router.rules.context import Context
from edi_router.rules.dates import day_of
from edi_router.rules.terms import Holds, Run


@dataclass(frozen=True)
class Register:
    """One register of a configuration."""

    definition: RegisterFile
    file: str
    rules: Mapping[str, RuleSet] = field(repr=False)
    """The checks of each move."""
    conditions: Mapping[str, Sequence[Holds]] = field(repr=False)
    """When each move is for a document."""
    parts: Mapping[str, Sequence[Holds]] = field(repr=False)
    """Which parts of the document each move is for."""
    choices: Mapping[str, Sequence[Sequence[Holds]]] = field(repr=False)
    """When each outcome of a move is chosen."""
    marks: Mapping[str, Mapping[str, Sequence[tuple[Sequence[Holds], str]]]] = field(repr=False)
    """The texts of each mark of a move, with their conditions."""
    node: ConfigNode = field(repr=False, compare=False)
    """The file as it was read, for the places in it."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict, repr=False)
    """Those that its clocks name."""

    @property
    def id(self) -> str:
        """The register's id."""
        return self.definition.id

    @property
    def registers_named(self) -> frozenset[str]:
        """The registers that it looks at, and those that documents of its outcomes move."""
        found = {look.in_ for move in self.definition.moves for look in move.look.values()}
        found |= {move.through.in_ for move in self.definition.moves if move.through is not None}
        return frozenset(found | {name for made in self._made() for name in made.registers})

    @property
    def mappings_named(self) -> frozenset[str]:
        """The mappings that make the documents of its outcomes."""
        return frozenset(made.mapping for made in self._made() if made.mapping is not None)

    def unknown_others(self, registers: Collection[str]) -> Iterator[Fault]:
        """A fault for each register that it names and that there is not."""
        named: list[tuple[str, tuple[str | int, ...]]] = []
        for number, move in enumerate(self.definition.moves):
            named += [(look.in_, ("moves", number, "look", name)) for name, look in move.look.items()]
            if move.through is not None:
                named.append((move.through.in_, ("moves", number, "through")))
        for name, outcome in self.definition.outcomes.items():
            for index, made in enumerate(outcome.deliver):
                named += [(each, ("outcomes", name, "deliver", index)) for each in made.registers]
        for wanted, at in named:
            if wanted not in registers:
                hint = did_you_mean(wanted, list(registers))
                values = {"what": "register", "name": wanted}
                yield Fault("config-unknown-name", place_of(self.node, at), values, hint=hint)

    def _made(self) -> Iterator[Made]:
        return (made for outcome in self.definition.outcomes.values() for made in outcome.deliver)

    def holds(self, move: str, tree: Node, context: Context) -> bool:
        """Whether the move is for the document of the tree."""
        run = _run(tree, context)
        return all(condition(tree, run) for condition in self.conditions[move])

    def picks(self, move: str, tree: Node, context: Context) -> bool:
        """Whether the move is for the part of the document that the tree has as `Item`."""
        run = _run(tree, context)
        return all(condition(tree, run) for condition in self.parts[move])

    def chooses(self, move: str, number: int, tree: Node, context: Context) -> bool:
        """Whether the conditions of the move's outcome of this number hold."""
        run = _run(tree, context)
        return all(condition(tree, run) for condition in self.choices[move][number])

    def marked(self, move: str, tree: Node, context: Context) -> Iterator[tuple[str, str]]:
        """The marks of the move, each with the text whose conditions hold."""
        for name, several in self.marks[move].items():
            for conditions, text in several:
                run = _run(tree, context)
                if all(condition(tree, run) for condition in conditions):
                    yield name, text
                    break

    def findings(self, move: str, tree: Node, context: Context) -> Iterator[tuple[Check, Fault]]:
        """What the checks of the move find, in their order."""
        for rule, fault in self.rules[move].findings(tree, context):
            assert isinstance(rule, Check)
            yield rule, fault

    def expired(self, entry: Entry, today: date) -> bool:
        """Whether the last day of the entry's validity is over; one that cannot be read is."""
        name = self.definition.valid_to
        text = entry.value(name) if name is not None else ""
        if not text:
            return False
        day = day_of(text)
        return day is None or today > day

    def hidden(self, kind: Kind) -> frozenset[str]:
        """The names of the elements of such a document that hold secrets, and go into no tree."""
        paths = [
            path
            for move in self.definition.moves
            if any(each.includes(kind) for each in move.kinds)
            for path in (move.secret, move.enter.secret if move.enter is not None else None)
            if path is not None
        ]
        return frozenset(path.steps[-1].name for path in paths)

    def is_open(self, entry: Entry) -> bool:
        """Whether the entry is in a state that is not final."""
        state = self.definition.states.get(entry.state)
        return state is None or not state.final


def _run(tree: Node, context: Context) -> Run:
    """A run whose item is the tree, for `item` inside `where`; it is for conditions that were compiled together."""
    run = Run(context.business_date, context.business_date.isoformat(), context.registers)
    run.item = tree
    return run
