"""The tables of the service segments agree with the directories of service segments that are shipped."""

from __future__ import annotations

import pytest

from edi_router.config import Tree
from edi_router.faults import CATALOGUE
from edi_router.formats.edifact import Interchange, read
from edi_router.formats.edifact.broken import capped
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.envelope_parts import TABLES

DEFINITIONS = definitions_over(Tree.over_shipped())


@pytest.mark.parametrize(("tag", "version"), TABLES)
def test_the_table_agrees_with_the_directory(tag: str, version: int) -> None:
    directory = f"service-{version}"
    segment = DEFINITIONS.segment(directory, tag)
    assert segment is not None
    table = TABLES[tag, version]
    assert len(table) == len(segment.parts)
    for whole, use in zip(table, segment.parts, strict=True):
        assert whole.needed == (use.status == "M"), use
        composite = DEFINITIONS.composite(directory, use.ref)
        parts = composite.parts if composite is not None else (use,)
        assert [part.id for part in whole.parts] == [part.ref for part in parts]
        for part, each in zip(whole.parts, parts, strict=True):
            element = DEFINITIONS.element(directory, each.ref)
            assert element is not None
            assert part.form == element.form, part
            if composite is not None:
                assert part.needed == (each.status == "M"), part


BARE = b"UNB+UNOC:3+A+B+240102:1200+7'"
GOOD = BARE + b"UNH+1+CUSRES:D:96B:UN'BGM+962+X+11'UNT+3+1'UNZ+1+7'"


def read_capped(data: bytes, limit: int) -> list[Interchange]:
    found = []
    for interchange in capped(read(data), limit):
        list(interchange.messages())
        found.append(interchange)
    return found


def test_broken_interchanges_are_read_up_to_the_limit() -> None:
    found = read_capped(BARE * 5, 3)
    assert [fault.code for fault in found[-1].faults] == ["interchanges-broken"]
    assert found[-1].faults[0].place.offset == 3 * len(BARE)
    assert found[-1].header is None
    assert len(found) == 5
    assert str(CATALOGUE["interchanges-broken"].blocks) == "file"


def test_good_interchanges_are_not_counted() -> None:
    assert len(read_capped(GOOD * 20, 3)) == 20
    assert len(read_capped(GOOD * 5 + BARE * 3 + GOOD * 5, 3)) == 13
    assert len(read_capped(BARE * 3, 3)) == 3
