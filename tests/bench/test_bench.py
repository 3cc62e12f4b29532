"""The bench on tiny files: it runs, its tables have all rows, its page says what it must."""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.formats.edifact.fast_stream import validate_stream
from tests.bench import __main__ as command
from tests.bench import measure, memory
from tests.bench.engines import Engines, Ours, lay_out, one_order, values_of
from tests.bench.flow import measure_flow
from tests.bench.measure import MAPPED, STEPS, Disagreement, Parts, verified
from tests.bench.orders import with_orders
from tests.bench.peers import PEERS, PLACE, Ran, run
from tests.bench.report import Report
from tests.bench.sample import Endless, Sample, interchange
from tests.bench.turns import Turns

FILES = ("CUSDEC", "Chinese", "CRLF", "own UNA", "CUSCAR", "ORDERS")
ROWS = [
    (name, text)
    for name in FILES
    for step, text in STEPS.items()
    if step not in MAPPED or name not in ("CUSCAR", "ORDERS")
]


@pytest.fixture(scope="module")
def report() -> Report:
    """One real measurement of tiny files, for all tests: it compiles every pattern, which takes its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "SIZES", (4_000,))
        patch.setattr(measure, "REPEATS", 1)
        gc.freeze()  # every timing begins with a collection: not of all that the tests before have left
        try:
            return command.run(size=4_000, times=1, peers=False)
        finally:
            gc.unfreeze()


def test_the_tables_have_all_rows(report: Report) -> None:
    assert [(row[0], row[1]) for row in report.rows()] == ROWS
    table = report.table().splitlines()
    assert len(table) == 2 + len(ROWS)
    assert len({len(line) for line in table}) == 1
    page = report.page()
    assert report.table() in page
    assert "fast lane" in page
    for each in report.measured:
        assert each.ratio("pydifact") == 1
        assert each.released < 0.03
    assert [peak.faults == 0 and peak.megabytes < 60 for peak in report.memory] == [True]


def test_mapping_is_measured_in_turns_on_messages_of_the_size_asked_for(report: Report) -> None:
    assert [turn.segments for turn in report.turns] == [215, 100]
    for turn in report.turns:
        assert set(turn.seconds) == {"pydifact", *MAPPED}
        assert turn.ratio("map") > 0
        assert turn.name in report.page()
    steady = Turns("x", 1, {"pydifact": [8, 20], "written": [1, 2], "map": [2, 4], "lineage": [2.2, 4.4]})
    assert (steady.ratio("written"), steady.ratio("map"), round(steady.lineage, 3)) == (9, 4.5, 0.1)


def test_orders_become_files_of_xml(tmp_path: Path) -> None:
    lay_out(tmp_path / "in", [one_order(1)])
    (tmp_path / "out").mkdir()
    assert Ours().run(tmp_path / "in", tmp_path / "out") > 0
    names = [name for name, _ in values_of((tmp_path / "out" / "00001.xml").read_bytes())]
    assert (names.count("Line"), names.count("Price"), names.count("Party")) == (50, 50, 2)
    assert 6_600 < len(one_order(1)) < 6_900
    assert "2 times as many" in Engines(6_700, 1, 2).told()
    assert "not run: no wheel" in Engines(6_700, 1, problem="no wheel").told()


@pytest.mark.slow
def test_files_go_through_the_whole_engine(tmp_path: Path) -> None:
    flow = measure_flow(2, 3, tmp_path)
    assert (flow.files, flow.messages, flow.delivered) == (2, 3, 6)
    assert 6 * 6_000 < flow.size < 6 * 7_500
    assert flow.seconds > 0
    assert flow.megabytes < 400
    table = Report([], [], 1, flows=[flow]).flow_table()
    assert table.splitlines()[0].startswith("| files | messages in each |")
    assert len(table.splitlines()) == 3


def test_json(report: Report, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[tuple[object, ...]] = []

    def measured(*given: object) -> Report:
        asked.append(given)
        return report

    monkeypatch.setattr(command, "run", measured)
    assert command.main(["--json", "--size", "4000", "--times", "1", "--alone"]) == 0
    assert asked == [(4000, 1, False, False)]
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["files"]] == list(FILES)
    assert set(told["files"][0]["steps"]) == set(STEPS)
    assert {"python", "build", "cores", "date", "peer", "peers", "memory", "turns", "engine", "flows"} <= set(
        told
    )


def test_faulty_messages_are_not_timed() -> None:
    parts = Parts.shipped()
    data = interchange(1)
    assert verified(Sample("good", data, data), parts).messages == 1
    bad = data.replace(b"PAC+40+", b"PAC+4O+", 1)
    for sample in (Sample("bad", data, bad), Sample("bad", bad, data)):
        with pytest.raises(Disagreement, match="element-type"):
            verified(sample, parts)


@pytest.mark.parametrize("one", [False, True])
def test_endless_streams_are_valid_and_as_long_as_asked_for(one: bool) -> None:
    stream = Endless(30_000, one)
    summary = validate_stream(stream, with_orders(Tree.over_shipped()), warm=0)
    assert not summary.content
    assert not summary.envelope
    assert summary.proven == summary.messages == (1 if one else 7)
    assert 24_000 < stream.size <= 30_100
    assert stream.seconds > 0
    assert memory.validate(30_000, one).messages == summary.messages


def test_peers_that_cannot_be_had_are_named() -> None:
    report = Report([], [], 1, [run(peer, PLACE, {peer.package: "not there"}) for peer in PEERS])
    assert all(ran == Ran(ran.peer, problem="not there") for ran in report.ran)


def test_the_committed_page_is_of_this_bench() -> None:
    page = (memory.ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) +\| (.+?) +\|.+\|$", page, re.MULTILINE)
    assert [row for row in rows if row[0] in FILES] == ROWS
