"""The peak memory of a process that streams one file: `python -m tests.bench.memory FILE`."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from edi_router.formats.edifact import read
from tests.bench.sample import interchange

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Peak:
    """The peak resident memory, in megabytes, of reading a file of `size` bytes."""

    size: int
    megabytes: float


def peaks(messages: int) -> list[Peak]:
    """Reading a file of that many messages, and one four times as large, each in a process of its own."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for factor in (1, 4):
            path = Path(folder) / f"{factor}.edi"
            path.write_bytes(interchange(messages * factor))
            command = [sys.executable, "-m", "tests.bench.memory", str(path)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            found.append(Peak(path.stat().st_size, int(done.stdout) / 1e6))
    return found


def stream(path: Path) -> int:
    """Read the file from its stream, message by message; returns how many segments it has."""
    with path.open("rb") as file:
        return sum(len(message.segments) for each in read(file) for message in each.messages())


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
    stream(Path(sys.argv[1]))
    print(peak())
