"""A clock that is ahead: what time alone brings about waits, and an alarm says so; all else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from edi_router.engine.alarm_texts import sentence
from edi_router.engine.nightly import close_nights
from edi_router.engine.service import Service
from edi_router.ledger.alarms import Alarm
from tests.support.workspaces import Place, deployment
from tests.unit.test_pipeline import CUSDEC

DAY = timedelta(days=1)
SECONDS = DAY.total_seconds()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with deployment(tmp_path / "ws") as opened:
        yield opened


@pytest.fixture
def service(place: Place) -> Service:
    """An engine that runs, has a register entry that expires some day, and has closed the first day."""
    found = Service(place.engine)
    transfer = shipped_directory() / "samples" / "day" / "CIQ-YC" / "0935-transfer.xml"
    place.drop("CIQ-YC", "t.xml", transfer.read_bytes())
    place.engine.until_idle()
    pass_day(place)
    found._poll()
    assert place.ledger.closed_books() == ["2026-03-14"]
    return found


def pass_day(place: Place, days: int = 1) -> None:
    place.clock.now += days * DAY


def alarms(place: Place) -> list[Alarm]:
    place.engine.supervise()
    return [each for each in place.ledger.alarms() if each.kind == "broken-off"]


def test_what_time_alone_brings_about_waits_while_the_clock_is_in_doubt(
    place: Place, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    pass_day(place, 190)
    service.doubt.began -= 190 * SECONDS
    place.drop("ENT-A", "a.edi", CUSDEC)
    for _ in range(3):
        service._poll()
    assert place.ledger.closed_books() == ["2026-03-14"]
    assert len(place.ledger.due_entries(9)) == 1, "no clock of a register struck"
    assert [each["state"] for each in place.ledger.ls("file", partner="ENT-A")] == ["processed"], (
        "all else goes on"
    )
    [alarm] = alarms(place)
    zone = place.engine.configuration.settings.zone
    assert "set ahead by 4560 hours" in sentence(alarm, "en", zone)
    assert "时钟被拨快 4560 小时" in sentence(alarm, "zh", zone)
    pass_day(place, -189)
    service.doubt.began += 190 * SECONDS
    service._poll()
    assert alarms(place) == []
    assert place.ledger.closed_books()[-1] == "2026-03-15"


def test_at_its_start_the_clock_is_believed(place: Place, service: Service) -> None:
    pass_day(place, 190)
    assert len(place.ledger.due_entries(9)) == 1
    Service(place.engine)._poll()
    assert len(place.ledger.closed_books()) == 191
    assert place.ledger.due_entries(9) == []


def test_a_nightly_close_by_a_clock_that_was_ahead_is_told_until_its_day_has_come(
    place: Place, service: Service
) -> None:
    pass_day(place, 20)
    close_nights(place.engine)
    [*_, ahead] = place.ledger.closed_books()
    pass_day(place, -19)
    for _ in range(2):
        service._poll()
    assert place.ledger.closed_books()[-1] == ahead
    [alarm] = alarms(place)
    zone = place.engine.configuration.settings.zone
    assert "which is yet to come" in sentence(alarm, "en", zone)
    assert "尚未到来" in sentence(alarm, "zh", zone)
    pass_day(place, 21)
    service._poll()
    assert alarms(place) == []
    assert place.ledger.closed_books()[-1] > ahead


@pytest.mark.parametrize("hours", [-48, -1, 0, 11])
def test_a_clock_that_is_set_a_little_or_back_is_believed(service: Service, hours: int) -> None:
    service.doubt.began -= hours * 3600
    assert service.doubt.problem() is None
