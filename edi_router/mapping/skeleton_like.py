"""Carrying a mapping over to another release: the same paths under the segment groups of the new message.

A group of the old message is matched with the group of the new one that begins with the same segment and holds
the most alike content, at the corresponding place. What has no counterpart is commented out in the text, with
its line, and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from edi_router.config import Tree
from edi_router.formats.edifact.directory import GroupUse, MessageDef, SegmentUse, definitions_over
from edi_router.mapping.lint_paths import check_path, end_of
from edi_router.mapping.mapping import FOLDER
from edi_router.mapping.model import Definition, Item, Source, conditions_in
from edi_router.mapping.reading import read_definition
from edi_router.mapping.releases import spelt
from edi_router.mapping.shape import EdifactShape, Shape
from edi_router.paths import Equals, Path, Start, Step, parse
from edi_router.paths.path import PARENT

Content = Sequence[SegmentUse | GroupUse]
Groups = dict[tuple[str, ...], tuple[str, ...]]
"""The path of a group in the old message, and in the new one."""
_ALIKE = 0.2
_GROUP = re.compile(r"SG\d+")
_TOP = re.compile(r"(\w+):")


@dataclass(frozen=True)
class Lost:
    """A path that has no counterpart: the line of the old mapping, the path and why."""

    line: int
    path: str
    problem: str


@dataclass(frozen=True)
class Carried:
    """The new mapping's text, how many paths were changed, and what could not be placed."""

    text: str
    changed: int
    lost: list[Lost]


def carry_over(tree: Tree, other: str, id: str, source: str) -> Carried:
    """The mapping `other` as `id`, reading `source`; ValueError when one of the two is not EDIFACT or not there."""
    name = f"{FOLDER}/{other}/mapping.yaml"
    text = tree.text(name)
    definition, _ = read_definition(text, name, tree)
    if definition is None:
        raise ValueError(f"{name} has faults: edi-router lint tells them")
    definitions = definitions_over(tree)
    if definition.origin.format != "edifact":
        raise ValueError(f"{other} does not read EDIFACT")
    type, _, directory = source.partition(" ")
    releases = (definition, *definition.others)
    definition = next((each for each in releases if each.origin.qualifier == directory), definition)
    old = definitions.message_of(definition.origin.qualifier or "", definition.origin.name)
    new = definitions.message_of(directory, type)
    for message, kind in ((old, str(definition.origin)), (new, source)):
        if message is None:
            raise ValueError(
                f"there is no definition of {kind}; import its release: edi-router directory import"
            )
    assert old is not None
    assert new is not None
    groups = match_groups(old, new)
    names = {alias: _place(steps, groups) for alias, steps in definition.aliases.items()}
    carrier = _Carrier(groups, EdifactShape.of_message(definitions, new), names, definition.file)
    carrier.definition(definition)
    if carrier.elsewhere:
        shared = ", ".join(sorted(carrier.elsewhere))
        raise ValueError(
            f"{other} uses {shared}, of which {source} needs other paths: write them into the mapping first"
        )
    lines = text.splitlines()
    changed = _rewritten(lines, carrier.edits)
    lost = [*carrier.lost, *(Lost(line, path, "it cannot be rewritten here") for line, path in changed)]
    _comment_out(lines, lost)
    lines = _with_head(lines, id, source, names)
    edits = sum(old != new for _, old, new in carrier.edits) - len(changed)
    return Carried("\n".join(lines) + "\n", edits, lost)


def match_groups(old: MessageDef, new: MessageDef) -> Groups:
    """Which group of the new message is which of the old one."""
    groups: Groups = {}
    _match(old.content, new.content, (), (), groups)
    return groups


def _match(old: Content, new: Content, above: tuple[str, ...], over: tuple[str, ...], groups: Groups) -> None:
    free = [use for use in new if isinstance(use, GroupUse)]
    pairs = [
        (-_likeness(mine, theirs), at, place, mine, theirs)
        for at, mine in enumerate(use for use in old if isinstance(use, GroupUse))
        for place, theirs in enumerate(free)
        if _trigger(mine) == _trigger(theirs)
    ]
    taken: set[int] = set()
    for likeness, _, place, mine, theirs in sorted(pairs, key=lambda pair: (pair[0], abs(pair[1] - pair[2]))):
        path = (*above, mine.name)
        if path in groups or place in taken or -likeness < _ALIKE:
            continue
        taken.add(place)
        groups[path] = (*over, theirs.name)
        _match(mine.content, theirs.content, path, groups[path], groups)


def _trigger(group: GroupUse) -> str:
    first = group.content[0]
    return first.tag if isinstance(first, SegmentUse) else _trigger(first)


def _likeness(mine: GroupUse, theirs: GroupUse) -> float:
    own, other = set(_inside(mine.content)), set(_inside(theirs.content))
    return len(own & other) / len(own | other)


def _inside(content: Content, path: str = "") -> Iterator[str]:
    """The segments below, each with the triggers of the groups that it stands in."""
    for use in content:
        if isinstance(use, SegmentUse):
            yield f"{path}{use.tag}"
        else:
            yield from _inside(use.content, f"{path}{_trigger(use)}/")


class _Carrier:
    """Walks a mapping's paths through the old message and finds their new form."""

    def __init__(self, groups: Groups, shape: EdifactShape, names: Mapping[str, str], file: str) -> None:
        self.groups = groups
        self.shape = shape
        self.names = names
        """What the mapping's aliases stand for in the new message."""
        self.file = file
        self.elsewhere: set[str] = set()
        """Shared files of fragments with paths that the new message has not."""
        self.edits: list[tuple[Source, str, str]] = []
        self.lost: list[Lost] = []
        self._item_at: tuple[str, ...] = ()

    def definition(self, definition: Definition) -> None:
        """All paths of the mapping."""
        if definition.date is not None:
            self._source(definition.date, (), self.shape, definition.date.place.line or 0)
        self._item(definition.output, (), self.shape)

    def _item(self, item: Item, here: tuple[str, ...], shape: Shape) -> None:
        line = item.place.line or 0
        inner: Shape | None = shape
        if item.each is not None:
            inner = self._source(item.each, here, shape, line)
            here = _end(item.each.path, here)
        for source in (*(condition.source for condition in conditions_in(item.when)), *item.sources):
            if inner is not None:
                self._source(source, here, inner, line)
        for child in item.do or ():
            if inner is not None:
                self._item(child, here, inner)

    def _source(self, source: Source, here: tuple[str, ...], shape: Shape, line: int) -> Shape | None:
        """Find the path's new form; the shape that it ends at, None when it is lost."""
        if source.path.start in (Start.CONTEXT, Start.ENVELOPE):
            return None if source.path.start is Start.CONTEXT else shape
        if (named := self._by_alias(source, shape)) is not None:
            return end_of(named, shape)
        self._item_at = here
        path = self._path(source.path, here)
        path = path if path is None else _deeper(path, shape)
        problem = "the new message has no such group"
        if path is not None:
            faults = list(check_path(replace(source, path=path, text=str(path)), shape, leaf=False))
            problem = faults[0].values["problem"] if faults else ""
        if source.place.file != self.file:
            if problem or path != source.path:
                self.elsewhere.add(f"fragments/{(source.place.file or '').rpartition('/')[2]}")
            return None if path is None or problem else end_of(path, shape)
        if path is None or problem:
            self.lost.append(Lost(line, source.text, problem))
            return None
        self.edits.append((source, source.text, str(path) if path != source.path else source.text))
        return end_of(path, shape)

    def _by_alias(self, source: Source, shape: Shape) -> Path | None:
        """The path with what its aliases stand for now, if it can stay as it is written."""
        written = parse(source.text, item=True)
        names = [step.name for step in written.steps]
        if not self.names.keys() & set(names) or any(_GROUP.fullmatch(name) for name in names):
            return None
        path = spelt(written, self.names)
        fresh = replace(source, path=path)
        return None if list(check_path(fresh, shape, leaf=False)) else path

    def _path(self, path: Path, here: tuple[str, ...]) -> Path | None:
        place = () if path.start is Start.MESSAGE else here
        steps: list[Step] = []
        for step in path.steps:
            if step.name == PARENT:
                known = self.groups.get(place)
                gone = len(known) - len(self.groups.get(place[:-1], ())) if known else 1
                steps += [step] * gone
                place = place[:-1]
                continue
            above, place = place, (*place, step.name)
            fresh = self._step(step, place)
            if fresh is None:
                return None
            if _GROUP.fullmatch(step.name):
                known = self.groups.get(place)
                if known is None or known[: len(self.groups.get(above, ()))] != self.groups.get(above, ()):
                    return None
                names = known[len(self.groups.get(above, ())) :]
                steps += [Step(name) for name in names[:-1]]
                fresh = replace(fresh, name=names[-1])
            steps.append(fresh)
        return replace(path, steps=tuple(steps))

    def _step(self, step: Step, here: tuple[str, ...]) -> Step | None:
        """The step with its conditions."""
        predicates = []
        for predicate in step.predicates:
            if isinstance(predicate, Equals):
                inner = self._path(predicate.path, here)
                if inner is None:
                    return None
                other = predicate.other
                if other is not None and (other := self._path(other, self._item_at)) is None:
                    return None
                predicate = replace(predicate, path=inner, other=other)
            predicates.append(predicate)
        return replace(step, predicates=tuple(predicates))


def _deeper(path: Path, shape: Shape) -> Path:
    """The path through the group or composite that a segment or data element has moved into, where there is one."""
    steps: list[Step] = []
    for step in path.steps:
        current = end_of(replace(path, steps=tuple(steps)), shape)
        if current is not None and step.name != PARENT and current.child(step.name) is None:
            inside = [
                name
                for name in current.names()
                if (child := current.child(name)) is not None and child.child(step.name) is not None
            ]
            steps += [Step(name) for name in inside if len(inside) == 1]
        steps.append(step)
    return replace(path, steps=tuple(steps))


def _end(path: Path, here: tuple[str, ...]) -> tuple[str, ...]:
    place = () if path.start is Start.MESSAGE else here
    for step in path.steps:
        place = place[:-1] if step.name == PARENT else (*place, step.name)
    return place


def _rewritten(lines: list[str], edits: Sequence[tuple[Source, str, str]]) -> list[tuple[int, str]]:
    """Write the new paths into the lines, from right to left; those that do not stand there as they are."""
    failed: list[tuple[int, str]] = []
    done: set[tuple[int, int]] = set()
    for source, old, new in sorted(edits, key=lambda edit: -(edit[0].place.column or 0)):
        line, column = source.place.line or 0, source.place.column or 0
        if old == new or (line, column) in done:
            continue
        done.add((line, column))
        text = lines[line - 1]
        if text[column - 1 :].startswith(old):
            lines[line - 1] = text[: column - 1] + new + text[column - 1 + len(old) :]
        else:
            failed.append((line, old))
    return failed


def _comment_out(lines: list[str], lost: Sequence[Lost]) -> None:
    """Put a hash before each line, with all that stands below it, that has a lost path."""
    by_line: dict[int, list[Lost]] = {}
    for each in lost:
        by_line.setdefault(each.line, []).append(each)
    for number in sorted(by_line, reverse=True):
        last = _last(lines, number)
        indent = len(lines[number - 1]) - len(lines[number - 1].lstrip())
        for at in range(number - 1, last):
            if lines[at].strip():
                lines[at] = f"{lines[at][:indent]}# {lines[at][indent:]}"
        why = [f"{' ' * indent}# not placed: {each.path}: {each.problem}" for each in by_line[number]]
        lines[number - 1 : number - 1] = list(dict.fromkeys(why))


def _last(lines: Sequence[str], number: int) -> int:
    """The last line of the block that begins at the line."""
    indent = len(lines[number - 1]) - len(lines[number - 1].lstrip())
    end = number
    for at in range(number, len(lines)):
        text = lines[at]
        if text.strip() and len(text) - len(text.lstrip()) <= indent:
            break
        if text.strip():
            end = at + 1
    return end


def _place(steps: str, groups: Groups) -> str:
    """What an alias stands for in the new message: a group is where its counterpart is, all else stays."""
    if not _GROUP.fullmatch(steps):
        return steps
    for old, new in groups.items():
        if old[-1] == steps:
            return "/".join(new[len(groups.get(old[:-1], ())) :])
    return steps


def _with_head(lines: Sequence[str], id: str, source: str, names: Mapping[str, str]) -> list[str]:
    """The lines with the new id, source and aliases, each on one line."""
    aliases = ", ".join(f"{alias}: {steps}" for alias, steps in names.items())
    head = {"id": f"id: {id}", "from": f"from: {source}", "aliases": f"aliases: {{{aliases}}}"}
    made: list[str] = []
    inside = False
    for line in lines:
        found = _TOP.match(line)
        if found is not None:
            inside = found[1] in head
            made.append(head[found[1]] if inside else line)
        elif not (inside and line[:1] in (" ", "-")):
            made.append(line)
    return made
