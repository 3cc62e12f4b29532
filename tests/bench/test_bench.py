"""The bench on a tiny file: it runs, its table has all rows, its page says what it must."""

from __future__ import annotations

import json
import re

import pytest

from tests.bench import __main__ as command
from tests.bench.measure import STEPS, Disagreement, Parts, verified
from tests.bench.memory import ROOT
from tests.bench.sample import interchange

FILES = ("plain", "Chinese", "CRLF")


def test_the_table_has_all_rows() -> None:
    report = command.run(size=8_000, times=1)
    assert [(row[0], row[1]) for row in report.rows()] == [
        (name, text) for name in FILES for text in STEPS.values()
    ]
    table = report.table().splitlines()
    assert len(table) == 2 + len(FILES) * len(STEPS)
    assert len({len(line) for line in table}) == 1
    page = report.page()
    assert report.table() in page
    assert "fast lane" in page
    for each in report.measured:
        assert each.ratio("pydifact") == 1
        assert 0.015 < each.released / each.segments < 0.025
    assert [peak.size > 0 and peak.megabytes > 1 for peak in report.memory] == [True, True]


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--json", "--size", "4000", "--times", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["files"]] == list(FILES)
    assert all(set(each["steps"]) == set(STEPS) for each in told["files"])
    assert {"python", "build", "cores", "date", "peer"} <= set(told)


def test_faulty_messages_are_not_timed() -> None:
    parts = Parts.shipped()
    data = interchange(1)
    assert verified("good", data, parts).messages == 1
    with pytest.raises(Disagreement, match="element-type"):
        verified("bad", data.replace(b"PAC+40+", b"PAC+4O+", 1), parts)


def test_the_committed_page_is_of_this_bench() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) +\| (.+?) +\|.+\|$", page, re.MULTILINE)
    assert [row for row in rows if row[0] in FILES] == [
        (name, text) for name in FILES for text in STEPS.values()
    ]
