"""A message definition as a pattern: the order and the number of its segments and groups.

What the pattern takes is read by `structure_resync.fit`, the greedy descent, in just the same way, step by
step. The two could part only where a group begins with a segment that could also stand elsewhere, and turns
out to lack something: there the pattern insists that no such segment follows the group.
"""

from __future__ import annotations

from collections.abc import Callable, Set

from edi_router.formats.edifact.fast_regex import SPELLING, Spelling
from edi_router.formats.edifact.structure import START, Group, Leaf, Structure


def message_pattern(
    structure: Structure,
    segment: Callable[[str], str],
    spelling: Spelling = SPELLING,
    tags: Set[str] | None = None,
) -> str | None:
    """The whole message; `segment` gives the pattern of a tag. None when no pattern can tell.

    With `tags` for messages that have no other segments: what others would begin is left out where it may be.
    """
    unclear = ambiguous(structure)
    return _sequence(structure.root, segment, unclear, spelling, structure.tags if tags is None else tags)


def contents_pattern(
    structure: Structure,
    segment: Callable[[str], str],
    spelling: Spelling = SPELLING,
    tags: Set[str] | None = None,
) -> str:
    """Any number of the message's segments in any order; those of `tags` only, where these are given."""
    tree: dict[str, dict[str, list[str]]] = {}
    for tag in sorted(structure.tags if tags is None else structure.tags & tags):
        tree.setdefault(tag[0], {}).setdefault(tag[1], []).append(segment(tag)[2:])
    choices = [
        first + spelling.either(second + spelling.either(rests) for second, rests in seconds.items())
        for first, seconds in tree.items()
    ]
    return spelling.repeat(spelling.either(choices), 1, 1 << 24)


def ambiguous(structure: Structure) -> set[str]:
    """The tags that may, at some position, be read in more than one way."""
    found: set[str] = set()
    for position in range(START, len(structure.leaves)):
        seen: set[str] = set()
        for step in structure.next_steps(position):
            tag = step.target.tag
            if tag in seen:
                found.add(tag)
            seen.add(tag)
    return found


def _sequence(
    group: Group, segment: Callable[[str], str], unclear: set[str], spelling: Spelling, tags: Set[str]
) -> str | None:
    parts: list[str] = []
    for item in group.items:
        low = 1 if item.mandatory else 0
        if isinstance(item, Leaf):
            if low or item.tag in tags:
                parts.append(spelling.repeat(segment(item.tag), low, item.limit))
            continue
        if not (isinstance(item.items[0], Leaf) and item.items[0].mandatory):
            return None
        if not low and item.trigger.tag not in tags:
            continue
        body = _sequence(item, segment, unclear, spelling, tags)
        if body is None:
            return None
        part = spelling.repeat(body, low, item.limit)
        if item.trigger.tag in unclear and any(each.mandatory for each in item.items[1:]):
            part += rf"(?!{item.trigger.tag}[+'])"
        parts.append(part)
    return "".join(parts)
