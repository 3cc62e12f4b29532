"""Whether a text can be the value of a part of the source, by its directory, XSD or layout.

A path that asks for a code that no document can have selects nothing, without an error whenever it is used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from edi_router.config import did_you_mean
from edi_router.faults import Fault, Place, is_error, render
from edi_router.formats.edifact.elements import (
    ElementSpec,
    PartSpec,
    SegmentSpec,
    check_elements,
    name_of,
    segment_spec,
)
from edi_router.formats.edifact.segment import Segment
from edi_router.mapping.shape import EdifactShape, LayoutShape, Shape, XmlShape


def never_found(path: str, text: str, shape: Shape, place: Place) -> Fault | None:
    """The warning that the text is none that the leaf can have; None when it can have it."""
    found = refusal(shape, text) if shape.is_leaf else None
    if found is None:
        return None
    values = {"path": path, "value": text, "problem": render(found, "en"), "problem_zh": render(found, "zh")}
    hint = found.hint
    if isinstance(shape, XmlShape) and shape.info is not None:
        hint = hint or did_you_mean(text, shape.info.values)
    return Fault("path-value-unknown", place, values, hint=hint)


def refusal(shape: Shape, text: str) -> Fault | None:
    """Why the text can never be the value of the leaf; None when it can, or when nothing is known of it.

    Where 1131 or 3055 can name another code list, only the form of a code counts.
    """
    if isinstance(shape, EdifactShape):
        found = None if shape.directory.startswith("service") else spec_of(shape)
        if found is None:
            return None
        spec, qualified = found
        return refused(replace(spec, codes=None) if qualified else spec, shape.directory, text)
    if isinstance(shape, XmlShape):
        return None if shape.judge is None else shape.judge(list(shape.path), text)
    if isinstance(shape, LayoutShape) and shape.layout is not None and isinstance(shape.parent, LayoutShape):
        from edi_router.formats.records.check import value_faults  # for those who have a flat file

        record = shape.parent.record
        field = record.field(shape.name) if record is not None else None
        return None if field is None else next(iter(value_faults(field, text, shape.layout)), None)
    return None


def refused(spec: ElementSpec, directory: str, text: str) -> Fault | None:
    """The error that a data element gives with this value."""
    segment = Segment.make("XXX", text)
    faults = check_elements(segment, SegmentSpec("XXX", directory, (spec,)), 3, None)
    return next((fault for fault in faults if is_error(fault)), None)


def spec_of(shape: EdifactShape) -> tuple[ElementSpec, bool] | None:
    """The data element, and whether 1131 or 3055 can say that its code is from another list."""
    names = path_of(shape)
    at = next((at for at, name in enumerate(names) if re.fullmatch(r"[A-Z]{3}", name)), None)
    segment = segment_spec(shape.definitions, shape.directory, names[at]) if at is not None else None
    if segment is None or at is None:
        return None
    parts: Sequence[ElementSpec | PartSpec] = segment.parts
    for name in names[at + 1 :]:
        part = next((each for each in parts if name_of(each) == name), None)
        if isinstance(part, ElementSpec):
            return part, part.list_at >= 0 or part.agency_at >= 0
        parts = part.components if part is not None else ()
    return None


def path_of(shape: Shape) -> tuple[str, ...]:
    """The names from the message down to the part."""
    names = [shape.name]
    while (above := shape.parent) is not None:
        names.append(above.name)
        shape = above
    return tuple(reversed(names))
