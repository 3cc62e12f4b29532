"""A profile compared with its directory: what it says of parts that cannot be, or against what the directory says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from edi_router.config import Block, ConfigNode, place_of
from edi_router.faults import Fault, Place
from edi_router.formats.edifact.directory import Definitions, MessageDef
from edi_router.formats.edifact.elements import ElementSpec
from edi_router.formats.edifact.profile.model import Form, Line, ProfileFile, Status
from edi_router.formats.edifact.profile.paths import asked, is_qualified, parse_downwards
from edi_router.formats.edifact.profile.shape import Shape, Trouble, Walk, unlisted, unlisted_code
from edi_router.paths import Path, PathError, Start, Step


def line_place(node: ConfigNode, path: str) -> Place:
    """Where the line of a path begins."""
    lines = node.get("lines") if isinstance(node, Block) else None
    key = lines.key(path) if isinstance(lines, Block) else None
    return key.place if key is not None else node.place


def lint(
    file: ProfileFile, definition: MessageDef, definitions: Definitions, node: ConfigNode
) -> list[Fault]:
    """Everything that is wrong with the lines and dependencies, each at its file, line and column."""
    found = _Lint(file, definition, definitions, node)
    faults = [fault for text, line in file.lines.items() for fault in found.line(text, line)]
    faults += [fault for at in range(len(file.dependencies)) for fault in found.dependency(at)]
    return [*faults, *found.unsaid()]


class _Lint:
    def __init__(
        self, file: ProfileFile, definition: MessageDef, definitions: Definitions, node: ConfigNode
    ) -> None:
        self.file = file
        self.definition = definition
        self.definitions = definitions
        self.node = node
        self.unused = [
            (text, steps)
            for text, line in file.lines.items()
            if line.status is Status.NOT_USED and (steps := _steps(text))
        ]
        self.depending: set[tuple[Step, ...]] = set()

    def line(self, text: str, line: Line) -> Iterator[Fault]:
        """The faults of one line."""
        place = line_place(self.node, text)
        try:
            path = asked(text).whole
        except PathError as error:
            yield _syntax(text, error, place)
            return
        walk = Walk(self.definitions, self.definition, text)
        end = walk.walk(path)
        yield from (_fault(trouble, place) for trouble in walk.troubles)
        if end is None:
            return
        yield from self._contradiction(text, path.steps, place, text)
        yield from self._status(text, line, path, walk.way[-2:])
        if line.max is not None and line.max > end.repeat:
            yield self._wider(text, "max", str(line.max), str(end.repeat))
        if line.form is None and not line.codes:
            return
        if end.element is None:
            values = {"path": text, "name": end.name}
            yield Fault("path-is-branch", place, values, hint=", ".join(end.names[:8]) or None)
            return
        if line.form is not None and _is_wider(Form.parse(line.form), end.element):
            yield self._wider(text, "form", line.form, end.element.form)
        yield from self._codes(text, line, end.element)

    def _status(self, text: str, line: Line, path: Path, way: Sequence[Shape]) -> Iterator[Fault]:
        end, qualified = way[-1], is_qualified(path.steps[-1])
        assured = end.mandatory and not qualified
        values = {"path": text, "within": way[0].name, "directory": self.definition.directory}
        place = self._place(text, "status")
        if line.status is Status.NOT_USED and assured:
            yield Fault("profile-not-possible", place, values)
        elif line.status is Status.MANDATORY and not assured:
            yield Fault("profile-not-mandatory", place, values)

    def _codes(self, text: str, line: Line, element: ElementSpec) -> Iterator[Fault]:
        form = Form(element.form, element.kind, element.low, element.high)
        for index, code in enumerate(line.codes):
            place = place_of(self.node, ["lines", text, "codes", index])
            if form.code(code) is not None:
                yield replace(self._wider(text, "codes", code, element.form), place=place)
            elif unlisted(element, code) and not self._foreign(text):
                yield _fault(unlisted_code(element, code, self.definition.directory), place)

    def _foreign(self, text: str) -> bool:
        """Whether the profile says beside the code that it is from another list than the directory's."""
        within = text.rpartition("/")[0]
        code_list, agency = (self.file.lines.get(f"{within}/{name}") for name in ("d1131", "d3055"))
        return (code_list is not None and (code_list.status.needed or bool(code_list.codes))) or (
            agency is not None and bool(agency.codes) and "6" not in agency.codes
        )

    def _wider(self, text: str, key: str, given: str, limit: str) -> Fault:
        values = {"path": text, "key": key, "given": given, "limit": limit}
        return Fault("profile-wider", self._place(text, key), values)

    def _place(self, text: str, key: str) -> Place:
        return place_of(self.node, ["lines", text, key])

    def _contradiction(
        self, text: str, steps: Sequence[Step], place: Place, own: str = ""
    ) -> Iterator[Fault]:
        """Something said of a part that another line than its own does not use, or of a part within it."""
        for other, unused in self.unused:
            if other != own and _covers(unused, steps):
                line = str(line_place(self.node, other).line)
                yield Fault("profile-contradiction", place, {"path": text, "other": other, "line": line})

    def dependency(self, at: int) -> Iterator[Fault]:
        """The faults of one dependency."""
        dependency = self.file.dependencies[at]
        where: list[str | int] = ["dependencies", at]
        begin: Shape | None = None
        before: tuple[Step, ...] = ()
        if dependency.in_:
            path, begin, faults = self._walk(dependency.in_, place_of(self.node, [*where, "in"]), None)
            yield from faults
            if path is None:
                return
            before = path.steps
        for number, text in enumerate(dependency.of):
            place = place_of(self.node, [*where, "of", number])
            path, _, faults = self._walk(text, place, begin)
            yield from faults
            if path is not None:
                steps = path.steps if path.start is Start.MESSAGE else (*before, *path.steps)
                self.depending.add(steps)
                yield from self._contradiction(text, steps, place)

    def _walk(
        self, text: str, place: Place, begin: Shape | None
    ) -> tuple[Path | None, Shape | None, list[Fault]]:
        """The path, seen from `begin`, with what it ends at; None when it leads nowhere."""
        try:
            path = parse_downwards(text, from_message=begin is not None)
        except PathError as error:
            return None, None, [_syntax(text, error, place)]
        walk = Walk(self.definitions, self.definition, text)
        end = walk.walk(path, walk.message if path.start is Start.MESSAGE else begin)
        return path if end else None, end, [_fault(trouble, place) for trouble in walk.troubles]

    def unsaid(self) -> Iterator[Fault]:
        """Lines that leave it to a dependency, and there is none."""
        for text, line in self.file.lines.items():
            if line.status is Status.DEPENDENT and (steps := _steps(text)) and steps not in self.depending:
                yield Fault("profile-not-dependent", self._place(text, "status"), {"path": text})


def _steps(text: str) -> tuple[Step, ...]:
    """The steps of a line's path; none when it is no path."""
    try:
        return parse_downwards(text).steps
    except PathError:
        return ()


def _covers(unused: Sequence[Step], steps: Sequence[Step]) -> bool:
    """Whether the second path leads to, or into, what the first one forbids."""
    return len(unused) <= len(steps) and all(
        one.name == other.name and (not one.predicates or one.predicates == other.predicates)
        for one, other in zip(unused, steps, strict=False)
    )


def _is_wider(form: Form, element: ElementSpec) -> bool:
    """Whether a value of this form could break the directory's."""
    letters = element.kind == "an" or element.kind == form.kind
    return form.high > element.high or form.low < element.low or not letters


def _syntax(text: str, error: PathError, place: Place) -> Fault:
    return Fault("path-syntax", _at(place, error.column), {"path": text, "problem": error.problem})


def _fault(trouble: Trouble, place: Place) -> Fault:
    return Fault(trouble.code, _at(place, trouble.column), trouble.values, hint=trouble.hint)


def _at(place: Place, column: int) -> Place:
    return replace(place, column=None if place.column is None else place.column + column - 1)
