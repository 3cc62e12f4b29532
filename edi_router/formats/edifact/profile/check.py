"""What a message does that its profile does not allow: every fault, at its place, with the profile's line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from edi_router.config import did_you_mean
from edi_router.faults import Fault, Place
from edi_router.formats.edifact.directory import MessageDef
from edi_router.formats.edifact.nodes import MessageNode
from edi_router.formats.edifact.profile.model import Dependency, DependencyKind, Form, Line
from edi_router.formats.edifact.profile.paths import Asked, select
from edi_router.formats.edifact.profile.places import missing
from edi_router.paths import Equals, Node, Path, Step
from edi_router.paths.path import Cache

_SHOWN = 20
Spot = tuple[int | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Demand:
    """A line, ready to be asked: `rule` is where it stands (``cusdec.yaml:7``)."""

    asked: Asked
    line: Line
    rule: str
    form: Form | None
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Together:
    """A dependency, ready to be asked."""

    dependency: Dependency
    scope: Path | None
    of: tuple[Path, ...]
    rule: str


@dataclass(slots=True)
class Check:
    """One message against demands and dependencies.

    `assured` are the demands whose part the directory makes mandatory already: its absence is no further fault.
    """

    root: MessageNode
    definition: MessageDef
    assured: frozenset[str]
    taken: frozenset[Spot]
    """Where something is wrong already."""
    cache: Cache = field(default_factory=dict)

    def faults(self, demands: Iterable[Demand], dependencies: Iterable[Together]) -> list[Fault]:
        """Every fault, in the order of the message."""
        asked = list(demands)
        found = [fault for demand in asked for fault in self._content(demand)]
        # What is wrong in a qualifier is told once: what it tells apart is not missing besides.
        self.taken |= {spot(fault.place) for fault in found}
        found += [fault for demand in asked for fault in self._occurrences(demand)]
        found += [fault for each in dependencies for fault in self._dependency(each)]
        return sorted(found, key=lambda fault: _order(fault.place))

    def _fault(
        self, code: str, node: Node, values: dict[str, str], rule: str, hint: str | None = None
    ) -> Iterator[Fault]:
        """A fault of something that is there, unless the directory finds fault with it already."""
        place = node.place()
        if spot(place) not in self.taken:
            yield Fault(code, place, values, rule, hint)

    def _content(self, demand: Demand) -> Iterator[Fault]:
        line, path = demand.line, demand.asked
        if line.status == "X":
            for node in select(path.whole, self.root, self.cache):
                yield from self._fault("profile-forbidden", node, {"path": path.text}, demand.rule)
        elif demand.form is not None or demand.codes:
            for node in select(path.whole, self.root, self.cache):
                yield from self._value(demand, node)

    def _occurrences(self, demand: Demand) -> Iterator[Fault]:
        line, path = demand.line, demand.asked
        if line.status.needed or line.max is not None:
            for scope in select(path.scope, self.root, self.cache) if path.scope.steps else (self.root,):
                yield from self._occurrence(demand, scope)

    def _occurrence(self, demand: Demand, scope: Node) -> Iterator[Fault]:
        line, path = demand.line, demand.asked
        found = select(path.rest, scope, self.cache)
        if line.status.needed and not found and path.text not in self.assured:
            yield from self._missing("profile-missing", scope, path.rest, {"path": path.text}, demand.rule)
        if line.max is not None and len(found) > line.max:
            values = {"path": path.text, "count": str(len(found)), "limit": str(line.max)}
            yield from self._fault("profile-too-often", found[line.max], values, demand.rule)

    def _missing(
        self, code: str, scope: Node, path: Path, values: dict[str, str], rule: str
    ) -> Iterator[Fault]:
        where = missing(scope, path, self.definition)
        if where.tag is None:
            told = spot(where.place) in self.taken
        else:  # a segment that could not be placed has its own fault, and is not missing as well
            told = any(node.name == where.tag for node in self.root.unplaced)
        if not told and not self._is_unsure(scope, path):
            yield Fault(code, where.place, values, rule)

    def _is_unsure(self, scope: Node, path: Path) -> bool:
        """Whether something is wrong with a qualifier that could have told the missing part apart."""
        for at, step in enumerate(path.steps):
            equals = [each.path for each in step.predicates if isinstance(each, Equals) and each.path.steps]
            if equals:
                others = Path(path.start, (*path.steps[:at], Step(step.name))).select(scope)
                places = [missing(node, each, self.definition).place for node in others for each in equals]
                if any(spot(place) in self.taken for place in places):
                    return True
        return False

    def _dependency(self, together: Together) -> Iterator[Fault]:
        scopes = [self.root] if together.scope is None else select(together.scope, self.root, self.cache)
        for scope in scopes:
            yield from self._in_scope(together, scope)

    def _in_scope(self, together: Together, scope: Node) -> Iterator[Fault]:
        dependency, rule = together.dependency, together.rule
        texts = dependency.of
        found = [select(path, scope, self.cache) for path in together.of]
        there = [at for at, nodes in enumerate(found) if nodes]
        absent = [at for at, nodes in enumerate(found) if not nodes]
        judged = judge(dependency.kind, [bool(nodes) for nodes in found])
        if judged is None:
            return
        values = {"kind": dependency.kind.value}
        if judged == "profile-exclusive":
            for one, other in pairwise(there):
                if dependency.kind is DependencyKind.IF_FIRST_NONE:
                    one = 0
                one, other = sorted((one, other), key=lambda at: _order(found[at][0].place()))
                values = {**values, "one": texts[one], "other": texts[other]}
                yield from self._fault(judged, found[other][0], values, rule)
        else:
            wanted = absent if judged == "profile-dependent-missing" else [
                at for at in range(len(texts)) if at or judged == "profile-choice-missing"
            ]  # fmt: skip
            values["paths"] = ", ".join(texts[at] for at in wanted)
            if there:
                values["given"] = texts[there[0]]
            yield from self._missing(judged, scope, together.of[wanted[0]], values, rule)

    def _value(self, demand: Demand, node: Node) -> Iterator[Fault]:
        value = node.value()
        if not value:
            return
        values = {"path": demand.asked.text, "value": value[:80]}
        if demand.codes and value not in demand.codes:
            allowed = demand.line.codes
            values["allowed"] = ", ".join(allowed[:_SHOWN]) + (" …" if len(allowed) > _SHOWN else "")
            hint = did_you_mean(value, allowed)
            yield from self._fault("profile-code", node, values, demand.rule, hint)
        elif demand.form is not None and (code := demand.form.code(value)) is not None:
            values |= {"length": str(demand.form.length(value)), "form": demand.form.text}
            yield from self._fault(code, node, values, demand.rule)


def judge(kind: DependencyKind, there: Sequence[bool]) -> str | None:
    """The fault code, when of the parts in their order those are there, or None."""
    count, first, others = sum(there), there[0], sum(there[1:])
    if kind in (DependencyKind.ONE, DependencyKind.AT_LEAST_ONE) and not count:
        return "profile-choice-missing"
    if kind in (DependencyKind.ONE, DependencyKind.AT_MOST_ONE) and count > 1:
        return "profile-exclusive"
    if kind is DependencyKind.ALL_OR_NONE and 0 < count < len(there):
        return "profile-dependent-missing"
    if kind is DependencyKind.IF_FIRST_ALL and first and others < len(there) - 1:
        return "profile-dependent-missing"
    if kind is DependencyKind.IF_FIRST_ANY and first and not others:
        return "profile-dependent-choice"
    return "profile-exclusive" if kind is DependencyKind.IF_FIRST_NONE and first and others else None


def spot(place: Place) -> Spot:
    """What the place means in the message."""
    return place.segment, place.element, place.component, place.repeat


def _order(place: Place) -> tuple[int, int, int]:
    return place.segment or 0, place.element or 0, place.component or 0
