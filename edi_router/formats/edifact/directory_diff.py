"""What changed between two directories for one message type: what a migration has to look at.

Groups are matched by their trigger segment and order, not by number, since numbers shift between releases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse, Use

Content = Sequence[SegmentUse | GroupUse]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: in what `part` (structure, segment, composite, element, code), of what kind, where.

    `where` is the group path, segment, composite or element it is in (in the new directory where that has
    it), `what` the segment, group, reference or code value.
    """

    part: str
    change: str
    where: str
    what: str
    old: str = ""
    new: str = ""
    name: str = ""

    def as_json(self) -> dict[str, str]:
        """The change as scripts get it; what does not apply is left out."""
        shape = {"part": self.part, "change": self.change, "where": self.where, "what": self.what,
                 "old": self.old, "new": self.new, "name": self.name}  # fmt: skip
        return {key: value for key, value in shape.items() if value or key in ("where", "what")}


def changes(
    definitions: Definitions, old: str, new: str, before: MessageDef, after: MessageDef
) -> list[Change]:
    """All changes of a message from the directory `old` to `new`: structure, then what its segments hold."""
    found = _levelled(list(_structure(before.content, after.content, "", "")))
    return found + list(_Parts(definitions, old, new).changes(tags(before.content), tags(after.content)))


def tags(content: Content) -> list[str]:
    """The segments used, each once, in the order of their first use."""
    found: dict[str, None] = {}
    for entry in content:
        for tag in tags(entry.content) if isinstance(entry, GroupUse) else [entry.tag]:
            found[tag] = None
    return list(found)


def _key(entry: SegmentUse | GroupUse) -> str:
    """A segment by its tag, a group by its trigger's."""
    if isinstance(entry, SegmentUse):
        return entry.tag
    return "group " + (_key(entry.content[0]) if entry.content else "")


def _label(entry: SegmentUse | GroupUse) -> str:
    if isinstance(entry, SegmentUse):
        return entry.tag
    return f"{entry.name} ({'-'.join(each.name if isinstance(each, GroupUse) else each.tag for each in entry.content)})"


def pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None, bool]]:
    """Places in both lists that belong together, in the new order; the flag tells that a place moved.

    >>> list(pairs("abc", "cab"))
    [(2, 0, True), (0, 1, False), (1, 2, False)]
    >>> list(pairs("ab", "ac"))
    [(0, 0, False), (None, 1, False), (1, None, False)]
    """
    matched: dict[int, int] = {}
    for block in SequenceMatcher(a=list(old), b=list(new), autojunk=False).get_matching_blocks():
        for step in range(block.size):
            matched[block.b + step] = block.a + step
    rest = [at for at in range(len(old)) if at not in set(matched.values())]
    moved: set[int] = set()
    for at, key in enumerate(new):
        if at not in matched:
            twin = next((each for each in rest if old[each] == key), None)
            if twin is not None:
                rest.remove(twin)
                matched[at] = twin
                moved.add(at)
    last = -1
    for at in range(len(new)):
        place = matched.get(at)
        if place is not None and at not in moved:
            for each in [each for each in rest if last < each < place]:
                yield each, None, False
                rest.remove(each)
            last = place
        yield place, at, at in moved
    for each in rest:
        yield each, None, False


def _structure(old: Content, new: Content, old_path: str, path: str) -> Iterator[Change]:
    for a, b, moved in pairs([_key(each) for each in old], [_key(each) for each in new]):
        if b is None:
            assert a is not None
            yield Change("structure", "removed", old_path, _label(old[a]), old=_occurs(old[a]))
            continue
        after = new[b]
        if a is None:
            yield Change("structure", "added", path, _label(after), new=_occurs(after))
            continue
        before = old[a]
        what = _name(after)
        if moved:
            yield Change("structure", "moved", path, what, old=_behind(old, a), new=_behind(new, b))
        if before.status != after.status:
            yield Change("structure", "status", path, what, before.status, after.status)
        if before.repeat != after.repeat:
            yield Change("structure", "repeat", path, what, str(before.repeat), str(after.repeat))
        if isinstance(before, GroupUse) and isinstance(after, GroupUse):
            if before.name != after.name:
                yield Change("structure", "renumbered", path, _key(after.content[0]), before.name, after.name)
            yield from _structure(
                before.content, after.content, _join(old_path, before.name), _join(path, after.name)
            )


def _levelled(found: list[Change]) -> list[Change]:
    """A group removed in one place and added with the same content in another has moved.

    So has a segment that went into a group where it was, or out of it; elsewhere it is another one.
    """
    result = list(found)
    for change in found:
        if change.change != "removed":
            continue
        key = _members(change.what)
        twin = next(
            (
                each
                for each in result
                if each.change == "added"
                and _members(each.what) == key
                and each.where != change.where
                and ("-" in key or _around(change.where, each.where))
            ),
            None,
        )
        if twin is not None:
            moved = Change(
                "structure", "moved", twin.where, twin.what, change.where or "/", twin.where or "/"
            )
            result[result.index(twin)] = moved
            result.remove(change)
    return result


def _around(one: str, other: str) -> bool:
    """Whether one group path lies directly in the other."""
    short, long = sorted((one.split("/") if one else [], other.split("/") if other else []), key=len)
    return len(long) == len(short) + 1 and long[: len(short)] == short


def _members(label: str) -> str:
    return label.partition(" ")[2] or label


def _behind(content: Content, at: int) -> str:
    return f"after {_name(content[at - 1])}" if at else "first"


def _name(entry: SegmentUse | GroupUse) -> str:
    return entry.name if isinstance(entry, GroupUse) else entry.tag


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _occurs(entry: SegmentUse | GroupUse | Use) -> str:
    return f"{entry.status} {entry.repeat}"


class _Parts:
    """The changes in segments, composites, elements and codes, each told once."""

    def __init__(self, definitions: Definitions, old: str, new: str) -> None:
        self.definitions = definitions
        self.old = old
        self.new = new
        self.composites: dict[str, None] = {}
        self.elements: dict[str, None] = {}

    def changes(self, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
        """Of the segments in both, then of the composites and elements these hold in both."""
        for tag in [tag for tag in after if tag in before]:
            old = self.definitions.segment(self.old, tag)
            new = self.definitions.segment(self.new, tag)
            if old is not None and new is not None:
                yield from self._uses("segment", tag, old.parts, new.parts)
        for id in list(self.composites):
            old_composite = self.definitions.composite(self.old, id)
            new_composite = self.definitions.composite(self.new, id)
            if old_composite is not None and new_composite is not None:
                yield from self._uses("composite", id, old_composite.parts, new_composite.parts)
        yield from self._forms()
        yield from self._codes()

    def _uses(self, part: str, where: str, old: Sequence[Use], new: Sequence[Use]) -> Iterator[Change]:
        for a, b, moved in pairs([use.ref for use in old], [use.ref for use in new]):
            if b is None:
                assert a is not None
                use = old[a]
                yield Change(
                    part, "removed", where, use.ref, _occurs(use), name=self._name(self.old, use.ref)
                )
                continue
            use = new[b]
            name = self._name(self.new, use.ref)
            if a is None:
                yield Change(part, "added", where, use.ref, new=_occurs(use), name=name)
                continue
            (self.elements if use.ref.isdigit() else self.composites)[use.ref] = None
            was = old[a]
            if moved:
                yield Change(part, "moved", where, use.ref, was.position, use.position, name)
            if was.status != use.status:
                yield Change(part, "status", where, use.ref, was.status, use.status, name)
            if was.repeat != use.repeat:
                yield Change(part, "repeat", where, use.ref, str(was.repeat), str(use.repeat), name)

    def _name(self, directory: str, ref: str) -> str:
        found = (self.definitions.element if ref.isdigit() else self.definitions.composite)(directory, ref)
        return found.name if found is not None else ""

    def _forms(self) -> Iterator[Change]:
        for id in sorted(self.elements):
            old = self.definitions.element(self.old, id)
            new = self.definitions.element(self.new, id)
            if old is not None and new is not None and old.form != new.form:
                yield Change("element", "form", id, id, old.form, new.form, new.name)

    def _codes(self) -> Iterator[Change]:
        for id in sorted(self.elements):
            old = self.definitions.codes(self.old, id) or {}
            new = self.definitions.codes(self.new, id) or {}
            for value in sorted(set(old) - set(new)):
                yield Change("code", "removed", id, value, name=old[value])
            for value in sorted(set(new) - set(old)):
                yield Change("code", "added", id, value, name=new[value])
