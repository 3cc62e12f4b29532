"""The rows of made-up days: a small one is played, and what is required of larger ones."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.bench.day import Played, measure_day
from tests.bench.kept import Result
from tests.bench.rows import LINEAR, judged

TEN_THOUSAND = Played(
    messages=10_000, files=10_000, outputs=19_000, wall=50.0, cpu=40.0, start=1.0, megabytes=200.0, unexpected=0
)  # fmt: skip


@pytest.fixture
def other() -> Result:
    return Result("day-10000", [], "", asdict(TEN_THOUSAND))


def test_a_day_is_played_and_every_file_is_as_meant(tmp_path: Path) -> None:
    found = measure_day(40, tmp_path)
    assert (found.messages >= 40, found.unexpected, found.outputs > 40) == (True, 0, True)
    assert judged(found, None).met


@pytest.mark.parametrize(("unexpected", "times", "met"), [
    (0, 1.0, True), (0, LINEAR * 0.99, True), (0, LINEAR * 1.01, False), (1, 1.0, False),
])  # fmt: skip
def test_a_larger_day_is_met_when_all_is_as_meant_and_a_message_costs_no_more(
    other: Result, unexpected: int, times: float, met: bool
) -> None:
    found = replace(
        TEN_THOUSAND, messages=1_000_000, cpu=4_000.0 * times, wall=5_000.0, unexpected=unexpected
    )
    line = judged(found, other)
    assert line.met is met
    assert line.required == f"every file as meant, CPU a message <= {LINEAR:g} x that of 10,000"
    assert f"CPU a message {times:.2f} x that of 10,000" in line.measured


def test_a_small_day_is_beside_nothing() -> None:
    line = judged(TEN_THOUSAND, None)
    assert (line.met, line.required) == (True, "every file as meant")
    assert judged(replace(TEN_THOUSAND, unexpected=3), None).met is False
