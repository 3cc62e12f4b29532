"""A night of the exchange with customs: three firms, an urgent lane, a quota, a late message, a batch that comes back."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydifact.segmentcollection import Interchange

import edi_router
from edi_router.engine.steps import load
from edi_router.formats.edifact import read
from edi_router.ledger import Ledger
from edi_router.ledger.store import instant
from edi_router.reports.forecast import forecast_errors, forecasts
from tests.support.cli import edi_router as run
from tests.support.night import CUSTOMS, SERIES, Night, at, night

SMALL = (("messages: 500", "messages: 4"), ("quota: 5000", "quota: 11"))


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Night]:
    with night(tmp_path / "ws", SMALL) as opened:
        yield opened
        assert opened.ledger.books().balanced, opened.ledger.books().problems


def events(ledger: Ledger, id: str, what: str) -> list[dict[str, str]]:
    return [row["detail"] for row in ledger.show(id)["events"] if row["what"] == what]


def tonight(it: Night) -> list[str]:
    """What the screen would say now, without blanks at the ends."""
    from edi_router.cli.tonight_screen import Screen, width
    from edi_router.pipeline.series import load_exchange
    from edi_router.reports.tonight import look

    exchange, _ = load_exchange(it.place.workspace.tree)
    assert exchange is not None
    lines = list(
        Screen("en", exchange.settings.zone).lines(look(it.ledger, exchange, instant(it.ledger.now())))
    )
    assert max(width(line) for line in lines) <= 80
    return lines


def test_a_night(it: Night) -> None:
    # By day firms send; nothing leaves before customs open.
    it.send("NIGHT-A", "A1", "A2", "A3")
    it.send("NIGHT-B", "B1")
    it.send("NIGHT-C", "C1", urgent=True)
    assert it.batches() == []
    assert it.place.inbox(CUSTOMS) == {}
    assert "all is well" in tonight(it)[0]

    # The window opens: a full batch, then the rest; what is urgent goes first, the others in the order of age.
    it.clock("22:00")
    assert it.batches() == [("count", 4), ("opening", 1)]
    first, second = (each.id for each in reversed(it.ledger.batches()))
    assert (it.numbers(first), it.numbers(second)) == (["C1", "A1", "A2", "A3"], ["B1"])
    assert list(it.place.inbox(CUSTOMS)) == [f"{first}.edi", f"{second}.edi"]
    it.answer(second, "7")

    # The first batch comes back without a word on who is at fault: its halves go again, until A2 stands alone.
    it.answer(first, "4")
    halves = [(each.id, it.numbers(each.id), each.parent) for each in reversed(it.ledger.batches()[:2])]
    assert [(numbers, parent) for _, numbers, parent in halves] == [
        (["C1", "A1"], first),
        (["A2", "A3"], first),
    ]
    it.answer(halves[0][0], "7")
    it.answer(halves[1][0], "4")
    # Eleven are the quota of a window, and nine are sent: two single messages fill it.
    alone = {tuple(it.numbers(each.id)): each.id for each in it.ledger.batches()[:2]}
    assert sorted(alone) == [("A2",), ("A3",)]
    it.answer(alone["A3",], "7")
    it.answer(alone["A2",], "4", "UCM+1+CUSDEC:D:96B:UN+4", "UCS+3+12")
    assert any("messages rejected out of batches: 1" in line for line in tonight(it))

    # What comes now is over the quota, and what comes after the cut-off is too late besides.
    it.clock("23:00")
    over = it.send("NIGHT-B", "B2")
    it.clock("23:30")
    assert it.ledger.waiting_series() == {SERIES: 1}
    assert any("over the quota" in line for line in tonight(it))
    it.clock("01:50", day=15)
    late = it.send("NIGHT-C", "C2")
    assert [row["missed"] for row in events(it.ledger, late[0], "late")] == [at("01:45", 15).isoformat()]
    assert [row["goes_with"] for row in events(it.ledger, late[0], "late")] == [at("22:00", 15).isoformat()]
    assert events(it.ledger, over[0], "late") == []
    it.clock("02:30", day=15)
    assert len(it.batches()) == 6
    assert not any("was not complete" in line for line in tonight(it)), "the quota is nobody's fault"

    # The firm has corrected its master data with customs; the operator sends A2 again, with the next night's batch.
    [rejected] = [row for row in it.ledger.ls("output", state="delivered") if row["batch"] == alone["A2",]]
    assert it.ledger.retry(rejected["id"], "anna") == 1
    it.clock("22:00", day=15)
    assert it.numbers(it.last()) == ["B2", "C2", "A2"]
    assert it.ledger.batches()[0].late == 2, "C2, and A2 that was sent again half an hour after the close"
    it.answer(it.last(), "7")
    assert {row["state"] for row in it.ledger.ls("message") if row["type"] == "CUSDEC"} == {"completed"}
    answers = [row["answer"] for row in it.ledger.ls("output") if row["series"] == SERIES]
    assert answers.count("acknowledged") + answers.count("rejected") == len(answers)
    books = it.ledger.books()
    assert (books.unaccounted, dict(books.gaps)) == (0, {})


def test_our_batch_is_sound_to_us_and_to_others(it: Night) -> None:
    it.send("NIGHT-A", "A1", "A2")
    it.send("NIGHT-B", "B1")
    it.clock("22:00")
    [content] = it.place.inbox(CUSTOMS).values()
    assert list(edi_router.check(content)) == []
    [interchange] = read(content)
    messages = list(interchange.messages())
    assert [(each.type, each.reference) for each in messages] == [
        ("CUSDEC", "1"),
        ("CUSDEC", "2"),
        ("CUSDEC", "3"),
    ]
    assert (interchange.sender, interchange.recipient) == ("EDIROUTER", "CUSNIGHT")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has no tables of its own for version 3
        theirs = Interchange.from_str(content.decode())
        named = [(each.reference_number, each.identifier[0]) for each in theirs.get_messages()]
    assert named == [("1", "CUSDEC"), ("2", "CUSDEC"), ("3", "CUSDEC")]
    assert (theirs.control_reference, content[-8:]) == ("1", b"UNZ+3+1'")


def test_a_stopped_engine_makes_up_for_a_cut_off(it: Night) -> None:
    it.send("NIGHT-A", "A1")
    it.place.clock.now = at("01:50", 15)
    it.work()
    assert it.batches() == [("cut-off", 1)]


def test_a_window_that_was_slept_through_is_told(it: Night) -> None:
    it.send("NIGHT-A", "A1")
    it.clock("02:10", day=15)
    assert it.batches() == []
    assert f"! {CUSTOMS}: batch forms was not complete at 02:00, left: 1" in tonight(it)
    it.clock("22:00", day=15)
    assert it.batches() == [("opening", 1)]


def test_a_paused_partner_gets_no_batch(it: Night) -> None:
    it.send("NIGHT-A", "A1")
    it.ledger.pause(CUSTOMS, "maintenance until ten", "anna")
    it.clock("22:00")
    assert it.batches() == []
    screen = tonight(it)
    assert f"! {CUSTOMS}: is paused: maintenance until ten" in screen
    assert "    call: data centre duty desk" in screen
    assert f"    edi-router resume {CUSTOMS}" in screen
    it.ledger.resume(CUSTOMS, "anna")
    it.clock("22:01")
    assert it.batches() == [("opening", 1)]


def test_a_series_that_is_gone_from_the_configuration_is_told(it: Night) -> None:
    it.send("NIGHT-A", "A1")
    file = it.place.root / "partners" / f"{CUSTOMS}.yaml"
    file.write_text(file.read_text().replace("id: forms", "id: others"))
    it.place.engine.configuration = load(it.place.workspace)
    [problem] = it.place.engine.until_idle().problems
    assert "1 messages wait for batch forms" in problem


def test_a_message_that_cannot_be_written_any_more_is_told_and_waits(it: Night) -> None:
    it.send("NIGHT-A", "A1", "海关A2")
    file = it.place.root / "partners" / f"{CUSTOMS}.yaml"
    before = file.read_text()
    file.write_text(before + "edifact: {syntax: UNOC}\n")
    it.place.engine.configuration = load(it.place.workspace)
    it.place.clock.now = at("22:00")
    [problem] = it.place.engine.round().problems
    assert problem.startswith(f"{SERIES}: no batch could be made: ")
    assert "U+6D77" in problem
    assert it.batches() == []
    file.write_text(before)
    it.place.engine.configuration = load(it.place.workspace)
    it.clock("22:01")
    assert it.numbers(it.last()) == ["A1", "海关A2"]


def test_forecasts_are_kept_and_compared(it: Night) -> None:
    it.send("NIGHT-A", "A1")
    it.clock("22:00")
    it.send("NIGHT-A", "A2")
    it.clock("23:00")
    [forecast] = forecasts(it.ledger, it.place.engine.configuration, it.place.clock.now)
    assert (forecast.sent, forecast.remaining, forecast.margin) == (2, 0, timedelta(hours=3))
    assert forecast_errors(it.ledger, at("12:00")) == [], (
        "on the first night there was no rate to reckon with"
    )
    it.clock("23:30", day=15)
    it.send("NIGHT-B", "B1", "B2")
    it.clock("22:00", day=16)
    [error] = forecast_errors(it.ledger, at("12:00"))
    assert (error.series, error.window, error.seconds) == (SERIES, at("22:00", 16), -1)
    # A file in work counts with what its sender's files usually bring.
    it.ledger.receive("NIGHT-B", "NIGHT-B", "next.edi", 1, 1, "0" * 64, "")
    [forecast] = forecasts(it.ledger, it.place.engine.configuration, it.place.clock.now)
    assert (forecast.expected, forecast.remaining) == (2, 2)


def test_the_commands(it: Night) -> None:
    root = str(it.place.root)
    it.send("NIGHT-A", "A1")
    done = run("--workspace", root, "batch", "close", "CUS-NIGHT/form", "--reason", "x")
    assert (done.code, "did you mean CUS-NIGHT/forms?" in done.err) == (2, True)
    done = run("--workspace", root, "batch", "close", SERIES, "--reason", "customs asked for it", "--json")
    assert (done.code, done.json) == (0, {"verb": "close", "id": SERIES, "batches": ["CUS-NIGHT-forms-1"]})
    done = run("--workspace", root, "batch", "close", SERIES, "--reason", "again")
    assert (done.code, done.out) == (1, f"nothing waits for {SERIES}\n")
    [decision] = it.ledger.show("CUS-NIGHT-forms-1")["decisions"]
    assert (decision["verb"], decision["reason"]) == ("close", "customs asked for it")
    [row] = run("--workspace", root, "batch", "ls", "--partner", CUSTOMS, "--json").lines
    assert "by-hand" in run("--workspace", root, "batch", "ls").out
    seen = run("--workspace", root, "tonight", "--json")
    # By the machine's clock, which may stand within the window or outside of it.
    opened = [
        datetime.fromisoformat(each["opens"]) for each in seen.json["windows"] if each["state"] == "open"
    ]
    window = datetime.fromisoformat(row["window"]) if row["window"] is not None else None
    assert (row["id"], row["cause"], window, row["messages"]) == (
        "CUS-NIGHT-forms-1",
        "by-hand",
        opened[0] if opened else None,
        1,
    )
    assert {each["state"] for each in seen.json["windows"]} <= {"open", "next", "closed"}
    shown = run("--workspace", root, "tonight")
    assert f"{SERIES}" in shown.out
