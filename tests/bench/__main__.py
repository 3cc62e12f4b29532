"""`python -m tests.bench`: measure, print the table; `--write` puts it into docs/performance.md.

Rows are kept in `.bench/results`, so `--only ROW` measures one again, and `--page` writes the page of what is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.bench import rows as table_of_rows
from tests.bench.child import Failed
from tests.bench.engines import measure_engines
from tests.bench.kept import ROOT, Result, load, pace, surroundings
from tests.bench.measure import Disagreement, Parts, measure
from tests.bench.memory import SIZES, peaks
from tests.bench.page import lines, page
from tests.bench.peers import PEERS, Ran, set_up, set_up_engine
from tests.bench.peers import run as run_peer
from tests.bench.report import Report
from tests.bench.rows import Asked, Row
from tests.bench.sample import samples
from tests.bench.turns import TURNS, measure_turns

PAGE = ROOT / "docs" / "performance.md"


def run(size: int, times: int, peers: bool = True) -> Report:
    """The readers: measure files of about `size` bytes."""
    memory = peaks(SIZES)
    made = samples(size)
    parts = Parts.shipped()
    measured = measure(made, parts, times)
    turns = measure_turns(parts, TURNS if times > 1 else 1)
    engine = measure_engines(set_up_engine()) if peers else None
    others = beside(made[0].data) if peers else []
    return Report(measured, memory, times, others, turns=turns, engine=engine)


def beside(data: bytes) -> list[Ran]:
    """The peers over the same file."""
    problems = set_up()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cusdec.edi"
        path.write_bytes(data)
        return [run_peer(peer, path, problems) for peer in PEERS]


def readers(asked: Asked) -> Report:
    """`run` as the command line asks for it."""
    return run(asked.size, asked.times, not asked.alone)


def chosen(names: Sequence[str], large: bool) -> list[Row]:
    """The rows that were named, else those of every run, and with `large` the long ones too."""
    rows = table_of_rows.rows(readers)
    if not names:
        return [row for row in rows if row.large <= int(large)]
    return [row for row in rows if row.name in names]


def measure_row(row: Row, asked: Asked) -> Result:
    """Measure a row and keep what it came to."""
    before = {"load": load(), "pace": pace()}
    began = time.perf_counter()
    result = row.measure(asked)
    took = {"load_after": load(), "seconds": round(time.perf_counter() - began, 1)}
    result = replace(result, about=surroundings() | before | took)
    result.keep()
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when a row could not be measured."""
    names = [row.name for row in table_of_rows.rows(readers)]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--only", action="append", default=[], metavar="ROW", choices=names, help=", ".join(names)
    )
    parser.add_argument(
        "--large", action="store_true", help="also the rows that take long: 1 GB, a day of 100,000"
    )
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--page", action="store_true", help="measure nothing: write the page of what is kept")
    parser.add_argument("--size", type=int, default=10_000_000, metavar="BYTES", help="of CUSDEC (10000000)")
    parser.add_argument(
        "--times", type=int, default=2, metavar="N", help="turns of the readers, of which the best counts (2)"
    )
    parser.add_argument(
        "--alone", action="store_true", help="nothing is installed: without the peers that would be"
    )
    given = parser.parse_args(arguments)
    asked = Asked(given.size, given.times, given.alone)
    found: list[Result] = []
    failed = False
    for row in [] if given.page else chosen(given.only, given.large):
        print(f"{row.name}: {row.title} …", file=sys.stderr, flush=True)
        try:
            found.append(measure_row(row, asked))
        except (Disagreement, Failed) as error:
            failed = True
            print(f"not measured: {error}", file=sys.stderr)
    if given.write or given.page:
        PAGE.write_text(page(table_of_rows.rows(readers)), encoding="utf-8")
    if given.json:
        print(json.dumps({each.row: {"data": each.data, "about": each.about} for each in found}, indent=1))
    else:
        print("\n\n".join([*(each.text for each in found), lines(found)]))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
