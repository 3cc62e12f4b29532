"""What registers name outside themselves: mappings, partners and registers, all of which must exist and fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from edi_router.config import did_you_mean, place_of
from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.partners import Partner
from edi_router.registers import Register
from edi_router.registers.tree import MOVE
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
                elif made.mapping is not None and not _reads(mappings[made.mapping], kinds):
                    values = {
                        "mapping": made.mapping, "source": str(mappings[made.mapping]),
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


def _reads(origin: Kind, kinds: Sequence[Kind]) -> bool:
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
