"""docs/systems.md, made of docs/systems.csv: `python -m tests.support.systems` writes it."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
TABLE, PAGE = DOCS / "systems.csv", DOCS / "systems.md"
SERVED, OUT, OPEN = "served", "out of scope", "open"
_HEAD = """\
# The 160 systems

Written by `python -m tests.support.systems` from `systems.csv`; do not edit. Each row is a system, flow or feature
that the five source documents name (S0 to S4), and what serves it here, shown by a test. *Out of scope* is what is no
exchange of messages.

"""


@dataclass(frozen=True, slots=True)
class System:
    """One row."""

    id: str
    status: str
    served_by: str
    tests: tuple[str, ...]
    """Node ids: a file, `::`, the name of a test."""
    reason: str
    name_zh: str
    name_en: str


def systems() -> list[System]:
    """All rows of the table, in their order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            System(
                row["id"], row["status"], row["served_by"], tuple(row["test"].split()), row["reason"],
                row["name_zh"], row["name_en"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def page() -> str:
    """The page."""
    rows = systems()
    counts = Counter(row.status for row in rows)
    told = f"**{counts[SERVED]} served, {counts[OUT]} out of scope, {counts[OPEN]} open.**\n\n"
    lines = ["| id | system | served by | shown by |", "|---|---|---|---|"]
    for row in rows:
        names = f"{row.name_zh}<br>{row.name_en}".replace("|", "/")
        served = row.served_by if row.status == SERVED else f"*{row.status}*"
        if row.reason:
            served += ("; " if row.served_by or row.status != SERVED else "") + row.reason
        tests = "<br>".join(f"`{each.removeprefix('tests/')}`" for each in row.tests)
        lines.append(f"| {row.id} | {names} | {served} | {tests} |")
    return _HEAD + told + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
