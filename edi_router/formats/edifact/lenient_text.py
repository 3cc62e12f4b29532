"""Candidate spellings of a segment: separators at its ends left out, separators inside its texts released."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from math import comb

from edi_router.faults import Place
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec
from edi_router.formats.edifact.lenient_segment import Edit, RepairedSegment
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.edifact.separators import cut

Fits = Callable[[Segment], bool]
_TEXTS = frozenset(("3036", "3042", "3124", "3164", "3224", "3412", "4440", "7008", "7064"))
"""Data elements of free text in all directories: names, addresses, text literals, descriptions."""
_MOST = 3
"""Separators of one segment that may turn out to be text."""
_TRIES = 1000
"""Spellings of one segment that are tried."""


def span(segment: Segment, place: Place) -> tuple[int, int]:
    """Where the part that `place` names begins and ends in the segment's text."""
    marks = segment.dialect.separators
    start, end = cut(segment.text, 0, len(segment.text), marks.element, marks.release)[place.element or 0]
    for number, separator in ((place.repeat, marks.repetition), (place.component, marks.component)):
        if separator and number is not None:
            start, end = cut(segment.text, start, end, separator, marks.release)[number - 1]
    return start, end


def trailing(segment: Segment) -> list[Edit]:
    """The edits that leave out separators with nothing behind them in their element, repeat or segment."""
    text, marks = segment.text, segment.dialect.separators
    edits = []
    spans = cut(text, 0, len(text), marks.element, marks.release)
    while len(spans) > 1 and not text[slice(*spans[-1])].strip(marks.component + marks.repetition):
        spans.pop()
    if spans[-1][1] < len(text):
        edits.append(Edit(spans[-1][1], len(text), ""))
    for start, end in spans[1:]:
        repeats = (
            cut(text, start, end, marks.repetition, marks.release) if marks.repetition else [(start, end)]
        )
        for first, last in repeats:
            parts = cut(text, first, last, marks.component, marks.release)
            while len(parts) > 1 and parts[-1][0] == parts[-1][1]:
                parts.pop()
            if parts[-1][1] < last:
                edits.append(Edit(parts[-1][1], last, ""))
    return edits


def released(segment: Segment, spec: SegmentSpec, fits: Fits) -> RepairedSegment | None:
    """The segment with the fewest separators read as text so that it `fits`, if there is one such reading.

    Readings that only cut a text into its lines at other places (the repeats of 4440 in C108, say) are the
    same; of them the one is taken in which the last line holds the surplus. Separators with nothing behind them
    are no text: a segment that ends in some is left as it is.
    """
    marks = segment.dialect.separators
    places = list(_separators(segment))
    if trailing(segment):
        return None
    tries = _TRIES
    for number in range(1, _MOST + 1):
        tries -= comb(len(places), number)
        if not marks.release or tries < 0:
            return None
        readings = {}
        for chosen in combinations(places, number):
            candidate = RepairedSegment(segment, [Edit(at, at, marks.release) for at in chosen])
            if fits(candidate) and _are_texts(candidate, segment, spec):
                readings[_reading(candidate, spec)] = candidate
        if readings:
            return next(iter(readings.values())) if len(readings) == 1 else None
    return None


def joined(segment: Segment, rest: Segment, spec: SegmentSpec, fits: Fits) -> RepairedSegment | None:
    """`segment` and the `rest` that an unreleased terminator cut off, if together they fit."""
    marks = segment.dialect.separators
    gap = rest.offset - segment.end()[0]
    if not marks.release or (gap and rest.line != segment.end()[1]):
        return None
    raw = segment.raw if isinstance(segment, RepairedSegment) else segment.text
    edits = segment.edits if isinstance(segment, RepairedSegment) else ()
    whole = Segment(
        segment.tag, f"{raw}{marks.terminator}{' ' * gap}{rest.text}", segment.dialect,
        segment.offset, segment.line, segment.column, segment.number, segment.marks,
    )  # fmt: skip
    candidate = RepairedSegment(whole, [*edits, Edit(len(raw), len(raw), marks.release)])
    if not fits(candidate):
        again = released(candidate, spec, fits)
        if again is None:
            return None
        candidate = again
    return candidate if _are_texts(candidate, segment, spec) else None


def _separators(segment: Segment) -> Iterator[int]:
    """Where separators stand that could be text: not the first one, and with something behind them."""
    text, marks = segment.text, segment.dialect.separators
    active = marks.element + marks.component + marks.repetition
    at, first = 0, True
    while at < len(text):
        if text[at] == marks.release:
            at += 2
            continue
        if text[at] in active:
            if not first and text[at + 1 : at + 2] not in ("", *active):
                yield at
            first = False
        at += 1


def _are_texts(candidate: RepairedSegment, before: Segment, spec: SegmentSpec) -> bool:
    """Whether all separators that are released now stand in data elements of free text."""
    for at in candidate.inserted_after(before):
        place = candidate.place_at(at)
        if not place.element or place.element > len(spec.parts):
            return False
        part: ElementSpec | PartSpec = spec.parts[place.element - 1]
        if isinstance(part, PartSpec):
            if (place.component or 1) > len(part.components):
                return False
            part = part.components[(place.component or 1) - 1]
        if part.id not in _TEXTS or part.codes is not None:
            return False
    return True


def _reading(segment: Segment, spec: SegmentSpec) -> tuple[object, ...]:
    """What the segment says, the lines of one text put together."""
    separator = segment.dialect.separators.component
    said: list[object] = []
    for number, element in enumerate(segment.elements()):
        part = spec.parts[number] if number < len(spec.parts) else None
        for repeat in element:
            texts: list[tuple[str, str]] = []
            for at, value in enumerate(repeat):
                inside = isinstance(part, PartSpec) and at < len(part.components)
                id = part.components[at].id if inside and isinstance(part, PartSpec) else str(at)
                if texts and texts[-1][0] == id:
                    texts[-1] = (id, f"{texts[-1][1]}{separator}{value}")
                else:
                    texts.append((id, value))
            said.append((number, tuple(texts)))
    return tuple(said)
