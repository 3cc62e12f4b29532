"""The data elements of UNB, UNZ, UNG and UNE in every syntax version, and the check of their presence and form.

The tables follow ISO 9735:1988 with its amendments (versions 1 to 3) and ISO 9735-1 (version 4). They are
held here, not read from a directory, because every interchange is checked, also where none is at hand; a test
compares them with the directories `service-3` and `service-4`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from edi_router.faults import Fault
from edi_router.formats.edifact.model import fault_at
from edi_router.formats.edifact.segment import Segment

_FORM = re.compile(r"(an|a|n)(\.\.)?(\d+)")
_NOTHING = (("",),)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_KINDS = {"an": r"[^\x00-\x1f\x7f]", "a": r"[^0-9\x00-\x1f\x7f]", "n": "[0-9]"}


@dataclass(frozen=True, slots=True)
class Part:
    """A simple data element of a service segment: id, name, form, whether it must be there.

    `limit` is the greatest length, `admits` finds a value that has the form.
    """

    id: str
    name: str
    form: str
    needed: bool
    limit: int
    admits: Callable[[str], object]


def _part(id: str, name: str, form: str, needed: bool) -> Part:
    match = _FORM.fullmatch(form)
    assert match is not None, form
    kind, upto, limit = match[1], match[2], int(match[3])
    pattern = f"{_KINDS[kind]}{{{0 if upto else limit},{limit}}}"
    return Part(id, name, form, needed, limit, re.compile(pattern).fullmatch)


@dataclass(frozen=True, slots=True)
class Whole:
    """A data element in its place: its components (one for a simple one), and whether it must be there."""

    needed: bool
    parts: tuple[Part, ...]


def _table(text: str) -> tuple[Whole, ...]:
    """Each line is an element: `M` or `C`, then its components, of which `!` marks the mandatory ones."""
    out = []
    for line in text.strip().splitlines():
        status, rest = line.split(None, 1)
        parts = []
        for each in rest.split(", "):
            id, name = each.split(None, 1)
            name, form = name.rsplit(None, 1)
            parts.append(_part(id.lstrip("!"), name, form, id.startswith("!")))
        out.append(Whole(status == "M", tuple(parts)))
    return tuple(out)


_REST = """
C !0022 recipient reference/password an..14, 0025 recipient reference/password qualifier an2
C 0026 application reference an..14
C 0029 processing priority code a1
C 0031 acknowledgement request n1
C 0032 interchange agreement identifier an..35
C 0035 test indicator n1
"""
_UNB_3 = _table(f"""
M !0001 syntax identifier a4, !0002 syntax version number n1
M !0004 sender identification an..35, 0007 identification code qualifier an..4, 0008 reverse routing an..14
M !0010 recipient identification an..35, 0007 identification code qualifier an..4, 0014 routing an..14
M !0017 date of preparation n6, !0019 time of preparation n4
M !0020 interchange control reference an..14
{_REST.strip()}
""")
_UNB_4 = _table(f"""
M !0001 syntax identifier a4, !0002 syntax version number an1, 0080 service code list directory version an..6, \
0133 character encoding an..3, 0076 syntax release number an..2
M !0004 sender identification an..35, 0007 identification code qualifier an..4, \
0008 sender internal identification an..35, 0042 sender internal sub-identification an..35
M !0010 recipient identification an..35, 0007 identification code qualifier an..4, \
0014 recipient internal identification an..35, 0046 recipient internal sub-identification an..35
M !0017 date of preparation n8, !0019 time of preparation n4
M !0020 interchange control reference an..14
{_REST.strip()}
""")
_UNG = """
{0} !0038 message group identification an..6
{0} !0040 application sender identification an..35, 0007 identification code qualifier an..4
{0} !0044 application recipient identification an..35, 0007 identification code qualifier an..4
{0} !0017 date of preparation n{1}, !0019 time of preparation n4
M !0048 group reference number an..14
{0} !0051 controlling agency an..{2}
{0} !0052 message version number an..3, !0054 message release number an..3, 0057 association assigned code an..6
C 0058 application password an..14
"""
_UNE = _table("M !0060 group control count n..6\nM !0048 group reference number an..14")
_UNZ = _table("M !0036 interchange control count n..6\nM !0020 interchange control reference an..14")
TABLES: Mapping[tuple[str, int], tuple[Whole, ...]] = MappingProxyType({
    ("UNB", 3): _UNB_3, ("UNG", 3): _table(_UNG.format("M", 6, 2)), ("UNE", 3): _UNE, ("UNZ", 3): _UNZ,
    ("UNB", 4): _UNB_4, ("UNG", 4): _table(_UNG.format("C", 8, 3)), ("UNE", 4): _UNE, ("UNZ", 4): _UNZ,
})  # fmt: skip
"""By tag and syntax version; 3 stands for versions 1 to 3."""
REFERENCES = frozenset({("UNZ", 2), ("UNE", 2)})
"""What is compared with the header, where its form is checked."""
ELSEWHERE = frozenset({"0001", "0002", "0017", "0019"})
"""Whose form `envelope` checks, with codes of their own."""


def part_faults(segment: Segment, version: int) -> Iterator[Fault]:
    """What is missing, too long, of the wrong form or too much in a service segment.

    Syntax identifier, date and time are only asked for here: `envelope` tells what is wrong with them.
    """
    table = TABLES[segment.tag, 4 if version == 4 else 3]
    elements = segment.elements()
    for number, whole in enumerate(table, 1):
        element = elements[number - 1] if number <= len(elements) else _NOTHING
        values, parts = element[0], whole.parts
        there = whole.needed or any(values)
        for position, part in enumerate(parts, 1):
            value = values[position - 1] if position <= len(values) else ""
            if not value:
                fits = not (part.needed and there)
            elif part.id in ELSEWHERE or (segment.tag, number) in REFERENCES:
                continue
            else:
                fits = bool(part.admits(value))
            if not fits:
                yield _value_fault(segment, part, value, number, None if len(parts) == 1 else position)
            if not any(values):
                break  # of what is wholly absent only the first part is told
        if len(values) > len(parts) and any(values[len(parts) :]):
            yield _too_many(segment, version, number, len(parts) + 1)
        if len(element) > 1:
            names = {"tag": segment.tag, "version": str(version)}
            yield Fault("service-too-many-parts", segment.place(number, repeat=2), names)
    if any(any(map(any, element)) for element in elements[len(table) :]):
        yield _too_many(segment, version, len(table) + 1, None)


def _value_fault(segment: Segment, part: Part, value: str, element: int, component: int | None) -> Fault:
    names = {"tag": segment.tag, "name": part.name, "id": part.id}
    if not value:
        return fault_at(segment, "service-element-missing", element, component, **names)
    shown = _CONTROLS.sub("·", value)
    if len(without_controls(value)) > part.limit:
        names |= {"value": shown, "limit": str(part.limit)}
        return fault_at(segment, "service-element-too-long", element, component, **names)
    return fault_at(segment, "service-element-invalid", element, component, value=shown, **names)


def without_controls(text: str) -> str:
    """`text` as it was before lines were broken in it: control characters are a fault of their own."""
    return _CONTROLS.sub("", text)


def _too_many(segment: Segment, version: int, element: int, component: int | None) -> Fault:
    values = {"tag": segment.tag, "version": str(version)}
    return fault_at(segment, "service-too-many-parts", element, component, **values)
