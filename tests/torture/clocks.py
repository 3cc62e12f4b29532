"""Clocks that jump, and days on which they are changed: rounds go on, windows and the nightly close stay right."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.support.night import CUSDEC, FIRM
from tests.torture.checker import Books, check, ledger
from tests.torture.drops import declaration
from tests.torture.kill import calm, fill
from tests.torture.nursery import Nursery
from tests.torture.row import Row, Violation
from tests.torture.stage import Stage, workload

POLL = "poll_seconds: 1"
PATIENCE = 240
"""Seconds of the real clock in which a round must have come."""
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Asia/Shanghai": (date(2026, 3, 14), date(2026, 12, 31)),
}
"""Days on which clocks change, by an hour, half an hour or not at all."""
NIGHTLY = "02:15"
"""In the hour that is skipped, or comes twice."""


def offset(instant: datetime) -> int:
    """What to add to the real clock so that it shows an instant, in microseconds."""
    return (instant - datetime.now(UTC)) // timedelta(microseconds=1)


def until(condition: Callable[[], bool]) -> bool:
    """Wait for something; False when it did not come."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def jumps(row: Row, stage: Stage, nursery: Nursery, number: int, chance: random.Random) -> None:
    """The clock of a running daemon is set forth or back by up to six hours: rounds go on all the same."""
    for place in range(number):
        end, _ = calm(stage, nursery)
        stage.reset()
        stage.control.reset()
        by = timedelta(seconds=chance.randint(60, 6 * 3600)) * (-1 if place % 2 == 0 else 1)
        nursery.begin(stage.wanted("--log-format", "text", counted=True, stop_after=PATIENCE + 10.0))
        running = until(lambda: "running:" in stage.logged())
        time.sleep(1.2)
        stage.control.move_clock(by // timedelta(microseconds=1))
        for drop in workload():
            stage.drop(*drop)
        took = until(lambda: not list((stage.home("ENT-A") / "out").iterdir()))
        nursery.interrupt()
        nursery.end()
        found = [] if running and took else [Violation("other", f"no round came after the clock went {by}")]
        stage.control.reset(clock_offset=offset(datetime.now(UTC) + timedelta(hours=12)))
        stage.run(nursery, counted=True)
        stage.take()
        row.add(f"clock {by}", found or check(stage, end))
        row.also("clock set while the engine runs")


def daylight(row: Row, stage: Stage, nursery: Nursery, zone: str, day: date) -> None:
    """A night on which clocks change, in steps of half an hour, with one step back: each day is closed once."""
    stage.settings = f"{POLL}\ntime_zone: {zone}\nnightly: '{NIGHTLY}'"
    fill(stage)
    local = ZoneInfo(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=local).astimezone(UTC) - timedelta(minutes=20)
    stage.control.reset(clock_offset=offset(start - timedelta(hours=3)))
    stage.run(nursery, counted=True)
    stage.take()
    found: list[Violation] = []
    steps = [timedelta(minutes=30 * number) for number in range(9)]
    for number, step in enumerate([*steps, steps[3], steps[-1]]):
        stage.control.reset(clock_offset=offset(start + step))
        found += _round(stage, nursery, number)
    # What the last daemon left in the middle is due by its clock, which ran on while it worked.
    stage.control.reset(clock_offset=offset(start + steps[-1] + timedelta(minutes=20)))
    stage.run(nursery, counted=True)
    found += _closed(stage, local, day)
    stage.take()
    row.add(f"{zone} {day}", [*found, *check(stage, None)])
    row.also("nights of a change of clocks")


def _round(stage: Stage, nursery: Nursery, number: int) -> Iterator[Violation]:
    """A daemon for as long as a round and what follows it take: a file that is there when it comes has gone."""
    stage.drop("ENT-A", f"night-{number:02d}.edi", declaration(9000 + number, 9000 + number))
    nursery.begin(stage.wanted("--log-format", "text", counted=True, stop_after=PATIENCE + 10.0))
    took = until(lambda: not list((stage.home("ENT-A") / "out").iterdir()))
    nursery.interrupt()
    ended = nursery.end()
    if ended.code != 0 or not took:
        yield Violation("other", f"ended with {ended.code}: {stage.told()}")


def _closed(stage: Stage, zone: ZoneInfo, day: date) -> Iterator[Violation]:
    """The page of the day before was closed once, when the nightly time had come on the clock of the wall."""
    with closing(Books(str(ledger(stage)))) as books:
        pages = books.rows("SELECT date, at FROM books ORDER BY date")
        fired = [
            row[0] for row in books.rows("SELECT fire_time FROM schedule_firing WHERE schedule = 'nightly'")
        ]
    at = {page: datetime.fromtimestamp(stamp / 1e6, UTC).astimezone(zone) for page, stamp in pages}
    yesterday = (day - timedelta(days=1)).isoformat()
    if yesterday not in at:
        yield Violation("other", f"{yesterday} was not closed; {at}")
    elif (at[yesterday].date(), at[yesterday].time().isoformat()) < (day, NIGHTLY):
        yield Violation("other", f"{yesterday} was closed too early, at {at[yesterday]}")
    days = [datetime.fromtimestamp(stamp / 1e6, UTC).astimezone(zone).date() for stamp in fired]
    if len(days) != len(set(days)) or day not in days:
        yield Violation("twice", f"the nightly close fired for {days}")
    if any(page >= day.isoformat() for page in at):
        yield Violation("other", f"a day was closed before its end: {at}")


def windows(row: Row, stage: Stage, nursery: Nursery, chance: random.Random) -> None:
    """A partner's window from 22:00 to 02:00, cut-off 01:45, by a clock that also goes back: no batch outside of it."""
    stage.settings = POLL
    stage.reset()
    (stage.root / "partners").mkdir()
    (stage.root / "partners" / "NIGHT-A.yaml").write_text(
        FIRM.format(firm="NIGHT-A", sender="NIGHTA", code="9801")
    )
    for folder in ("in", "out"):
        (stage.root / "exchange" / "NIGHT-A" / folder).mkdir(parents=True)
    stage.partners.append("NIGHT-A")
    zone = ZoneInfo("Asia/Shanghai")
    moments = [datetime(2026, 3, 14, 19, tzinfo=zone)]
    while moments[-1] < datetime(2026, 3, 16, 6, tzinfo=zone):
        back = chance.random() < 0.2
        moments.append(
            moments[-1] + timedelta(minutes=-chance.randint(5, 90) if back else chance.randint(20, 260))
        )
    found: list[Violation] = []
    for number, moment in enumerate(moments):
        text = CUSDEC.replace("ENTA:ZZ", "NIGHTA:ZZ").replace("ENTA00000001", f"N{number:05d}")
        stage.drop(
            "NIGHT-A", f"{number:03d}.edi", text.replace("YC20260314000017", f"YC{number:05d}").encode()
        )
        stage.control.reset(clock_offset=offset(moment))
        ended = stage.run(nursery, counted=True)
        if ended.code != 0:
            found.append(Violation("other", f"at {moment} ended with {ended.code}: {stage.told()}"))
    stage.control.reset(clock_offset=offset(datetime(2026, 3, 16, 22, 1, tzinfo=zone)))
    stage.run(nursery, counted=True)
    stage.take()
    found += _batches(stage, zone, len(moments))
    stage.partners.remove("NIGHT-A")
    row.add(f"windows {len(moments)}", [*found, *check(stage, None)])
    row.also("instants around a window", len(moments))


def _batches(stage: Stage, zone: ZoneInfo, sent: int) -> Iterator[Violation]:
    with closing(Books(str(ledger(stage)))) as books:
        rows = books.rows("SELECT closed, window, messages FROM batch")
    for closed, window, _ in rows:
        at = datetime.fromtimestamp(closed / 1e6, UTC).astimezone(zone)
        opened = datetime.fromtimestamp((window or 0) / 1e6, UTC).astimezone(zone)
        if not opened <= at <= opened + timedelta(hours=4) or opened.strftime("%H:%M") != "22:00":
            yield Violation("other", f"a batch of the window of {opened} was closed at {at}")
    total = sum(messages for _, _, messages in rows)
    if total != sent:
        yield Violation(
            "lost" if total < sent else "twice", f"{sent} messages were sent, {total} are in batches"
        )


def _mine(all_: Sequence[tuple[str, date]], part: tuple[int, int]) -> Sequence[tuple[str, date]]:
    return all_[part[0] :: part[1]]


def run(part: tuple[int, int], trials: int | None) -> Row:
    """The row, or the part `(which, of how many)` of it."""
    row = Row(
        "clocks",
        "clock jumps, daylight changes",
        "the engine's clock is faked: set forth and back while a daemon runs; nights on which clocks change, in four"
        " time zones, in steps of half an hour and one back; a partner's window crossed forth and back",
    )
    chance = random.Random(part[0])
    share = -(-(trials if trials is not None else 60) // (3 * part[1]))
    nights = [(zone, days[which]) for which in (0, 1) for zone, days in CHANGES.items()]
    with Nursery() as nursery, Stage(sftp=(), settings=POLL) as stage:
        jumps(row, stage, nursery, share, chance)
        for zone, day in _mine(nights, part)[:share]:
            daylight(row, stage, nursery, zone, day)
        for _ in range(-(-share // 4)):
            windows(row, stage, nursery, chance)
        row.cpu += nursery.cpu
    return row
