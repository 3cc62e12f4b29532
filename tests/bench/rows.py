"""The rows of the bench: what each measures, and what is required of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from tests.bench.day import Played, measure_day
from tests.bench.kept import Line, Result, kept
from tests.bench.peers import set_up_engine
from tests.bench.readers import edifact, memory
from tests.bench.report import Report
from tests.bench.sftp import Sftp, Turn, measure_sftp, version
from tests.bench.start import measure_start
from tests.bench.table import table
from tests.bench.whole import Both, Side, measure_whole
from tests.bench.xml import AIM, HEADINGS, MOST, measure_xml

BOTS = "Bots 3.3.1's engine (4.0 is in no registry), the same files"
DAYS = (1_000, 10_000, 100_000, 1_000_000)
LINEAR = 1.25
"""So much more than a message of a day of 10,000 may one of a larger day cost."""


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    size: int = 10_000_000
    times: int = 2
    alone: bool = False
    """Whether no peer is installed."""


Measure = Callable[[Asked], Result]


@dataclass(frozen=True)
class Row:
    """A row: its name, the title of its section, how it is measured, and when."""

    name: str
    title: str
    measure: Measure
    large: int = 0
    """0: in every run; 1: with `--large`; 2: when it is named only."""


def xml(_: Asked) -> Result:
    """XML beside lxml."""
    found = measure_xml()
    lines = [
        Line(f"XML, read + XSD + map: {each.name}", "lxml: parse + XMLSchema", f"<= {MOST:g} x its time (aim {AIM:g})",
             f"{each.ratio('map'):.1f} x; read + XSD {each.ratio('check'):.2f} x", each.ratio("map") <= MOST)
        for each in found
    ]  # fmt: skip
    return Result(
        "xml", lines, table(HEADINGS, [each.row() for each in found], 1), [asdict(each) for each in found]
    )


def engine(
    name: str, what: str, required: str, least: float, shape: tuple[int, int, int, int], asked: Asked
) -> Result:
    """The whole engine beside the whole of Bots; `shape` is files, messages, lines of an order, and Bots' files."""
    found = measure_whole(*shape, "left out (--alone)" if asked.alone else set_up_engine())
    told = f"{found.ours.rate:,.0f} messages per CPU s whole process"
    if found.theirs is not None:
        told += f", {found.ratio:.1f} x Bots ({found.theirs.started:,.0f} without its start)"
    if found.theirs is not None and found.least is not None:
        told += f"; the least work that there is: {found.least.rate / found.theirs.started:.1f} x"
    met = None if found.theirs is None else found.ratio >= least
    return Result(name, [Line(what, BOTS, required, told, met)], sides(found), asdict(found))


def one_file(asked: Asked) -> Result:
    """One file of 700 messages."""
    found = measure_whole(1, 700, 50, 1, "left out (--alone)" if asked.alone else set_up_engine())
    ours = found.ours
    told = f"{ours.cpu:.2f} CPU s whole process, {ours.megabytes:.0f} MB"
    if found.theirs is not None:
        told += f"; Bots {found.theirs.cpu:.1f} CPU s, {found.theirs.megabytes:.0f} MB"
    what = f"one file of 700 messages, {ours.size / 1e6:.1f} MB"
    line = Line(what, BOTS, "<= 1.5 CPU s, <= 120 MB", told, ours.cpu <= 1.5 and ours.megabytes <= 120)
    return Result("one-file", [line], sides(found), asdict(found))


def one_gigabyte(_: Asked) -> Result:
    """One file of 1 GB: in the memory of one of 4.6 MB."""
    found = measure_whole(1, 150_000, 50, 0, "not run over 1 GB")
    ours = found.ours
    told = f"{ours.megabytes:.0f} MB, {ours.cpu:,.0f} CPU s, {ours.rate:,.0f} messages per CPU s"
    what = f"one file of {ours.size / 1e9:.2f} GB, 150,000 messages"
    line = Line(what, "own file of 4.6 MB", "<= 120 MB", told, ours.megabytes <= 120)
    return Result("one-file-1gb", [line], sides(found), asdict(found))


def sides(found: Both) -> str:
    """Both engines in a table."""
    headings = ("engine", "files", "messages in each", "MB", "CPU s, whole process", "of it start", "messages a CPU s",
                "without start", "wall s", "peak MB")  # fmt: skip

    def row(name: str, side: Side) -> tuple[str, ...]:
        return (
            name, f"{side.files:,}", f"{side.messages:,}", f"{side.size / 1e6:,.1f}", f"{side.cpu:,.2f}", f"{side.start:.2f}",
            f"{side.rate:,.0f}", f"{side.started:,.0f}", f"{side.wall:,.1f}", f"{side.megabytes:,.0f}",
        )  # fmt: skip

    rows = [row("EDI Router", found.ours)]
    if found.answering is not None:
        rows.append(row("the same, with a CONTRL for each file", found.answering))
    if found.least is not None:
        rows.append(row("the least that any engine does, without states and books", found.least))
    if found.theirs is not None:
        rows.append(row("Bots", found.theirs))
    told = table(headings, rows, 1)
    return told if found.theirs is not None else f"{told}\n\nBots: {found.problem}."


def sftp(name: str, files: int, round_trip: float, most: float, turns: int, _: Asked) -> Result:
    """Over SFTP beside `sftp -b`."""
    found = measure_sftp(files, round_trip, turns)
    exchange, whole = found.ratio(lambda turn: turn.exchange), found.ratio(lambda turn: turn.whole)
    way = f", {round_trip * 1000:g} ms round trip" if round_trip else ""
    line = Line(
        f"SFTP, {files:,} files in and {files:,} out{way}", f"sftp -b ({version()}), download + upload of the same files",
        f"<= {most:g} x its wall time",
        f"{exchange:.2f} x (full protocol: connect, fetch, archive, ledger, remove; upload, check, rename); "
        f"the whole process with start and mapping {whole:.2f} x",
        exchange <= most,
    )  # fmt: skip
    return Result(name, [line], turns_of(found), asdict(found))


def turns_of(found: Sftp) -> str:
    """The turns in a table."""
    headings = (
        "turn",
        "engine: receive + deliver, s",
        "process, s",
        "whole process, s",
        "CPU s",
        "sftp -b, s",
        "ratio",
        "whole",
    )

    def row(number: int, turn: Turn) -> tuple[str, ...]:
        seconds = [f"{each:.2f}" for each in (turn.exchange, turn.process, turn.whole, turn.cpu, turn.peer)]
        return (str(number), *seconds, f"{turn.exchange / turn.peer:.2f}", f"{turn.whole / turn.peer:.2f}")

    return table(headings, [row(number, turn) for number, turn in enumerate(found.turns, 1)], 1)


def day(messages: int, _: Asked) -> Result:
    """A made-up day."""
    found = measure_day(messages)
    line = judged(found, kept("day-10000") if messages > 10_000 else None)
    return Result(f"day-{messages}", [line], days(found), asdict(found))


def judged(found: Played, other: Result | None) -> Line:
    """A day, beside one of 10,000 messages: every file became what it was made for, and a message costs no more."""
    told = (
        f"{found.wall / 60:.1f} minutes, {found.rate:,.0f} messages/s, {found.messages / found.cpu:,.0f} per CPU s, "
        f"{found.megabytes:.0f} MB"
    )
    required, met = "every file as meant", found.unexpected == 0
    if other is not None:
        ratio = found.cpu / found.messages / (other.data["cpu"] / other.data["messages"])
        told += f"; CPU a message {ratio:.2f} x that of 10,000"
        required += f", CPU a message <= {LINEAR:g} x that of 10,000"
        met = met and ratio <= LINEAR
    what = f"day of {found.messages:,} made-up messages, all flows, one process"
    return Line(what, "none", required, told, met)


def days(found: Played) -> str:
    """A day in a table."""
    headings = (
        "messages",
        "files",
        "outputs",
        "wall s",
        "messages/s",
        "CPU s",
        "messages a CPU s",
        "peak MB",
        "not as meant",
    )
    row = (
        f"{found.messages:,}", f"{found.files:,}", f"{found.outputs:,}", f"{found.wall:,.1f}", f"{found.rate:,.0f}",
        f"{found.cpu:,.1f}", f"{found.messages / found.cpu:,.0f}", f"{found.megabytes:.0f}", str(found.unexpected),
    )  # fmt: skip
    return table(headings, [row], 0)


def hosts(messages: int, _: Asked) -> Result:
    """Workers and hosts on one PostgreSQL."""
    from tests.bench.hosts import measure
    from tests.torture.hosts import missing

    if why := missing():
        line = Line(
            "1, 2 workers; 1, 2, 4 hosts", "own single worker", ">= 1.8 x with 2 workers", f"not run: {why}"
        )
        return Result("hosts", [line], f"Not run: {why}")
    found = []
    for shape in ((1, 1), (1, 2), (2, 1), (4, 1)):
        print(f"  {shape[0]} hosts x {shape[1]} workers", file=sys.stderr, flush=True)
        found.append(measure(*shape, messages))
    single = found[0].rate
    ratios = ", ".join(
        f"{each.rate / single:.2f} x with {each.hosts} x {each.processes}" for each in found[1:]
    )
    line = Line(
        "workers on PostgreSQL: hosts x workers", "own 1 x 1", ">= 1.8 x with 2 workers on 2 cores",
        f"{ratios} (PostgreSQL and senders on the same 2 cores)", found[1].rate / single >= 1.8,
    )  # fmt: skip
    headings = (
        "hosts × workers",
        "messages",
        "messages/s",
        "× 1 × 1",
        "CPU ms a message, workers",
        "PostgreSQL",
        "load before",
    )
    rows = [
        (f"{each.hosts} × {each.processes}", f"{each.messages:,}", f"{each.rate:.1f}", f"{each.rate / single:.2f}",
         f"{each.worker_cpu:.1f}", f"{each.database_cpu:.1f}", f"{each.load:.1f}")
        for each in found
    ]  # fmt: skip
    return Result("hosts", [line], table(headings, rows, 1), [asdict(each) for each in found])


def start(_: Asked) -> Result:
    """Start-up."""
    found = measure_start()
    lines = [
        Line(f"start-up of `{each.name}`", "python -c pass", f"<= {each.allowed} s",
             f"{each.wall:.3f} s median, {each.best:.3f} s best, {each.cpu:.3f} s CPU", each.wall <= each.allowed)
        for each in found if each.allowed is not None
    ]  # fmt: skip
    rows = [(each.name, f"{each.wall:.3f}", f"{each.best:.3f}", f"{each.cpu:.3f}") for each in found]
    return Result(
        "start",
        lines,
        table(("command", "wall s, median", "best", "CPU s"), rows, 1),
        [asdict(each) for each in found],
    )


def rows(measured: Callable[[Asked], Report]) -> Sequence[Row]:
    """All rows in the order of the page; `measured` makes the report of the readers."""
    small, larger = (5000, 1, 7, 400), (2000, 1, 50, 200)
    end_to_end = "engine end to end, folder to folder, one process, SQLite synced"
    return (
        Row("edifact", "Reading, checking and mapping EDIFACT", lambda asked: edifact(measured(asked))),
        Row("memory", "Streams and long messages", lambda _: memory(), 1),
        Row("xml", "XML", xml),
        Row("engine", "Engine end to end, orders of 1.1 KB",
            partial(engine, "engine", f"{end_to_end}: 5,000 files of one ORDERS, 1.1 KB", ">= 20 x per CPU s", 20, small)),
        Row("engine-7kb", "Engine end to end, orders of 6.7 KB",
            partial(engine, "engine-7kb", f"{end_to_end}: 2,000 files of 6.7 KB", ">= 20 x, aim 30 x", 20, larger)),
        Row("one-file", "One file of many messages", one_file),
        Row("one-file-1gb", "One file of 1 GB", one_gigabyte, 1),
        Row("sftp", "SFTP", partial(sftp, "sftp", 1000, 0, 1, 3)),
        Row("sftp-20ms", "SFTP over a long way", partial(sftp, "sftp-20ms", 200, 0.02, 0.3, 1)),
        Row("sftp-20ms-1000", "SFTP over a long way, 1,000 files", partial(sftp, "sftp-20ms-1000", 1000, 0.02, 0.3, 1), 1),
        *(Row(f"day-{each}", f"A day of {each:,} messages", partial(day, each), level)
          for each, level in zip(DAYS, (0, 1, 1, 2), strict=True)),
        Row("hosts", "Workers and hosts", partial(hosts, 400)),
        Row("start", "Start-up", start),
    )  # fmt: skip
