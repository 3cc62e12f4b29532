"""kill -9 of `edi-router run` in mid-round, then `run --once`: nothing lost, nothing delivered twice."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from tests.support.workspaces import outbox, prepare

SAMPLE = shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi"
FILES = 60
COMMAND = [sys.executable, "-m", "edi_router.cli.main", "--workspace"]


def drop(root: Path) -> None:
    """Different interchanges, each with its own control reference."""
    text = SAMPLE.read_bytes()
    for number in range(FILES):
        changed = text.replace(b"ENTA00000001", b"ENTA%08d" % (100 + number))
        (outbox(root, "ENT-A") / f"{number:03d}.edi").write_bytes(changed)


class Taker:
    """A partner who takes files away as they come, so that a second delivery cannot hide behind the first."""

    def __init__(self, root: Path) -> None:
        self.folders = [root / "exchange" / partner / "in" for partner in ("CIQ-QD", "ENT-A")]
        self.taken: Counter[str] = Counter()

    def take(self) -> int:
        for folder in self.folders:
            for path in folder.iterdir():
                if not path.name.startswith("."):
                    assert path.stat().st_size > 0, f"{path.name} is empty"
                    path.unlink()
                    self.taken[path.name] += 1
        return self.taken.total()


def run_until(root: Path, taker: Taker, enough: int) -> None:
    """Start the daemon and kill it when the partners have got `enough` files."""
    process = subprocess.Popen([*COMMAND, str(root), "run"], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while taker.take() < enough and time.monotonic() < deadline:
            assert process.poll() is None, "the daemon ended by itself"
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def command(root: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [*COMMAND, str(root), *arguments, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_sigterm_while_it_starts_ends_the_daemon_cleanly(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    prepare(root)
    lock = root / "var" / "engine.lock"
    for told in (signal.SIGTERM, signal.SIGINT):
        lock.unlink(missing_ok=True)
        process = subprocess.Popen([*COMMAND, str(root), "run"], stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not lock.exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(told)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert "Traceback" not in said
    command(root, "run", "--once")  # nothing it held is held any longer


@pytest.mark.slow
def test_three_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    prepare(root)
    drop(root)
    taker = Taker(root)
    for enough in (1, 35, 80):
        run_until(root, taker, enough)
    command(root, "run", "--once")
    taker.take()
    books = command(root, "books")
    assert books["balanced"] is True, books
    assert books["files"]["total"]["received"] == FILES  # type: ignore[index]
    assert books["files"]["total"]["processed"] == FILES  # type: ignore[index]
    assert books["messages"]["total"]["completed"] == FILES  # type: ignore[index]
    assert books["outputs"]["total"]["delivered"] == 2 * FILES  # type: ignore[index]
    assert list(outbox(root, "ENT-A").iterdir()) == []
    assert len(taker.taken) == 2 * FILES
    assert [name for name, count in taker.taken.items() if count > 1] == []
    leftovers = [path.name for folder in taker.folders for path in folder.iterdir()]
    assert leftovers == []


@pytest.mark.slow
def test_sigterm_ends_the_daemon_cleanly(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    prepare(root)
    drop(root)
    log = tmp_path / "log"
    options = ["--log-format", "json", "--log-file", str(log), "--metrics", "0"]
    process = subprocess.Popen([*COMMAND, str(root), "run", *options], stderr=subprocess.PIPE, text=True)
    taker = Taker(root)
    deadline = time.monotonic() + 240
    while not taker.take() and time.monotonic() < deadline:
        time.sleep(0.01)
    [port] = re.findall(r"metrics, health and readiness on 127\.0\.0\.1 port (\d+)", log.read_text())
    for page in ("health", "ready", "metrics"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=30) as answer:
            assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert errors == ""
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events[-1] == "stopped"
    assert events.count("received") >= events.count("accepted") > 0


def test_a_second_engine_in_the_same_workspace_is_refused(tmp_path: Path) -> None:
    from edi_router.engine.workspace import Workspace

    root = tmp_path / "ws"
    prepare(root)
    with Workspace.at(root).engine_lock():
        done = subprocess.run(
            [*COMMAND, str(root), "run", "--once"], capture_output=True, text=True, check=False
        )
    assert done.returncode == 3
    assert "another engine runs" in done.stderr
