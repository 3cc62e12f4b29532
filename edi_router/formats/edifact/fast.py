"""The fast lane: a valid message matches one regular expression, made from its definition when it pays.

A message that does not match has a fault, or may have one: the diagnosing checker (`check`) decides. What
matches has none, not even a warning; a property test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Literal

from edi_router.formats.edifact.directory import SERVICE_MESSAGES, Definitions, directory_name
from edi_router.formats.edifact.elements import segment_spec
from edi_router.formats.edifact.envelope import group_version_faults
from edi_router.formats.edifact.fast_canon import Canonical, Reading
from edi_router.formats.edifact.fast_content import Content
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.fast_regex import SPELLING, Characters, Spelling
from edi_router.formats.edifact.fast_structure import contents_pattern, message_pattern
from edi_router.formats.edifact.limits import has_crowded
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.scan_tags import SERVICE_TAGS
from edi_router.formats.edifact.structure import Structure

WARM = 1 << 16
"""Characters of messages by one definition after which its pattern is made; checking fewer takes less time."""
ANEW = 3
"""How often a pattern is made for the tags that messages have; after that, for all of the definition."""
LONGEST = 250_000
"""The longest pattern that is made in one piece; else order and contents are two."""

Match = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Key:
    """What a message is checked by: a type of a directory, and how it is written."""

    directory: str
    type: str
    service: str
    syntax_version: int
    characters: Characters
    codes: bool = True
    """Whether values are looked up in their code lists."""


Proof = tuple[Definitions, str | None, int, bool]
"""By what a message has no fault: definitions, `check_as`, syntax version, code lists."""


@dataclass(slots=True)
class _Entry:
    """What messages by one key have to match, as far as their segments have been met.

    Most messages have a third of the segments that their definition has, and a pattern of only these is made, and
    matched, in half the time. What has others is not told, until enough of it was seen; then the pattern is made anew.
    """

    definitions: Definitions
    key: Key
    matches: tuple[Match, ...] | None = None
    tags: frozenset[str] | None = frozenset()
    """The segments that the patterns have; None: all of the definition."""
    seen: int = 0
    """Characters of messages that were not told since the patterns were made."""
    asked: set[str] = field(default_factory=set)
    """The segments of those messages."""
    made: int = 0

    def fits(self, text: str, warm: int) -> bool:
        """Whether the canonical text of a message is certain to have no fault."""
        if self.matches is not None:
            for matches in self.matches:
                if not matches(text):
                    break
            else:
                return bool(self.matches)
        return self._is_made_anew(text, warm) and self.fits(text, warm)

    def _is_made_anew(self, text: str, warm: int) -> bool:
        """Make the patterns for the segments of what was not told, if it is due and there are new ones."""
        tags = self.tags  # another thread may be making them anew
        if tags is None:
            return False
        known = tags_of(self.definitions, self.key)
        found = {piece[:3] for piece in text.split("'")} & known - tags
        if self.matches is not None and not found:
            return False
        self.asked |= found
        self.seen += len(text)
        if self.seen < warm:
            return False
        self.made += 1
        self.tags = tags = tags | self.asked if warm and self.made <= ANEW else None
        self.matches = patterns(self.definitions, self.key, tags=tags)
        self.seen = 0
        self.asked.clear()
        return True


def _entry_for(definitions: Definitions, key: Key) -> _Entry:
    """What messages by the key have to match, always the same object."""
    entry: _Entry = definitions.cached(("fast", key), lambda: _Entry(definitions, key))
    return entry


@dataclass(frozen=True, eq=False)
class Lane:
    """Finds messages that have no fault by `definitions`; `warm` is 0 to have every pattern made at once.

    It is what `reader.read` asks as `prove`. Without `codes` any value will do where a code is asked for.
    """

    definitions: Definitions
    check_as: str | None = None
    warm: int = WARM
    codes: bool = True

    def __call__(
        self, reading: Reading, syntax_version: int
    ) -> Callable[[Canonical], Proof | Literal[False]]:
        """For the messages of one interchange: the proof that one has no fault, or False."""
        definitions = self.definitions
        proof = (definitions, self.check_as, syntax_version, self.codes)

        about = "lane", self.check_as, self.codes, syntax_version, reading.characters
        known: dict[tuple[str, str, str], _Entry] = definitions.cached(about, dict)

        def prove(message: Canonical) -> Proof | Literal[False]:
            by = message.type, message.version, message.release
            if by not in known:
                key = key_of(*by, self.check_as, syntax_version, reading.characters)
                if structure_for(definitions, key) is None:
                    return False  # UNH may say anything: of that nothing is remembered
                known[by] = _entry_for(definitions, replace(key, codes=self.codes))
            return proof if known[by].fits(message.text, self.warm) else False

        return prove


def key_of(
    type: str, version: str, release: str, check_as: str | None, syntax_version: int, characters: Characters
) -> Key:
    """By what a message is checked, as `check` decides it."""
    directory = directory_name(type, version, release)
    if type in SERVICE_MESSAGES:
        directory = "service-4" if syntax_version == 4 or directory == "service-4" else "service-3"
    elif check_as is not None:
        directory = check_as
    service = "service-4" if syntax_version == 4 else "service-3"
    return Key(directory, type, service, syntax_version, characters)


def structure_for(definitions: Definitions, key: Key) -> Structure | None:
    """The structure of the messages of a key; None when there is no definition."""
    definition = definitions.message_of(key.directory, key.type)
    if definition is None:
        return None
    structure: Structure = definitions.cached(
        ("structure", key.directory, key.type), partial(Structure, definition)
    )
    return structure


def tags_of(definitions: Definitions, key: Key) -> Set[str]:
    """The segments that messages of a key may have."""
    structure = structure_for(definitions, key)
    return structure.tags if structure is not None else frozenset()


def patterns(
    definitions: Definitions,
    key: Key,
    spelling: Spelling = SPELLING,
    longest: int = LONGEST,
    tags: Set[str] | None = None,
) -> tuple[Match, ...]:
    """What a message has to match in full; nothing when there is no definition, or none that can be used.

    With `tags` for messages without any other segments: no message that has others matches.
    """
    structure = structure_for(definitions, key)
    if structure is None or structure.tags & SERVICE_TAGS != {"UNH", "UNT"}:
        return ()
    content = Content(key.characters, key.syntax_version < 4, spelling, key.codes)
    free: list[str] = []

    @cache
    def segment(tag: str) -> str:
        spec = segment_spec(definitions, key.directory, tag) or segment_spec(definitions, key.service, tag)
        if spec is None:
            free.append(tag)
        return content.segment(tag, spec)

    whole = message_pattern(structure, segment, spelling, tags)
    if whole is None:
        return ()
    found = [whole]
    if len(whole) > longest:
        order = message_pattern(structure, content.any_segment, spelling, tags)
        found = [order or "", contents_pattern(structure, segment, spelling, tags)]
    matches: list[Match] = [re.compile(each).fullmatch for each in found]
    # Only a segment that is not defined can have any number of parts.
    return (*matches, _is_uncrowded) if free else tuple(matches)


def _is_uncrowded(text: str) -> bool:
    return not has_crowded(text)


def is_proven(
    message: Message,
    definitions: Definitions,
    check_as: str | None = None,
    syntax_version: int = 3,
    codes: bool = True,
) -> bool:
    """Whether the message has been found to have no fault while it was read, and fits the group around it."""
    proof = (definitions, check_as, syntax_version, codes)
    if not isinstance(message, SlicedMessage) or message.proof != proof:
        return False
    return message.group is None or not any(group_version_faults(message))


def fast_check(
    message: Message,
    definitions: Definitions,
    *,
    check_as: str | None = None,
    syntax_version: int = 3,
    warm: int = 0,
) -> bool:
    """Whether it is certain that `message`, as it was read, has no fault; False says nothing.

    Only messages that the reader cut out as a whole can be told. `warm` is how much has to be seen before a
    pattern is made for a definition.
    """
    if not isinstance(message, SlicedMessage) or message.proof is False:
        return False
    if is_proven(message, definitions, check_as, syntax_version):
        return True
    prove = Lane(definitions, check_as, warm)(message.slice.reading, syntax_version)
    return bool(prove(message.canonical))
