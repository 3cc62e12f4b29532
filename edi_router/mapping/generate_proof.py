"""Writes the part of a mapping's program that proves its output valid under the XSD (decision 16).

What can be known beforehand is compared when the program is made: names, order, nesting, what is certain to be there.
What cannot is looked at while the document is written: each value by a quick test of its type, and how often
elements stand where the mapping leaves that open. Where a test fails, `sure` is no longer true, and the schema's
validator is asked; a schema or mapping that this cannot be said of raises `Beyond`, and it is always asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from edi_router.formats.edifact.layout import unmasked
from edi_router.formats.xml.beyond import Beyond
from edi_router.formats.xml.declared import Declared, Place
from edi_router.formats.xml.lexical import Simple
from edi_router.mapping.generate_code import Code
from edi_router.mapping.model import Item

REMEMBERED = 4096
"""How many texts that passed the tests of a type are remembered."""


@dataclass
class Open:
    """An element that is being written, and the variables that count what stands at its places."""

    declared: Declared
    counters: dict[int, str] = field(default_factory=dict)
    """By the number of the place, where it has to be counted."""

    def place(self, name: str) -> int:
        """The number of the place at which elements of this name stand."""
        for number, place in enumerate(self.declared.places):
            if name in place.names:
                return number
        raise Beyond(f"{name} in {self.declared.name}")


class Proof:
    """The proof while the program is written; without a declaration of the root it writes nothing."""

    def __init__(self, code: Code, root: Declared | None) -> None:
        self._code = code
        self._root = root
        self.open: list[Open] = []
        """The elements that are being written, the innermost last."""
        self.kinds: list[Simple] = []
        """The types that values are tested by."""

    @property
    def is_made(self) -> bool:
        """Whether there is something to prove the output valid by."""
        return self._root is not None

    @contextmanager
    def inside(self, name: str, items: Sequence[Item]) -> Iterator[None]:
        """While an element is written that holds the elements of these items."""
        if self._root is None:
            yield
            return
        declared = self._child(name)
        if declared.text is not None:
            raise Beyond(f"{name} holds text")
        _check_attributes(declared, items)
        opened = Open(declared)
        self._count(opened, [item for item in items if not item.is_attribute])
        self.open.append(opened)
        yield
        self.open.pop()

    def close(self) -> None:
        """The element that is being written has got all its elements: do they suffice?"""
        if self._root is None:
            return
        opened = self.open[-1]
        for number, counter in opened.counters.items():
            place = opened.declared.places[number]
            test = _range(place, counter)
            if test:
                self._code.add(f"if not {test}: sure = False")

    def written(self, name: str) -> None:
        """An element was written into the one that is open."""
        counter = self.counter(name)
        if counter:
            self._code.add(f"{counter} += 1")

    def counter(self, name: str) -> str:
        """The variable that counts elements of this name in the one that is open; "" when they are not counted."""
        if self._root is None or not self.open:
            return ""
        opened = self.open[-1]
        return opened.counters.get(opened.place(name), "")

    def value(self, item: Item, value: str) -> None:
        """Test the value of an element, which stands in a variable."""
        if self._root is None:
            return
        declared = self._child(item.name)
        if declared.text is None:
            raise Beyond(f"{item.name} holds elements")
        _check_attributes(declared, item.do or ())
        self._test(declared.text, value)

    def constant(self, item: Item, text: str) -> None:
        """Test a value that is known beforehand."""
        if self._root is None:
            return
        declared = self._child(item.name)
        if declared.text is None or not declared.text.takes(text):
            raise Beyond(f"{item.name} is {text}")
        _check_attributes(declared, item.do or ())

    def attribute(self, element: str, item: Item, value: str, *, inside: bool) -> None:
        """Test the value of an attribute, of the element that is open or of one that stands in it."""
        if self._root is not None:
            declared = self.open[-1].declared if inside else self._child(element)
            self._test(declared.attributes[item.name[1:]][0], value)

    def needs(self, element: str, item: Item, *, inside: bool) -> bool:
        """Whether the attribute has to be there."""
        if self._root is None:
            return False
        declared = self.open[-1].declared if inside else self._child(element)
        return declared.attributes[item.name[1:]][1]

    def _child(self, name: str) -> Declared:
        if self.open:
            outer = self.open[-1].declared
            declared = outer.child(name)
            if declared.namespace != outer.namespace:
                raise Beyond(f"the namespace of {name}")
            return declared
        if self._root is None or self._root.name != name:
            raise Beyond(f"the root {name}")
        return self._root

    def _count(self, opened: Open, items: Sequence[Item]) -> None:
        """Compare the order of the items with the places, and make counters where that does not tell enough."""
        places = opened.declared.places
        least, most = [0] * len(places), [0.0] * len(places)
        last = 0
        for item in items:
            number = opened.place(item.name)
            if number < last:
                raise Beyond(f"{item.name} after a later element")
            last = number
            least[number] += _is_certain(item)
            most[number] += float("inf") if item.repeats else 1
        for number, place in enumerate(places):
            highest = float("inf") if place.most is None else place.most
            if most[number] < place.least:
                raise Beyond(f"{' or '.join(place.names)} is never written")
            if least[number] < place.least or most[number] > highest:
                opened.counters[number] = counter = self._code.name("z")
                self._code.add(f"{counter} = 0")

    def _test(self, kind: Simple, value: str) -> None:
        code = self._code
        if kind.tests:
            number = next((at for at, each in enumerate(self.kinds) if each is kind), len(self.kinds))
            if number == len(self.kinds):
                self.kinds.append(kind)
            code.add(f"if {value} not in ok{number} and not takes{number}({value}): sure = False")
        elif kind.most is not None and not kind.least:
            code.add(f"if len({value}) > {kind.most}: sure = False")
        elif kind.most is not None or kind.least:
            most = "" if kind.most is None else f" <= {kind.most}"
            code.add(f"if not {kind.least} <= len({value}){most}: sure = False")


def names_for(kinds: Sequence[Simple]) -> dict[str, object]:
    """What the tests of a program need: for each type the texts that passed, and the test of another one."""
    space: dict[str, object] = {}
    for number, kind in enumerate(kinds):
        passed: set[str] = set()
        space[f"ok{number}"] = passed
        space[f"takes{number}"] = _remembering(kind, passed)
    return space


def _remembering(kind: Simple, passed: set[str]) -> Callable[[str], bool]:
    def takes(text: str) -> bool:
        if not kind.takes(unmasked(text)):
            return False
        if len(passed) < REMEMBERED:
            passed.add(text)
        return True

    return takes


def _range(place: Place, counter: str) -> str:
    if place.least == place.most:
        return f"{counter} == {place.least}"
    if place.most is None:
        return f"{counter} >= {place.least}"
    return f"{place.least} <= {counter} <= {place.most}"


def _check_attributes(declared: Declared, items: Sequence[Item]) -> None:
    """Raise Beyond where an attribute is not declared, or one that has to be there is never written."""
    names = {item.name[1:] for item in items if item.is_attribute}
    unknown = names - set(declared.attributes)
    missing = {name for name, (_, required) in declared.attributes.items() if required} - names
    if unknown or missing:
        raise Beyond(f"the attributes of {declared.name}")


def _is_certain(item: Item) -> bool:
    """Whether at least one element is written in any case; else the program stops as unclear."""
    if item.when and item.each is None:
        return False
    if item.each is not None:
        return item.required
    if item.has_value:
        always = item.const is not None and not (item.functions or item.table)
        return item.wrap is None and bool(item.required or item.default or (always and item.const))
    return item.required and item.do is not None
