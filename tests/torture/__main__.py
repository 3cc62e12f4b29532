"""`python -m tests.torture [ROW ...]`: break what may break, count what was violated, print the table.

Ends with 1 after a single violation. Each row is run in parts, of which so many run at a time as there are cores, and
beside them as many of those that wait more than they compute; a part is a process of its own, forked with everything
imported, and leaves its result as JSON. So a campaign can also be run in pieces, which add up: `--part 3/16`
runs one, `--more` those that are not there yet for this version of the product, `--gather` only puts them together.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
import traceback
from collections.abc import Collection, Sequence
from pathlib import Path

from tests.torture import page
from tests.torture.nursery import House, Nursery
from tests.torture.row import Row
from tests.torture.rows import ALONE, LONGEST, ROWS, WAITING, file_name, kept, run
from tests.torture.version import version

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / ".torture"
Task = tuple[str, tuple[int, int]]


def _part(text: str) -> tuple[int, int]:
    which, _, of = text.partition("/")
    return int(which) - 1, int(of)


def _there(results: Path, task: Task) -> bool:
    """Whether a part was run on this version of the product."""
    path = results / file_name(*task)
    if not path.exists():
        return False
    row = Row.from_json(path.read_text(encoding="utf-8"))
    return row.finished and row.version == version()


def tasks(names: Sequence[str], parts: int) -> list[Task]:
    """Which parts there are: at any moment of the campaign every row has about the same share behind it."""
    return [(name, (which, parts)) for which in range(parts) for name in sorted(names, key=LONGEST.index)]


def _run_part(task: Task, trials: int | None, results: Path) -> None:
    Row.place = results / file_name(*task)
    row = run(*task, trials)
    row.save(Row.place)
    print(row.told(), flush=True)


def _begin(task: Task, trials: int | None, results: Path) -> int:
    """Run a part in a process of its own."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        _run_part(task, trials, results)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def may_run(name: str, running: Collection[str], jobs: int) -> bool:
    """Whether a part of the row may be begun beside those that run: what waits is no hindrance to what computes."""
    alike = sum((each in WAITING) == (name in WAITING) for each in running)
    return alike < jobs and not (name in ALONE and name in running)


def _run_all(tasks: list[Task], jobs: int, trials: int | None, results: Path, until: float | None) -> None:
    """Run so many parts at a time; after the moment `until` none is begun any more."""
    for name in {name for name, _ in tasks}:
        importlib.import_module(f"tests.torture.{name}")
    version()
    waiting, running = list(tasks), dict[int, str]()
    with House() as house:
        Nursery.house = house.socket
        while waiting or running:
            if until is not None and time.time() > until:
                waiting.clear()
            while free := [each for each in waiting if may_run(each[0], running.values(), jobs)]:
                waiting.remove(free[0])
                running[_begin(free[0], trials, results)] = free[0][0]
            for process, name in list(running.items()):
                ended, status = os.waitpid(process, os.WNOHANG)
                if ended:
                    del running[process]
                    if status:
                        for other in running:
                            os.waitpid(other, 0)
                        sys.exit(f"{name} broke off")
            time.sleep(0.2)
        Nursery.house = None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when something was violated, or nothing tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all without")
    parser.add_argument("--trials", type=int, metavar="N", help="about so many for each row")
    parser.add_argument(
        "--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="N", help="parts at a time (2)"
    )
    parser.add_argument(
        "--parts", type=int, metavar="N", help="so many parts of each row (as many as at a time)"
    )
    parser.add_argument(
        "--part", type=_part, metavar="I/N", help="only this part of the rows, in this process"
    )
    parser.add_argument("--more", action="store_true", help="only parts that are not there yet")
    parser.add_argument("--minutes", type=float, metavar="N", help="begin no part after so many minutes")
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
            _run_part((name, given.part), given.trials, given.results)
        return 0
    if not given.gather:
        wanted = tasks(names, given.parts or given.jobs)
        if given.more:
            wanted = [task for task in wanted if not _there(given.results, task)]
        else:
            for old in (path for name in names for path in given.results.glob(f"{name}-*-*.json")):
                old.unlink()
        until = None if given.minutes is None else time.time() + 60 * given.minutes
        _run_all(wanted, given.jobs, given.trials, given.results, until)
    rows = [row for row in kept(given.results) if row.name in names]
    print("\n".join(row.told() for row in rows))
    if given.write:
        (ROOT / "docs" / "reliability.md").write_text(page.page(rows), encoding="utf-8")
    return 0 if rows and all(row.held for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
