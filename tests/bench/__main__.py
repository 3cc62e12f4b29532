"""`python -m tests.bench`: measure, print the table; `--write` puts it into docs/performance.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.engines import measure_engines
from tests.bench.flow import FLOWS, measure_flow
from tests.bench.measure import Disagreement, Parts, measure
from tests.bench.memory import LARGE, ONE, ROOT, SIZES, peaks
from tests.bench.peers import PEERS, Ran, set_up, set_up_engine
from tests.bench.peers import run as run_peer
from tests.bench.report import Report
from tests.bench.sample import samples
from tests.bench.turns import TURNS, measure_turns


def run(size: int, times: int, large: bool = False, peers: bool = True) -> Report:
    """Measure files of about `size` bytes; `large` also streams and files of up to 1 GB."""
    memory = peaks(SIZES + LARGE if large else SIZES)
    single = peaks(ONE, one=True) if large else []
    made = samples(size)
    parts = Parts.shipped()
    measured = measure(made, parts, times)
    turns = measure_turns(parts, TURNS if times > 1 else 1)
    engine = measure_engines(set_up_engine()) if peers else None
    flows = [measure_flow(*each) for each in FLOWS] if large else []
    others = beside(made[0].data) if peers else []
    return Report(measured, memory, times, others, single, turns, engine, flows)


def beside(data: bytes) -> list[Ran]:
    """The peers over the same file."""
    problems = set_up()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cusdec.edi"
        path.write_bytes(data)
        return [run_peer(peer, path, problems) for peer in PEERS]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when the outputs disagree."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="the measurement as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--size", type=int, default=10_000_000, metavar="BYTES", help="of CUSDEC (10000000)")
    parser.add_argument(
        "--times", type=int, default=2, metavar="N", help="turns, of which the best counts (2)"
    )
    parser.add_argument(
        "--large", action="store_true", help="also streams of 100 MB and 1 GB, and long messages"
    )
    parser.add_argument(
        "--alone", action="store_true", help="pydifact is the only peer; nothing is installed"
    )
    given = parser.parse_args(arguments)
    try:
        report = run(given.size, given.times, given.large, not given.alone)
    except Disagreement as error:
        print(f"not measured: {error}", file=sys.stderr)
        return 1
    if given.write:
        (ROOT / "docs" / "performance.md").write_text(report.page(), encoding="utf-8")
    print(json.dumps(report.as_json(), indent=1) if given.json else report.told_on_a_terminal())
    return 0


if __name__ == "__main__":
    sys.exit(main())
