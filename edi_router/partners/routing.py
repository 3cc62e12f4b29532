"""The routing decision: which agreement a document falls under, where its outputs go, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from edi_router.faults import Fault, Place
from edi_router.formats.documents import Kind
from edi_router.formats.selecting import path, values
from edi_router.partners.model import Agreement, Condition, Delivery, Destination, Partner, Status
from edi_router.partners.security import Protection
from edi_router.paths import Node


@dataclass(frozen=True, slots=True)
class Leg:
    """One document to make, with the partner it goes to."""

    delivery: Delivery
    destination: Partner


@dataclass(frozen=True, slots=True)
class Route:
    """The outcome of routing: an agreement and its legs, or the faults that hold the message."""

    agreement: Agreement | None
    legs: tuple[Leg, ...]
    reason: str
    faults: tuple[Fault, ...] = ()

    @property
    def found(self) -> bool:
        """Whether the message can go on."""
        return self.agreement is not None and not self.faults


KINDS = 1000
"""For how many kinds of documents a directory remembers what is agreed: what comes may be called anything."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a partner's file says of one kind of document, whatever is in it."""

    sender: Partner
    agreements: tuple[Agreement, ...]
    """Those that take the kind."""
    check_as: str | None
    profiled: bool
    """Whether one of them has a profile."""
    routes: dict[bool, Route] = field(default_factory=dict)
    """The route of test documents and of others, where nothing in the document decides it."""

    @classmethod
    def of(cls, sender: Partner, kind: Kind) -> Agreed:
        """What the file of the partner says of documents of this kind."""
        fitting = tuple(each for each in sender.agreements if each.kind.includes(kind))
        check_as = next((each.check_as for each in fitting if each.check_as), None)
        return cls(sender, fitting, check_as, any(each.profile is not None for each in fitting))

    def fitting(self, root: Node) -> list[Agreement]:
        """The agreements whose conditions a document satisfies."""
        return [each for each in self.agreements if all(satisfied(one, root) for one in each.when)]


class Directory:
    """The partners of a deployment, found by id, by UNB identification and by code."""

    def __init__(self, partners: Iterable[Partner]) -> None:
        self.partners: Mapping[str, Partner] = {partner.id: partner for partner in partners}
        self.protects: Mapping[tuple[str, str], Protection] = {
            (partner.id, agreement.id): agreement.security.send
            for partner in self.partners.values()
            for agreement in partner.agreements
            if agreement.security is not None and agreement.security.send is not None
        }
        """How what is made by an agreement is signed and encrypted, by partner and agreement, where one says so."""
        self._agreed: dict[tuple[str, Kind], Agreed] = {}
        self._codes: dict[str, list[Partner]] = {}
        self._identified: dict[str, list[tuple[str, Partner]]] = {}
        for partner in self.partners.values():
            for code in partner.codes:
                self._codes.setdefault(code, []).append(partner)
            for each in partner.identifications:
                self._identified.setdefault(each.id, []).append((each.qualifier, partner))

    def by_identification(self, identification: str, qualifier: str) -> Partner | None:
        """The partner that stands so in UNB; a partner file without a qualifier accepts any."""
        for known, partner in self._identified.get(identification, ()):
            if known in ("", qualifier):
                return partner
        return None

    def by_code(self, code: str) -> Partner | None:
        """The one partner with this code; None when there is none (lint refuses several)."""
        found = self._codes.get(code, [])
        return found[0] if len(found) == 1 else None

    def agreed(self, sender: Partner, kind: Kind) -> Agreed:
        """What the partner's file says of documents of this kind, found out once."""
        known = self._agreed.get((sender.id, kind))
        if known is None or known.sender is not sender:
            if len(self._agreed) >= KINDS:
                self._agreed.clear()
            known = self._agreed[sender.id, kind] = Agreed.of(sender, kind)
        return known


def satisfied(condition: Condition, root: Node) -> bool:
    """Whether the document satisfies the condition."""
    found = values(root, condition.path)
    allowed = condition.allowed
    if allowed is None:
        return bool(found)
    return not found if not allowed else bool(allowed.intersection(found))


def fitting_agreements(sender: Partner, kind: Kind, root: Node) -> list[Agreement]:
    """The agreements that take the kind of document, and whose conditions it satisfies."""
    return Agreed.of(sender, kind).fitting(root)


def choose(sender: Partner, kind: Kind, root: Node, test: bool, directory: Directory) -> Route:
    """Choose the agreement by sender, kind and content, then the destinations.

    A document that fits none or several is held, never lost and never guessed; so is a test document for a
    live partner.
    """
    agreed = directory.agreed(sender, kind)
    known = agreed.routes.get(test)
    if known is not None:
        return known
    by_kind = [each for each in agreed.agreements if each.routes]
    fitting = [each for each in agreed.fitting(root) if each.routes]
    if len(fitting) != 1:
        return _undecided(fitting, by_kind, sender, kind, root)
    route = _route(fitting[0], sender, kind, root, test, directory)
    asks = any(each.when for each in by_kind) or any(each.to.partner is None for each in fitting[0].deliver)
    if not asks and not route.faults:
        agreed.routes[test] = route
    return route


def _undecided(
    fitting: list[Agreement], by_kind: list[Agreement], sender: Partner, kind: Kind, root: Node
) -> Route:
    """A document that fits no agreement, or several."""
    place = root.place()
    values_ = {"partner": sender.id, "kind": str(kind)}
    if fitting:
        names = ", ".join(each.id for each in fitting)
        fault = Fault("route-ambiguous", place, {**values_, "agreements": names})
        return Route(None, (), "route-ambiguous", (fault,))
    code = "route-conditions" if by_kind else "route-none"
    tried = ", ".join(each.id for each in by_kind)
    at = _refusing(by_kind, root, place)
    return Route(None, (), code, (Fault(code, at, {**values_, "agreements": tried}),))


def _route(
    agreement: Agreement, sender: Partner, kind: Kind, root: Node, test: bool, directory: Directory
) -> Route:
    """Where the documents of an agreement go, and why."""
    place = root.place()
    legs: list[Leg] = []
    faults: list[Fault] = []
    for delivery in agreement.deliver:
        found = destination_of(delivery.to, root, directory, place)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        if test and found.status is Status.LIVE:
            faults.append(Fault("test-to-live", place, {"partner": sender.id, "destination": found.id}))
        elif not found.status.active and found.status is not Status.SUSPENDED:
            at = _place_of(delivery.to.code or delivery.to.id, root, place)
            faults.append(
                Fault("destination-not-active", at, {"destination": found.id, "status": found.status})
            )
        else:
            legs.append(Leg(delivery, found))
    why = [f"sender {sender.id}", f"document {kind}"]
    why += [told(condition) for condition in agreement.when]
    why += [f"to {leg.destination.id}" + (_by(leg.delivery.to)) for leg in legs]
    return Route(agreement, tuple(legs), f"agreement {agreement.id}: " + ", ".join(why), tuple(faults))


def _by(to: Destination) -> str:
    if to.code is not None:
        return f" by code at {to.code}"
    return f" by id at {to.id}" if to.id is not None else ""


def told(condition: Condition) -> str:
    """A condition as people read it: `Head/FunctionCode in 9, 5`."""
    if condition.absent:
        return f"{condition.path} absent"
    if condition.equals is not None:
        return f"{condition.path} = {condition.equals}"
    return f"{condition.path} in {', '.join(condition.in_)}" if condition.in_ else f"{condition.path} present"


def destination_of(to: Destination, root: Node, directory: Directory, place: Place) -> Partner | Fault:
    """The partner that a destination means for the document; a fault at the offending place when there is none."""
    if to.partner is not None:
        found = directory.partners.get(to.partner)
        return found or Fault("destination-unknown", place, {"code": to.partner, "path": "(partner)"})
    text = to.code or to.id or ""
    wanted = values(root, text)
    for each in wanted:
        if partner := directory.by_code(each) if to.code is not None else directory.partners.get(each):
            return partner
    at = _place_of(text, root, place)
    return Fault("destination-unknown", at, {"code": ", ".join(wanted) or "(empty)", "path": text})


def _place_of(text: str | None, root: Node, place: Place) -> Place:
    """Where the first value stands that the path selects; `place` when there is none."""
    found = path(text).values(root) if text is not None else []
    return found[0][1].place() if found else place


def _refusing(agreements: Iterable[Agreement], root: Node, place: Place) -> Place:
    """Where the value stands that all the agreements refuse; `place` when they refuse different ones."""
    refused = {
        _place_of(next(each.path for each in agreement.when if not satisfied(each, root)), root, place)
        for agreement in agreements
    }
    return refused.pop() if len(refused) == 1 else place
