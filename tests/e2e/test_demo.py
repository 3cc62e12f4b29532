"""`edi-router demo` as a person runs it, in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from tests.support import readme
from tests.support.cli import edi_router

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "edi_router.cli.main"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=300,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    root = tmp_path_factory.mktemp("demo") / "ws"
    done = run("demo", str(root), "--json", "--messages", "8")
    assert done.returncode == 0, done.stderr
    return root, json.loads(done.stdout)


def test_every_file_of_the_sample_day_is_told(demo: tuple[Path, dict[str, object]]) -> None:
    _, told = demo
    day = shipped_directory() / "samples" / "day"
    dropped = {(path.parent.name, path.name) for path in day.glob("*/*")}
    assert {(row["partner"], row["file"]) for row in told["messages"]} == dropped  # type: ignore[attr-defined, index]
    assert told["books"]["balanced"] is True  # type: ignore[index]
    assert told["problems"] == []
    assert told["day"]["unexpected"] == []  # type: ignore[index]
    assert told["day"]["problems"] == []  # type: ignore[index]
    assert told["day"]["files"] >= 8  # type: ignore[index]
    assert told["differences"] == [], "a shorter day is the beginning of the one in the golden file"
    assert {route["route"] for route in told["routes"]} == {f"R{number:02}" for number in range(1, 22)}  # type: ignore[attr-defined]


def test_results_and_acknowledgements_lie_where_it_says(demo: tuple[Path, dict[str, object]]) -> None:
    root, told = demo
    accounts = root / "sftp" / "accounts"
    for row in told["messages"]:  # type: ignore[attr-defined]
        for result in row["results"]:
            assert (accounts / result).stat().st_size > 0
        for name in row["acknowledgements"]:
            assert (accounts / row["partner"] / "in" / name).stat().st_size > 0
    assert not list(accounts.glob("*/out/*"))


def test_every_message_but_the_unreadable_is_acknowledged(demo: tuple[Path, dict[str, object]]) -> None:
    _, told = demo
    silent = {row["file"] for row in told["messages"] if not row["acknowledgements"]}  # type: ignore[attr-defined]
    assert silent == {"0950-declaration-broken.xml"}


def test_what_it_says_to_try_next_works(demo: tuple[Path, dict[str, object]]) -> None:
    root, _ = demo
    for verb in (
        ["ls", "message", "--state", "held"],
        ["show", "ENTA00000004"],
        ["show", "CSQU3054383"],
        ["books"],
    ):
        done = run("--workspace", str(root), *verb, EDI_ROUTER_LANG="zh")
        assert done.returncode == 0, (verb, done.stderr)
        assert done.stdout.strip()
        told = edi_router("--workspace", root, *verb)
        assert told.code == 0, (verb, told.err)
        assert told.out.strip()


def test_the_table_is_for_people_in_both_languages() -> None:
    done = run("--lang", "zh", "demo", "--messages", "2")
    assert done.returncode == 0, done.stderr
    assert "平衡" in done.stdout
    assert "CIQ-QD/in/" in done.stdout


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    done = run("demo", str(tmp_path))
    assert done.returncode == 2
    assert (tmp_path / "mine").read_text() == "x"


def test_the_readme_shows_what_really_happens() -> None:
    # When this fails after a wanted change: python -m tests.support.readme
    assert readme.masked(readme.shown()) == readme.masked(readme.run())
