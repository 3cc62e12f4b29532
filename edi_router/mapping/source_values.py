"""What the source of a mapping may give: whether a path may select nothing, or several values, and example texts.

The definition of the source (directory, XSD, layout) decides; the texts are examples at its limits, since a form
such as `an..35` has more texts than can be tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from edi_router.formats.edifact.directory import Definitions, Use
from edi_router.formats.edifact.elements import (
    ElementSpec,
    SegmentSpec,
    check_elements,
)
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.records import Layout
from edi_router.formats.records.check import value_faults
from edi_router.formats.xml.model import ElementInfo
from edi_router.formats.xml.schema import Schema
from edi_router.mapping.lint_paths import end_of
from edi_router.mapping.lint_values import path_of, spec_of
from edi_router.mapping.model import Source
from edi_router.mapping.shape import EdifactShape, LayoutShape, Shape, XmlShape
from edi_router.paths import Equals, Index, Path, Start
from edi_router.paths.path import PARENT

_LENGTHS = (
    *range(1, 21),
    24,
    30,
    32,
    34,
    35,
    40,
    48,
    50,
    60,
    64,
    70,
    80,
    100,
    105,
    128,
    140,
    150,
    200,
    255,
    256,
)
_NUMBERS = (
    "0", "1", "10", "-1", "+1", "0.0", "1.0", "1.5", "1,5", "0.00000001", "1.00000001", "999999999999999999",
    "12345678.12345678", "-1.5",
)  # fmt: skip
_DATES = (
    "20160701", "160701", "20160799", "201607011530", "20160701153000", "2016-07-01", "2016-07-01T15:30:00",
    "2016-07-01T15:30:00Z", "20160701T153000", "20160701T15:30:00", "20160701153000000",
)  # fmt: skip
_WORDS = ("A1", "X", "x", "ZZ9", "Z9Z", "000000", "true", "I", "E", "Y", "N")
LONGEST = 1200
"""Characters of the longest text that is tried where the source sets no limit."""


@dataclass(frozen=True)
class Possible:
    """What a path may select: nothing, several values, and examples of them."""

    missing: bool
    several: int
    """The most values that there may be; 0 for no bound."""
    texts: tuple[str, ...]
    closed: bool = False
    """Whether `texts` are all that it can be."""


_TEXTS = frozenset({"string", "normalizedString", "token", "anyURI", "boolean", "base64Binary", "hexBinary"})
"""Types without an order, and so without bounds."""


class Verdicts:
    """What XSD types say of texts, asked once for each type and text.

    A type of texts is known by its facets; numbers and times may have bounds, which are not told, so each of these
    stands for itself.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], bool] = {}
        self._schemas: dict[int, Schema] = {}

    def refuses(self, schema: Schema, path: Sequence[str], info: ElementInfo | None, text: str) -> bool:
        """Whether the text cannot be the value of the element or attribute at the path; `info` is that of the
        element, None for an attribute."""
        self._schemas[id(schema)] = schema  # kept, so that no other gets its id
        kind: tuple[object, ...] = (id(schema), *path)
        if info is not None and info.type in _TEXTS:
            kind = (
                info.type, info.length, info.min_length, info.max_length, info.total_digits,
                info.fraction_digits, info.patterns, info.values, info.empty_allowed,
            )  # fmt: skip
        key = (*kind, text)
        if key not in self._known:
            self._known[key] = schema.value_problem(list(path), text) is not None
        return self._known[key]


@dataclass
class Samples:
    """Gives the examples for the leaves of one kind of source."""

    definitions: Definitions
    verdicts: Verdicts = field(default_factory=Verdicts, repr=False)
    schema: Schema | None = None
    layout: Layout | None = None
    _known: dict[object, tuple[tuple[str, ...], bool]] = field(default_factory=dict, repr=False)

    def of(self, shape: Shape) -> tuple[tuple[str, ...], bool]:
        """Texts that the leaf may have, and whether there are no others."""
        key = path_of(shape)
        if key not in self._known:
            self._known[key] = self._of(shape)
        return self._known[key]

    def _of(self, shape: Shape) -> tuple[tuple[str, ...], bool]:
        if not shape.is_leaf:
            return (), False
        if isinstance(shape, EdifactShape):
            return _of_element(shape)
        if isinstance(shape, XmlShape) and self.schema is not None:
            if shape.info is not None and shape.info.values:
                return shape.info.values, True
            refuses, schema, path, info = self.verdicts.refuses, self.schema, shape.path, shape.info
            return tuple(text for text in _any() if not refuses(schema, path, info, text)), False
        if isinstance(shape, LayoutShape) and self.layout is not None:
            return _of_field(self.layout, shape)
        return _any(), False


def possible(source: Source, here: Shape | None, samples: Samples) -> Possible:
    """What the source may select, seen from `here`."""
    path = source.path
    if path.start is Start.CONTEXT:
        # Who sends and when is always known; a setting may be left out.
        return Possible(path.steps[0].name == "settings", 1, ())
    missing, most = occurs(path, here)
    end = None if here is None else end_of(path, here)
    if end is None:
        return Possible(missing, most, _any())
    texts, closed = samples.of(end)
    return Possible(missing or _may_be_empty(end), most, texts, closed)


def occurs(path: Path, here: Shape | None) -> tuple[bool, int]:
    """Whether the path may select nothing, and how many nodes at most (0: no bound)."""
    if here is None:
        return True, 0
    current: Shape | None = here
    if path.start is not Start.HERE:
        while current is not None and current.parent is not None:
            current = current.parent
        if path.start is Start.ENVELOPE and current is not None:
            current = current.envelope
    missing, most = False, 1
    for step in path.steps:
        if current is None:
            return True, most
        if step.name == PARENT:
            current, most = current.parent, 1
            continue
        least, limit = occurrence(current, step.name)
        number = next((each.number for each in step.predicates if isinstance(each, Index)), None)
        filtered = any(isinstance(each, Equals) for each in step.predicates)
        missing = missing or filtered or least < (number or 1)
        most *= 1 if number is not None else limit
        current = current.child(step.name)
    return missing, most


def occurrence(parent: Shape, name: str) -> tuple[int, int]:
    """How many children of that name there are at least and at most (0: no bound)."""
    if parent.name == "$envelope":
        return int(name != "UNG"), 1
    if isinstance(parent, EdifactShape):
        uses = [use for use in parent.uses if _named(use) == name]
        least = sum(use.status == "M" for use in uses)
        return least, sum(use.repeat for use in uses) or 1
    if isinstance(parent, XmlShape):
        if name.startswith("@"):
            return int(parent.info is not None and parent.info.attributes.get(name[1:], False)), 1
        child = parent.child(name)
        if child is None or child.info is None:
            return 0, 0
        return int(child.info.mandatory), child.info.max_occurs or 0
    if isinstance(parent, LayoutShape):
        known = parent.record.field(name) if parent.record is not None else None
        if known is not None:
            return int(known.mandatory), 1
        child_of = parent.child(name)
        record = child_of.record if child_of is not None else None
        return (0, 0) if record is None else (record.min, record.max or 0)
    return 0, 0


def _named(use: object) -> str:
    name = getattr(use, "tag", None) or getattr(use, "name", None) or ""
    if isinstance(use, Use):
        return f"d{use.ref}" if use.ref.isdigit() else use.ref
    return str(name)


def _may_be_empty(shape: Shape) -> bool:
    return (
        isinstance(shape, XmlShape)
        and shape.info is not None
        and shape.info.leaf
        and shape.info.empty_allowed
    )


@lru_cache(maxsize=1)
def _any() -> tuple[str, ...]:
    lengths = (*_LENGTHS, LONGEST)
    return tuple(dict.fromkeys([*_WORDS, *(c * n for n in lengths for c in ("X", "9")), *_NUMBERS, *_DATES]))


def _of_element(shape: EdifactShape) -> tuple[tuple[str, ...], bool]:
    found = spec_of(shape)
    if found is None:
        return _any(), False
    spec, qualified = found
    closed = spec.codes is not None and not qualified
    pool = list(spec.codes or ())
    if not closed:
        lengths = sorted({*(n for n in _LENGTHS if n <= spec.high), spec.high})
        pool += [*_WORDS, *(c * n for n in lengths for c in ("X", "9")), *_NUMBERS, *_DATES]
        spec = replace(spec, codes=None)
    return tuple(text for text in dict.fromkeys(pool) if fits(spec, shape.directory, text)), closed


def fits(spec: ElementSpec, directory: str, text: str) -> bool:
    """Whether the text can be the value of a data element."""
    segment = Segment.make("XXX", text)
    return not any(check_elements(segment, SegmentSpec("XXX", directory, (spec,)), 3, None))


def _of_field(layout: Layout, shape: LayoutShape) -> tuple[tuple[str, ...], bool]:
    parent = shape.parent
    known = parent.record.field(shape.name) if parent is not None and parent.record is not None else None
    if known is None:
        return (), False
    if known.codes:
        return known.codes, True
    sized = [letter * known.length for letter in ("X", "9")] if known.length else []
    return tuple(text for text in (*_any(), *sized) if not any(value_faults(known, text, layout))), False


def longest(texts: tuple[str, ...]) -> Iterator[str]:
    """The longest text of letters and of digits."""
    for made in ([t for t in texts if not t.isdigit()], [t for t in texts if t.isdigit()]):
        if made:
            yield max(made, key=len)
