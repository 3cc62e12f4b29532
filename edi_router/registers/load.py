"""Register files read: strictly, with the place of whatever is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from edi_router.calendars import Calendar, calendar_names, load_calendar, unknown_calendar
from edi_router.config import ConfigNode, Tree, did_you_mean, place_of, read_model
from edi_router.config.noted import Kept
from edi_router.faults import Fault
from edi_router.registers.model import PLACEHOLDER, Move, RegisterFile
from edi_router.registers.names import FOLDER, register_names
from edi_router.registers.register import Register
from edi_router.rules.check import RuleSet, compile_rules
from edi_router.rules.compile import Compiler
from edi_router.rules.load import load_table_of, unknown_list
from edi_router.rules.model import Condition, Rule, RuleFile, Text
from edi_router.rules.terms import Holds
from edi_router.rules.uses import Location, conditions_of
from edi_router.tables import Table

_BUILT_IN = frozenset({"n", "yy", "yyyy", "mm", "dd"})


def load_registers(tree: Tree) -> tuple[dict[str, Register], list[Fault]]:
    """All registers of the tree by id, and what is wrong with their files."""
    registers: dict[str, Register] = {}
    faults: list[Fault] = []
    for name in register_names(tree):
        register, found = load_register(tree, name)
        faults += found
        if register is not None:
            registers[register.id] = register
    for register in registers.values():
        faults += register.unknown_others(registers)
    return registers, faults


def load_named_register(tree: Tree, id: str) -> tuple[Register | None, list[Fault]]:
    """The register of that id, compiled; None when its file has faults. It must be there."""
    return load_register(tree, f"{FOLDER}/{id}.yaml")


def load_register(tree: Tree, name: str) -> tuple[Register | None, list[Fault]]:
    """The register file `name`, compiled; None when it has faults."""
    register, faults = _made.get(tree, (name,), lambda noted: _load_register(noted, name))
    return register, list(faults)


_made: Kept[tuple[Register | None, list[Fault]]] = Kept(128)


def _load_register(tree: Tree, name: str) -> tuple[Register | None, list[Fault]]:
    file = tree.display(name)
    model, node, faults = read_model(RegisterFile, tree.text(name), file)
    if model is None or node is None:
        return None, faults
    wanted = name.removeprefix(f"{FOLDER}/").removesuffix(".yaml")
    if model.id != wanted:
        values = {"key": "id", "value": model.id, "problem": f"must be the file's name, {wanted}"}
        faults.append(Fault("config-value", place_of(node, ("id",)), values))
    faults += _inside(model, node)
    loader = _Loader(tree, model, node)
    register = loader.register(file)
    faults += loader.faults
    return (None if faults else register), faults


class _Loader:
    """The conditions and checks of a register, compiled one by one."""

    def __init__(self, tree: Tree, model: RegisterFile, node: ConfigNode) -> None:
        self.tree = tree
        self.model = model
        self.node = node
        self.tables: dict[str, Table] = {}
        self.faults: list[Fault] = []

    def register(self, file: str) -> Register | None:
        rules: dict[str, RuleSet] = {}
        conditions: dict[str, Sequence[Holds]] = {}
        parts: dict[str, Sequence[Holds]] = {}
        choices: dict[str, Sequence[Sequence[Holds]]] = {}
        marks: dict[str, Mapping[str, Sequence[tuple[Sequence[Holds], str]]]] = {}
        for number, move in enumerate(self.model.moves):
            at: Location = ("moves", number)
            self._names(move.checks, (*at, "checks"))
            for index, chosen in enumerate(move.outcome):
                self._conditions(chosen.when, (*at, "outcome", index, "when"))
            for name, several in move.mark.items():
                for index, mark in enumerate(several):
                    self._conditions(mark.when, (*at, "mark", name, index, "when"))
            self._conditions(move.when, (*at, "when"))
            self._conditions(move.only, (*at, "only"))
            if self.faults:
                continue
            rules[move.id] = self._checks(move, number, file)
            conditions[move.id] = self._compiled(move.when)
            parts[move.id] = self._compiled(move.only)
            choices[move.id] = [self._compiled(chosen.when) for chosen in move.outcome]
            marks[move.id] = {
                name: [(self._compiled(mark.when), mark.text) for mark in several]
                for name, several in move.mark.items()
            }
        calendars = self._calendars()
        if self.faults:
            return None
        return Register(self.model, file, rules, conditions, parts, choices, marks, self.node, calendars)

    def _calendars(self) -> dict[str, Calendar]:
        """The calendars of the clocks; one with faults of its own is told with these where calendars are loaded."""
        known = calendar_names(self.tree)
        made: dict[str, Calendar] = {}
        for number, clock in enumerate(self.model.clocks):
            self.faults += unknown_calendar(clock.calendar, known, self.node, ("clocks", number, "calendar"))
            if clock.calendar in known:
                calendar, _ = load_calendar(self.tree, clock.calendar)
                made |= {} if calendar is None else {calendar.id: calendar}
        return made

    def _names(self, rules: Sequence[Rule], at: Location) -> None:
        """Load the tables, and see that the lists exist, that some rules name."""
        made = self._file(rules)
        for location, condition in conditions_of(made):
            where = (*at, *location[1:])
            self.faults += unknown_list(made, self.node, where, condition)
            self.faults += load_table_of(self.tree, self.node, where, condition, self.tables)

    def _conditions(self, conditions: Sequence[Condition], at: Location) -> None:
        if not conditions:
            return
        made = self._file([_as_rule(conditions)])
        for location, condition in conditions_of(made):
            where = (*at, *location[3:])
            self.faults += unknown_list(made, self.node, where, condition)
            self.faults += load_table_of(self.tree, self.node, where, condition, self.tables)

    def _compiled(self, conditions: Sequence[Condition]) -> Sequence[Holds]:
        compiler = Compiler(self._file([]), self.tables)
        return [compiler.holds(condition) for condition in conditions]

    def _checks(self, move: Move, number: int, file: str) -> RuleSet:
        lines = [
            place_of(self.node, ("moves", number, "checks", index)).line or 1
            for index in range(len(move.checks))
        ]
        return RuleSet(
            id=self.model.id,
            kinds=move.kinds,
            file=file,
            rules=tuple(zip(move.checks, lines, strict=True)),
            compiled=compile_rules(self._file(move.checks), lines, self.tables),
            uses=(),
        )

    def _file(self, rules: Sequence[Rule]) -> RuleFile:
        """The rules as a file of their own, with the register's lists."""
        return RuleFile(id=self.model.id, for_=("xml Move",), lists=self.model.lists, rules=tuple(rules))


def _as_rule(conditions: Sequence[Condition]) -> Rule:
    """Conditions as something that has conditions; they are validated already."""
    return Rule.model_construct(code="when", text=Text(en="-", zh="-"), require=tuple(conditions))


def _inside(model: RegisterFile, node: ConfigNode) -> Iterator[Fault]:
    """Names that the file itself does not have: states, outcomes, series, fields; moves without an end."""
    states, outcomes = list(model.states), list(model.outcomes)
    entered = {name for move in model.moves if move.enter for name in move.enter.fields}
    fields = entered | {name for move in model.moves for name in move.set}
    fields |= {name for outcome in model.outcomes.values() for name in outcome.set}
    if model.valid_to is not None:
        yield from _known("field", model.valid_to, fields, node, ("valid_to",))
    for index, name in enumerate(model.show):
        yield from _known("field", name, fields, node, ("show", index))
    if model.queue is not None:
        yield from _known("state", model.queue.state, states, node, ("queue", "state"))
        for key in ("desk", "number", "priority"):
            if (name := getattr(model.queue, key)) is not None:
                yield from _known("field", name, fields, node, ("queue", key))
    seen: set[str] = set()
    for number, move in enumerate(model.moves):
        at: Location = ("moves", number)
        if move.id in seen:
            yield _wrong(node, (*at, "id"), "id", move.id, "stands twice")
        seen.add(move.id)
        for index, check in enumerate(move.checks):
            place = (*at, "checks", index)
            if check.outcome is not None:
                yield from _known("outcome", check.outcome, outcomes, node, (*place, "outcome"))
            elif check.severity == "error":
                yield _wrong(node, place, "outcome", check.code, "is missing: an error leads to an outcome")
        for index, chosen in enumerate(move.outcome):
            yield from _known("outcome", chosen.outcome, outcomes, node, (*at, "outcome", index))
        if move.outcome[-1].when:
            yield _wrong(node, (*at, "outcome"), "outcome", move.id, "needs a last one without conditions")
        if move.lines is not None and move.lines.alike is not None:
            yield from _known("field", move.lines.alike.field, fields, node, (*at, "lines", "alike", "field"))
        for name in move.enter.replaces if move.enter else ():
            yield from _known("state", name, states, node, (*at, "enter", "replaces"))
    for name, outcome in model.outcomes.items():
        if outcome.state is not None:
            yield from _known("state", outcome.state, states, node, ("outcomes", name, "state"))
        if outcome.number is not None:
            yield from _known("series", outcome.number, model.series, node, ("outcomes", name, "number"))
    for name, series in model.series.items():
        for key in ("stream", "text"):
            for used, _ in PLACEHOLDER.findall(getattr(series, key)):
                if used not in _BUILT_IN:
                    yield from _known("field", used, fields, node, ("series", name, key))
    for number, clock in enumerate(model.clocks):
        yield from _known("outcome", clock.outcome, outcomes, node, ("clocks", number, "outcome"))
        led_to = model.outcomes.get(clock.outcome)
        if led_to is not None and (
            led_to.number is not None or led_to.draw != "no" or led_to.reverse or led_to.tries is not None
            or any(made.registers for made in led_to.deliver)
        ):  # fmt: skip
            problem = "a clock gives no numbers, draws nothing, counts no tries and moves no other registers"
            yield _wrong(node, ("clocks", number, "outcome"), "outcome", clock.outcome, problem)
        for state in clock.in_:
            yield from _known("state", state, states, node, ("clocks", number, "in"))
        for key in ("field", "since"):
            if (named := getattr(clock, key)) is not None:
                yield from _known("field", named, fields, node, ("clocks", number, key))


def _known(
    what: str, name: str, known: Collection[str], node: ConfigNode, location: Location
) -> Iterator[Fault]:
    if name not in known:
        hint = did_you_mean(name, list(known))
        yield Fault("config-unknown-name", place_of(node, location), {"what": what, "name": name}, hint=hint)


def _wrong(node: ConfigNode, location: Location, key: str, value: str, problem: str) -> Fault:
    return Fault("config-value", place_of(node, location), {"key": key, "value": value, "problem": problem})
