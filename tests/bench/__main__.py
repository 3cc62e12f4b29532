"""`python -m tests.bench`: measure, print the table; `--write` puts it into docs/performance.md."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from tests.bench.measure import Disagreement, Parts, measure
from tests.bench.memory import ROOT, peaks
from tests.bench.report import Report
from tests.bench.sample import files, interchange


def run(size: int, times: int) -> Report:
    """Measure files of about `size` bytes."""
    messages = max(1, round(size / len(interchange(1))))
    memory = peaks(messages)
    return Report(measure(files(size), Parts.shipped(), times), memory, times)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when the outputs disagree."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="the measurement as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--size", type=int, default=2_000_000, metavar="BYTES", help="of each file (2000000)")
    parser.add_argument(
        "--times", type=int, default=3, metavar="N", help="turns, of which the best counts (3)"
    )
    given = parser.parse_args(arguments)
    try:
        report = run(given.size, given.times)
    except Disagreement as error:
        print(f"not measured: {error}", file=sys.stderr)
        return 1
    if given.write:
        (ROOT / "docs" / "performance.md").write_text(report.page(), encoding="utf-8")
    print(json.dumps(report.as_json(), indent=1) if given.json else f"{report.told()}\n\n{report.table()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
