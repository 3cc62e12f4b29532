"""What the fast lane accepts has no fault, whatever the message and however it is written."""

import io
import random
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.config import Tree
from edi_router.formats.edifact import Message, Segment, fast_scan, read, scan, write_interchange
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.envelope import group_version_faults
from edi_router.formats.edifact.fast import Lane, is_proven, key_of, patterns
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.fast_regex import SPELLING, Spelling
from edi_router.formats.edifact.fast_scan import Cutter
from edi_router.formats.edifact.fast_stream import Summary, extend, validate_stream
from edi_router.formats.edifact.segment import SUSPECT
from tests.property import strategies as my
from tests.property.made import Maker, damaged
from tests.support.effort import examples, thorough

TYPES = (
    ("D96B", "CUSDEC", 3), ("D96B", "CUSCAR", 3), ("D96B", "IFTMIN", 3), ("D96B", "PAYMUL", 3), ("D95B", "CODECO", 3),
    ("D01B", "CUSDEC", 4), ("D01B", "IFTMBF", 3), ("D21B", "CUSRES", 4), ("D21B", "BAPLIE", 3),
    ("service-3", "CONTRL", 3), ("service-4", "CONTRL", 4),
)  # fmt: skip
SPELT = TYPES if thorough() else (("D96B", "CUSCAR", 3), ("D01B", "CUSDEC", 4), ("service-3", "CONTRL", 3))
"""Those whose patterns are compared in each spelling, whole and in two parts: to make one takes up to a second."""
DEFINITIONS = definitions_over(Tree.over_shipped())
seeds = st.integers(0, 1 << 32)
ends = st.sampled_from(["", "\n", "\r\n"])
levels = st.sampled_from(["UNOA", "UNOB", "UNOC", "UNOY"])
WHOLE = b"".join(
    (
        b"UNA:+.? '\r\nUNB+UNOC:3+A:14+B:14+240102:1200+7'\r\nUNG+CUSDEC+A+B+240102:1200+1+UN+D:96B'",
        b"UNH+1+CUSDEC:D:96B:UN'BGM+929+it?'s+9'DTM+137:20240102:102'UNT+4+1'UNH+2+CUSRES:D:96B:UN'BGM+1'UNT+3+2'",
        b"UNE+2+1'UNZ+1+7'UNB+UNOY:4+A+B+20240102:1200+8'UNH+1+CUSRES:D:96B:UN'\n",
        b"FTX+AAA*BBB+\xe4\xb8\xad:x'\nUNT+3+1'\nUNH+2+CUSRES:D:96B:UN'\nUNT+2+2'\nUNZ+2+8'",
    )
)


def interchange_of(messages, syntax=3, level="UNOC", ends=""):
    """The bytes of messages of raw segments."""
    date = "20240102" if syntax == 4 else "240102"
    header, trailer = f"UNB+{level}:{syntax}+A+B+{date}:1200+R", f"UNZ+{len(messages)}+R"
    text = f"'{ends}".join((header, *(segment for message in messages for segment in message), trailer, ""))
    return text.encode("utf-8" if level == "UNOY" else "iso8859-1", "replace")


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
        patch.setattr(Cutter, "message", lambda self, group: None)
        return seen(data, **options)


def judged(data, check_as=None, spelt=False):
    """For each message cut out as a whole: whether it is accepted, and all its faults by the slow way.

    With `spelt` its patterns are compared too.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cutter, "message", lambda self, group: None)
        slow = [(i.syntax_version, m) for i in read(io.BytesIO(data)) for m in i.messages()]
    fast = [
        (i, m) for i in read(io.BytesIO(data), prove=Lane(DEFINITIONS, check_as, 0)) for m in i.messages()
    ]
    assert len(slow) == len(fast)
    for (version, authority), (interchange, message) in zip(slow, fast, strict=True):
        assert type(authority) is Message
        proven = is_proven(message, DEFINITIONS, check_as, interchange.syntax_version)
        assert list(message.faults) == list(authority.faults)
        assert [r for r in zip(told(message), told(authority), strict=True) if r[0] != r[1]] == []
        faults = list(check(authority, DEFINITIONS, check_as=check_as, syntax_version=version).faults)
        assert not (proven and faults), (faults, [s.text for s in authority.segments])
        if isinstance(message, SlicedMessage):
            assert message.values() == [[s.tag, *map(plain, s.elements())] for s in authority.segments]
            if not spelt:
                yield proven, faults
                continue
            fits = not any(group_version_faults(authority))  # which no pattern can know
            by, characters = message.canonical, message.slice.reading.characters
            key = key_of(by.type, by.version, by.release, check_as, version, characters)
            for spelling in spellings():
                for longest in (0, 1 << 30):
                    made = DEFINITIONS.cached(
                        ("test", key, spelling, longest),
                        partial(patterns, DEFINITIONS, key, spelling, longest),
                    )
                    accepted = bool(made) and all(each(by.text) for each in made)
                    assert (accepted and fits) == proven, (spelling, longest, by.text)
            own = frozenset(piece[:3] for piece in by.text.split("'"))
            for longest in (0, 1 << 30):  # patterns of nothing but the segments of the message itself
                made = DEFINITIONS.cached(
                    ("test", key, own, longest),
                    partial(patterns, DEFINITIONS, key, longest=longest, tags=own),
                )
                accepted = bool(made) and all(each(by.text) for each in made)
                assert (accepted and fits) == proven, (sorted(own), longest, by.text)
        yield proven, faults


def plain(element):
    """An element as `SlicedMessage.values` has it."""
    repeats = [list(components) if len(components) > 1 else components[0] for components in element]
    if len(repeats) == 1:
        return repeats[0]
    return [list(components) for components in element]


def spellings():
    """Those that this interpreter matches correctly."""
    return {Spelling(False), SPELLING}


def written(kind, seed, damage, ends="", level="UNOC"):
    """An interchange of three messages of a type."""
    maker = Maker(DEFINITIONS, *kind, seed)
    chance = random.Random(seed)
    messages = [maker.message(str(number)) for number in range(1, 4)]
    if damage:
        messages = [damaged(message, chance) if chance.random() < 0.8 else message for message in messages]
    return interchange_of(messages, kind[2], level, ends)


@settings(deadline=None, max_examples=examples(25))
@given(st.sampled_from(TYPES), seeds, ends)
def test_valid_messages_are_accepted(kind, seed, ends):
    assert list(judged(written(kind, seed, False, ends), spelt=kind in SPELT)) == [(True, [])] * 3


@settings(deadline=None, max_examples=examples(50))
@given(st.sampled_from(TYPES), seeds, ends, levels)
def test_damaged_messages_are_accepted_only_without_fault(kind, seed, ends, level):
    data = written(kind, seed, True, ends, level)
    for _ in judged(data, spelt=kind in SPELT and level in ("UNOC", "UNOA")):
        pass
    assert seen(data) == authority(data)


@settings(deadline=None, max_examples=examples(40))
@given(st.sampled_from(TYPES), seeds, my.separators(repetition=True), st.booleans())
def test_any_separators(kind, seed, marks, damage):
    """Messages written anew with other separators: as before, or with one of them in the wrong place."""
    default = written(kind, seed, damage)
    segments = [
        s for i in read(default) for m in i.messages() for s in m.segments if s.tag not in ("UNH", "UNT")
    ]
    version = kind[0].partition("-")[2] or kind[0]
    header = Segment.make("UNH", "1", (kind[1], version[0], version[1:] or "1", "UN"))
    if kind[2] < 4:
        marks = replace(marks, repetition="")
    data = write_interchange(
        [[header, *segments]], syntax="UNOC", syntax_version=kind[2], sender="A", recipient="B",
        control_reference="R", date="20240102" if kind[2] == 4 else "240102", time="1200", separators=marks, una=True,
    )  # fmt: skip
    for _ in judged(data):
        pass
    assert seen(data) == authority(data)


@settings(deadline=None, max_examples=examples(150))
@given(my.damaged(WHOLE))
def test_the_reader_sees_the_same_with_and_without_the_fast_lane(data):
    assert seen(data) == authority(data)


@settings(deadline=None, max_examples=examples(40))
@given(st.sampled_from(TYPES), seeds, ends, st.integers(1, 300))
def test_a_stream_in_small_reads_is_checked_like_single_messages(kind, seed, ends, size):
    data = written(kind, seed, True, ends)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_scan, "BLOCK", size)
        patch.setattr(scan, "BLOCK", size)
        found = validate_stream(io.BytesIO(data), DEFINITIONS, warm=0)
    expected = Summary()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cutter, "message", lambda self, group: None)
        for interchange in read(data):
            for message in interchange.messages():
                checked = check(message, DEFINITIONS, syntax_version=interchange.syntax_version)
                extend(expected.content, message.faults)
                extend(expected.content, checked.faults)
            extend(expected.envelope, interchange.faults)
    assert list(found.content) == list(expected.content)
    assert list(found.envelope) == list(expected.envelope)
    assert found.content.total == expected.content.total


@pytest.mark.corpus
def test_real_files_are_read_the_same_and_accepted_only_without_fault(corpus: Path) -> None:
    accepted = 0
    for path in sorted((corpus / "edifact").iterdir()):
        if path.suffix == ".tsv":
            continue
        data = path.read_bytes()
        assert seen(data) == authority(data), path.name
        for check_as in (None, "D96B", "D21B"):
            accepted += sum(proven for proven, _ in judged(data, check_as=check_as))
    assert accepted > 10
