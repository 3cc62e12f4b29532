"""Peak memory and cost per message of a process that validates a stream: `python -m tests.bench.memory BYTES`."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from edi_router.config import Tree
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.fast_stream import validate_stream
from tests.bench.sample import Endless

ROOT = Path(__file__).parents[2]
SIZES = (1_000_000, 10_000_000)
LARGE = (100_000_000, 1_000_000_000)
ONE = (1_000_000, 4_000_000, 8_000_000)
"""Sizes of a single message; it is held as a whole."""


@dataclass(frozen=True)
class Peak:
    """Validating `size` bytes with code lists: peak resident megabytes, and CPU seconds without making the bytes."""

    size: int
    megabytes: float
    messages: int
    seconds: float
    faults: int = 0
    """That of a single long message are expected: it has more items than CUSDEC allows."""


def peaks(sizes: tuple[int, ...] = SIZES, one: bool = False) -> list[Peak]:
    """Each size in a process of its own."""
    found = []
    for size in sizes:
        command = [sys.executable, "-m", "tests.bench.memory", str(size), *(["--one"] if one else [])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found.append(Peak(**json.loads(done.stdout)))
    return found


def validate(size: int, one: bool) -> Peak:
    """Validate that much, made while it is read."""
    definitions = definitions_over(Tree.over_shipped())
    validate_stream(Endless(10_000), definitions, warm=0)  # the pattern is made
    made = Endless(size, one)
    began = time.process_time()
    summary = validate_stream(made, definitions, warm=0)
    seconds = time.process_time() - began - made.seconds
    faults = summary.content.total + summary.envelope.total
    return Peak(made.size, peak() / 1e6, summary.messages, seconds, faults)


def peak() -> int:
    """The peak resident memory of this process in bytes."""
    # On Linux `ru_maxrss` of a started process begins at what its parent had; VmHWM is of this program alone.
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=int)
    parser.add_argument("--one", action="store_true")
    given = parser.parse_args()
    print(json.dumps(vars(validate(given.size, given.one))))
