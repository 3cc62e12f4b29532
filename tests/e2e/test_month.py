"""A simulated month of nights: what was planned to go wrong is alarmed once, and every morning the books balance.

April 2026: windows on working days, a holiday of two days, a worked Saturday. Each night goes by a script: times, and
what happens before the round of that time. Whatever no line of `NIGHTS` names goes by `ORDINARY`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from edi_router.ledger import tables
from edi_router.reports.forecast import Error, forecast_errors
from tests.support.effort import EFFORT
from tests.support.month import BUREAU, CUSTOMS, HELD, REJECTED, SERIES, ZONE, Month, month

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]  # the lines it runs are measured by the other tests
FIRST, DAYS = date(2026, 4, 1), 30
BEGIN = datetime(2026, 4, 1, 9, 0, tzinfo=ZONE).astimezone(UTC)
UNFORESEEN = {9, 14, 17, 20, 23, 30}
"""The nights of which nobody can tell at their opening how they end: outages, a batch that comes back, late messages."""
STOPPED = datetime(2026, 4, 13, 22, 0, tzinfo=ZONE).astimezone(UTC)
"""The window at whose opening the engine was stopped: its first forecast is of 23:00."""
MANY = max(1, min(int(EFFORT), 12))
"""So many times the messages."""
ORDINARY = "22:00 | 22:40 contrl | 06:00 cusres"


@dataclass(frozen=True)
class Night:
    """What happens, and which alarms it raises: kind, partner, from and to."""

    script: str
    alarms: tuple[str, ...] = ()
    batches: tuple[str, ...] | None = None
    """Why its batches were closed; None where that is another night's business."""


NIGHTS = {
    1: Night("22:00 | 22:40 contrl, farm | 23:15 | 23:40 contrl | 06:00 cusres", (), ("opening", "every")),
    2: Night(
        "22:00 | 22:50 | 22:55 contrl | 06:00 cusres",
        ("answer-soon-late HARBOUR 02 22:50 - 02 22:55",),
    ),
    3: Night(
        "22:00 | 22:50 | 23:05 | 23:20 contrl | 06:00 cusres",
        ("answer-late HARBOUR 03 22:50 - 03 23:20",),
    ),
    8: Night("22:00 | 22:40 contrl bad | 06:00 cusres", (), ("count", "opening")),
    9: Night(
        "21:50 away | 22:00 | 22:05 | 22:15 | 23:35 back | 23:50 contrl | 06:00 cusres",
        ("partner-unreachable HARBOUR 09 22:05 - 09 23:35", "window-stalled HARBOUR 09 22:15 - 09 23:35"),
        ("opening",),
    ),
    10: Night(
        "22:00 | 22:40 contrl", ("answer-late HARBOUR 11 10:00 - 11 11:00",)
    ),
    11: Night("10:30 | 11:00 cusres | " + ORDINARY, (), ("opening",)),
    13: Night("23:00 | 23:30 contrl | 06:00 cusres", (), ("opening",)),
    14: Night(
        "22:00 | 22:20 contrl whole | 22:30 contrl bad whole | 22:40 contrl | 06:00 cusres",
        (), ("opening", "split", "split", "resent"),
    ),
    15: Night("03:00", ("window-missed HARBOUR 16 03:00 - 16 22:00",), ()),
    16: Night(ORDINARY, (), ("opening",)),
    17: Night(
        "21:50 away | 22:00 | 22:05 | 22:15 | 02:10 | 03:00 back | 03:20 contrl | 06:00 cusres",
        ("partner-unreachable HARBOUR 17 22:05 - 18 03:00", "window-stalled HARBOUR 17 22:15 - 18 03:00"),
    ),
    20: Night("21:00 pause | 22:00 | 23:00 resume | 23:30 contrl | 06:00 cusres", (), ("opening",)),
    21: Night(
        "bureau silent | 22:00 | 22:40 contrl | 06:00 cusres", ("answer-late DISTRICT 22 06:00 - 22 10:00",)
    ),
    22: Night("22:00 | 22:40 contrl twice | 06:00 cusres", (), ("opening",)),
    23: Night(
        "22:00 | 22:40 contrl, farm | 23:15 | 23:40 contrl | 01:50 farm | 06:00 cusres", (), ("opening", "every")
    ),
    27: Night("odd | 22:00 | 22:40 contrl | 06:00 cusres", (), ("opening",)),
    30: Night("22:00 | 22:30 contrl, farm | 01:45 | 02:00 contrl | 06:00 cusres", (), ("opening", "cut-off")),
}  # fmt: skip


@pytest.fixture
def it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    with month(tmp_path / "ws", BEGIN, MANY, monkeypatch) as opened:
        yield opened


@pytest.mark.slow
def test_a_month_of_nights(it: Month) -> None:
    calendar = it.place.engine.configuration.calendars["harbour-nights"]
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        script = NIGHTS.get(day.day, Night(ORDINARY)).script
        morning(it, day, script, calendar.working_day(day))
        if calendar.working_day(day):
            for step in script.split(" | "):
                run(it, day, step)
    it.until(FIRST + timedelta(days=DAYS), "10:00")
    it.round()
    it.close_books(FIRST + timedelta(days=DAYS - 1))
    assert it.ledger.verify_books() == []
    assert len(it.ledger.closed_books()) == DAYS
    nothing_is_lost(it)
    alarms_are_as_planned(it)
    batches_are_as_planned(it)
    forecasts_were_good(it)


def morning(it: Month, day: date, script: str, worked: bool) -> None:
    """The books of the day before are closed; firms send, and the bureau answers, unless it is silent."""
    it.until(day, "09:30")
    if day > FIRST:
        it.close_books(day - timedelta(days=1))
    it.until(day, "10:00")
    it.bureau.contrl()
    it.declare("MILL", (1 + day.day % 4) * MANY)
    it.declare("LOOM", MANY)
    if worked:
        it.declare("FARM", MANY, BUREAU)
    if "odd" in script:
        it.declare("LOOM", 1, REJECTED)
        it.declare("LOOM", 1, HELD)
    it.round()
    if "silent" not in script:
        it.bureau.contrl()


def run(it: Month, day: date, step: str) -> None:
    """A step of a script: a time, what happens then, and the round that follows."""
    at, _, rest = step.partition(" ")
    if not at[0].isdigit():
        return
    it.until(day, at)
    for verb in filter(None, rest.split(", ")):
        name, *how = verb.split(" ")
        if name == "contrl":
            it.customs.contrl(*([2] if "bad" in how else []), whole="whole" in how)
            if "twice" in how:
                it.customs.say(it.customs.taken[-1])
        elif name == "cusres":
            it.customs.cusres()
        elif name == "farm":
            it.declare("FARM", 1)
        elif name == "away":
            it.leave(CUSTOMS)
        elif name == "back":
            it.come_back(CUSTOMS)
        elif name == "pause":
            it.ledger.pause(CUSTOMS, "clerk", "their maintenance")
        else:
            assert name == "resume"
            it.ledger.resume(CUSTOMS, "clerk")
    it.round()


def nothing_is_lost(it: Month) -> None:
    """Each declaration was accepted once, or is told as refused; both sides say the same."""
    theirs = {}
    for number, to in it.sent.items():
        recipient = it.customs if to == CUSTOMS else it.bureau
        accepted, refused = recipient.accepted[number], recipient.refused[number]
        assert accepted + refused == (to in (CUSTOMS, BUREAU)), (number, to, accepted, refused)
        good = {CUSTOMS: "released", BUREAU: "acknowledged"}.get(to, to)
        theirs[number] = REJECTED if refused else good
    o, r, m = tables.output.c, tables.output_reference.c, tables.message.c
    with it.ledger.read() as connection:
        query = select(r.value, o.answer).join(tables.output, o.id == r.output).where(r.kind == "declaration")
        found = connection.execute(query.order_by(o.made, o.id)).all()
        states = Counter(connection.scalars(select(m.state).where(m.type == "CUSDEC")))
    answers = {str(row.value): str(row.answer) for row in found}
    at_the_door = {number: to for number, to in it.sent.items() if to in (REJECTED, HELD)}
    assert answers | at_the_door == theirs
    assert not answers.keys() & at_the_door.keys()
    assert states == {"completed": len(it.sent) - 2, REJECTED: 1, HELD: 1}
    assert Counter(theirs.values())[REJECTED] == 1 + 2
    assert it.ledger.collected(SERIES) == []
    numbers = sorted(int(each.number) for each in it.ledger.batches())
    assert numbers == list(range(1, len(numbers) + 1)), "control numbers without gaps"


def alarms_are_as_planned(it: Month) -> None:
    """Each was raised once and cleared once, and told so."""
    found = []
    for each in reversed(it.ledger.alarms(open_only=False)):
        assert each.cleared is not None, each
        begin, end = (five_minutes(when) for when in (each.raised, each.cleared))
        found.append(f"{each.kind} {each.partner} {begin} - {end}")
    planned = [alarm for night in NIGHTS.values() for alarm in night.alarms]
    assert sorted(found) == sorted(planned)
    told = Counter(path.name.rpartition("-")[2] for path in (it.place.root / "told").iterdir())
    assert told["raised.json"] == told["cleared.json"] == len(planned)
    assert told["worse.json"] == 2, "late answers of two nights were warnings first"


def five_minutes(at: datetime) -> str:
    """Day and time, without the minutes that a round spends on the line."""
    return at.astimezone(ZONE).replace(minute=at.minute // 5 * 5).strftime("%d %H:%M")


def batches_are_as_planned(it: Month) -> None:
    """A missed opening is caught up once; what came back goes again in halves, or without the bad."""
    causes: dict[int, list[str]] = {}
    for each in reversed(it.ledger.batches()):
        assert each.window is not None
        causes.setdefault(each.window.astimezone(ZONE).day, []).append(each.cause)
    for day, night in NIGHTS.items():
        if night.batches is not None and MANY == 1:
            assert tuple(causes.get(day, ())) == night.batches, day
    assert sum(each.late for each in it.ledger.batches()) == 1
    assert 15 not in causes


def forecasts_were_good(it: Month) -> None:
    """How far the forecasts were off that the engine has kept, at the opening of each window and in its middle."""
    errors = forecast_errors(it.ledger, BEGIN)
    opening = [each for each in errors if each.at < each.window + timedelta(minutes=1)]
    surprised = [each for each in opening if each.window.astimezone(ZONE).day in UNFORESEEN]
    foreseen = [each for each in opening if each not in surprised]
    later = [each for each in errors if each not in opening]
    # Of windows of four hours, on lines of which the worst has a third of the speed of the best.
    number, mean, worst = stated(foreseen)
    assert (number, mean < 60, worst < 180) == (12, True, True), stated(foreseen)
    number, mean, worst = stated(later)
    assert (number, mean < 60, worst < 180) == (5, True, True), stated(later)
    # What went wrong after the opening cannot be in its forecast; the later ones of these windows are right again.
    assert all(each.seconds > 600 for each in surprised)
    assert {each.window for each in later} - {each.window for each in surprised} <= {STOPPED}


def stated(errors: list[Error]) -> tuple[int, float, int]:
    """How many, the mean and the worst, in seconds."""
    found = [abs(each.seconds) for each in errors]
    return len(found), sum(found) / max(len(found), 1), max(found, default=0)
