"""What the fast lane accepts has no fault, whatever the message and however it is written."""

import io
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.faults import Fault
from edi_router.formats.edifact import Interchange, Message, read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.fast import Lane, fast_check, is_proven, key_of, patterns
from edi_router.formats.edifact.fast_canon import well_formed
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.fast_regex import SPELLING, Spelling
from edi_router.formats.edifact.fast_scan import Cutter
from edi_router.formats.edifact.fast_stream import Summary, validate_stream
from edi_router.formats.edifact.model import SUSPECT
from edi_router.pipeline.configuration import definitions_of
from edi_router.config import Tree
from tests.property import strategies as my
from tests.property.made import Maker, damaged

TYPES = (
    ("D96B", "CUSDEC", 3), ("D96B", "CUSCAR", 3), ("D96B", "IFTMIN", 3), ("D96B", "PAYMUL", 3), ("D95B", "CODECO", 3),
    ("D01B", "CUSDEC", 4), ("D01B", "IFTMBF", 3), ("D21B", "CUSRES", 4), ("D21B", "BAPLIE", 3),
    ("service-3", "CONTRL", 3), ("service-4", "CONTRL", 4),
)  # fmt: skip
DEFINITIONS = definitions_of(Tree.over_shipped())
seeds = st.integers(0, 1 << 32)


def interchange_of(messages, syntax=3, level="UNOC", marks=":+.?*'", ends="", una=True):
    """The bytes of messages of raw segments with default separators, written with other ones."""
    date = "20240102" if syntax == 4 else "240102"
    segments = [
        f"UNB+{level}:{syntax}+A+B+{date}:1200+R",
        *(s for m in messages for s in m),
        f"UNZ+{len(messages)}+R",
    ]
    text = "'".join(segments) + "'"
    text = text.translate({ord(a): b for a, b in zip(":+.?*'", marks, strict=True) if a not in ".*"})
    text = text.replace(marks[5], marks[5] + ends) if ends else text
    encoding = "utf-8" if level == "UNOY" else "iso8859-1"
    head = f"UNA{marks[:4]}{'*' if syntax == 4 else ' '}{marks[5]}{ends}" if una else ""
    return (head + text).encode(encoding, "replace")


def told(message):
    return [
        (s.tag, s.text, s.offset, s.line, s.column, s.number, s.marks & ~SUSPECT, s.dialect)
        for s in message.segments
    ]


def seen(data, **options):
    """Everything about a file: the segments and faults of messages and interchanges."""
    found = []
    for interchange in read(io.BytesIO(data), **options):
        for message in interchange.messages():
            group = message.group and (message.group.header.offset, message.group.count)
            found.append((told(message), list(message.faults), message.position, message.headless, group))
        trailer = interchange.trailer and (interchange.trailer.offset, interchange.trailer.number)
        found.append((list(interchange.faults), interchange.offset, interchange.message_count, trailer))
    return found


def authority(data, **options):
    """The same without the fast lane."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cutter, "next", lambda self: None)
        return seen(data, **options)


def judged(data, definitions=DEFINITIONS, check_as=None):
    """For each message cut out as a whole: whether it is accepted, and all its faults by the slow way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cutter, "next", lambda self: None)
        slow = [(i.syntax_version, m) for i in read(io.BytesIO(data)) for m in i.messages()]
    fast = [
        (i, m) for i in read(io.BytesIO(data), prove=Lane(definitions, check_as, 0)) for m in i.messages()
    ]
    assert len(slow) == len(fast)
    for (version, authority), (interchange, message) in zip(slow, fast, strict=True):
        assert type(authority) is Message
        proven = is_proven(message, definitions, check_as, interchange.syntax_version)
        assert list(message.faults) == list(authority.faults)
        assert [r for r in zip(told(message), told(authority), strict=True) if r[0] != r[1]] == []
        faults = list(check(authority, definitions, check_as=check_as, syntax_version=version).faults)
        assert not (proven and faults), (faults, [s.text for s in authority.segments])
        if isinstance(message, SlicedMessage):
            by, characters = message.canonical, message.slice.reading.characters
            key = key_of(by.type, by.version, by.release, check_as, version, characters)
            for spelling in spellings():
                for longest in (0, 1 << 30):
                    made = definitions.cached(
                        ("test", key, spelling, longest),
                        lambda: patterns(definitions, key, spelling, longest),
                    )
                    accepted = bool(made) and all(each(by.text) for each in made)
                    assert accepted == proven, (spelling, longest, by.text)
        yield proven, faults


def spellings():
    """Those that this interpreter matches correctly."""
    return {Spelling(False), SPELLING}


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(TYPES), seeds, st.sampled_from(["", "\n", "\r\n"]))
def test_valid_messages_are_accepted_and_have_no_fault(kind, seed, ends):
    directory, type, syntax = kind
    maker = Maker(DEFINITIONS, directory, type, syntax, seed)
    messages = [maker.message(str(number)) for number in range(1, 4)]
    data = interchange_of(messages, syntax, ends=ends)
    results = list(judged(data))
    assert len(results) == 3
    ...


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(TYPES),
    seeds,
    st.sampled_from(["", "\n", "\r\n"]),
    st.sampled_from(["UNOA", "UNOB", "UNOC", "UNOY"]),
)
def test_damaged_messages_are_accepted_only_without_fault(kind, seed, ends, level):
    directory, type, syntax = kind
    maker = Maker(DEFINITIONS, directory, type, syntax, seed)
    chance = random.Random(seed)
    messages = [damaged(maker.message(), chance) for _ in range(3)]
    for _ in judged(interchange_of(messages, syntax, level, ends=ends)):
        pass
