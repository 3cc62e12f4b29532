"""What is known of a group, a segment or a composite while its part of a program is written (see `generate_segments`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi_router.formats.edifact.elements import ElementSpec, PartSpec, name_of
from edi_router.formats.edifact.structure import Group, Leaf
from edi_router.mapping.keys import leaves
from edi_router.mapping.model import Item

END, ELEMENT, COMPONENT = "\x1c", "\x1d", "\x1f"
"""What stands in segments that are being written for `'`, `+` and `:`, which are data there."""


@dataclass(eq=False)
class Level:
    """A group that is written, or the message, which has no variables."""

    group: Group
    said: str = ""
    """The variable that tells whether a value of the input stands in it."""
    begun: str = ""
    """The variable that tells whether its first segment is written."""
    says: bool = True
    """Whether each of its segments that is written has a value of the input, if the mapping reads any for it."""

    @property
    def names(self) -> list[str]:
        """The names of what may stand in it."""
        return [each.tag if isinstance(each, Leaf) else each.name for each in self.group.items]

    def entry(self, name: str) -> Leaf | Group:
        """The segment or group of that name."""
        return self.group.items[self.names.index(name)]


@dataclass(eq=False)
class Parts:
    """A segment or a composite that is written: what stands at each of its places, counted from 0.

    What is no constant is a variable, in braces as in an f-string; it is an empty text where there is nothing.
    """

    specs: Sequence[ElementSpec | PartSpec]
    items: Sequence[Item]
    mark: str
    item_reads: bool = False
    """For a composite: whether the mapping reads any value of it; then its constants stand for nothing without one."""
    always: bool = True
    """Whether its code runs wherever the variables are declared."""
    slots: dict[int, str] = field(default_factory=dict)
    certain: set[int] = field(default_factory=set)
    """The places whose variables are never empty."""
    inner: dict[int, Parts] = field(default_factory=dict)
    """The composites that have one place."""
    variables: dict[int, str] = field(default_factory=dict)
    """Those that are declared, by their places."""
    texts: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    """The variables to declare: texts, and what tells whether something stands anywhere."""
    reads: list[str] = field(default_factory=list)
    """The variables of which one is filled where a value of the input stands in it."""
    constants: list[str] = field(default_factory=list)
    """The same for constants that are no qualifiers."""
    said: bool = False
    """Whether a value of the input stands in it in any case."""
    stands: bool = False
    """Whether a constant that is no qualifier stands in it in any case."""
    bare: dict[int, str] = field(default_factory=dict)
    """The constants that a composite without a value of the input does not keep, as expressions."""
    own: dict[bool, str] = field(default_factory=dict)
    """The flag for values of the input (True) and for constants (False) whose places are found while it runs."""

    @property
    def size(self) -> int:
        """How many places are used, with those before them."""
        return max((*self.slots, *self.inner), default=-1) + 1

    @property
    def literal(self) -> bool:
        """Whether a constant stands in it in any case."""
        return any(map(is_constant, self.slots.values()))

    @property
    def filled(self) -> str:
        """The condition that something stands in it, for one without such a constant."""
        return " or ".join(text[1:-1] for text in self.slots.values()) or "False"

    def places(self, item: Item) -> list[int]:
        """Where the item may be written."""
        found = [at for at, spec in enumerate(self.specs) if name_of(spec) == item.name]
        return found if item.index is None else found[item.index - 1 : item.index]

    def fixed(self, item: Item) -> int | None:
        """The one place that the item has whatever else is written; None when that depends."""
        same = [each for each in self.items if each.name == item.name]
        numbers = {each.index for each in same}
        if any(each.repeats for each in same) or (
            len(same) > 1 and (None in numbers or len(numbers) < len(same))
        ):
            return None
        return self.places(item)[0]

    def has_last(self, item: Item, places: Sequence[int]) -> bool:
        """Whether the item alone has these places, and there are no others behind them."""
        alone = sum(each.name == item.name for each in self.items) == 1
        end = len(self.specs)
        return alone and item.each is None and list(places) == list(range(places[0], end))

    def constant(self, place: int, text: str, item: Item) -> None:
        """A constant that stands there in any case."""
        self.slots[place] = text.replace("{", "{{").replace("}", "}}")
        if not item.qualifier:
            self.stands = True
            if self.item_reads:
                self.bare[place] = repr(text)

    def value(self, place: int, name: str, item: Item, *, certain: bool = False) -> None:
        """The variable of what stands there, `certain` where it is never empty."""
        self.slots[place] = f"{{{name}}}"
        if is_read(item):
            self.reads.append(name)
            self.said = self.said or certain
            if certain:
                self.certain.add(place)
        elif not item.qualifier:
            self.constants.append(name)
            if self.item_reads:
                self.bare[place] = name

    def take(self, inner: Parts) -> None:
        """What a composite in it says, it says."""
        self.reads += inner.reads
        self.constants += inner.constants
        self.said = self.said or inner.said
        self.stands = self.stands or inner.stands


def is_constant(text: str) -> bool:
    """Whether what stands at a place is a constant, and no variable."""
    return bool(text) and (text[0] != "{" or text.startswith("{{"))


def is_read(item: Item) -> bool:
    """Whether the item's value comes from the input."""
    return item.const is None and item.has_value


def reads(item: Item) -> bool:
    """Whether any value of the item comes from the input."""
    return any(is_read(leaf) for leaf in leaves(item))
