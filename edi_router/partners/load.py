"""Reading the partner files of a configuration tree, and the lint findings across them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from edi_router.config import ConfigNode, Tree, did_you_mean, place_of, read_model
from edi_router.faults import Fault
from edi_router.partners.model import Partner

Nodes = Mapping[str, ConfigNode]


def load_partners(tree: Tree, mappings: Sequence[str]) -> tuple[list[Partner], list[Fault]]:
    """All partners below `partners/`, and everything wrong with their files.

    `mappings` are the known mapping ids. Checked across files: ids, identifications and codes are unique, the
    file is named after its partner, destinations and mappings exist, no two agreements fit one document.
    """
    partners: list[Partner] = []
    nodes: dict[str, ConfigNode] = {}
    faults: list[Fault] = []
    for name in tree.names("partners", ".yaml"):
        partner, node, found = read_model(Partner, tree.text(name), tree.display(name))
        faults += found
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
    faults += _unique(partners, nodes)
    for partner in partners:
        faults += _agreements(partner, nodes[partner.id], list(nodes), mappings)
    return partners, faults


def _unique(partners: list[Partner], nodes: Nodes) -> list[Fault]:
    faults: list[Fault] = []
    seen: dict[tuple[str, str], str] = {}
    for partner in partners:
        keys = [("identifications", f"{each.id}:{each.qualifier}") for each in partner.identifications]
        keys += [("codes", code) for code in partner.codes]
        for index, (field, value) in enumerate(keys):
            position = index if field == "identifications" else index - len(partner.identifications)
            other = seen.setdefault((field, value), partner.id)
            if other != partner.id:
                place = place_of(nodes[partner.id], [field, position])
                faults.append(Fault("partner-twice", place, {"what": value, "other": other}))
    return faults


def _agreements(partner: Partner, node: ConfigNode, known: list[str], mappings: Sequence[str]) -> list[Fault]:
    faults: list[Fault] = []
    for index, agreement in enumerate(partner.agreements):
        where: list[str | int] = ["agreements", index]
        for number, delivery in enumerate(agreement.deliver):
            # `deliver` may be written as one mapping instead of a list; place_of then skips the number.
            at = [*where, "deliver", number]
            if delivery.mapping is not None and delivery.mapping not in mappings:
                faults.append(_unknown(node, [*at, "mapping"], "mapping", delivery.mapping, mappings))
            if delivery.to.partner is not None and delivery.to.partner not in known:
                faults.append(_unknown(node, [*at, "to"], "partner", delivery.to.partner, known))
        if agreement.receipt is not None and agreement.receipt not in mappings:
            faults.append(_unknown(node, [*where, "receipt"], "mapping", agreement.receipt, mappings))
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


def _unknown(node: ConfigNode, where: list[str | int], what: str, name: str, known: Sequence[str]) -> Fault:
    place = place_of(node, where)
    return Fault("config-unknown-name", place, {"what": what, "name": name}, hint=did_you_mean(name, known))
