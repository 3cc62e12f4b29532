"""A profile as one function over the rows of a message, which says whether the message follows it.

It is made once for a profile and a layout, and spares a right message its nodes. It only says yes or no: what it
says no to goes to `check`, which is the authority and finds the faults. Narrowing the definitions
instead, so that their patterns do this, would reach only lines without qualifier: one segment definition serves
all places of its tag, and guides tell nearly all of them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec
from edi_router.formats.edifact.layout import Layout, Rows, masked
from edi_router.formats.edifact.nodes import indexes_of
from edi_router.formats.edifact.profile.check import Demand, Together
from edi_router.formats.edifact.profile.model import DependencyKind, Form
from edi_router.formats.edifact.profile.paths import is_group, is_part
from edi_router.paths import Equals, Index, Start, Step

Accepts = Callable[[Rows], bool]
Body = Callable[["Part"], None]

_BROKEN = {
    DependencyKind.ONE: "{all} != 1",
    DependencyKind.ALL_OR_NONE: "0 < {all} < {count}",
    DependencyKind.AT_LEAST_ONE: "{all} == 0",
    DependencyKind.AT_MOST_ONE: "{all} > 1",
    DependencyKind.IF_FIRST_ALL: "{first} and {others} < {count} - 1",
    DependencyKind.IF_FIRST_ANY: "{first} and {others} == 0",
    DependencyKind.IF_FIRST_NONE: "{first} and {others} > 0",
}


class _Unsupported(Exception):
    """No function can be made for this."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the message in a variable; `spec` is that of a segment, composite or data element."""

    var: str
    spec: SegmentSpec | PartSpec | ElementSpec | None = None


@dataclass(slots=True)
class _Scope:
    """The groups and segments that several lines go through, and what is asked there."""

    tasks: list[Body] = field(default_factory=list)
    below: dict[Step, _Scope] = field(default_factory=dict)

    def at(self, steps: Sequence[Step]) -> _Scope:
        scope = self
        for step in steps:
            scope = scope.below.setdefault(step, _Scope())
        return scope


def acceptor(
    demands: Iterable[Demand], dependencies: Iterable[Together], layout: Layout, assured: frozenset[str]
) -> Accepts | None:
    """The function; None when a path cannot be followed through rows."""
    writer = _Writer(layout)
    try:
        for demand in demands:
            writer.demand(demand, demand.asked.text in assured)
        for each in dependencies:
            writer.dependency(each)
        return writer.function()
    except _Unsupported:
        return None


class _Writer:
    """The lines of the function. Everything that comes from a file stands in it as a Python literal."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.root = _Scope()
        self.lines: list[str] = []
        self.depth = 1
        self.names = 0
        self.known: dict[str, Any] = {}

    def demand(self, demand: Demand, assured: bool) -> None:
        """Plan what a line asks."""
        line, path = demand.line, demand.asked
        least = 1 if line.status.needed and not assured else 0
        if least or line.max is not None:
            outer, inner = _split(path.scope.steps)
            task = self._counted((*inner, *path.rest.steps), len(inner), least, line.max)
            self.root.at(outer).tasks.append(task)
        outer, inner = _split(path.whole.steps)
        if line.status == "X":
            steps = path.whole.steps
            where = (outer, inner) if inner else (steps[:-1], steps[-1:])
            self.root.at(where[0]).tasks.append(self._counted(where[1], 0, 0, 0))
        elif demand.form is not None or demand.codes:
            self.root.at(outer).tasks.append(self._valued(inner, demand.form, demand.codes))

    def dependency(self, together: Together) -> None:
        """Plan what a dependency asks."""
        outer, inner = _split(together.scope.steps if together.scope is not None else ())
        if inner:
            raise _Unsupported
        self.root.at(outer).tasks.append(lambda part: self._together(part, together))

    def function(self) -> Accepts:
        """The function of everything that was planned."""
        self._scope(self.root, Part("m"))
        source = "\n".join(["def accepts(m):", *self.lines, "  return True"])
        # The text is made here, of names and literals only.
        exec(compile(source, "<profile>", "exec"), self.known)
        accepts: Accepts = self.known["accepts"]
        return accepts

    def _scope(self, scope: _Scope, part: Part) -> None:
        for task in scope.tasks:
            task(part)
        for step, below in scope.below.items():
            self._select(part, (step,), lambda found, below=below: self._scope(below, found))  # type: ignore[misc]

    def _counted(self, steps: Sequence[Step], outer: int, least: int, most: int | None) -> Body:
        """Ask that what the steps select is there at least, and at most, so often.

        The first `outer` steps are part of the scope: it is asked in each of what they select.
        """

        def count(part: Part) -> None:
            counter = self._new()
            self._add(f"{counter} = 0")
            self._select(part, steps[outer:], lambda _: self._add(f"{counter} += 1"))
            self._refuse(" or ".join(
                [f"{counter} < {least}"] * bool(least) + ([] if most is None else [f"{counter} > {most}"])
            ))  # fmt: skip

        return lambda part: self._select(part, steps[:outer], count) if outer else count(part)

    def _valued(self, steps: Sequence[Step], form: Form | None, codes: frozenset[str]) -> Body:
        """Ask that every value has the form and is one of the codes."""

        def judge(part: Part) -> None:
            if codes:
                name = self._constant(frozenset(masked(code) for code in codes))
                self._refuse(f"{part.var} not in {name}")
            elif form is not None and form.kind == "an":
                self._refuse(f"not {form.low} <= len({part.var}) <= {form.high}")
            elif form is not None:
                self._refuse(f"{self._constant(form.code)}({part.var})")

        return lambda part: self._select(part, steps, judge)

    def _together(self, part: Part, together: Together) -> None:
        flags = [
            self._flag(Part("m") if path.start is Start.MESSAGE else part, path.steps) for path in together.of
        ]
        added = " + ".join(flags)
        values = {"all": f"({added})", "first": flags[0], "others": f"({' + '.join(flags[1:])})"}
        self._refuse(_BROKEN[together.dependency.kind].format_map({**values, "count": str(len(flags))}))

    def _flag(self, part: Part, steps: Sequence[Step], text: str | None = None) -> str:
        """A variable that says whether the steps select something filled, or the value `text`."""
        flag = self._new()
        self._add(f"{flag} = 0")

        def found(inner: Part) -> None:
            if text is not None:
                self._add(f"if {inner.var} == {masked(text)!r}: {flag} = 1")
            else:
                self._add(f"{flag} = 1")

        self._select(part, steps, found)
        return flag

    def _select(self, part: Part, steps: Sequence[Step], body: Body) -> None:
        """Write `body` for everything filled that the steps select."""
        if not steps:
            body(part)
            return
        step, rest = steps[0], steps[1:]
        depth = self.depth
        if isinstance(part.spec, SegmentSpec | PartSpec):
            for found in self._parts(part, part.spec, step):
                self._fitting(found, step, rest, body)
                self.depth = depth
            return
        if any(isinstance(predicate, Index) for predicate in step.predicates) or part.spec is not None:
            raise _Unsupported
        found = Part(self._new(), None if is_group(step.name) else self._segment(step.name))
        self._open(f"for {found.var} in {part.var}.get({step.name!r}, ()):")
        self._fitting(found, step, rest, body)
        self.depth = depth

    def _fitting(self, found: Part, step: Step, rest: Sequence[Step], body: Body) -> None:
        """Go on with a part if its predicates hold."""
        for predicate in step.predicates:
            if isinstance(predicate, Equals):
                if predicate.path.start is not Start.HERE:
                    raise _Unsupported
                self._open(f"if {self._flag(found, predicate.path.steps, predicate.text)}:")
        self._select(found, rest, body)

    def _parts(self, part: Part, spec: SegmentSpec | PartSpec, step: Step) -> Iterable[Part]:
        """The parts of that name in a segment or composite, each in a variable; the code goes on inside."""
        indexes = indexes_of(spec).get(step.name, ())
        for predicate in step.predicates:
            if isinstance(predicate, Index):
                if len(step.predicates) > 1:
                    raise _Unsupported
                indexes = indexes[predicate.number - 1 : predicate.number]
        depth, texts, first = self.depth, part.var, 1
        inner: Sequence[ElementSpec | PartSpec] = (
            spec.parts if isinstance(spec, SegmentSpec) else spec.components
        )
        if isinstance(spec, PartSpec) and indexes:
            texts, first = self._new(), 0
            self._add(f"{texts} = {part.var}.split(':')")
        for index in indexes:
            found = Part(self._new(), inner[index])
            self._open(f"if len({texts}) > {index + first}:")
            self._add(f"{found.var} = {texts}[{index + first}]")
            self._open(
                f"if {found.var}:" if isinstance(found.spec, ElementSpec) else f"if {found.var}.strip(':'):"
            )
            yield found
            self.depth = depth

    def _segment(self, tag: str) -> SegmentSpec:
        spec = self.layout.spec(tag)
        if spec is None:
            raise _Unsupported
        return spec

    def _constant(self, value: object) -> str:
        name = f"C{len(self.known)}"
        self.known[name] = value
        return name

    def _new(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def _add(self, line: str) -> None:
        self.lines.append("  " * self.depth + line)

    def _open(self, head: str) -> None:
        self._add(head)
        self.depth += 1

    def _refuse(self, condition: str) -> None:
        self._add(f"if {condition}: return False")


def _split(steps: Sequence[Step]) -> tuple[Sequence[Step], Sequence[Step]]:
    """The steps to a group or segment, and those within a segment."""
    cut = next((at for at, step in enumerate(steps) if is_part(step.name)), len(steps))
    return steps[:cut], steps[cut:]
