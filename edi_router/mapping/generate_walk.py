"""Writes the part of a mapping's program that looks values up, whatever the format: paths as nested loops.

What a program is made for says how a step is taken: `generate_paths` in EDIFACT messages, `generate_elements` in XML
documents. What cannot be told beforehand raises `Unsupported`: such a mapping runs as closures, the authority anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from edi_router.formats.edifact.directory import GroupUse, SegmentUse
from edi_router.formats.edifact.elements import PartSpec, SegmentSpec
from edi_router.formats.edifact.layout import masked
from edi_router.mapping.generate_code import Code, Unsupported
from edi_router.mapping.generate_select import Selections
from edi_router.paths import Equals, Index, Path, Start, Step
from edi_router.paths.path import PARENT

Shape = dict[str, SegmentUse | GroupUse] | SegmentSpec | PartSpec | None
"""What may be in a group; in a segment; in a composite; in a data element or an undefined segment: nothing."""
Body = Callable[["Cursor"], None]


@dataclass(eq=False)
class Cursor:
    """One part of the message in a variable of the program.

    In a scope (the message, an item of `each`) what several paths look up is looked up once, at its beginning.
    """

    var: str
    shape: Shape
    parent: Cursor | None
    is_leaf: bool = False
    beside: str | None = None
    """For the value d2380 of a composite: what gives its format code, d2379."""
    scope: Scope | None = None
    at: tuple[str, ...] = ()
    """For a part of a segment: the row that it stands in, its element and its component, as expressions."""
    prefix: str = ""
    """For a group that is no part of its own: how the names of what is in it begin."""
    text: str = ""
    """For an XML element: the variable of its text."""

    @property
    def origin(self) -> str:
        """Expressions that tell which part of the message it is."""
        return ", ".join(self.at or (self.var,))


@dataclass(eq=False)
class Scope:
    """Where a scope begins in the code, what its paths choose, and what it has at hand."""

    line: int
    depth: int
    selections: Selections
    known: dict[str, str] = field(default_factory=dict)
    prologue: list[str] = field(default_factory=list)

    def have(self, expression: str, name: str) -> str:
        """The variable that holds the expression from the scope's beginning on."""
        if expression not in self.known:
            self.known[expression] = name
            self.prologue.append("  " * self.depth + f"{name} = {expression}")
        return self.known[expression]


class Walk:
    """Emits loops over what paths select; with `record` each knows by its `origin` where it stands."""

    plain = False
    """Whether texts are as they are in what is read. Else service characters are masked in them (see `layout`)."""

    def __init__(self, message: Cursor, record: bool = False) -> None:
        self.record = record
        self.code = Code()
        self.message = message
        self._of_item: dict[Equals, str] = {}
        """For predicates that compare with values of the item: the variable that holds these."""

    @contextmanager
    def scope(self, cursor: Cursor, asked: Iterable[tuple[Path, bool]]) -> Iterator[None]:
        """The code of a scope, in which these paths begin at the cursor.

        With each path stands whether several values would be a fault in any case.
        """
        yield

    def select(self, cursor: Cursor, path: Path, body: Body) -> None:
        """Emit `body` for everything that the path selects, seen from the cursor; the body writes code."""
        if path.start in (Start.ENVELOPE, Start.CONTEXT):
            raise Unsupported(f"{path} within another path")
        if path.compares:
            self._ask_item(cursor, path.steps)
        begin, steps = self._begin(cursor, path)
        if begin is not None:
            self._walk(begin, steps, body)

    def _begin(self, cursor: Cursor, path: Path) -> tuple[Cursor | None, Sequence[Step]]:
        """Where the path leads downwards from, if it is there, and the steps downwards."""
        begin: Cursor | None = self.message if path.start is Start.MESSAGE else cursor
        steps = path.steps
        while begin is not None and steps and steps[0].name == PARENT:
            begin, steps = begin.parent, steps[1:]
        return begin, steps

    def select_values(self, cursor: Cursor, path: Path, body: Body) -> None:
        """As `select`, for bodies that only take values."""
        self.select(cursor, path, body)

    def select_one(self, cursor: Cursor, path: Path, body: Body) -> None:
        """As `select_values`, for bodies of which one run is right at most, where `is_single`."""
        self.select_values(cursor, path, body)

    def look_up(self, cursor: Cursor, path: Path) -> str:
        """The variable with the one text that the path selects, nothing or "" without one; "" where it takes a loop."""
        return ""

    def select_places(self, cursor: Cursor, path: Path, body: Body) -> None:
        """As `select_values`, for bodies that also take parts which have no value."""
        self.select_values(cursor, path, body)

    def once(self, cursor: Cursor, path: Path) -> Scope | None:
        """The scope of the message, where what the path selects is the same wherever it is asked; else None."""
        return None

    def is_single(self, cursor: Cursor, path: Path) -> bool:
        """Whether the body of `select_one` runs once at most."""
        return False

    def shown(self, text: str) -> str:
        """A text of the mapping as it would stand in what is read."""
        return text if self.plain else masked(text)

    def exists(self, cursor: Cursor, path: Path, text: str | None = None) -> str:
        """A condition: the path selects something that is filled, or the value `text`."""
        flag = self.code.name("t")
        self.code.add(f"{flag} = False")

        def body(found: Cursor) -> None:
            if text is not None:
                if found.is_leaf:
                    with self.code.block(f"if {found.var} == {self.shown(text)!r}:"):
                        self.code.add(f"{flag} = True")
            else:
                with self.filled(found):
                    self.code.add(f"{flag} = True")

        if text is None:
            self.select_places(cursor, path, body)
        else:
            self.select_values(cursor, path, body)
        return flag

    @contextmanager
    def filled(self, found: Cursor) -> Iterator[None]:
        """Only for what counts as present: a data element needs a value."""
        if found.is_leaf:
            with self.code.block(f"if {found.var}:"):
                yield
        else:
            yield

    def _ask_item(self, cursor: Cursor, steps: Sequence[Step]) -> None:
        """The values of the item that predicates of a path compare with."""
        for each in (each for step in steps for each in step.predicates):
            if not isinstance(each, Equals) or each.other is None:
                continue
            texts = self.code.name("o")
            self.code.add(f"{texts} = set()")

            def body(found: Cursor, texts: str = texts) -> None:
                if found.is_leaf:
                    with self.code.block(f"if {found.var}:"):
                        self.code.add(f"{texts}.add({found.var})")

            self.select_values(cursor, each.other, body)
            self._of_item[each] = texts

    def _among(self, found: Cursor, predicate: Equals) -> str:
        """A condition: the predicate's path selects one of the values of the item."""
        flag, texts = self.code.name("t"), self._of_item[predicate]
        self.code.add(f"{flag} = False")

        def body(inner: Cursor) -> None:
            if inner.is_leaf:
                with self.code.block(f"if {inner.var} in {texts}:"):
                    self.code.add(f"{flag} = True")

        self.select_values(found, predicate.path, body)
        return flag

    def _counted(self, predicates: Sequence[Index | Equals]) -> list[tuple[Index | Equals, str]]:
        """The predicates, each `[n]` with the variable that counts what the ones before it let through."""
        counted: list[tuple[Index | Equals, str]] = []
        for each in predicates:
            number = self.code.name("n") if isinstance(each, Index) else ""
            if number:
                self.code.add(f"{number} = 0")
            counted.append((each, number))
        return counted

    def _chosen(
        self,
        found: Cursor,
        predicates: Sequence[tuple[Index | Equals, str]],
        rest: Sequence[Step],
        body: Body,
    ) -> None:
        """The rest of the path, for what all (further) predicates let through."""
        if not predicates:
            self._walk(found, rest, body)
            return
        first, number = predicates[0]
        if isinstance(first, Index):
            self.code.add(f"{number} += 1")
            test = f"{number} == {first.number}"
        elif first.other is not None:
            test = self._among(found, first)
        else:
            test = self.exists(found, first.path, first.text)
        with self.code.block(f"if {test}:"):
            self._chosen(found, predicates[1:], rest, body)

    def _walk(self, cursor: Cursor, steps: Sequence[Step], body: Body) -> None:
        """The body for what the steps lead to."""
        if not steps:
            body(cursor)
        elif steps[0].name == PARENT:
            raise Unsupported("`..` after another step")
        else:
            self._step(cursor, steps, body)

    def _step(self, cursor: Cursor, steps: Sequence[Step], body: Body) -> None:
        """The first of the steps, which leads downwards, and then the others."""
        raise NotImplementedError
