"""What registers name outside themselves: mappings, partners and registers, all of which must exist and fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from edi_router.config import did_you_mean, place_of
from edi_router.faults import Fault, Place
from edi_router.formats.documents import Kind
from edi_router.mapping import Mapping as DocumentMapping
from edi_router.mapping.mapping import items_of
from edi_router.mapping.model import conditions_in
from edi_router.mapping.registered import ALWAYS
from edi_router.partners import Partner

if TYPE_CHECKING:
    from edi_router.registers import Register
    from edi_router.rules import RuleSet


def lint_registers(
    registers: Mapping[str, Register], mappings: Mapping[str, Kind], partners: Sequence[Partner]
) -> Iterator[Fault]:
    """The faults of registers as they are used: `mappings` are the known ones and what they read.

    A partner that a register names must exist where an agreement, or another register in use, names the
    register: the shipped registers are for deployments that have such partners.
    """
    known = [partner.id for partner in partners]
    used = _in_use(registers, partners)
    for register in registers.values():
        definition, node = register.definition, register.node
        kinds = [kind for move in definition.moves for kind in move.kinds]
        clocks = {clock.outcome for clock in definition.clocks}
        for name, outcome in definition.outcomes.items():
            for index, made in enumerate(outcome.deliver):
                at = ("outcomes", name, "deliver", index)
                if made.mapping is not None and made.mapping not in mappings:
                    values = {"what": "mapping", "name": made.mapping}
                    hint = did_you_mean(made.mapping, list(mappings))
                    yield Fault("config-unknown-name", place_of(node, (*at, "mapping")), values, hint=hint)
                # One that cannot be read has faults of its own.
                elif (reads := mappings.get(made.mapping or "")) is not None and not _reads(reads, kinds):
                    values = {
                        "mapping": made.mapping or "", "source": str(reads),
                        "kind": ", ".join(dict.fromkeys(map(str, kinds))),
                    }  # fmt: skip
                    yield Fault("mapping-wrong-source", place_of(node, (*at, "mapping")), values)
                if made.mapping is None and name in clocks:
                    values = {
                        "key": "deliver",
                        "value": name,
                        "problem": "a clock has no document to pass on",
                    }
                    yield Fault("config-value", place_of(node, at), values)
                wanted = made.to.partner
                if register.id in used and wanted is not None and wanted not in known:
                    values = {"what": "partner", "name": wanted}
                    hint = did_you_mean(wanted, known)
                    yield Fault("config-unknown-name", place_of(node, (*at, "to")), values, hint=hint)


def unknown_registers(rules: Iterable[RuleSet], registers: Collection[str]) -> Iterator[Fault]:
    """A fault for each register that a rule asks and that there is not."""
    for rule_set in rules:
        for name, place in rule_set.registers:
            if name not in registers:
                values = {"what": "register", "name": name}
                yield Fault("config-unknown-name", place, values, hint=did_you_mean(name, list(registers)))


def unknown_lookups(
    mappings: Iterable[DocumentMapping], registers: Mapping[str, Register]
) -> Iterator[Fault]:
    """A fault for each register, field of one and state of one that a mapping names and that there is not."""
    told: set[tuple[Place, str]] = set()
    for mapping in mappings:
        for each in (mapping, *mapping.others.values()):
            for what, name, known, place in _named_by(each, registers):
                if name not in known and (place, name) not in told:
                    told.add((place, name))  # shared fragments and releases name it again
                    hint = did_you_mean(name, list(known))
                    yield Fault("config-unknown-name", place, {"what": what, "name": name}, hint=hint)


def registers_asked(mapping: DocumentMapping) -> set[str]:
    """The names of the registers that a mapping looks into."""
    each = (mapping, *mapping.others.values())
    items = [item for one in each for item in items_of(one.definition.output)]
    asked = {item.register.name for item in items if item.register is not None}
    return asked | {found.register for item in items for found in conditions_in(item.when) if found.register}


def _named_by(
    mapping: DocumentMapping, registers: Mapping[str, Register]
) -> Iterator[tuple[str, str, Collection[str], Place]]:
    """What the look-ups and conditions of a mapping name: the kind, the name, those that there are, the place."""
    for item in items_of(mapping.definition.output):
        if (use := item.register) is not None:
            yield "register", use.name, registers, use.place
            if (register := registers.get(use.name)) is not None:
                yield "field", use.gives, _fields(register), use.field_place
        for condition in conditions_in(item.when):
            if condition.register:
                place = condition.place or item.place
                yield "register", condition.register, registers, place
                known = registers.get(condition.register)
                for state in condition.states if known is not None else ():
                    yield "state", state, known.definition.states if known is not None else (), place


def _fields(register: Register) -> Collection[str]:
    """The fields that its entries may have."""
    found = dict.fromkeys(ALWAYS)
    for move in register.definition.moves:
        found |= dict.fromkeys((*(move.enter.fields if move.enter is not None else ()), *move.set))
    for outcome in register.definition.outcomes.values():
        found |= dict.fromkeys(outcome.set)
    return found


def _reads(origin: Kind, kinds: Sequence[Kind]) -> bool:
    from edi_router.registers.tree import MOVE

    return origin.includes(MOVE) or any(origin.overlaps(kind) for kind in kinds)


def _in_use(registers: Mapping[str, Register], partners: Sequence[Partner]) -> Collection[str]:
    """The registers that agreements name, and those that documents of these move in turn."""
    used: set[str] = set()
    waiting = [name for partner in partners for each in partner.agreements for name in each.registers]
    while waiting:
        name = waiting.pop()
        if name in used or name not in registers:
            continue
        used.add(name)
        for outcome in registers[name].definition.outcomes.values():
            waiting += [other for made in outcome.deliver for other in made.registers]
    return used
