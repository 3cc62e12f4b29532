"""The rows of the readers: EDIFACT beside other readers, long streams; what is required of them."""

from __future__ import annotations

from dataclasses import asdict

from tests.bench.engines import Engines
from tests.bench.kept import Line, Result
from tests.bench.measure import PEER
from tests.bench.memory import LARGE, ONE, SIZES, peaks
from tests.bench.peers import GRAMMARS
from tests.bench.report import Report

VALIDATED = (("plain", 75), ("codes", 40), ("values", 25))
"""Steps over CUSDEC, and how many times pydifact's rate each must have."""
MAPPED = (("written", 12, "without its XSD"), ("map", 8, "checked by its XSD"))
"""Steps of a mapping, and how many times the rate of pydifact's parse each must have."""
LINEAGE = 0.15
"""The share that recorded lineage may cost."""
BEHIND_PARSER = 90
"""How many times the rate of Bots' parser, which looks at no code list, ours must have without them."""
BEHIND_ENGINE = 40
"""How many times the rate of Bots' engine ours must have without the ledger."""
STREAM = 60
"""MB that a stream of any length may take."""


def edifact(measured: Report) -> Result:
    """Reading, checking and mapping EDIFACT beside other readers."""
    lines = [*_read(measured), *_mapped(measured), *_orders(measured.engine), *_beside(measured)]
    return Result("edifact", lines, measured.section(), measured.as_json())


def _read(measured: Report) -> list[Line]:
    """Each step over CUSDEC, and the lowest of all files beside it."""
    what = {
        "plain": "order, presence, length, class, counts",
        "codes": "with code lists",
        "values": "fully split",
    }
    told = []
    for step, least in VALIDATED:
        ratio = measured.measured[0].ratio(step)
        lowest = min(each.ratio(step) for each in measured.measured)
        told.append(
            Line(f"read + check EDIFACT: {what[step]}", f"{PEER}, parse", f">= {least} x (CUSDEC)",
                 f"{ratio:.0f} x; {lowest:.0f} x at least, over all files", ratio >= least)
        )  # fmt: skip
    return told


def _mapped(measured: Report) -> list[Line]:
    """The mapping to EEntDeclIo, for each message of the bench, and what its lineage costs."""
    told = [
        Line(f"map: CUSDEC of {turn.segments} segments → EEntDeclIo, {what}", f"{PEER}, parse of the same bytes",
             f">= {least} x", f"{turn.ratio(step):.1f} x", turn.ratio(step) >= least)
        for turn in measured.turns for step, least, what in MAPPED
    ]  # fmt: skip
    if measured.turns:
        costs = max(turn.lineage for turn in measured.turns)
        told.append(
            Line("map: the lineage recorded", "the same without it", f"<= {LINEAGE:+.0%}", f"{costs:+.0%}", costs <= LINEAGE)
        )  # fmt: skip
    return told


def _orders(found: Engines | None) -> list[Line]:
    """Files of orders to XML, beside the engine of Bots; nothing where that was not run."""
    if found is None or found.problem:
        return []
    ratio = found.theirs / found.ours
    bench = f"map: ORDERS of {found.size / 1000:.1f} KB → XML, file to file, without the ledger"
    peer, required = "Bots 3.3.1's engine, the same files", f">= {BEHIND_ENGINE} x per CPU s"
    return [Line(bench, peer, required, f"{ratio:.0f} x", ratio >= BEHIND_ENGINE)]


def _beside(measured: Report) -> list[Line]:
    """The other readers: the one that checks too beside our check without code lists, the rest for the record."""
    ours = measured.measured[0]
    told = []
    for ran in measured.ran:
        peer = f"{ran.peer.name}, {ran.peer.does}"
        checks = ran.peer.package == GRAMMARS
        step, what = ("plain", "without code lists") if checks else ("codes", "with code lists")
        bench = f"read + check EDIFACT, {what}"
        if ran.problem:
            told.append(Line(bench, peer, "a figure", ran.problem))
            continue
        ratio = ours.size / ours.seconds[step] / (ran.size / ran.seconds)
        required, met = (f">= {BEHIND_PARSER} x", ratio >= BEHIND_PARSER) if checks else ("a figure", None)
        told.append(Line(bench, peer, required, f"{ratio:.1f} x", met))
    return told


def memory() -> Result:
    """Streams up to 1 GB, and long messages."""
    found = Report([], peaks(SIZES + LARGE), 1, single=peaks(ONE, one=True))
    smallest, largest = found.memory[0].megabytes, found.memory[-1].megabytes
    line = Line("validate a stream of 1 GB", "own stream of 1 MB", f"<= {STREAM} MB", f"{largest:.0f} MB ({smallest:.0f} MB)",
                largest <= STREAM)  # fmt: skip
    data = {"memory": [asdict(each) for each in found.memory], "one": [asdict(each) for each in found.single]}
    return Result("memory", [line], found.memories(), data)
