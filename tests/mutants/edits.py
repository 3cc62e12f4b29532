"""The edits: what each does to a message of segments, and the faults that may tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec
from edi_router.formats.edifact.separators import Element
from edi_router.formats.edifact.structure import BEGIN, State, Structure

ORDER = frozenset(
    {"segment-missing", "segment-misplaced", "segment-unexpected", "segment-repeated", "group-repeated"}
)
DIGITS = "123456789"


@dataclass(eq=False)
class Piece:
    """One segment of a message; what it is stays the same wherever it is moved."""

    tag: str
    elements: tuple[Element, ...]


@dataclass(frozen=True)
class Edit:
    """One edit: the pieces it touches, the message after it, and what may tell of it.

    `names` are the codes that say just what was done, `codes` those that describe it otherwise (a segment
    that has lost its trigger may be called unexpected); the fault stands at one of `at`.
    """

    kind: str
    touched: tuple[Piece, ...]
    apply: Callable[[list[Piece]], None]
    names: frozenset[str]
    codes: frozenset[str]
    at: tuple[Piece, ...]
    element: tuple[int | None, int | None] = (None, None)


@dataclass
class Edited:
    """A message being edited."""

    structure: Structure
    spec: Callable[[str], SegmentSpec | None]
    random: Random
    pieces: list[Piece]
    edits: list[Edit] = field(default_factory=list)

    def free(self) -> list[Piece]:
        """The segments between UNH and UNT that no edit has touched."""
        touched = {id(piece) for edit in self.edits for piece in edit.touched}
        return [piece for piece in self.pieces[1:-1] if id(piece) not in touched]

    def add(self, kind: str) -> bool:
        """One more edit of that kind, at a random place; False when there is none to be made."""
        if kind == "count":
            if any(edit.kind == "count" for edit in self.edits):
                return False
            self.edits.append(_count(self.pieces[-1]))
            return True
        free = self.free()
        for _ in range(8):
            if not free:
                return False
            edit = KINDS[kind](self, self.random.choice(free))
            if edit is not None:
                self.edits.append(edit)
                return True
        return False

    def result(self) -> list[Piece]:
        """The message with all edits made, and the right count unless that was edited."""
        pieces = list(self.pieces)
        for edit in self.edits:
            if edit.kind != "count":
                edit.apply(pieces)
        wrong = any(edit.kind == "count" for edit in self.edits)
        number = len(pieces) + (self.random.choice((-1, 1, 10)) if wrong else 0)
        trailer = pieces[-1]
        trailer.elements = ((((str(number),),)), *trailer.elements[1:])
        return pieces


def unreadable(structure: Structure, tags: Sequence[str]) -> int | None:
    """The first segment that cannot be read in any way, by trying all ways; None for a valid order."""
    states: set[State] = {BEGIN}
    for number, tag in enumerate(tags):
        states = {
            structure.apply(state, step)
            for state in states
            for step in structure.direct(state[0], tag)
            if structure.excess(state, step) is None
        }
        if not states:
            return number
    return None


def _order(edited: Edited, kind: str, touched: tuple[Piece, ...], apply: Callable[[list[Piece]], None],
           names: set[str], at: Callable[[list[Piece]], Iterator[Piece]]) -> Edit | None:  # fmt: skip
    """An edit of the order: it may be told where it was made, or where the message stops being readable."""
    after = list(edited.pieces)
    apply(after)
    stop = unreadable(edited.structure, [piece.tag for piece in after])
    if stop is None:
        return None  # another valid message
    places = (*at(after), after[stop])
    if not all(
        any(piece is free for free in (*edited.free(), *touched, edited.pieces[-1])) for piece in places
    ):
        return None  # another edit stands where this one would be told
    return Edit(kind, (*touched, *places), apply, frozenset(names), ORDER, places)


def drop(edited: Edited, piece: Piece) -> Edit | None:
    """Leave a segment out; told at the one after it."""
    follower = edited.pieces[edited.pieces.index(piece) + 1]

    def at(after: list[Piece]) -> Iterator[Piece]:
        yield follower

    return _order(edited, "drop", (piece,), lambda pieces: pieces.remove(piece), {"segment-missing"}, at)


def duplicate(edited: Edited, piece: Piece) -> Edit | None:
    """Write a segment twice; told at either of the two, or at the last of the same that follow."""
    copy = Piece(piece.tag, piece.elements)

    def apply(pieces: list[Piece]) -> None:
        pieces.insert(pieces.index(piece) + 1, copy)

    def at(after: list[Piece]) -> Iterator[Piece]:
        yield from (piece, copy)
        index = after.index(copy) + 1
        while after[index].tag == piece.tag:
            yield after[index]
            index += 1

    names = {"segment-repeated", "group-repeated", "segment-unexpected"}
    return _order(edited, "duplicate", (piece, copy), apply, names, at)


def swap(edited: Edited, piece: Piece) -> Edit | None:
    """Exchange a segment and the next one; told at either."""
    index = edited.pieces.index(piece)
    other = edited.pieces[index + 1]
    if not any(other is each for each in edited.free()) or other.tag == piece.tag:
        return None

    def apply(pieces: list[Piece]) -> None:
        here, there = pieces.index(piece), pieces.index(other)
        pieces[here], pieces[there] = other, piece

    names = {"segment-misplaced", "segment-unexpected"}
    return _order(edited, "swap", (piece, other), apply, names, lambda after: iter((piece, other)))


def misspell(edited: Edited, piece: Piece) -> Edit | None:
    """Write a tag that the message does not have."""
    tag = piece.tag

    def apply(pieces: list[Piece]) -> None:
        piece.tag = "Z" + tag[1:] if tag[0] != "Z" else "Y" + tag[1:]
        while piece.tag in edited.structure.tags:
            piece.tag = edited.random.choice("QXYZ") + piece.tag[:2]

    code = frozenset({"segment-unknown"})
    return Edit("misspell", (piece,), apply, code, code, (piece,))


@dataclass(frozen=True)
class _Value:
    """A value of a segment: its element and component (counted from 0), and what the directory says."""

    element: int
    component: int | None
    spec: ElementSpec
    part: ElementSpec | PartSpec
    value: str
    components: tuple[str, ...]

    @property
    def place(self) -> tuple[int | None, int | None]:
        return self.element + 1, None if self.component is None else self.component + 1


def _values(edited: Edited, piece: Piece) -> Iterator[_Value]:
    """The values of a segment, those in repeated elements left out."""
    spec = edited.spec(piece.tag)
    if spec is None:
        return
    for number, (element, part) in enumerate(zip(piece.elements, spec.parts, strict=False)):
        if len(element) > 1:
            continue
        components = element[0]
        if isinstance(part, ElementSpec):
            if components[0]:
                yield _Value(number, None, part, part, components[0], components)
            continue
        for index, (value, component) in enumerate(zip(components, part.components, strict=False)):
            if value:
                yield _Value(number, index, component, part, value, components)


def _put(piece: Piece, value: _Value, text: str) -> Callable[[list[Piece]], None]:
    def apply(pieces: list[Piece]) -> None:
        components = list(piece.elements[value.element][0])
        components[value.component or 0] = text
        piece.elements = (
            *piece.elements[: value.element], (tuple(components),), *piece.elements[value.element + 1 :],
        )  # fmt: skip

    return apply


def _element(
    edited: Edited, piece: Piece, kind: str, code: str, change: Callable[[Random, _Value], str | None]
) -> Edit | None:
    """An edit of one value, told at its place; `change` gives the new text, None when it cannot be done."""
    fitting = [
        (value, text) for value in _values(edited, piece)
        if (text := change(edited.random, value)) is not None
    ]  # fmt: skip
    if not fitting:
        return None
    value, text = edited.random.choice(fitting)
    codes = frozenset({code})
    return Edit(kind, (piece,), _put(piece, value, text), codes, codes, (piece,), value.place)


def _longer(chance: Random, value: _Value) -> str | None:
    more = value.spec.high + 1 - len(value.value)
    letters = {"n": DIGITS, "a": "ABC"}.get(value.spec.kind, "ABC12")
    if value.spec.kind == "n":  # signs and decimal marks are not counted
        more += sum(value.value.count(mark) for mark in "-.,")
    return value.value + "".join(chance.choice(letters) for _ in range(more + chance.randint(0, 3)))


def _retyped(chance: Random, value: _Value) -> str | None:
    if value.spec.kind == "an":
        return None
    length = max(1, len(value.value))
    return ("A" if value.spec.kind == "n" else "1") * length


def _broken(chance: Random, value: _Value) -> str | None:
    """A code that is in no list."""
    spec, codes = value.spec, value.spec.codes
    if codes is None or value.value not in codes:
        return None
    if any(0 <= at < len(value.components) and value.components[at] for at in (spec.list_at, spec.agency_at)):
        return None  # another agency's list may have it
    letters = {"n": DIGITS, "a": "QXZ"}.get(spec.kind, "QXZ789")
    for _ in range(20):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(max(1, spec.low), spec.high)))
        if text not in codes:
            return text
    return None


def _blanked(chance: Random, value: _Value) -> str | None:
    return "" if value.spec.mandatory else None


def lengthen(edited: Edited, piece: Piece) -> Edit | None:
    """Make a value longer than allowed."""
    return _element(edited, piece, "lengthen", "element-too-long", _longer)


def retype(edited: Edited, piece: Piece) -> Edit | None:
    """Put letters where digits belong, or digits where letters do."""
    return _element(edited, piece, "retype", "element-type", _retyped)


def break_code(edited: Edited, piece: Piece) -> Edit | None:
    """Write a code that the list does not have."""
    return _element(edited, piece, "code", "code-unknown", _broken)


def blank(edited: Edited, piece: Piece) -> Edit | None:
    """Leave a mandatory value empty; where nothing else is in the composite, the composite is missing."""
    fitting = [value for value in _values(edited, piece) if value.spec.mandatory]
    edited.random.shuffle(fitting)
    codes = frozenset({"element-missing"})
    for value in fitting:
        edit = Edit("blank", (piece,), _put(piece, value, ""), codes, codes, (piece,), value.place)
        if sum(map(bool, value.components)) > 1 or value.component is None:
            return edit
        if value.part.mandatory:
            return replace(edit, element=(value.element + 1, None))
    return None


def _count(trailer: Piece) -> Edit:
    codes = frozenset({"message-count-wrong"})
    return Edit("count", (trailer,), lambda pieces: None, codes, codes, (trailer,), (1, None))


KINDS: dict[str, Callable[[Edited, Piece], Edit | None]] = {
    "drop": drop,
    "duplicate": duplicate,
    "swap": swap,
    "misspell": misspell,
    "lengthen": lengthen,
    "retype": retype,
    "blank": blank,
    "code": break_code,
}
