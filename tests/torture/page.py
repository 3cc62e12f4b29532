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
from tests.torture.postgres import binary
from tests.torture.row import KINDS, Row
from tests.torture.version import version


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
        f"- {row.fault}{f' ({row.share})' if row.share else ''}: "
        + "; ".join(f"{name} {number:,}" for name, number in row.tally.items())
        for row in rows
        if row.tally
    )


def about(rows: Sequence[Row]) -> str:
    """When, on what and with what."""
    ssh = subprocess.run([find(), "-V"], capture_output=True, text=True, check=False).stderr.strip()
    partly = (
        " Not all of the campaign was run for this page, or not on this very version: the parts that were are told above,"
        " each of them spread evenly over all steps; `make torture` runs all of it."
        if any(row.share for row in rows)
        else ""
    )
    server = subprocess.run(
        [binary("postgres") or "true", "-V"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; EDI Router {__version__} ({version()}); {platform.python_implementation()}"
        f" {platform.python_version()}; SQLite {sqlite3.sqlite_version};"
        f" {server.replace('postgres (PostgreSQL)', 'PostgreSQL')}; {ssh.partition(',')[0]}; Linux"
        f" {platform.release()}, {platform.machine()}, {os.cpu_count()} cores. All rows together took"
        f" {sum(row.cpu for row in rows) / 60:.0f} minutes of processor time, the servers' and the workers' not counted.{partly}"
    )


_TEXT = """\
# Reliability
<!-- written by python -m tests.torture --write -->

**A file is either still in the drop or durably in the archive and the ledger; a message has exactly one final state; a
delivery is visible to the partner whole or not at all, and once**: through kill -9, power cuts, full disks, broken
connections and hostile input, and after each of them without anybody's hand, but for what is named below.

Not guaranteed:

- what a disk loses that it had confirmed as synced, a disk that is gone, and a backup brought back: restore the one
  database and archive, and compare with the partners ([operations](operations.md#backup));
- what a partner's machine loses after its server confirmed it: SFTP has no word for "synced" that every server knows;
- a delivery while the partner does not answer, refuses or has no room: it waits, and is given up after `attempts`
  (8 in some twenty minutes of refusals; a partner that is not reached at all costs no attempt). Where permission was
  denied it is given up at once. What is given up is kept, alarmed, and goes with `edi-router retry --all`;
- time: a clock that is set back delays what waits for a time by as much; nothing is lost by it;
- that a file name which begins with a dot, or ends as an unfinished one does, is ever received;
- memory beyond the largest segment: a segment of nothing but separators takes some 350 bytes for each of them, so
  `maximum_file_megabytes` has to fit the machine where senders are not trusted;
- an engine on PostgreSQL behind a pooler that hands a session's statements to different ones (PgBouncer in the modes
  `transaction` and `statement`): the lock that keeps a second engine away is the session's.

## What was tried

{table}

*Lost*: a file or an output that is in no place where it could be. *Twice*: received, ended or delivered more than once.
*Partial*: seen by a partner otherwise than it was made. *Other*: a state, register, control number or equation that is
not as in an undisturbed run, an engine that ended otherwise than it should. One violation fails the campaign.

{notes}

{about}

A trial is the real `edi-router run`, forked from a process with imports, configuration and SQL for SQLite ready. The checker
(`tests/torture/checker.py`) uses nothing of the engine: it reads the partners' folders, the archive (unsealing and
unpacking it by itself) and the ledger's tables by SQL, on SQLite and on PostgreSQL, at the moment of the fault, and again
when the next engine has come to rest, and compares with an undisturbed run. Partners take away what they see at once, so
a second delivery cannot hide behind the first. The shim (`tests/torture/shim.c`) lies between the engine and the C
library: it counts the durable steps, kills or holds before one of them, keeps a journal from which `platter.py` makes the
disk that a power cut would have left (strictly by POSIX: bytes are safe after fsync of the file, names after fsync of
the folder), and moves the clock. That it can see is tested as well: without syncs files are lost, and each kind of
violation made by hand is told.

```sh
make torture                                     # everything, and this page
python -m tests.torture kill --trials 100        # one row, fewer trials
python -m tests.torture --parts 12 --more --minutes 10 --write   # in pieces, which add up as long as the version is the same
```

It needs OpenSSH's sshd, PostgreSQL, gcc, and the right to mount and to make network namespaces (root).
"""
