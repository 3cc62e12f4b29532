"""Security segments of ISO 9735-5 around the segments of any message."""

from __future__ import annotations

import pytest

from edi_router.formats.edifact.secured import secured
from edi_router.library import checker

HEADER = "USH+7+1+2+1+1+1+1++1+1:20240102:120000'USA+1:16:1:6:1'USC+AXZ4711'USA+6:16:1:10:1'USR+1:ABCDEF'"
TRAILER = "UST+1+5'USR+1:0123'"


def told(before: str, after: str, *, version: str = "4", date: str = "20240102") -> list[tuple[str, str]]:
    count = 3 + before.count("'") + after.count("'")
    data = (
        f"UNB+UNOC:{version}+A:14+B:14+{date}:1200+7'UNH+1+CUSRES:D:96B:UN'{before}BGM+962+X+9'{after}"
        f"UNT+{count}+1'UNZ+1+7'"
    )
    report = checker().report(data.encode())
    return [(fault.code, fault.place.tag or "") for fault in report.faults]


def test_a_secured_message_has_no_fault() -> None:
    assert told(HEADER, TRAILER) == []
    assert told(HEADER * 2, TRAILER * 2) == []


def test_their_elements_are_checked_by_the_service_directory() -> None:
    assert told(HEADER.replace("USA+1:", "USA+:"), TRAILER) == [("element-missing", "USA")]


def test_before_version_4_only_their_places_are_known() -> None:
    assert told("USH+94W+1+1+2+2+2+2+1+++5+1'", "UST+94W+1'", version="3", date="240102") == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (HEADER, "", [("segment-missing", "UST")]),
        ("", TRAILER, [("segment-missing", "USH")]),
        ("USA+1:16:1:6:1'" + HEADER, TRAILER, ["segment-unknown", "USA"]),
        (HEADER, "USR+1:0123'UST+1+5'", ["segment-unknown", "USR"]),
    ],
)
def test_what_is_not_where_it_belongs_is_told(
    before: str, after: str, expected: list[tuple[str, str]] | list[str]
) -> None:
    found = told(before, after)
    if isinstance(expected[0], str):
        assert found[0] == tuple(expected)
        assert {code for code, _ in found} == {"segment-unknown"}
    else:
        assert found == expected


def test_a_message_without_header_and_one_that_defines_them_itself() -> None:
    assert secured(["BGM", "UST", "USR", "UNT"], {"BGM"}) == {1, 2}
    assert secured(["UNH", "USH", "BGM", "UST", "UNT"], {"USH", "BGM"}) == frozenset()
    assert secured(["UNH", "BGM", "UNT"], {"BGM"}) == frozenset()
    assert secured(["UNH", "USH"], {"BGM"}) == {1}
