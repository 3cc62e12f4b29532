"""What the rows of the bench came to, kept in `.bench/results`, so that the page can be written from several runs."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from edi_router.version import __version__

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / ".bench" / "results"


@dataclass(frozen=True)
class Line:
    """One line of the table: what is measured, beside whom, what is required, what came out."""

    bench: str
    peer: str
    required: str
    measured: str
    met: bool | None = None
    """None where nothing is required but that it is measured."""

    @property
    def verdict(self) -> str:
        """In a word."""
        return {True: "met", False: "**not met**", None: ""}[self.met]


@dataclass(frozen=True)
class Result:
    """What one row came to: its lines of the table, its section of the page, its figures, and where and when."""

    row: str
    lines: Sequence[Line]
    text: str
    data: Any = None
    about: dict[str, Any] = field(default_factory=dict)

    def keep(self, folder: Path | None = None) -> Path:
        """Write it down in place of what the row came to before."""
        folder = folder or RESULTS
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.row}.json"
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")
        return path

    @property
    def when(self) -> str:
        """Where and when it was measured, in a line."""
        about = self.about
        return (
            f"Measured {about['date']} with EDI Router {about['version']} ({about['commit']}), "
            f"{about['implementation']} {about['python']}; load {about['load']} before it, {about['load_after']} after"
            + (f"; a fixed computation took {about['pace']} ms of CPU" if "pace" in about else "")
            + (f"; files on {about['files']}." if "files" in about else ".")
        )


def kept(row: str, folder: Path | None = None) -> Result | None:
    """What a row came to when it was measured last; None when it never was."""
    path = (folder or RESULTS) / f"{row}.json"
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return Result(**found | {"lines": [Line(**each) for each in found["lines"]]})


def load() -> float:
    """How many processes want a core: the mean of a minute."""
    return round(os.getloadavg()[0], 1)


def pace() -> int:
    """Milliseconds of CPU that a fixed computation takes: the median of five. On a busy machine CPU seconds are longer,
    as processes share caches and the threads of a core; this tells by how much."""
    found = []
    for _ in range(5):
        began = time.process_time()
        sum(len(str(number)) for number in range(300_000))
        found.append(time.process_time() - began)
    return round(1000 * median(found))


def surroundings() -> dict[str, Any]:
    """Interpreter, machine, version and day."""
    options = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "version": __version__,
        "commit": _commit(),
        "implementation": platform.python_implementation(),
        "python": platform.python_version(),
        "build": " ".join(platform.python_build()).strip(),
        "compiler": platform.python_compiler(),
        "pgo": "yes" if "--enable-optimizations" in options else "no",
        "machine": platform.machine(),
        "processor": _processor(),
        "kernel": platform.release(),
        "cores": os.cpu_count(),
        "files": _file_system(Path(tempfile.gettempdir())),
        "pydifact": version("pydifact"),
        "lxml": version("lxml"),
    }


def _commit() -> str:
    """The commit that is measured, with a `+` when files were changed since."""
    told = [
        subprocess.run(["git", "-C", str(ROOT), *command], capture_output=True, text=True, check=False).stdout
        for command in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "-uno"))
    ]
    return (told[0].strip() or "no commit") + ("+" if told[1].strip() else "")


def _file_system(folder: Path) -> str:
    """What a folder lies on. ext4 without a journal takes the longer to make a file the more were just removed."""
    at = Path(os.path.realpath(folder))
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    mounts = {Path(target): (device, kind) for device, target, kind, *_ in map(str.split, lines)}
    device, kind = next(mounts[each] for each in (at, *at.parents) if each in mounts)
    if kind != "ext4":
        return kind
    journals = Path("/proc/fs/jbd2")
    name = Path(os.path.realpath(device)).name
    journal = journals.is_dir() and any(each.name.startswith(f"{name}-") for each in journals.iterdir())
    return "ext4 with a journal" if journal else "ext4 without a journal"


def _processor() -> str:
    """The name that the processor gives itself."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "")
