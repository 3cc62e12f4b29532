"""One mapping for several releases of a message: `from` as a list, and names for what stands elsewhere in each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from edi_router.config import Block, ConfigNode, Scalar, did_you_mean
from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.paths import Equals, Path, Step
from edi_router.paths.parser import key_of

_ALIAS = re.compile(r"[A-Z]{4,}")
"""Longer than a tag and without a digit, so that it is never taken for a segment, group or composite."""
_PLACE = re.compile(r"\w+(?:/\w+)*", re.ASCII)
Names = Mapping[str, str]
"""Alias to the steps that it stands for, in one release."""


def together(kinds: Sequence[Kind]) -> Kind | None:
    """One kind for several releases of one message type; None when they are not that."""
    first = kinds[0]
    others = tuple(kind.qualifier or "" for kind in kinds[1:])
    one_type = {(kind.format, kind.name) for kind in kinds} == {("edifact", first.name)}
    if not one_type or len({first.qualifier, *others}) < len(kinds):
        return None
    return replace(first, others=others)


def each_release(origin: Kind) -> list[Kind]:
    """The kinds of single releases that the origin stands for."""
    return [
        replace(origin, qualifier=qualifier, others=()) for qualifier in (origin.qualifier, *origin.others)
    ]


def read_aliases(node: ConfigNode | None, origin: Kind) -> tuple[dict[str, Names], list[Fault]]:
    """What aliases stand for, by release: `{ITEM: SG30}`, or `{REGION: {D96B: d3229, D01B: C819/d3229}}`."""
    releases = [kind.qualifier or "" for kind in each_release(origin)]
    found: dict[str, dict[str, str]] = {release: {} for release in releases}
    if node is None:
        return {}, []
    faults: list[Fault] = []

    def wrong(at: ConfigNode, key: str, text: str, problem: str, hint: str | None = None) -> None:
        fault = Fault("config-value", at.place, {"key": key, "value": text, "problem": problem}, hint=hint)
        if fault not in faults:
            faults.append(fault)

    if not isinstance(node, Block) or origin.format != "edifact":
        wrong(node, "aliases", "…", "expected names for parts of an EDIFACT message, as in `ITEM: SG30`")
        return {}, faults
    for name, value in node.items:
        if not _ALIAS.fullmatch(name.value):
            wrong(name, name.value, name.value, "an alias is four capital letters or more")
            continue
        given = value.items if isinstance(value, Block) else [(release, value) for release in releases]
        texts: dict[str, str] = {}
        for key, group in given:
            release = key if isinstance(key, str) else key.value
            at = group if isinstance(key, str) else key
            if release not in found:
                wrong(at, name.value, release, "`from` has no such release", did_you_mean(release, releases))
            elif not isinstance(group, Scalar) or not _PLACE.fullmatch(group.value):
                text = group.value if isinstance(group, Scalar) else "…"
                wrong(group, name.value, text, "expected a group such as SG30, or steps such as C819/d3229")
            texts[release] = group.value if isinstance(group, Scalar) else ""
        for release in releases:
            if release not in texts:
                wrong(value, name.value, release, f"say what it is in {release}")
            found[release][name.value] = texts.get(release, "")
    return dict(found), faults


def spelt(path: Path, names: Names) -> Path:
    """The path with what the aliases stand for in the release."""
    if not names:
        return path
    return replace(path, steps=tuple(each for step in path.steps for each in _steps(step, names)))


def _steps(step: Step, names: Names) -> list[Step]:
    predicates = tuple(_spelt(each, names) if isinstance(each, Equals) else each for each in step.predicates)
    place = names.get(step.name)
    if place is None and predicates == step.predicates:
        return [step]
    *way, last = (place or step.name).split("/")
    # Steps are told apart by `key` in the cache of a reading: the last one is another now.
    return [
        *(Step(name, (), step.column, key_of(name, ())) for name in way),
        replace(step, name=last, predicates=predicates, key=key_of(last, predicates)),
    ]


def _spelt(predicate: Equals, names: Names) -> Equals:
    other = predicate.other if predicate.other is None else spelt(predicate.other, names)
    return replace(predicate, path=spelt(predicate.path, names), other=other)
