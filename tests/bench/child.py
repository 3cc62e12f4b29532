"""A process of its own, and what it took, as the system counts it: with all that it started and waited for."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Failed(Exception):
    """The process did not end well."""


@dataclass(frozen=True)
class Took:
    """What a process took."""

    cpu: float
    """CPU seconds, user and system, from its start to its end."""
    wall: float
    out: str
    """What it wrote to standard output."""


def measured(
    command: Sequence[str],
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    codes: tuple[int, ...] = (0,),
) -> Took:
    """Run a command to its end. Raises Failed with the end of what it said when it ends with another code."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(
            list(command), cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=said,
            env={**os.environ, **(env or {})},
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = code = os.waitstatus_to_exitcode(status)
        for each in (said, out):
            each.seek(0)
        told = out.read().decode("utf-8", "replace")
        if code not in codes:
            lines = said.read().decode("utf-8", "replace").strip().splitlines()[-5:]
            raise Failed(f"{command[0]} ended with {code}: {' / '.join(lines)[-500:]}")
    return Took(usage.ru_utime + usage.ru_stime, wall, told)
