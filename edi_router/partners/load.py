"""Reading the partner files of a configuration tree, and the lint findings across them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from types import MappingProxyType

from edi_router.calendars import unknown_calendar
from edi_router.config import ConfigNode, Tree, did_you_mean, place_of, read_model
from edi_router.config.yaml import Plain
from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.partners.batches import lint_batches
from edi_router.partners.model import Identification, Partner
from edi_router.partners.security import lint_security
from edi_router.partners.spans import Limit
from edi_router.partners.supervision import lint_supervision
from edi_router.partners.webhooks import lint_webhooks

Nodes = Mapping[str, ConfigNode]
OUTCOME = Kind("xml", "Outcome")
"""What a receipt is made from (`schemas/xml/outcome.xsd`)."""


def load_partners(
    tree: Tree,
    mappings: Mapping[str, Kind],
    ours: Sequence[Identification] = (),
    profiles: Mapping[str, Kind] = MappingProxyType({}),
    layouts: Mapping[str, str] = MappingProxyType({}),
    registers: Sequence[str] = (),
    calendars: Collection[str] = (),
) -> tuple[list[Partner], list[Fault]]:
    """All partners below `partners/`, and everything wrong with their files.

    `mappings` are the known mappings and what they read (nothing when one has faults of its own), `ours` our own
    identifications, `profiles` the known profiles and what they are for, `layouts` those of flat files with their
    formats, `registers` and `calendars` the known ones.
    Checked across files: ids, identifications and codes are unique, the file is named after its partner, destinations, mappings,
    profiles and layouts exist and fit, no two agreements fit one document.
    """
    partners: list[Partner] = []
    nodes: dict[str, ConfigNode] = {}
    broken: set[str] = set()
    faults: list[Fault] = []
    for name in tree.names("partners", ".yaml"):
        partner, node, found = read_model(Partner, tree.text(name), tree.display(name))
        faults += found
        if partner is None and node is not None:
            partner, node = _rest(name, node)
            broken |= set() if partner is None else {partner.id}
        if partner is None or node is None:
            continue
        if name != f"partners/{partner.id}.yaml":
            faults.append(Fault("partner-file-name", place_of(node, ["id"]), {"partner": partner.id}))
        if partner.id in nodes:
            faults.append(
                Fault("partner-twice", place_of(node, ["id"]), {"what": partner.id, "other": partner.id})
            )
            continue
        partners.append(partner)
        nodes[partner.id] = node
    faults += _unique(partners, nodes, ours)
    for partner in partners:
        found = _agreements(partner, nodes[partner.id], list(nodes), mappings)
        found += _profiles(partner, nodes[partner.id], profiles)
        found += _layouts(partner, nodes[partner.id], layouts)
        found += _registers(partner, nodes[partner.id], registers)
        found += lint_batches(partner, nodes[partner.id], calendars)
        found += _limits(partner, nodes[partner.id], calendars)
        found += lint_supervision(partner.mismatches, partner.volumes, nodes[partner.id], calendars)
        found += lint_webhooks(partner, nodes[partner.id])
        found += lint_security(partner, nodes[partner.id], partners)
        faults += [each for each in found if partner.id not in broken or _is_sure(each)]
    return [partner for partner in partners if partner.id not in broken], faults


_OF_A_NAME = ("config-unknown-name", "mapping-wrong-source", "partner-twice", "profile-wrong-message")
"""What can be told of a file with other faults: it does not rest on what was left out because of them."""


def _is_sure(fault: Fault) -> bool:
    """Whether a fault of a file with other faults is one, whatever else is wrong with the partner files."""
    if fault.code == "config-unknown-name" and fault.values.get("what") == "partner":
        return fault.hint is not None  # else the file of that partner may be the one that cannot be read
    return fault.code in _OF_A_NAME


def _rest(name: str, node: ConfigNode) -> tuple[Partner | None, ConfigNode]:
    """What is right in a faulty partner file, so that wrong names in it are told together with its faults."""
    from edi_router.config.salvage import salvage

    id = name.rpartition("/")[2].removesuffix(".yaml")
    given: dict[str, Plain] = {"id": id, "name": {"en": id, "zh": id}, "status": "draft", "role": "-"}
    return salvage(Partner, node, given) or (None, node)


def expired_leniencies(tree: Tree, today: date) -> list[Fault]:
    """A warning for each leniency of a partner that is no longer in force."""
    faults: list[Fault] = []
    for name in tree.names("partners", ".yaml"):
        partner, node, _ = read_model(Partner, tree.text(name), tree.display(name))
        if partner is None or node is None:
            continue
        for leniency in sorted(set(partner.leniencies) - partner.granted(today)):
            values = {"leniency": leniency.value, "until": partner.leniencies[leniency].until.isoformat()}
            place = place_of(node, ["leniencies", leniency.value, "until"])
            faults.append(Fault("leniency-expired", place, values))
    return faults


def _unique(partners: list[Partner], nodes: Nodes, ours: Sequence[Identification]) -> list[Fault]:
    faults: list[Fault] = []
    codes: dict[str, str] = {}
    names: list[tuple[str, str, str]] = [(each.id, each.qualifier, "edi-router.yaml") for each in ours]
    for partner in partners:
        node = nodes[partner.id]
        for index, code in enumerate(partner.codes):
            other = codes.setdefault(code, partner.id)
            if other != partner.id:
                place = place_of(node, ["codes", index])
                faults.append(Fault("partner-twice", place, {"what": code, "other": other}))
        for index, each in enumerate(partner.identifications):
            for id_, qualifier, owner in names:
                # A qualifier that is left out stands for any.
                if id_ == each.id and (qualifier == each.qualifier or "" in (qualifier, each.qualifier)):
                    place = place_of(node, ["identifications", index])
                    faults.append(Fault("partner-twice", place, {"what": each.id, "other": owner}))
                    break
        names += [(each.id, each.qualifier, partner.id) for each in partner.identifications]
    return faults


def _agreements(
    partner: Partner, node: ConfigNode, known: list[str], mappings: Mapping[str, Kind]
) -> list[Fault]:
    faults: list[Fault] = []
    for index, agreement in enumerate(partner.agreements):
        where: list[str | int] = ["agreements", index]
        for number, delivery in enumerate(agreement.deliver):
            # `deliver` may be written as one mapping instead of a list; place_of then skips the number.
            at = [*where, "deliver", number]
            if delivery.mapping is not None:
                where_mapping = [*at, "mapping"]
                faults += _mapping(node, where_mapping, delivery.mapping, agreement.kind, mappings)
            if delivery.to.partner is not None and delivery.to.partner not in known:
                faults.append(_unknown(node, [*at, "to"], "partner", delivery.to.partner, known))
        if agreement.receipt is not None:
            faults += _mapping(node, [*where, "receipt"], agreement.receipt, OUTCOME, mappings)
    for (first, one), (second, other) in combinations(enumerate(partner.agreements), 2):
        if one.id == other.id:
            place = place_of(node, ["agreements", second, "id"])
            faults.append(Fault("partner-twice", place, {"what": other.id, "other": partner.id}))
        if one.collides(other):
            place = place_of(node, ["agreements", second, "receives"])
            line = place_of(node, ["agreements", first, "receives"]).line
            faults.append(
                Fault("agreements-collide", place, {"one": one.id, "other": other.id, "line": str(line)})
            )
    return faults


def _registers(partner: Partner, node: ConfigNode, registers: Sequence[str]) -> list[Fault]:
    """The registers that an agreement moves must exist."""
    return [
        _unknown(node, ["agreements", index, "registers", number], "register", name, list(registers))
        for index, agreement in enumerate(partner.agreements)
        for number, name in enumerate(agreement.registers)
        if name not in registers
    ]


def _limits(partner: Partner, node: ConfigNode, calendars: Collection[str]) -> list[Fault]:
    """The calendars of time limits must exist."""
    limits: list[tuple[str, int, Limit | None]] = [
        ("agreements", index, agreement.within) for index, agreement in enumerate(partner.agreements)
    ]
    limits += [("expects", index, expected.within) for index, expected in enumerate(partner.expects)]
    faults: list[Fault] = []
    for part, index, limit in limits:
        if limit is not None:
            where: list[str | int] = [part, index, "within", "calendar"]
            faults += unknown_calendar(limit.calendar, calendars, node, where)
    return faults


def _profiles(partner: Partner, node: ConfigNode, profiles: Mapping[str, Kind]) -> list[Fault]:
    """A profile must exist, and be for every message that the agreement takes."""
    faults: list[Fault] = []
    for index, agreement in enumerate(partner.agreements):
        name, kind = agreement.profile, agreement.kind
        where: list[str | int] = ["agreements", index, "profile"]
        if name is None:
            continue
        taken = replace(kind, qualifier=agreement.check_as or kind.qualifier)
        if name not in profiles:
            faults.append(_unknown(node, where, "profile", name, list(profiles)))
        elif (is_for := profiles.get(name)) is not None and not is_for.includes(taken):
            values = {"profile": name, "for": str(is_for), "kind": str(taken)}
            faults.append(Fault("profile-wrong-message", place_of(node, where), values))
    return faults


def _layouts(partner: Partner, node: ConfigNode, layouts: Mapping[str, str]) -> list[Fault]:
    """A flat file that an agreement takes must have a layout, of the kind that it says."""
    faults: list[Fault] = []
    for index, agreement in enumerate(partner.agreements):
        kind = agreement.kind
        where: list[str | int] = ["agreements", index, "receives"]
        if kind.format not in ("csv", "records"):
            continue
        if kind.name not in layouts:
            faults.append(_unknown(node, where, "layout", kind.name, list(layouts)))
        elif (format_ := layouts.get(kind.name)) is not None and format_ != kind.format:
            problem = f"the layout is one of {format_}"
            values = {"key": "receives", "value": str(kind), "problem": problem}
            faults.append(Fault("config-value", place_of(node, where), values))
    return faults


def _mapping(
    node: ConfigNode, where: list[str | int], name: str, kind: Kind, mappings: Mapping[str, Kind]
) -> list[Fault]:
    """A mapping must exist, and read the kind of document it is given."""
    if name not in mappings:
        return [_unknown(node, where, "mapping", name, list(mappings))]
    reads = mappings.get(name)
    if reads is None or reads.overlaps(kind):
        return []
    values = {"mapping": name, "source": str(reads), "kind": str(kind)}
    return [Fault("mapping-wrong-source", place_of(node, where), values)]


def _unknown(node: ConfigNode, where: list[str | int], what: str, name: str, known: Sequence[str]) -> Fault:
    place = place_of(node, where)
    return Fault("config-unknown-name", place, {"what": what, "name": name}, hint=did_you_mean(name, known))
