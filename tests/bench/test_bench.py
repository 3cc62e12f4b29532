"""The bench on tiny files: it runs, its tables have all rows, its page says what it must."""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.demo.listener import Listener
from edi_router.formats.edifact.fast_stream import validate_stream
from tests.bench import __main__ as command
from tests.bench import kept, measure, memory, readers, rows, turns
from tests.bench.child import Failed, measured
from tests.bench.delay import Far
from tests.bench.engines import Engines, Ours, lay_out, one_order, values_of
from tests.bench.flow import measure_flow
from tests.bench.kept import Line
from tests.bench.measure import MAPPED, STEPS, Disagreement, Measured, Parts, verified
from tests.bench.orders import with_orders
from tests.bench.page import page
from tests.bench.peers import PEERS, PLACE, Ran, run
from tests.bench.report import Report
from tests.bench.sample import Endless, Sample, interchange
from tests.bench.sftp import Sftp, Turn
from tests.bench.turns import Turns
from tests.bench.whole import Both, Side
from tests.bench.xml import KINDS, Kind, document, steps_of

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
        patch.setattr(measure, "COLLECTED", False)
        patch.setattr(turns, "MESSAGES", 2)
        patch.setattr(turns, "THEIRS", 1)
        patch.setattr(turns, "WARM", 1)
        return command.run(size=4_000, times=1, peers=False)


def test_the_tables_have_all_rows(report: Report) -> None:
    assert [(row[0], row[1]) for row in report.rows()] == ROWS
    table = report.table().splitlines()
    assert len(table) == 2 + len(ROWS)
    assert len({len(line) for line in table}) == 1
    section = report.section()
    assert report.table() in section
    assert "fast lane" in section
    for each in report.measured:
        assert each.ratio("pydifact") == 1
        assert each.released < 0.03
    assert [peak.faults == 0 and peak.megabytes < 60 for peak in report.memory] == [True]


def test_mapping_is_measured_in_turns_on_messages_of_the_size_asked_for(report: Report) -> None:
    assert [turn.segments for turn in report.turns] == [215, 100]
    for turn in report.turns:
        assert set(turn.seconds) == {"pydifact", *MAPPED}
        assert turn.ratio("map") > 0
        assert turn.name in report.section()
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


def test_json_and_what_is_kept(
    report: Report, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[tuple[object, ...]] = []

    def measured(*given: object) -> Report:
        asked.append(given)
        return report

    monkeypatch.setattr(command, "run", measured)
    monkeypatch.setattr(kept, "RESULTS", tmp_path)
    only = ["--only", "edifact", "--json", "--size", "4000", "--times", "1", "--alone"]
    assert command.main(only) == 0
    assert asked == [(4000, 1, False)]
    told = json.loads(capsys.readouterr().out)["edifact"]["data"]
    [row] = [row for row in rows.rows(command.readers) if row.name == "edifact"]
    found = kept.kept("edifact", tmp_path)
    assert found is not None
    assert found.lines[0].peer == "pydifact, parse"
    whole = page([row], tmp_path)
    assert found.text == report.section()
    assert found.text in whole
    assert found.when in whole
    assert f"| {found.lines[0].bench} " in whole
    assert "Not measured yet: `xml`" in page(rows.rows(command.readers)[:3:2], tmp_path)
    assert [each["name"] for each in told["files"]] == list(FILES)
    assert set(told["files"][0]["steps"]) == set(STEPS)
    assert {"python", "build", "cores", "date", "peer", "peers", "memory", "turns", "engine", "flows"} <= set(
        told
    )


def test_what_is_required_of_the_readers_is_compared_with_what_they_do() -> None:
    """Of CUSDEC, of each mapped message, of the lineage, of Bots' engine and its parser; the others are figures."""
    quick = {"pydifact": 100.0, "plain": 1.0, "codes": 2.0, "values": 5.0}
    file = Measured("CUSDEC", 1_000_000, 1, 1, 0.0, quick)
    turn = Turns("x", 7, {"pydifact": [24.0], "written": [2.1], "map": [2.1], "lineage": [2.5]})
    parser, other = PEERS[0], PEERS[1]
    found = Report(
        [file],
        [],
        1,
        [Ran(parser, 1_000_000, 91.0), Ran(other, 1_000_000, 91.0)],
        turns=[turn],
        engine=Engines(6_700, 1, 39),
    )
    told = {each.bench: each for each in readers.edifact(found).lines}
    assert {name: line.met for name, line in told.items()} == {
        "read + check EDIFACT: order, presence, length, class, counts": True,
        "read + check EDIFACT: with code lists": True,
        "read + check EDIFACT: fully split": False,
        "map: CUSDEC of 7 segments → EEntDeclIo, without its XSD": False,
        "map: CUSDEC of 7 segments → EEntDeclIo, checked by its XSD": True,
        "map: the lineage recorded": False,
        "map: ORDERS of 6.7 KB → XML, file to file, without the ledger": False,
        "read + check EDIFACT, without code lists": True,
        "read + check EDIFACT, with code lists": None,
    }
    assert told["read + check EDIFACT, without code lists"].measured == "91.0 x"


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
    written = (memory.ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (.+?) +\| (.+?) +\|.+\|$", written, re.MULTILINE)
    assert [row for row in found if row[0] in FILES] == ROWS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_xml_is_read_checked_and_mapped_beside_lxml(kind: Kind) -> None:
    data = document(kind, 5)
    assert not kind.item or data.count(b"<DecList>") == 5
    for step in steps_of(kind, data).values():
        step()
    broken = re.sub(rb"<GNo>1</GNo>", b"", data, count=1)
    for name in ("lxml", "check", "map"):
        with pytest.raises(Disagreement):
            steps_of(kind, broken)[name]()


def test_a_long_way_takes_its_time_and_no_bytes() -> None:
    """What is sent comes as it was, in order, and not before it can."""
    content = bytes(range(256)) * 4000

    def serve(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            connection.sendall(stream.read())

    listener = Listener(serve)
    try:
        with Far(listener.port, 0.02) as far, socket.create_connection(("127.0.0.1", far.port), 20) as way:
            began = time.monotonic()

            def send() -> None:
                way.sendall(content)
                way.shutdown(socket.SHUT_WR)

            sending = threading.Thread(target=send)
            sending.start()
            with way.makefile("rb") as stream:
                assert stream.read() == content
            assert time.monotonic() - began >= 0.02
            sending.join()
    finally:
        listener.stop()


def test_what_a_process_takes_is_counted_with_its_children(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    took = measured(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print(7)",
        ]
    )
    assert took.cpu >= 0.2
    assert took.out == "7\n"
    with pytest.raises(Failed, match="ended with 3: no such thing"):
        measured([sys.executable, "-c", "import sys; print('no such thing', file=sys.stderr); sys.exit(3)"])


def test_rows_say_whether_what_is_required_is_met() -> None:
    ours = Side(5000, 1, 5_500_000, 3.0, 4.0, 90.0, 0.5)
    bots = Side(400, 1, 440_000, 7.0, 8.0, 60.0, 1.0)
    assert (round(ours.rate), round(ours.started), round(bots.started)) == (1667, 2000, 67)
    assert round(Both(ours, bots).ratio) == 25
    assert "Bots: no wheel." in rows.sides(Both(ours, None, "no wheel"))
    assert [Line("", "", "", "", met).verdict for met in (True, False, None)] == ["met", "**not met**", ""]
    turns = [Turn(exchange, 1, 3 * exchange, 1, 2) for exchange in (1, 3, 2)]
    assert Sftp(10, 0, turns).ratio(lambda turn: turn.exchange) == 1
    assert rows.turns_of(Sftp(10, 0, turns)).count("\n") == 4
