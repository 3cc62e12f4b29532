"""The fast lane: a valid message matches one regular expression, made from its definition when it pays.

A message that does not match has a fault, or may have one: the diagnosing checker (`check`) decides. What
matches has none, not even a warning; a property test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from edi_router.formats.edifact.directory import SERVICE_MESSAGES, Definitions, directory_name
from edi_router.formats.edifact.elements import segment_spec
from edi_router.formats.edifact.envelope import group_version_faults
from edi_router.formats.edifact.fast_canon import Canonical, Reading
from edi_router.formats.edifact.fast_content import Content
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.fast_regex import SPELLING, Characters, Spelling
from edi_router.formats.edifact.fast_structure import contents_pattern, message_pattern
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.scan_tags import SERVICE_TAGS
from edi_router.formats.edifact.structure import Structure

WARM = 1 << 18
"""Characters of messages by one definition after which its pattern is made; checking fewer takes less time."""
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
    seen: int = 0
    matches: tuple[Match, ...] | None = None


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

        def entry_of(asked: tuple[str, str, str, str | None, int, Characters]) -> tuple[Key, _Entry]:
            key = replace(key_of(*asked), codes=self.codes)
            return key, definitions.cached(("fast", key), _Entry)

        known: dict[tuple[str, str, str], tuple[Key, _Entry]] = {}

        def prove(message: Canonical) -> Proof | Literal[False]:
            by = message.type, message.version, message.release
            if by not in known:
                asked = (*by, self.check_as, syntax_version, reading.characters)
                known[by] = definitions.cached(("lane", asked, self.codes), partial(entry_of, asked))
            key, entry = known[by]
            if entry.matches is None:
                entry.seen += len(message.text)
                if entry.seen < self.warm:
                    return False
                entry.matches = patterns(definitions, key)
            for matches in entry.matches:
                if not matches(message.text):
                    return False
            return proof if entry.matches else False

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


def patterns(
    definitions: Definitions, key: Key, spelling: Spelling = SPELLING, longest: int = LONGEST
) -> tuple[Match, ...]:
    """What a message has to match in full; nothing when there is no definition, or none that can be used."""
    definition = definitions.message_of(key.directory, key.type)
    if definition is None:
        return ()
    structure = definitions.cached(("structure", key.directory, key.type), partial(Structure, definition))
    if structure.tags & SERVICE_TAGS != {"UNH", "UNT"}:
        return ()
    content = Content(key.characters, key.syntax_version < 4, spelling, key.codes)

    def segment(tag: str) -> str:
        spec = segment_spec(definitions, key.directory, tag)
        return content.segment(tag, spec or segment_spec(definitions, key.service, tag))

    whole = message_pattern(structure, segment, spelling)
    if whole is None:
        return ()
    if len(whole) <= longest:
        return (re.compile(whole).fullmatch,)
    order = message_pattern(structure, content.any_segment, spelling)
    contents = contents_pattern(structure, segment, spelling)
    return tuple(re.compile(each).fullmatch for each in (order or "", contents))


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
