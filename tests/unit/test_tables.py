"""Dated code tables."""

from __future__ import annotations

import datetime

import pytest

from edi_router.tables import Table, parse_table

COUNTRIES = """# source: test
code,value,valid_from,valid_to,note
YU,891,,2003-02-03,
CS,891,2003-02-04,2006-06-04,"Serbia, Montenegro"
CS,200,,1992-12-31,
AU,036,,,
"""


def table(text: str) -> Table:
    found, faults = parse_table(text.encode(), "country", "tables/country.csv")
    assert faults == []
    assert found is not None
    return found


def test_lookup_by_date() -> None:
    countries = table(COUNTRIES)
    row = countries.lookup("CS", "2005-01-01")
    assert row is not None
    assert (row.columns["value"], row.line, countries.place(row)) == ("891", 4, "country.csv:4")
    assert countries.lookup("CS", datetime.date(1990, 1, 1)).columns["value"] == "200"  # type: ignore[union-attr]
    assert countries.lookup("CS", "2003-02-03") is None
    assert countries.lookup("XX", "2005-01-01") is None


def test_lookup_the_other_way() -> None:
    countries = table(COUNTRIES)
    assert [row.columns["code"] for row in countries.find("891", "2003-02-03", by="value")] == ["YU"]
    assert len(countries.find("891", None, by="value")) == 2


@pytest.mark.parametrize(
    ("text", "line", "code", "problem"),
    [
        ("", 1, "table-syntax", "empty"),
        ("# only\n", 1, "table-syntax", "empty"),
        ("key,value\n1,2\n", 1, "table-syntax", "no column `code`"),
        ("code,value,value\n", 1, "table-syntax", "twice"),
        ("# c\ncode,value\n1\n", 3, "table-syntax", "1 columns"),
        ("code,value\n1,2,3\n", 2, "table-syntax", "3 columns"),
        ("code,value\n,2\n", 2, "table-syntax", "code is empty"),
        ('code,value\n1,"2\n', 2, "table-syntax", "end of data"),
        ("code,value,valid_from\n1,2,2016-7-1\n", 2, "table-syntax", "no date"),
        ("code,value,valid_from,valid_to\n1,2,2016-07-01,2016-06-01\n", 2, "table-syntax", "before"),
    ],
)
def test_faults_name_the_line(text: str, line: int, code: str, problem: str) -> None:
    found, faults = parse_table(text.encode(), "t", "t.csv")
    assert found is None
    assert (faults[0].code, faults[0].place.line) == (code, line)
    assert problem in faults[0].values["problem"]


def test_overlap_is_a_fault() -> None:
    text = "code,value,valid_from,valid_to\nA,1,,2016-12-31\nA,2,2016-12-31,\n"
    _, faults = parse_table(text.encode(), "t", "t.csv")
    found = [(fault.code, fault.place.line, fault.values["other"]) for fault in faults]
    assert found == [("table-overlap", 3, "2")]


def test_not_utf8() -> None:
    _, faults = parse_table(b"code,value\nA,\xff\n", "t", "t.csv")
    assert (faults[0].code, faults[0].place.line) == ("table-syntax", 2)
