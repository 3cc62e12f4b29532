"""docs/reliability.md, from the rows of a campaign."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime

from edi_router.demo.sshd import find
from edi_router.version import __version__
from tests.torture.row import KINDS, Row


def page(rows: Sequence[Row]) -> str:
    """The whole page."""
    return _TEXT.format(table=table(rows), notes=notes(rows), about=about(rows))


def table(rows: Sequence[Row]) -> str:
    """A line for each row."""
    lines = [
        "| fault | how | trials | lost | twice | partial | other |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        counts = " | ".join(str(row.count(kind)) for kind in KINDS)
        lines.append(f"| {row.fault} | {row.how} | {row.trials:,} | {counts} |")
    return "\n".join(lines)


def notes(rows: Sequence[Row]) -> str:
    """What the trials of each row were."""
    return "\n".join(
        f"- {row.fault}: " + "; ".join(f"{name} {number:,}" for name, number in row.tally.items())
        for row in rows
        if row.tally
    )


def about(rows: Sequence[Row]) -> str:
    """When, on what and with what."""
    ssh = subprocess.run([find(), "-V"], capture_output=True, text=True, check=False).stderr.strip()
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; EDI Router {__version__}; {platform.python_implementation()}"
        f" {platform.python_version()}; SQLite {sqlite3.sqlite_version}; {ssh.partition(',')[0]}; Linux"
        f" {platform.release()}, {platform.machine()}, {os.cpu_count()} cores. All rows together took"
        f" {sum(row.cpu for row in rows) / 60:.0f} minutes of processor time."
    )


_TEXT = """\
# Reliability

**A file is either still in the drop or durably in the archive and the ledger; a message has exactly one final state; a
delivery is visible to the partner whole or not at all, and once: after kill -9, power cuts, full disks and broken
connections, without anybody's hand.**

{{/* the table */}}
"""
