"""What documents may be called is without end: what is remembered of it is not."""

from __future__ import annotations

import io

import pytest

from edi_router.config import Tree
from edi_router.formats.documents import NAMES, DocumentTypes, Kind
from edi_router.formats.edifact import fast, read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import UNKNOWN, Definitions, definitions_over
from edi_router.formats.edifact.fast import Key, Lane
from edi_router.formats.edifact.fast_regex import Characters


def faults(definitions: Definitions, kinds: list[str]) -> set[str]:
    """The codes of what is wrong with an interchange of messages of these kinds."""
    messages = [
        f"UNH+{number}+{kind}:UN'Q{number % 10}X+1'UNT+3+{number}'" for number, kind in enumerate(kinds)
    ]
    data = "".join(["UNB+UNOC:3+A+B+240102:1200+7'", *messages, f"UNZ+{len(kinds)}+7'"]).encode()
    found: set[str] = set()
    for interchange in read(io.BytesIO(data), prove=Lane(definitions)):
        for message in interchange.messages():
            found |= {fault.code for fault in check(message, definitions).faults}
    return found


def remembered(definitions: Definitions) -> tuple[int, int, int, int]:
    """How much is kept: derived values, kinds of lanes, directories, messages of a directory."""
    lanes = sum(len(each) for key, each in definitions._cache.items() if key[0] == "lane")
    messages = max(len(each.messages) for each in definitions._loaded.values())
    return len(definitions._cache), lanes, len(definitions._loaded), messages


def test_kinds_that_there_are_not_are_not_remembered_for_ever() -> None:
    definitions = definitions_over(Tree.over_shipped())
    assert definitions.message_of("D96B", "CUSDEC") is not None
    for start in range(0, 3 * UNKNOWN, 500):
        numbers = range(start, start + 500)
        assert "definition-missing" in faults(definitions, [f"T{number}:D:96B" for number in numbers])
        faults(definitions, [f"CUSDEC:D:9{number}" for number in numbers])
        faults(definitions, [f"CUSDEC:D{number}:96B" for number in numbers])
    derived, lanes, directories, messages = remembered(definitions)
    assert (derived < 20, lanes, directories <= UNKNOWN, messages <= UNKNOWN + 1) == (True, 0, True, True)
    # What there is was not forgotten for what there is not.
    assert definitions.message_of("D96B", "CUSDEC") is definitions.message_of("D96B", "CUSDEC")


def test_a_kind_of_any_length_is_told_and_not_remembered() -> None:
    definitions = definitions_over(Tree.over_shipped())
    long = "X" * 20_000
    assert "definition-missing" in faults(definitions, [f"{long}:D:96B"])
    assert not any(long in str(key) for key in (*definitions._cache, *definitions._loaded))
    assert not any(long in each.messages for each in definitions._loaded.values())


def test_patterns_may_be_made_by_another_thread_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console checks in several threads: the last making of a pattern leaves no segments to be compared."""
    definitions = definitions_over(Tree.over_shipped())
    key = Key("D96B", "CUSDEC", "service-3", 3, Characters("", False, ""))
    entry = fast._entry_for(definitions, key)
    known = fast.tags_of(definitions, key)

    def meanwhile(definitions: Definitions, key: Key) -> object:
        entry.tags = None
        return known

    monkeypatch.setattr(fast, "tags_of", meanwhile)
    assert entry.fits("UNH+1+CUSDEC:D:96B:UN'UNT+2+1'", 1 << 16) is False


def test_names_of_documents_are_not_remembered_for_ever() -> None:
    types = DocumentTypes(Tree.over_shipped())
    known = Kind("xml", "TransferOrder", "")
    first = types.of(known)
    assert first is not None
    for number in range(2 * NAMES):
        kind = Kind("xml", f"Root{number}", "")
        assert types.of(kind) is types.judging(kind) is None
    assert max(len(types._named), len(types._judging)) <= NAMES
    assert types.of(known) is first  # read once
