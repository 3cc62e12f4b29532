"""Fill a ledger, or take the one that an earlier run has kept, and measure; `--write` makes docs/million.md."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.console.books import books_and_reports
from tests.bench.console.page import write
from tests.bench.console.pages import pages
from tests.bench.console.place import STORES, Place, place
from tests.bench.console.plans import plans
from tests.bench.console.questions import questions
from tests.bench.console.table import ALLOWED, HEADINGS, measure
from tests.bench.report import surroundings

MESSAGES = 1_000_000
TIMES = 20
"""So many times each question is asked."""
PARTS = ("questions", "pages", "plans", "books")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when an answer takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.console", description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES, metavar="N")
    parser.add_argument(
        "--times", type=int, default=TIMES, metavar="N", help="how often each question is asked"
    )
    parser.add_argument("--store", choices=STORES, action="append", help="one of them; else both")
    parser.add_argument(
        "--kept", type=Path, metavar="DIR", help="keep the ledgers here; what is here is not made again"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="questions with this text in their name")
    parser.add_argument("--part", choices=PARTS, action="append", help="one of them; else all")
    parser.add_argument("--write", action="store_true", help="write docs/million.md, when all was measured")
    given = parser.parse_args(arguments)
    found = []
    for store in given.store or STORES:
        with place(store, given.messages, given.kept) as here:
            found.append(_measured(here, given.part or PARTS, given.times, given.only))
        if given.kept:
            (given.kept / f"{store}.json").write_text(json.dumps(found[-1], indent=1))
    if given.write:
        write(found)
    slow = [f"{each['database']}: {row['name']}" for each in found for row in each["rows"] if row["slow"]]
    if slow:
        print(
            f"more than {ALLOWED * 1000:.0f} ms by the clock in 95 of 100: {', '.join(slow)}",
            file=sys.stderr,
        )
    return 1 if slow or any(each["through"] for each in found) else 0


def _measured(here: Place, parts: Sequence[str], times: int, only: str) -> dict[str, Any]:
    load = round(os.getloadavg()[0], 1)
    print(
        f"{here.version}: {here.messages:,} messages, {here.bytes / 1e9:.1f} GB, filled in {here.filled:.0f} s, books closed"
        f" in {here.closed:.0f} s; load {load} on {os.cpu_count()} cores; milliseconds"
    )
    print(f"{'':44}" + "".join(f"{each:>9}" for each in HEADINGS))
    asked = []
    of = {"questions": questions(here.ledger, here.messages), "pages": pages(here)}
    for part in of:
        if part in parts:
            asked += [(part, each) for each in measure(of[part], times, only, here.server)]
    number, through = 0, list[str]()
    if "plans" in parts:
        number, through = plans(
            here.ledger, {name: ask for each in of.values() for name, ask in each.items()}
        )
        print(f"{number} statements, {len(through)} plans read through a growing table", *through, sep="\n")
    books = books_and_reports(here, only) if "books" in parts else []
    return {
        "database": here.version, "messages": here.messages, "bytes": here.bytes, "filled": here.filled,
        "closed": here.closed, **surroundings(), "load": load, "times": times,
        "statements": number, "through": through,
        "rows": [{"of": of, **each.as_json()} for of, each in asked],
        "books": [each._asdict() for each in books],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
