"""The engine's parts: back-off, nightly windows, delivery under faults, receiving under faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edi_router.config import shipped_directory
from edi_router.engine.deliver import LONGEST_RETRY, retry_at
from edi_router.engine.port import Engine
from edi_router.engine.service import Service, days_to_close, last_time
from edi_router.engine.workspace import Workspace, WorkspaceError
from edi_router.partners.settings import Settings
from edi_router.transports import ChannelError
from edi_router.transports.memory import forget, store
from tests.support.workspaces import SETTINGS, Clock, Place, deployment

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CUSDEC = (shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()


def test_back_off_doubles_up_to_an_hour_and_then_gives_up() -> None:
    waits = [(retry_at(NOW, attempt, 20) or NOW) - NOW for attempt in range(1, 20)]
    for attempt, wait in enumerate(waits):
        middle = min(timedelta(seconds=10) * 2**attempt, LONGEST_RETRY)
        assert middle * 0.8 <= wait <= middle * 1.2
    assert retry_at(NOW, 20, 20) is None


@pytest.mark.parametrize(
    ("now", "last_closed", "expected"),
    [
        ("2026-03-14T03:00", None, ["2026-03-13"]),
        ("2026-03-14T01:00", None, ["2026-03-12"]),
        ("2026-03-14T03:00", "2026-03-13", []),
        ("2026-03-14T03:00", "2026-03-10", ["2026-03-11", "2026-03-12", "2026-03-13"]),
        ("2026-03-14T03:00", "2026-03-20", []),
    ],
)
def test_missed_days_are_caught_up(now: str, last_closed: str | None, expected: list[str]) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    window = last_time(at, Settings(), {})
    assert window is not None
    assert (window.hour, window.minute) == (2, 0)
    assert days_to_close(window, last_closed) == expected


class Memory:
    """The sample deployment with partners in memory, whose channels can fail at will."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.sender = store("engine-ENT-A")
        self.bureau = store("engine-CIQ-QD")

    def drop(self, content: bytes = CUSDEC, name: str = "a.edi") -> None:
        self.sender.drop(name, content, 1_000_000)

    def delivered(self) -> list[str]:
        return sorted(name for name in self.bureau.inbox if not name.startswith("."))

    def settle(self) -> None:
        """Rounds with time passing, until every retry had its turn."""
        for _ in range(12):
            self.place.engine.round()
            self.place.clock.forward(hours=2)


@pytest.fixture
def memory(tmp_path: Path):  # type: ignore[no-untyped-def]
    root = tmp_path / "ws"
    channels = "\n".join(
        f"  {partner}: {{kind: memory, name: engine-{partner}}}" for partner in ("ENT-A", "CIQ-QD")
    )
    with deployment(root) as place:
        (root / "edi-router.yaml").write_text(SETTINGS.format(channels=channels), encoding="utf-8")
        configuration, faults = place.workspace.configuration()
        assert configuration is not None, faults
        place.engine.configuration = configuration
        yield Memory(place)
    forget("engine-ENT-A")
    forget("engine-CIQ-QD")


LOST = ChannelError("channel-lost", address="test", problem="cut")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("verb", ["put_temporary", "rename"])
def test_a_connection_cut_while_delivering_neither_loses_nor_repeats(
    memory: Memory, verb: str, after: bool
) -> None:
    memory.drop()
    memory.bureau.fail(verb, LOST, after=after)
    memory.settle()
    assert len(memory.delivered()) == 1
    assert len(memory.bureau.inbox) == 1
    assert memory.place.ledger.books().balanced
    [message] = memory.place.ledger.ls("message")
    assert message["state"] == "completed"


def test_a_partner_who_took_the_file_before_the_cut_does_not_get_it_again(memory: Memory) -> None:
    memory.drop()
    memory.bureau.fail("rename", LOST, after=True)
    memory.place.engine.round()
    assert len(memory.delivered()) == 1
    memory.bureau.inbox.clear()
    memory.settle()
    assert memory.delivered() == []
    [message] = memory.place.ledger.ls("message")
    assert message["state"] == "completed"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("verb", ["drops", "fetch", "remove"])
def test_a_connection_cut_while_receiving_neither_loses_nor_repeats(
    memory: Memory, verb: str, after: bool
) -> None:
    memory.drop()
    memory.sender.fail(verb, LOST, after=after)
    memory.settle()
    assert memory.sender.outbox == {}
    assert len(memory.place.ledger.ls("file")) == 1
    assert len(memory.delivered()) == 1
    assert memory.place.ledger.books().balanced


def test_a_file_over_the_limit_stays_in_the_outbox(memory: Memory) -> None:
    engine = memory.place.engine
    # A copy: the configuration itself is shared by all tests.
    small = engine.configuration.settings.model_copy(update={"maximum_file_megabytes": 0})
    engine.configuration = replace(engine.configuration, settings=small)
    memory.drop()
    report = memory.place.engine.round()
    assert ["a.edi is left in the outbox" in problem for problem in report.problems] == [True]
    assert list(memory.sender.outbox) == ["a.edi"]
    assert memory.place.ledger.ls("file") == []


def test_a_bug_in_processing_stops_one_file_only(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    from edi_router.engine import work

    real = work.process

    def broken(incoming, configuration, ledger, registers):  # type: ignore[no-untyped-def]
        if incoming.name == "a.edi":
            raise ZeroDivisionError("a bug")
        return real(incoming, configuration, ledger, registers)

    monkeypatch.setattr(work, "process", broken)
    memory.drop()
    memory.drop(CUSDEC.replace(b"ENTA00000001", b"ENTA00000002"), "b.edi")
    memory.settle()
    assert len(memory.delivered()) == 1
    [failed] = memory.place.ledger.ls("file", state="failed")
    assert failed["name"] == "a.edi"
    assert memory.place.ledger.books().balanced
    monkeypatch.setattr(work, "process", real)
    memory.place.ledger.retry(failed["id"])
    memory.settle()
    assert len(memory.delivered()) == 2


def test_the_nightly_round_closes_the_books_once(memory: Memory) -> None:
    memory.drop()
    memory.settle()
    memory.place.clock.forward(days=1)
    nightly = Service(memory.place.engine)
    nightly.nightly()
    nightly.nightly()
    assert len(memory.place.ledger.closed_books()) == 1
    memory.place.clock.forward(days=3)
    nightly.nightly()
    assert len(memory.place.ledger.closed_books()) == 4
    assert memory.place.ledger.verify_books() == []


def test_a_round_that_breaks_off_again_and_again_is_told_once_and_once_when_it_is_over(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    service = Service(memory.place.engine)
    ledger = memory.place.ledger
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE work RENAME TO away")
    for _ in range(4):
        service._poll()
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO work")
    for _ in range(2):
        service._poll()
    told = [each for each in caplog.records if "broken off" in each.message and "alarm" not in each.name]
    assert [each.message for each in told] == [
        "the round was broken off",
        "the nightly close was broken off",
        "over: the round; it was broken off 4 times in a row",
        "over: the nightly close; it was broken off 4 times in a row",
    ]
    assert told[0].exc_info is not None


def test_a_nightly_close_that_fails_is_tried_again(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nightly = Service(memory.place.engine)
    with monkeypatch.context() as broken:
        broken.setattr(memory.place.ledger, "close_books", lambda day: 1 / 0)
        nightly.nightly()
    assert "broken off" in caplog.text
    nightly.nightly()
    assert memory.place.ledger.closed_books() == ["2026-03-13"]


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="edi-router new project"):
        Workspace.at(tmp_path)


def test_the_clock_of_a_workspace_can_be_given(tmp_path: Path) -> None:
    clock = Clock()
    with deployment(tmp_path / "ws") as place:
        assert place.ledger.business_date(place.ledger.now()) == "2026-03-14"
        assert clock() == place.clock()


def test_a_drop_that_is_replaced_while_it_is_received_is_not_lost(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = memory.place.ledger.receive_all
    newer = CUSDEC.replace(b"ENTA00000001", b"ENTA00000002")

    def replaced(drops, digest, fence):  # type: ignore[no-untyped-def]
        receipts = real(drops, digest, fence)
        memory.sender.drop("a.edi", newer, 2_000_000)
        monkeypatch.setattr(memory.place.ledger, "receive_all", real)
        return receipts

    monkeypatch.setattr(memory.place.ledger, "receive_all", replaced)
    memory.drop()
    memory.settle()
    assert memory.sender.outbox == {}
    assert len(memory.place.ledger.ls("file")) == 2
    assert len(memory.delivered()) == 2


@pytest.mark.parametrize("bad", [b"\xd6\xd0", b"\x00"])
def test_bytes_that_are_no_text_stop_nobody_else(memory: Memory, bad: bytes) -> None:
    chinese = (shipped_directory() / "samples" / "day" / "ENT-A" / "0830-cusdec-chinese.edi").read_bytes()
    start = chinese.index(b"BGM+")
    number = chinese[start : chinese.index(b"'", start)].split(b"+")[2]
    memory.drop(chinese.replace(number, bad + number), "bad.edi")
    memory.drop()
    memory.settle()
    assert len(memory.delivered()) in (1, 2)
    assert {row["state"] for row in memory.place.ledger.ls("file")} == {"processed"}
    assert memory.place.ledger.books().balanced


def test_one_outcome_that_cannot_be_recorded_stops_nobody_else(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = memory.place.ledger.record_all

    def choosy(items):  # type: ignore[no-untyped-def]
        if any(item.outcome.interchanges[0].control_reference == "ENTA00000002" for item in items):
            raise ValueError("not to be stored")
        return real(items)

    monkeypatch.setattr(memory.place.ledger, "record_all", choosy)
    memory.drop()
    memory.drop(CUSDEC.replace(b"ENTA00000001", b"ENTA00000002"), "b.edi")
    memory.settle()
    assert len(memory.delivered()) == 1
    assert [row["name"] for row in memory.place.ledger.ls("file", state="failed")] == ["b.edi"]


def test_a_damaged_archive_object_stops_nobody_and_heals(memory: Memory) -> None:
    memory.drop()
    memory.settle()
    [file] = memory.place.ledger.ls("file")
    path = memory.place.engine.archive.path(file["sha256"])
    path.chmod(0o640)
    path.write_bytes(b"damaged")
    memory.sender.drop("again.edi", CUSDEC, 3_000_000)
    memory.settle()
    assert memory.sender.outbox == {}
    assert memory.place.engine.archive.read(file["sha256"]) == CUSDEC


def test_a_drop_that_cannot_be_removed_does_not_stop_the_others(memory: Memory) -> None:
    memory.drop()
    memory.drop(CUSDEC.replace(b"ENTA00000001", b"ENTA00000002"), "b.edi")
    memory.sender.fail("remove", ChannelError("channel-permission", path="out/a.edi"))
    report = memory.place.engine.round()
    assert len(report.problems) == 1
    assert len(memory.delivered()) == 2
    assert list(memory.sender.outbox) == ["a.edi"]
    memory.settle()
    assert memory.sender.outbox == {}
    assert len(memory.delivered()) == 2


def test_a_problem_is_logged_once_until_it_is_over(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    memory.drop()
    for _ in range(3):
        memory.sender.fail("drops", LOST)
        memory.place.engine.round()
    memory.place.engine.round()
    told = [record.name for record in caplog.records if "cut" in record.message]
    assert told == ["edi_router.engine.steps", "edi_router.alarms"], "after three failures it is an alarm"


def test_stopping_ends_a_round_between_drops(memory: Memory) -> None:
    for number in range(5):
        memory.drop(CUSDEC.replace(b"ENTA00000001", b"ENTA0000001%d" % number), f"{number}.edi")
    memory.place.engine.stop()
    report = memory.place.engine.round()
    assert report.received == 0
    assert len(memory.sender.outbox) == 5


def test_the_embedded_engine_stands_behind_the_port(memory: Memory) -> None:
    engine: Engine = memory.place.engine
    assert engine.sweep() == 0
    assert engine.work() == 0
