"""What goes wrong at three in the morning: channels, clocks, rows and rounds under trouble that is not theirs."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, update

from edi_router.engine.alarm_channels import Where
from edi_router.engine.alarms import tell_alarms
from edi_router.engine.service import Service
from edi_router.engine.watch import watch_clocks
from edi_router.formats.answer import Answer
from edi_router.ledger import Ledger, tables
from edi_router.ledger.alarms import CRITICAL, WARNING, Trouble
from edi_router.ledger.contacts import Contact, is_due
from edi_router.partners.alarms import AlarmSettings
from edi_router.pipeline.model import Answering, FileOutcome, Reference, TimeLimit
from tests.support.night import night
from tests.support.outcomes import Clock, deliver_all, drop, message, outcome, process
from tests.support.workspaces import Place, deployment

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def here(database: str, clock: Clock) -> Iterator[Ledger]:
    with Ledger.open(database, clock=clock) as ledger:
        yield ledger


class Bare:
    """A configuration without calendars."""

    calendars: ClassVar[dict[str, object]] = {}


def look(ledger: Ledger) -> int:
    return watch_clocks(ledger, Bare())  # type: ignore[arg-type]


def tell(ledger: Ledger, root: Path, **channels: dict[str, object]) -> int:
    settings = AlarmSettings.model_validate({"channels": channels})
    return tell_alarms(ledger, settings, Where("test", root, ZONE))


def alarmed(ledger: Ledger) -> list[tuple[str, str, object]]:
    return [(each.kind, each.severity, each.arguments.get("number")) for each in ledger.alarms()]


# Channels of alarms


@pytest.fixture
def rude() -> Iterator[HTTPServer]:
    """A server that answers what is no HTTP, and counts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.server.calls += 1  # type: ignore[attr-defined]
            self.wfile.write(b"220 mail.example ESMTP\r\n\r\n")

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.calls = 0  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "channel",
    [
        {"kind": "webhook", "url": "RUDE"},
        {"kind": "webhook", "url": "http://127.0.0.1:port/hook?token=s3cret"},
        {"kind": "webhook", "url": "http://desk:s3cret@127.0.0.1/hook"},
        {"kind": "webhook", "url": "http://127.0.0.1:9/a b?token=s3cret"},
        {"kind": "webhook", "url": f"http://{'x' * 80}.example/"},
        {"kind": "mail", "server": "127.0.0.1", "sender": "a@b\nBcc: c@d", "to": ["e@f"]},
        {"kind": "folder", "folder": "a\0b"},
    ],
)
def test_no_channel_breaks_the_round_nor_tells_a_secret(
    desk: Ledger,
    tmp_path: Path,
    rude: HTTPServer,
    channel: dict[str, object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    channel = {k: f"http://127.0.0.1:{rude.server_port}/" if v == "RUDE" else v for k, v in channel.items()}
    desk.raise_alarm(Trouble("partner-unreachable", "reach:A", CRITICAL, "A"))
    with caplog.at_level(logging.DEBUG):
        assert tell(desk, tmp_path, bad=channel, good={"kind": "folder"}) == 1
    with desk.read() as connection:
        reasons = connection.execute(
            select(tables.alarm_notice.c.channel, tables.alarm_notice.c.reason)
        ).all()
    assert dict(reasons)["bad"], "it says why"
    assert "s3cret" not in str(reasons) + caplog.text


@pytest.fixture
def desk(tmp_path: Path, clock: Clock, sqlite_template: Path) -> Iterator[Ledger]:
    path = tmp_path / "ledger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Ledger.open(f"sqlite:///{path}", clock=clock) as ledger:
        yield ledger


def test_a_dead_channel_costs_one_attempt_a_round_however_many_alarms(
    desk: Ledger, clock: Clock, tmp_path: Path, rude: HTTPServer
) -> None:
    hook: dict[str, object] = {"kind": "webhook", "url": f"http://127.0.0.1:{rude.server_port}/"}
    for number in range(5):
        desk.raise_alarm(Trouble("partner-unreachable", f"reach:{number}", CRITICAL, str(number)))
    tell(desk, tmp_path, hook=hook)
    assert rude.calls == 1  # type: ignore[attr-defined]
    clock.tick(seconds=31)
    tell(desk, tmp_path, hook=hook)
    assert rude.calls == 2  # type: ignore[attr-defined]
    clock.tick(minutes=2)
    assert tell(desk, tmp_path, hook={"kind": "folder"}) == 5, "those that waited were given up by nobody"
    n = tables.alarm_notice.c
    with desk.read() as connection:
        assert connection.scalars(select(n.attempts).order_by(n.id)).all() == [3, 1, 1, 1, 1]


def test_a_notice_does_not_wait_for_a_clock_that_was_set_back(
    desk: Ledger, clock: Clock, tmp_path: Path
) -> None:
    desk.raise_alarm(Trouble("partner-unreachable", "reach:A", CRITICAL, "A"))
    tell(desk, tmp_path, hook={"kind": "webhook", "url": "http://127.0.0.1:9/"})
    clock.tick(hours=-3)
    assert tell(desk, tmp_path, hook={"kind": "folder"}) == 1


def test_an_alarm_may_quote_bytes_that_are_no_characters(here: Ledger) -> None:
    here.contact_failed("A", "\udcd6\0 refused")
    here.raise_alarm(Trouble("disk-low", "disk\0", CRITICAL, "", "\udcd6", {"path": "\udcd6"}))
    assert here.contacts()["A"].reason == "\ufffd\ufffd refused"
    [alarm] = here.alarms()
    assert (alarm.subject, alarm.arguments["path"]) == ("\ufffd", "\ufffd")
    assert here.clear_alarm("disk\0")


# Clocks

HOUR = {"hours": 1, "warn": 80}


def limited(file: str, limit: TimeLimit, kind: str = "delivery", position: int = 1) -> FileOutcome:
    """An accepted message with a clock, on itself or on its output."""
    made = message(file, position)
    if kind == "delivery":
        made = replace(made, limits=(limit,))
    else:
        made = replace(made, outputs=tuple(replace(each, limits=(limit,)) for each in made.outputs))
    return outcome(file, made, control=file)


def awaited(ledger: Ledger, clock: Clock, name: str) -> str:
    """A document that was delivered now, and is to be answered within an hour."""
    file = drop(ledger, name)
    process(ledger, file, limited(file, TimeLimit("answer", "business", "ciq", HOUR), "answer"))
    deliver_all(ledger)
    look(ledger)
    return f"{file}-1-1-o1"


def answered(ledger: Ledger, name: str, *outputs: str, answer: Answer = Answer.ACCEPTED) -> None:
    """`ciq` answers documents by the numbers of their messages."""
    file = drop(ledger, name, "ciq")
    says = tuple(
        Answering("x", answer, (Reference("declaration", f"D-{output.removesuffix('-o1')}"),), ())
        for output in outputs
    )
    process(ledger, file, outcome(file, replace(message(file, outputs=0), answers=says), control=file))


def state(ledger: Ledger) -> list[str]:
    c = tables.clock.c
    with ledger.read() as connection:
        return list(connection.scalars(select(c.state).order_by(c.id)))


def test_what_is_late_before_anyone_looked_is_late(here: Ledger, clock: Clock) -> None:
    file = drop(here)
    clock.tick(hours=3)  # nothing ran meanwhile
    process(here, file, limited(file, TimeLimit("delivery", "", "ent-a", HOUR)))
    deliver_all(here)
    look(here)
    assert state(here) == ["late"]
    assert look(here) == 0


def test_a_critical_alarm_is_over_when_only_warnings_are_left(here: Ledger, clock: Clock) -> None:
    first = awaited(here, clock, "1.edi")
    clock.tick(minutes=30)
    awaited(here, clock, "2.edi")
    clock.tick(minutes=50)
    look(here)
    assert alarmed(here) == [("answer-late", CRITICAL, 1)]
    answered(here, "a.edi", first)
    look(here)
    assert alarmed(here) == [("answer-soon-late", WARNING, 1)], "nothing is overdue any more"


def test_what_is_never_answered_does_not_hide_the_next_night(here: Ledger, clock: Clock) -> None:
    lost = awaited(here, clock, "1.edi")
    clock.tick(hours=2)
    look(here)
    clock.tick(days=1)
    awaited(here, clock, "2.edi")
    clock.tick(hours=2)
    look(here)
    assert alarmed(here) == [("answer-late", CRITICAL, 1), ("answer-late", CRITICAL, 1)]
    answered(here, "a.edi", lost)
    look(here)
    assert [each.id for each in here.alarms()] == [2]


def test_one_broken_clock_does_not_stop_the_others(here: Ledger, clock: Clock) -> None:
    awaited(here, clock, "1.edi")
    with here.write() as tx:
        tx.connection.execute(
            update(tables.clock).values(terms='{"fortnights":1}', warn=None, due=None, look=0)
        )
    awaited(here, clock, "2.edi")
    clock.tick(hours=2)
    look(here)
    assert state(here)[1] == "breached"


def test_a_partner_is_tried_again_when_the_machines_clock_was_set_back(clock: Clock) -> None:
    soon = Contact("A", 9, None, None, clock.now + timedelta(minutes=5), "")
    assert not is_due(soon, clock.now)
    assert is_due(soon, clock.now - timedelta(hours=3))
    assert is_due(None, clock.now)


# Answers


def test_answers_may_name_more_than_a_statement_takes(
    tmp_path: Path, sqlite_template: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Ledger.open(f"sqlite:///{path}", clock=clock) as ledger:

        @event.listens_for(ledger.engine, "connect")
        def connected(connection: sqlite3.Connection, record: object) -> None:
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 1100)

        ledger.engine.dispose()
        numbers = tuple(Reference("any", f"D-{number}") for number in range(1200))
        assert ledger.sent_document("ciq", numbers) is None
        file = drop(ledger)
        limit = (TimeLimit("answer", "business", "ciq", HOUR),)
        made = [message(file, place) for place in range(1, 1202)]
        made = [
            replace(each, outputs=tuple(replace(output, limits=limit) for output in each.outputs))
            for each in made
        ]
        process(ledger, file, outcome(file, *made))
        last = made[-1].id
        found = ledger.sent_document("ciq", (*numbers, Reference("declaration", f"D-{last}")))
        assert found is not None
        assert found.output == f"{last}-o1"


def test_an_answer_may_name_bytes_that_are_no_characters(here: Ledger) -> None:
    numbers = (Reference("declaration", "\udcd6\0"), Reference("interchange", "\udcd6\0"))
    assert here.sent_document("ciq", numbers) is None
    assert here.sent_interchange("ciq", "\udcd6", "\0", "\udcd6\0") is None
    file = drop(here, partner="ciq")
    says = (Answering("x", Answer.ACCEPTED, numbers, ("\udcd6",)),)
    process(here, file, outcome(file, replace(message(file, outputs=0), answers=says)))


def test_an_early_answer_that_names_two_documents_is_told_once_of_each(here: Ledger, clock: Clock) -> None:
    early = drop(here, "early.edi", "ciq")
    file = drop(here)
    said = Reference("declaration", f"D-{file}-1-1")
    says = (Answering("x", Answer.ACCEPTED, (said, Reference("any", said.value)), ()),)
    process(here, early, outcome(early, replace(message(early, outputs=0), answers=says), control="E"))
    process(here, file, limited(file, TimeLimit("answer", "business", "ciq", HOUR), "answer"))
    events = [each["what"] for each in here.show(f"{file}-1-1-o1")["events"]]
    assert events.count("answered") == 1
    deliver_all(here)
    assert look(here) == 0
    assert state(here) == ["met"]


# Rounds


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with deployment(tmp_path / "workspace") as made:
        yield made


def statements_of_a_round(place: Place) -> list[str]:
    """What a round, after another one, asks the database."""
    place.engine.round()
    seen: list[str] = []

    @event.listens_for(place.ledger.engine, "before_cursor_execute")
    def told(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    place.engine.round()
    return seen


def test_an_idle_round_writes_nothing_and_asks_little(place: Place) -> None:
    seen = statements_of_a_round(place)
    assert not [each for each in seen if each.startswith("BEGIN IMMEDIATE")]
    assert len([each for each in seen if not each.startswith("BEGIN")]) <= 30


def test_a_trouble_that_lasts_is_written_once(place: Place) -> None:
    place.engine.free = lambda path: 0
    seen = statements_of_a_round(place)
    assert [each.kind for each in place.ledger.alarms()] == ["disk-low"]
    assert "BEGIN IMMEDIATE" not in seen


def test_alarms_of_partners_that_are_gone_are_over(place: Place) -> None:
    for key in ("volume:GONE:forms", "clock:answer:business:GONE:2026-03-14", "volume:ENT-A:forms"):
        place.ledger.raise_alarm(
            Trouble("volume-unusual", key, WARNING, key.split(":")[-2 if "vol" in key else 3])
        )
    place.engine.round()
    assert [each.partner for each in place.ledger.alarms()] == ["ENT-A"]


def broken(place: Place, monkeypatch: pytest.MonkeyPatch, name: str) -> Callable[[], list[str]]:
    """Let a part of the engine raise; the kinds of alarms that a round of the service then leaves open."""

    def fails(*arguments: object, **names: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(name, fails)
    service = Service(place.engine)

    def poll() -> list[str]:
        service._poll()
        return sorted(each.kind for each in place.ledger.alarms())

    return poll


@pytest.mark.parametrize("part", ["steps.work", "round.watch_clocks", "alarms.tonight", "nightly.mornings"])
def test_what_is_broken_off_is_an_alarm_that_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    place.clock.forward(days=1)
    place.ledger.raise_alarm(Trouble("volume-unusual", "volume:x", WARNING, "ENT-A"))
    with monkeypatch.context() as patch:
        poll = broken(place, patch, f"edi_router.engine.{part}")
        poll()
        assert poll() == ["broken-off", "volume-unusual"]
        n = tables.alarm_notice.c
        with place.ledger.read() as connection:
            told = connection.execute(select(n.alarm, n.state)).all()
        assert sorted(told) == [(1, "sent"), (2, "sent")]
    service = Service(place.engine)
    service._poll()
    service._poll()
    assert [each.kind for each in place.ledger.alarms()] == ["volume-unusual"]


# Batches


def test_a_missed_window_is_not_over_when_it_closes(tmp_path: Path) -> None:
    with night(tmp_path / "w") as customs:
        customs.clock("21:00")
        customs.send("NIGHT-A", "YC20260314000018")
        customs.place.root.joinpath("exchange/CUS-NIGHT/in").rename(tmp_path / "gone")
        customs.place.clock.now += timedelta(hours=1, minutes=1)  # the window opens
        customs.place.engine.round()
        customs.place.clock.now += timedelta(hours=3)
        customs.place.engine.round()
        kinds = {each.kind for each in customs.ledger.alarms()}
        assert kinds & {"window-stalled", "window-missed"}
        customs.place.clock.now += timedelta(hours=2)  # it has closed
        customs.place.engine.round()
        assert {each.kind for each in customs.ledger.alarms()} & {"window-stalled", "window-missed"}
        (tmp_path / "gone").rename(customs.place.root / "exchange/CUS-NIGHT/in")
        for delivery in customs.ledger.ls("delivery", state="failed"):
            customs.ledger.retry(delivery["id"], "duty")
        customs.place.engine.round()
        assert not {each.kind for each in customs.ledger.alarms()} & {"window-stalled", "window-missed"}


def test_no_statement_of_a_round_reads_all_that_ever_was(tmp_path: Path) -> None:
    with night(tmp_path / "w") as customs:
        customs.clock("22:10")
        customs.send("NIGHT-A", "YC20260314000018")
        seen: dict[str, Any] = {}

        @event.listens_for(customs.ledger.engine, "before_cursor_execute")
        def told(
            connection: object, cursor: object, statement: str, parameters: object, *rest: object
        ) -> None:
            seen[statement] = parameters

        customs.place.engine.round()
        grows = (
            "event",
            "message",
            "output",
            "delivery",
            "clock",
            "file",
            "work",
            "message_output",
            "reference",
        )
        with sqlite3.connect(customs.place.root / "var" / "ledger.db") as connection:
            for statement, parameters in seen.items():
                if statement.startswith("SELECT"):
                    plan = [
                        row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                    ]
                    whole = [step for step in plan if step.startswith("SCAN") and step.split()[1] in grows]
                    whole += [step for step in plan if "ix_event_kind (kind=?)" in step]
                    assert not whole, statement


def test_what_has_missed_a_cut_off_is_noted_once(tmp_path: Path) -> None:
    with night(tmp_path / "w") as customs:
        customs.clock("21:00", 14)
        customs.place.clock.now += timedelta(hours=4, minutes=55)
        customs.send("NIGHT-A", "YC20260314000018")
        seen: list[str] = []

        @event.listens_for(customs.ledger.engine, "before_cursor_execute")
        def told(connection: object, cursor: object, statement: str, *rest: object) -> None:
            seen.append(statement)

        customs.place.engine.round()
        assert "BEGIN IMMEDIATE" not in seen
