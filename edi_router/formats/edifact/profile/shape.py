"""What the directory says of the part that a path means: what profiles are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi_router.config import did_you_mean
from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec, segment_spec
from edi_router.formats.edifact.profile.places import Content, name_of
from edi_router.paths import Equals, Index, Path, Step


@dataclass(frozen=True, slots=True)
class Shape:
    """A part that the directory knows: the message, a group, segment, composite or data element."""

    name: str
    mandatory: bool = True
    repeat: int = 1
    content: Content = ()
    parts: Sequence[ElementSpec | PartSpec] = ()
    element: ElementSpec | None = None

    @property
    def names(self) -> list[str]:
        """What may stand in it."""
        inner = [f"d{part.id}" if isinstance(part, ElementSpec) else part.id for part in self.parts]
        return list(dict.fromkeys([*(name_of(use) for use in self.content), *inner]))


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a path cannot select anything: a fault code with its values, and the step."""

    code: str
    column: int
    values: dict[str, str]
    hint: str | None = None


@dataclass(slots=True)
class Walk:
    """A path walked over the definition: the shapes it passes, `way[0]` is where it began."""

    definitions: Definitions
    definition: MessageDef
    text: str = ""
    way: list[Shape] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def message(self) -> Shape:
        """Where paths of lines begin."""
        return Shape(self.definition.type, content=self.definition.content)

    def walk(self, path: Path, begin: Shape | None = None) -> Shape | None:
        """The shape at the end; None when there is none, with the reason among the troubles."""
        self.way = self._walk(path, begin or self.message)
        return self.way[-1] if len(self.way) == len(path.steps) + 1 else None

    def _walk(self, path: Path, begin: Shape) -> list[Shape]:
        way = [begin]
        for step in path.steps:
            found = self._below(way[-1], step.name)
            if found is None:
                self._unknown(step, way[-1])
                break
            for predicate in step.predicates:
                if isinstance(predicate, Equals):
                    self._equals(predicate, found, step)
                elif predicate.number > found.repeat:
                    values = {
                        "path": self.text,
                        "problem": f"{step.name} stands at most {found.repeat} times",
                    }
                    self.troubles.append(Trouble("path-unknown", step.column, values))
            if any(isinstance(predicate, Index) for predicate in step.predicates):
                found = Shape(found.name, found.mandatory, 1, found.content, found.parts, found.element)
            way.append(found)
        return way

    def _equals(self, predicate: Equals, found: Shape, step: Step) -> None:
        """The qualifier: a data element that can have this value."""
        before = len(self.troubles)
        way = self._walk(predicate.path, found)
        if len(self.troubles) > before:
            return
        end = way[-1]
        column = predicate.path.steps[-1].column if predicate.path.steps else step.column
        if end.element is None:
            values = {"path": str(predicate.path), "name": end.name}
            self.troubles.append(Trouble("path-is-branch", column, values, ", ".join(end.names[:8]) or None))
        elif unlisted(end.element, predicate.text):
            self.troubles.append(
                unlisted_code(end.element, predicate.text, self.definition.directory, column)
            )

    def _below(self, shape: Shape, name: str) -> Shape | None:
        for use in shape.content:
            if name_of(use) == name:
                mandatory = use.status == "M"
                if isinstance(use, GroupUse):
                    return Shape(name, mandatory, use.repeat, use.content)
                spec = self._segment(name)
                return Shape(name, mandatory, use.repeat, parts=spec.parts if spec else ())
        found = [part for part in shape.parts if name in (part.id, f"d{part.id}")]
        found = [part for part in found if name.startswith("d") == isinstance(part, ElementSpec)]
        if not found:
            return None
        part, repeat = found[0], sum(part.repeat for part in found)
        if isinstance(part, ElementSpec):
            return Shape(name, part.mandatory, repeat, element=part)
        return Shape(name, part.mandatory, repeat, parts=part.components)

    def _segment(self, tag: str) -> SegmentSpec | None:
        for directory in (self.definition.directory, "service-3"):
            if (spec := segment_spec(self.definitions, directory, tag)) is not None:
                return spec
        return None

    def _unknown(self, step: Step, shape: Shape) -> None:
        problem = f"{shape.name} has no {step.name}"
        hint = self._inside(shape, step.name) or did_you_mean(step.name, shape.names)
        hint = hint or ", ".join(shape.names[:12]) or None
        values = {"path": self.text, "problem": problem}
        self.troubles.append(Trouble("path-unknown", step.column, values, hint))

    def _inside(self, shape: Shape, name: str) -> str | None:
        """The way to a child's child of that name: the usual slip is a composite or group left out."""
        for between in shape.names:
            below = self._below(shape, between)
            if below is not None and name in below.names:
                return f"{between}/{name}"
        return None


def unlisted(element: ElementSpec, code: str) -> bool:
    """Whether the directory's code list of the element lacks the code."""
    return element.codes is not None and code not in element.codes


def unlisted_code(element: ElementSpec, code: str, directory: str, column: int = 1) -> Trouble:
    """The trouble with a code that the directory does not know."""
    values = {"element": element.id, "name": element.name, "code": code, "directory": directory}
    return Trouble("profile-code-unknown", column, values, did_you_mean(code, list(element.codes or ())))
