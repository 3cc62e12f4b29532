"""Checks the data elements of one segment: presence, length, type, code values, number of parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import Definitions, Use
from edi_router.formats.edifact.segment import Segment

_FORM = re.compile(r"(an|a|n)(\.\.)?(\d+)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?|-?[.,]\d+")
_ALPHABETIC = re.compile(r"[^0-9]*")
_OWN_AGENCY = "6"
"""Code list responsible agency (3055) of the directory's own lists: UN/ECE."""
_Measure = tuple[str | None, str]
"""The encoding that lengths are counted in (None: characters), and the decimal mark that is asked for."""
_SHORT = 6
"""A code list of so many codes is shown whole."""
_LONG = 17
"""The longest code that is compared with those of the list."""


@dataclass(frozen=True, slots=True)
class ElementSpec:
    """A data element in its place; `list_at` and `agency_at` are where 1131 and 3055 qualify its code."""

    id: str
    name: str
    form: str
    kind: str
    low: int
    high: int
    mandatory: bool
    repeat: int
    codes: Mapping[str, str] | None = None
    list_at: int = -1
    agency_at: int = -1


@dataclass(frozen=True, slots=True)
class PartSpec:
    """A composite in its place."""

    id: str
    name: str
    mandatory: bool
    repeat: int
    components: tuple[ElementSpec, ...]


@dataclass(frozen=True, slots=True)
class SegmentSpec:
    """A segment; without parts nothing of it is checked. `directory` is where its codes come from."""

    tag: str
    directory: str
    parts: tuple[ElementSpec | PartSpec, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What paths call the parts: ``C507``, ``d2380``."""
        return tuple(name_of(part) for part in self.parts)


def name_of(part: ElementSpec | PartSpec) -> str:
    """``C507`` for a composite, ``d2380`` for a data element."""
    return part.id if isinstance(part, PartSpec) else f"d{part.id}"


def segment_spec(definitions: Definitions, directory: str, tag: str) -> SegmentSpec | None:
    """The compiled segment, or None when the directory does not define it."""
    return definitions.cached(("segment", directory, tag), lambda: _compile(definitions, directory, tag))


def _compile(definitions: Definitions, directory: str, tag: str) -> SegmentSpec | None:
    segment = definitions.segment(directory, tag)
    if segment is None:
        return None
    parts: list[ElementSpec | PartSpec] = []
    for use in segment.parts:
        composite = definitions.composite(directory, use.ref)
        if composite is None:
            parts.append(_element(definitions, directory, use))
            continue
        refs = [part.ref for part in composite.parts]
        components = tuple(
            _element(definitions, directory, part, refs, index) for index, part in enumerate(composite.parts)
        )
        parts.append(PartSpec(use.ref, composite.name, use.status == "M", use.repeat, components))
    return SegmentSpec(tag, directory, tuple(parts))


def _element(
    definitions: Definitions, directory: str, use: Use, refs: Sequence[str] = (), index: int = 0
) -> ElementSpec:
    element = definitions.element(directory, use.ref)
    name, form = (element.name, element.form) if element else ("", "an..999")
    match = _FORM.fullmatch(form)
    kind, upto, high = (match[1], match[2], int(match[3])) if match else ("an", "..", 999)
    return ElementSpec(
        use.ref, name, form, kind, 0 if upto else high, high, use.status == "M", use.repeat,
        definitions.codes(directory, use.ref) if element and element.codes else None,
        _next(refs, "1131", index), _next(refs, "3055", index),
    )  # fmt: skip


def _next(refs: Sequence[str], ref: str, index: int) -> int:
    """The component `ref` that qualifies the one at `index`: the next one in the composite."""
    return next((at for at in range(index + 1, len(refs)) if refs[at] == ref), -1)


def check_elements(
    segment: Segment,
    spec: SegmentSpec,
    syntax_version: int,
    group: str | None,
    *,
    bytes_in: str | None = None,
) -> Iterator[Fault]:
    """The faults of the segment's data elements; lengths are characters, or bytes in the encoding `bytes_in`."""
    values = segment.elements()
    measure = (bytes_in, segment.dialect.decimal)
    parts = spec.parts
    count = len(values)
    if count > len(parts):
        last = parts[-1] if parts else None
        if last is not None and syntax_version < 4 and last.repeat > 1:
            # Without a repetition separator a repeated last part is written as further elements.
            parts = (*parts, *(last,) * min(last.repeat - 1, count - len(parts)))
        if count > len(parts):
            yield from _too_many(segment, spec, len(parts), group)
    for index, part in enumerate(parts):
        if index >= count:
            if part.mandatory and index < len(spec.parts):
                yield _missing(segment, part, index + 1, None, group)
            continue
        element = values[index]
        if len(element) > part.repeat:
            yield Fault(
                "element-repeated", segment.place(index + 1, repeat=part.repeat + 1, group=group),
                {"element": part.id, "name": part.name, "count": str(len(element)), "limit": str(part.repeat)},
            )  # fmt: skip
        for number, components in enumerate(element, 1):
            repeat = number if len(element) > 1 else None
            if isinstance(part, PartSpec):
                yield from _composite(segment, spec, part, components, index + 1, repeat, group, measure)
            elif components[0] == "" and len(components) == 1:
                if part.mandatory and number == 1:
                    yield _missing(segment, part, index + 1, None, group)
            else:
                if len(components) > 1:
                    yield _components(segment, part, components, 1, index + 1, repeat, group)
                for code, more, hint in _value(part, components[0], components, spec.directory, measure):
                    yield Fault(code, segment.place(index + 1, None, repeat, group), more, hint=hint)


def _composite(
    segment: Segment, spec: SegmentSpec, part: PartSpec, components: tuple[str, ...],
    element: int, repeat: int | None, group: str | None, measure: _Measure,
) -> Iterator[Fault]:  # fmt: skip
    if not any(components):
        if part.mandatory and (repeat or 1) == 1:
            yield _missing(segment, part, element, None, group)
        return
    count = len(components)
    if count > len(part.components):
        yield _components(segment, part, components, len(part.components), element, repeat, group)
    for index, component in enumerate(part.components):
        value = components[index] if index < count else ""
        if not value:
            if component.mandatory:
                yield _missing(segment, component, element, index + 1, group, repeat)
            continue
        for code, more, hint in _value(component, value, components, spec.directory, measure):
            yield Fault(code, segment.place(element, index + 1, repeat, group), more, hint=hint)


def _value(
    spec: ElementSpec, value: str, components: tuple[str, ...], directory: str, measure: _Measure
) -> Iterator[tuple[str, dict[str, str], str | None]]:
    bytes_in, decimal = measure
    length = len(value if bytes_in is None else value.encode(bytes_in, "surrogateescape"))
    if spec.kind == "n":
        if not _NUMBER.fullmatch(value):
            yield "element-type", _about(spec, value), None
            return
        length -= value.count("-") + value.count(".") + value.count(",")
        if decimal and ("." if decimal == "," else ",") in value:
            yield "decimal-mark-wrong", {**_about(spec, value), "mark": decimal}, None
    elif spec.kind == "a" and not _ALPHABETIC.fullmatch(value):
        yield "element-type", _about(spec, value), None
        return
    if length > spec.high:
        yield "element-too-long", _about(spec, value, length, spec.high), None
    elif length < spec.low:
        yield "element-too-short", _about(spec, value, length, spec.low), None
    elif spec.codes is not None and value not in spec.codes and not _foreign(spec, components):
        yield "code-unknown", {**_about(spec, value), "directory": directory}, _near(value, spec.codes)


def _near(value: str, codes: Mapping[str, str]) -> str | None:
    """The codes that a slip could have made `value` of, at most three, with their names; all of a short list.

    >>> _near("IMX", {"IMP": "Import", "EXP": "Export", "TRA": "Transit", **dict.fromkeys("ABCDEF", "")})
    'IMP (Import)'
    """
    found = [
        code for code in (value.upper(), value.lower(), value.strip(), value.lstrip("0")) if code in codes
    ]
    if len(value) <= _LONG and not found:
        letters = sorted({letter for code in codes for letter in code})
        cuts = [(value[:at], value[at:]) for at in range(len(value) + 1)]
        slips = [
            *(head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1),
            *(head + tail[1:] for head, tail in cuts if tail),
            *(head + letter + tail for head, tail in cuts for letter in letters),
            *(head + letter + tail[1:] for head, tail in reversed(cuts) if tail for letter in letters),
        ]
        found = [code for code in slips if code in codes]
    near = list(dict.fromkeys(found))[:3] or (list(codes) if len(codes) <= _SHORT else [])
    return ", ".join(f"{code} ({codes[code]})" if codes[code] else code for code in near) or None


def _foreign(spec: ElementSpec, components: tuple[str, ...]) -> bool:
    """Whether 1131 or 3055 say that the code is from another list than the directory's."""
    agency = components[spec.agency_at] if 0 <= spec.agency_at < len(components) else ""
    code_list = components[spec.list_at] if 0 <= spec.list_at < len(components) else ""
    return bool(code_list) or agency not in ("", _OWN_AGENCY)


def _about(spec: ElementSpec, value: str, length: int = 0, limit: int = 0) -> dict[str, str]:
    values = {"element": spec.id, "name": spec.name, "value": value, "form": spec.form}
    if limit:
        values |= {"length": str(length), "limit": str(limit)}
    return values


def _missing(
    segment: Segment, part: ElementSpec | PartSpec, element: int, component: int | None,
    group: str | None, repeat: int | None = None,
) -> Fault:  # fmt: skip
    place = segment.place(element, component, repeat, group)
    return Fault("element-missing", place, {"element": part.id, "name": part.name})


def _components(
    segment: Segment, part: ElementSpec | PartSpec, components: tuple[str, ...], limit: int,
    element: int, repeat: int | None, group: str | None,
) -> Fault:  # fmt: skip
    values = {"element": part.id, "name": part.name, "count": str(len(components)), "limit": str(limit)}
    return Fault("components-too-many", segment.place(element, limit + 1, repeat, group), values)


def _too_many(segment: Segment, spec: SegmentSpec, limit: int, group: str | None) -> Iterator[Fault]:
    count = len(segment.elements())
    values = {"tag": spec.tag, "count": str(count), "limit": str(limit)}
    yield Fault("elements-too-many", segment.place(limit + 1, group=group), values)
