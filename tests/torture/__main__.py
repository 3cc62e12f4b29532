"""`python -m tests.torture [ROW ...]`: break what may break, count what was violated, print the table.

Ends with 1 after a single violation. Each row is run in parts, one on each core; a part is a process of its own and
leaves its result as JSON, so a campaign can also be run in pieces (`--part 3/16`) and put together (`--gather`).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.torture import page
from tests.torture.rows import ROWS, kept, run

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / ".torture"


def _part(text: str) -> tuple[int, int]:
    which, _, of = text.partition("/")
    return int(which) - 1, int(of)


def _run_all(names: Sequence[str], jobs: int, trials: int | None, results: Path) -> None:
    for name in names:
        for old in results.glob(f"{name}-*.json"):
            old.unlink()
        more = ["--results", str(results), *([] if trials is None else ["--trials", str(trials)])]
        command = [sys.executable, "-m", "tests.torture", name, *more, "--part"]
        running = [
            subprocess.Popen([*command, f"{number}/{jobs}"], cwd=ROOT) for number in range(1, jobs + 1)
        ]
        for each in running:
            if each.wait() not in (0, 1):
                sys.exit(f"{name} broke off")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when something was violated, or nothing tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all without")
    parser.add_argument("--trials", type=int, metavar="N", help="about so many for each row")
    parser.add_argument(
        "--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="N", help="parts at a time (2)"
    )
    parser.add_argument(
        "--part", type=_part, metavar="I/N", help="only this part of the rows, in this process"
    )
    parser.add_argument(
        "--gather", action="store_true", help="run nothing; put together what was run in parts"
    )
    parser.add_argument(
        "--results", type=Path, default=RESULTS, metavar="FOLDER", help="where parts are kept"
    )
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    given = parser.parse_args(arguments)
    names = given.rows or list(ROWS)
    if unknown := [name for name in names if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}")
    given.results.mkdir(exist_ok=True)
    if given.part is not None:
        for name in names:
            row = run(name, given.part, given.trials)
            which, of = given.part
            (given.results / f"{name}-{which + 1}-{of}.json").write_text(row.json(), encoding="utf-8")
            print(row.told(), flush=True)
        return 0
    if not given.gather:
        _run_all(names, given.jobs, given.trials, given.results)
    rows = [row for row in kept(given.results) if row.name in names]
    print("\n".join(row.told() for row in rows))
    if given.write:
        (ROOT / "docs" / "reliability.md").write_text(page.page(rows), encoding="utf-8")
    return 0 if rows and all(row.held for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
