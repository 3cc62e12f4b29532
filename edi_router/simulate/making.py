"""Documents made of the shipped samples: numbers, dates and amounts of their own, with right check digits."""

from __future__ import annotations

import datetime
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeVar

from lxml import etree

from edi_router.config import Tree
from edi_router.formats.xml.writer import escape
from edi_router.formats.xml.xpath import local_name
from edi_router.rules.check_digits import CHECK_DIGITS

T = TypeVar("T")
Values = Mapping[str, str | None]
"""What elements hold, by their path from the root: local names, `[n]` for the n-th, `@name`; None takes one away."""
_GROUPS, _OWNERS = "XYZVWTSRQP", "LNPQRSTVWZ"
"""Second and third letter of the owners of made-up containers; none of them owns one of a sample."""


class Samples:
    """The samples of a configuration tree, each read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._bytes: dict[str, bytes] = {}
        self._roots: dict[str, etree._Element] = {}

    def read(self, name: str) -> bytes:
        """The sample of this name below `samples/`."""
        if name not in self._bytes:
            self._bytes[name] = self._tree.read(f"samples/{name}")
        return self._bytes[name]

    def root(self, name: str) -> etree._Element:
        """An XML sample, to be copied."""
        if name not in self._roots:
            parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
            self._roots[name] = etree.fromstring(self.read(name), parser)
        return self._roots[name]


class Maker:
    """What the stories of a day are made with: its chance, its date, its running number."""

    def __init__(
        self,
        samples: Samples,
        chance: Random,
        day: datetime.date,
        serial: int,
        turns: Counter[str] | None = None,
    ) -> None:
        self.samples = samples
        self._turns: Counter[str] = turns if turns is not None else Counter()
        self.chance = chance
        self.day = day
        self.serial = serial
        """The number of the story in the day: what has it in its numbers is unique."""

    @property
    def date(self) -> str:
        """The day as yyyyMMdd."""
        return f"{self.day:%Y%m%d}"

    def later(self, days: int) -> str:
        """A day so much later (or earlier), as yyyyMMdd."""
        return f"{self.day + datetime.timedelta(days=days):%Y%m%d}"

    def digits(self, length: int, prefix: str = "") -> str:
        """The story's number, filled up to a length: unique in the day for every prefix.

        >>> Maker(None, Random(1), datetime.date(2026, 3, 14), 17).digits(8, "26")
        '26000017'
        """
        number = str(self.serial).zfill(length - len(prefix))
        if len(prefix + number) > length:
            raise ValueError(f"story {self.serial} has no number of {length} characters after {prefix!r}")
        return prefix + number

    def issued(self, series: str) -> str:
        """A number of six digits in a series of the deployment, as a bureau that is not with us gives it.

        The engine gives numbers of the same series, from 1 upwards; these go downwards from the last one.

        >>> Maker(None, Random(1), datetime.date(2026, 3, 14), 17).issued("370211226")
        '370211226999999'
        """
        return f"{series}{999_999 - self.turn(series)}"

    @property
    def contract(self) -> str:
        """The number of the story's contract."""
        return self.digits(15, "YC-2026-")

    @property
    def bill(self) -> str:
        """The number of the story's bill of lading."""
        return self.digits(11, "EXBS")

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self.chance.choice(choices)

    def between(self, first: int, last: int) -> int:
        """A whole number between two, both included."""
        return self.chance.randint(first, last)

    def turn(self, what: str) -> int:
        """How many stories of the day have asked before: those who do something in turn are told apart by it."""
        before = self._turns[what]
        self._turns[what] += 1
        return before

    def once(self, what: str) -> bool:
        """Whether this is the first story of the day that asks."""
        return self.turn(what) == 0

    def happens(self, share: float) -> bool:
        """Whether something that happens in this share of cases happens now."""
        return self.chance.random() < share

    def container(self, number: int = 0) -> str:
        """A container number with its check digit, unique for the story and the number (0 to 9).

        The six digits of an owner are enough for 100,000 stories; then comes the next owner.

        >>> stories = [Maker(None, Random(1), datetime.date(2026, 3, 14), serial) for serial in (17, 100_017, 1_000_017)]
        >>> [story.container() for story in stories]
        ['EXLU0001701', 'EXNU0001709', 'EYLU0001703']
        """
        owner, digits = divmod(self.serial * 10 + number, 1_000_000)
        first, second = divmod(owner, len(_OWNERS))
        return checked("iso6346", f"E{_GROUPS[first]}{_OWNERS[second]}U{digits:06}", string.digits)

    def time(self, minute: int = 0) -> str:
        """A time of the day as yyyyMMddHHmmss: a second later with each story, from eight in the morning again after ten
        hours. Nothing is known by its time.
        """
        moment = datetime.datetime.combine(self.day, datetime.time(8)) + datetime.timedelta(
            seconds=self.serial % 36_000, minutes=minute
        )
        return f"{moment:%Y%m%d%H%M%S}"

    def xml(self, sample: str, values: Values) -> bytes:
        """An XML sample with other values."""
        source = self.samples.root(sample)
        root = etree.fromstring(etree.tostring(source))
        for path, value in values.items():
            _set(root, path, value)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def filled(self, sample: str, **elements: str) -> bytes:
        """An XML sample with the first element of each name holding another text."""
        return filled(self.samples.read(f"good/{sample}"), **elements)

    def text(self, sample: str, changes: Mapping[str, str], encoding: str = "utf-8") -> bytes:
        """A sample of another format with texts replaced; each must be there."""
        data = self.samples.read(sample).decode(encoding)
        for old, new in changes.items():
            if old not in data:
                raise ValueError(f"{old!r} is not in the sample {sample}")
            data = data.replace(old, new)
        return data.encode(encoding)


def filled(data: bytes, **elements: str) -> bytes:
    """The document with the first element of each name holding another text.

    >>> filled(b"<A><B>1</B><B>2</B></A>", B="7 < 8")
    b'<A><B>7 &lt; 8</B><B>2</B></A>'
    """
    for name, value in elements.items():
        tag = name.encode()
        start = data.index(b"<%s>" % tag) + len(tag) + 2
        end = data.index(b"</%s>" % tag, start)
        data = data[:start] + escape(value).encode() + data[end:]
    return data


def checked(kind: str, start: str, alphabet: str) -> str:
    """The start with the character that makes its check digit right.

    >>> checked("iso6346", "CSQU305438", string.digits)
    'CSQU3054383'
    """
    right: Callable[[str], bool] = CHECK_DIGITS[kind]
    return next(start + end for end in alphabet if right(start + end))


def _set(root: etree._Element, path: str, value: str | None) -> None:
    node = root
    *above, last = path.split("/")
    for step in above:
        node = _child(node, step, path)
    if last.startswith("@"):
        node.set(last[1:], value or "")
        return
    child = _child(node, last, path)
    if value is None:
        node.remove(child)
    else:
        child.text = value


def _child(node: etree._Element, step: str, path: str) -> etree._Element:
    name, _, number = step.rstrip("]").partition("[")
    found = [each for each in node if isinstance(each.tag, str) and local_name(each.tag) == name]
    try:
        return found[int(number or 1) - 1]
    except IndexError:
        raise ValueError(f"the sample has no {step} in {path}") from None
