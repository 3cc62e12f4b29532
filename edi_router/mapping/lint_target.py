"""Whether the output of a mapping can fit its XSD: unknown names, wrong order, mandatory ones unfilled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from edi_router.config import did_you_mean
from edi_router.faults import Fault, render
from edi_router.formats.xml.model import ElementInfo
from edi_router.mapping.model import Item

Look = Callable[[Sequence[str]], ElementInfo | None]
"""What the schema says about the element at a path of local names from the root."""


Judge = Callable[[list[str], str], Fault | None]
"""What keeps a text from being the value of the element or attribute at a path."""


def lint_target(root: Item, roots: Sequence[str], look: Look, judge: Judge) -> list[Fault]:
    """The faults of the mapping's output items against the schema."""
    if root.name not in roots:
        values = {"name": root.name, "parent": "(root)"}
        return [Fault("target-unknown", root.place, values, hint=did_you_mean(root.name, roots))]
    return [*_element(root, [root.name], look), *_fixed(root, [root.name], look, judge)]


def _element(item: Item, path: list[str], look: Look) -> Iterator[Fault]:
    info = look(path)
    if info is None:
        return
    yield from _attributes(item, info)
    below = [child for child in item.do or () if not child.is_attribute]
    known: list[Item] = []
    for child in below:
        if child.name in info.children:
            known.append(child)
        elif not info.any_child:
            values = {"name": child.name, "parent": item.name}
            hint = did_you_mean(child.name, info.children) or _elsewhere(child.name, path, look)
            yield Fault("target-unknown", child.named or child.place, values, hint=hint)
    if item.do is not None:
        yield from _order(item, known, info)
        yield from _filled(item, known, path, info, look)
    seen: dict[str, Item] = {}
    for child in known:
        inner = [*path, child.name]
        yield from _once(item, child, seen, look(inner))
        seen.setdefault(child.name, child)
        yield from _element(child, inner, look)


def _fixed(item: Item, path: list[str], look: Look, judge: Judge, parent: str = "(root)") -> Iterator[Fault]:
    """Fixed texts that the schema does not admit: a constant that nothing changes, or a default."""
    for text in item.fixed:
        found = judge(path, text)
        if found is not None:
            values = {
                "name": item.name, "parent": parent, "value": text,
                "problem": render(found, "en"), "problem_zh": render(found, "zh"),
            }  # fmt: skip
            info = None if item.is_attribute else look(path)
            hint = did_you_mean(text, info.values) if info is not None else None
            yield Fault("target-never-valid", item.place, values, hint=hint)
    for child in item.do or ():
        yield from _fixed(child, [*path, child.name], look, judge, item.name)


def _attributes(item: Item, info: ElementInfo) -> Iterator[Fault]:
    given = {child.name[1:] for child in item.do or () if child.is_attribute}
    for child in item.do or ():
        if child.is_attribute and child.name[1:] not in info.attributes:
            names = [f"@{name}" for name in info.attributes]
            values = {"name": child.name, "parent": item.name}
            yield Fault("target-unknown", child.place, values, hint=did_you_mean(child.name, names))
    for name, needed in info.attributes.items():
        if needed and name not in given:
            yield Fault("target-unfilled", item.place, {"name": f"@{name}", "parent": item.name})


def _order(item: Item, known: Sequence[Item], info: ElementInfo) -> Iterator[Fault]:
    rank = {name: number for number, name in enumerate(info.children)}
    highest: Item | None = None
    for child in known:
        if highest is not None and rank[child.name] < rank[highest.name]:
            values = {"name": child.name, "other": highest.name, "parent": item.name}
            yield Fault("target-order", child.place, values)
        else:
            highest = child


def _filled(
    item: Item, known: Sequence[Item], path: list[str], info: ElementInfo, look: Look
) -> Iterator[Fault]:
    names = {child.name for child in known}
    for name in info.children:
        below = look([*path, name]) if name not in names else None
        if below is not None and below.mandatory:
            yield Fault("target-unfilled", item.place, {"name": name, "parent": item.name})
    for choice in info.choices:
        if not names.intersection(choice):
            yield Fault("target-unfilled", item.place, {"name": " | ".join(choice), "parent": item.name})


def _once(parent: Item, child: Item, seen: dict[str, Item], info: ElementInfo | None) -> Iterator[Fault]:
    if info is None or info.max_occurs is None or info.max_occurs > 1:
        return
    again = seen.get(child.name)
    if child.repeats or (again is not None and not (again.when or child.when)):
        yield Fault("target-repeated", child.place, {"name": child.name, "parent": parent.name})


def _elsewhere(name: str, path: list[str], look: Look) -> str | None:
    """Another place on the way where the name is known."""
    for end in range(len(path), 0, -1):
        info = look(path[:end])
        for between in info.children if info is not None else ():
            if (inner := look([*path[:end], between])) is not None and name in inner.children:
                return "/".join([*path[:end], between, name])
    return None
