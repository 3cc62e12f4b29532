"""Whether the output of a mapping can fit its EDIFACT message: names, places, lengths, codes, what is mandatory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.config import did_you_mean
from edi_router.faults import Fault, is_error, render
from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import (
    ElementSpec,
    PartSpec,
    SegmentSpec,
    check_elements,
    name_of,
    segment_spec,
)
from edi_router.formats.edifact.segment import Segment
from edi_router.mapping.model import Item

_BY_ITSELF = ("UNH", "UNS", "UNT")
"""Segments that the writer makes."""
Content = Sequence[SegmentUse | GroupUse]


def lint_edifact(root: Item, definitions: Definitions, message: MessageDef) -> list[Fault]:
    """The faults of the mapping's output items against the directory. Their order is the writer's affair."""
    if root.name != message.type:
        values = {"name": root.name, "parent": "(root)"}
        return [Fault("target-unknown", root.place, values, hint=message.type)]
    return list(_Lint(definitions, message.directory).level(root, message.content))


class _Lint:
    def __init__(self, definitions: Definitions, directory: str) -> None:
        self.definitions = definitions
        self.directory = directory

    def level(self, parent: Item, content: Content) -> Iterator[Fault]:
        """The segments and groups of a message or group."""
        uses: dict[str, SegmentUse | GroupUse] = {}
        limits: dict[str, int] = {}
        for use in content:
            uses.setdefault(_name(use), use)
            limits[_name(use)] = limits.get(_name(use), 0) + use.repeat
        yield from _unfilled(
            parent,
            [_name(use) for use in content if use.status == "M" and _name(use) not in _BY_ITSELF],
        )
        yield from self._counted(parent, limits)
        for child in parent.do or ():
            found = uses.get(child.name)
            if found is None or child.name == "UNT":
                yield _unknown(child, parent, list(uses), _elsewhere(child.name, content))
            elif child.do is None or child.has_value:
                yield _needs_do(child, found.content if isinstance(found, GroupUse) else ())
            elif isinstance(found, GroupUse):
                yield from self.level(child, found.content)
            else:
                yield from self._segment(child)

    def _counted(self, parent: Item, limits: dict[str, int]) -> Iterator[Fault]:
        """More lines than there may be segments of that name, or `each` on one that stands once."""
        certain: dict[str, int] = {}
        for child in parent.do or ():
            limit = limits.get(child.name)
            if limit is None:
                continue
            certain[child.name] = certain.get(child.name, 0) + (not child.when)
            if (child.repeats and limit == 1) or certain[child.name] > limit:
                yield Fault("target-repeated", child.place, {"name": child.name, "parent": parent.name})

    def _segment(self, item: Item) -> Iterator[Fault]:
        directory = "service-4" if item.name == "UNH" else self.directory
        spec = segment_spec(self.definitions, directory, item.name)
        spec = spec or segment_spec(self.definitions, "service-4", item.name)
        if spec is None:
            return
        yield from self._parts(item, spec.parts)

    def _parts(self, parent: Item, parts: Sequence[ElementSpec | PartSpec]) -> Iterator[Fault]:
        by_name: dict[str, list[ElementSpec | PartSpec]] = {}
        for part in parts:
            by_name.setdefault(name_of(part), []).append(part)
        given = {child.name for child in parent.do or ()}
        needed = [name_of(part) for part in parts if part.mandatory and name_of(part) not in given]
        if parent.name not in ("UNH", "S009"):
            yield from _unfilled(parent, list(dict.fromkeys(needed)))
        taken: dict[str, int] = {}
        for child in parent.do or ():
            places = by_name.get(child.name)
            if places is None:
                yield _unknown(child, parent, list(by_name), _within(child.name, parts))
                continue
            part = places[0]
            limit = max(len(places), part.repeat)
            lines = 1 if child.wrap is None else (child.wrap.last or child.wrap.first) - child.wrap.first + 1
            taken[child.name] = taken.get(child.name, 0) + lines * (not child.when and child.index is None)
            if (child.index or 1) > limit or taken[child.name] > limit or (child.repeats and limit == 1):
                yield Fault("target-repeated", child.place, {"name": child.name, "parent": parent.name})
            if isinstance(part, PartSpec):
                if child.do is None or child.has_value:
                    hint = f"{child.name}/{name_of(part.components[0])}" if part.components else None
                    values = {"path": child.name, "name": child.name}
                    yield Fault("path-is-branch", child.place, values, hint=hint)
                else:
                    yield from self._parts(child, part.components)
            elif child.do is not None:
                yield Fault("target-unknown", child.place, {"name": "do", "parent": child.name})
            else:
                yield from _wrapped(child, part)
                yield from self._constant(child, parent, part)

    def _constant(self, item: Item, parent: Item, spec: ElementSpec) -> Iterator[Fault]:
        """A fixed text that can never be right."""
        qualified = spec.list_at >= 0 or spec.agency_at >= 0
        if qualified and any(other.name in ("d1131", "d3055") for other in parent.do or ()):
            # The code is of another list than the directory's.
            spec = ElementSpec(
                spec.id, spec.name, spec.form, spec.kind, spec.low, spec.high, spec.mandatory, spec.repeat
            )
        for text in item.fixed:
            yield from _value(item, parent, spec, text, self.directory)


def _wrapped(item: Item, spec: ElementSpec) -> Iterator[Fault]:
    """Lines that are longer than the data element, or that all take the same place."""
    wrap = item.wrap
    if wrap is not None and wrap.length > spec.high:
        values = {
            "key": "length",
            "value": str(wrap.length),
            "problem": f"{item.name} has room for {spec.high}",
        }
        yield Fault("config-value", wrap.place, values)
    if wrap is not None and item.index is not None:
        problem = "the lines take one place after the other: leave the number out"
        yield Fault(
            "config-value", item.place, {"key": item.name, "value": f"[{item.index}]", "problem": problem}
        )


def _value(item: Item, parent: Item, spec: ElementSpec, text: str, directory: str) -> Iterator[Fault]:
    segment = Segment.make("XXX", text)
    for fault in check_elements(segment, SegmentSpec("XXX", directory, (spec,)), 3, None):
        if is_error(fault):
            values = {
                "name": item.name, "parent": parent.name, "value": text,
                "problem": render(fault, "en"), "problem_zh": render(fault, "zh"),
            }  # fmt: skip
            yield Fault("target-never-valid", item.place, values, hint=fault.hint)


def _unfilled(parent: Item, names: Sequence[str]) -> Iterator[Fault]:
    given = {child.name for child in parent.do or ()}
    for name in names:
        if name not in given:
            yield Fault("target-unfilled", parent.place, {"name": name, "parent": parent.name})


def _needs_do(item: Item, content: Content) -> Fault:
    """A segment or group has no value: it has a `do`, or takes over one of its own name."""
    hint = f"{item.name}/{_name(content[0])}/…" if content else f"{item.name}/…"
    return Fault("path-is-branch", item.place, {"path": item.name, "name": item.name}, hint=hint)


def _unknown(child: Item, parent: Item, names: Sequence[str], elsewhere: str | None) -> Fault:
    values = {"name": child.name, "parent": parent.name}
    hint = elsewhere or did_you_mean(child.name, names) or ", ".join(list(names)[:12]) or None
    return Fault("target-unknown", child.place, values, hint=hint)


def _within(name: str, parts: Sequence[ElementSpec | PartSpec]) -> str | None:
    """The composite that has the data element: the usual slip is to leave it out."""
    for part in parts:
        if isinstance(part, PartSpec) and any(name == f"d{each.id}" for each in part.components):
            return f"{part.id}/{name}"
    return None


def _elsewhere(name: str, content: Content, path: str = "") -> str | None:
    """The way to a segment or group of that name in a group below."""
    for use in content:
        if isinstance(use, GroupUse):
            here = f"{path}{use.name}/"
            if any(_name(each) == name for each in use.content):
                return here + name
            if (found := _elsewhere(name, use.content, here)) is not None:
                return found
    return None


def _name(use: SegmentUse | GroupUse) -> str:
    return use.tag if isinstance(use, SegmentUse) else use.name
