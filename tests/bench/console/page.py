"""docs/million.md, from what was measured on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.console.filling import YEAR
from tests.bench.console.table import ALLOWED, HEADINGS
from tests.bench.memory import ROOT

Measurement = Mapping[str, Any]
PATH = ROOT / "docs" / "million.md"
OF = {"pages": "Pages", "questions": "Questions to the ledger"}


def write(found: Sequence[Measurement]) -> None:
    """Write the page."""
    PATH.write_text(page(found), encoding="utf-8")


def page(found: Sequence[Measurement]) -> str:
    """The page, in Markdown."""
    first = found[0]
    parts = [HEAD.format(
        messages=f"{first['messages']:,}", days=YEAR // 86_400_000_000, allowed=f"{ALLOWED * 1000:.0f}",
        slow=_slow(found), plans="; ".join(_plans(each) for each in found), told="\n".join(_told(each) for each in found),
    )]  # fmt: skip
    for of, heading in OF.items():
        rows = [_row(name, of, found) for name in _names(found, of)]
        headings = [
            heading,
            *(f"{each['database'].split()[0]} {name}" for each in found for name in HEADINGS),
        ]
        parts.append(f"## {heading}\n\n{EXPLAINED[of]}\n\n{_table(headings, rows)}\n")
    headings = [
        "once",
        *(f"{each['database'].split()[0]} {name}" for each in found for name in ("s", "CPU s")),
    ]
    once = [{row["name"]: row for row in each["books"]} for each in found]
    books = [
        (name, *(f"{rows[name][of]:.2f}" if name in rows else "" for rows in once for of in ("wall", "cpu")))
        for name in dict.fromkeys(name for rows in once for name in rows)
    ]
    parts.append(f"## Books and reports\n\n{BOOKS}\n\n{_table(headings, books)}\n")
    return "\n".join(parts)


def _names(found: Sequence[Measurement], of: str) -> list[str]:
    return [row["name"] for row in found[0]["rows"] if row["of"] == of]


def _row(name: str, of: str, found: Sequence[Measurement]) -> list[str]:
    cells = [name]
    for each in found:
        figures = next(row["figures"] for row in each["rows"] if row["name"] == name and row["of"] == of)
        cells += [f"{figure:.0f}" if figure >= 10 else f"{figure:.1f}" for figure in figures]
    return cells


def _told(each: Measurement) -> str:
    return (
        f"- {each['database']}: {each['bytes'] / 1e9:.1f} GB, filled in {each['filled']:.0f} s; the books of the month's "
        f"days closed and their figures added up in {each['closed']:.0f} s. {each['date']}, {each['implementation']} "
        f"{each['python']}, {each['machine']}, {each['cores']} cores, {each['load']} processes wanted one before it began. "
        f"Each was asked {each['times']} times."
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = ["---", *["---:"] * (len(headings) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (headings, ruler, *rows))


def _plans(each: Measurement) -> str:
    if not each["statements"]:
        return f"those of {each['database']} were not looked at in this run"
    return (
        f"{each['database']} answers the {each['statements']} statements of all pages and questions with "
        f"{len(each['through']) or 'no'} reading of a growing table from end to end"
    )


def _slow(found: Sequence[Measurement]) -> str:
    slow = [f"{each['database']}: {row['name']}" for each in found for row in each["rows"] if row["slow"]]
    return "none" if not slow else "; ".join(slow)


HEAD = """# A million messages

Written by `make bench-console` (`python -m tests.bench.console --write`); do not edit.

The ledger has {messages} messages of {days} days, from 40 partners, one with half of them and one with a thousandth; each
with its file, interchange, output, delivery, three numbers, three parties and eight events, some with faults,
acknowledgements, time limits and entries of registers. An answer may take {allowed} ms in 95 of 100 times, by
the clock; slower were: **{slow}**.

{told}

Plans: {plans}. That no question of the ledger reads a growing table from end to end is also a test on both databases
(`tests/unit/test_searching.py`).

Figures are milliseconds, by the clock and of processor time. What the clock says holds for the load named above: with many
processes for each core it is many times what a quiet machine takes, which is little more than the processor time. That is of
the console's process (on SQLite all of it), and of PostgreSQL's processes, on the average.
"""
EXPLAINED = {
    "pages": "A request of a logged-in operator (or partner) to the application in the same process: session, permissions, "
    "ledger, archive, template. No network, no browser. A text is looked for in parts: a page looks into at most 500 messages "
    "and for 0.15 s, says how far it came, and leads to the next. The page of a closed day is what was closed; to count it again "
    "is below, as *books of yesterday, closed*.",
    "questions": "What the pages ask, without the page.",
}
BOOKS = """Seconds, each once. A month is read from what every night has added up; days that are no whole month are counted
from the rows, of which a month has some 83,000."""
