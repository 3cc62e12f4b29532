"""The wheel, installed apart from the checkout, works in an empty directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_wheel_carries_everything_it_needs(tmp_path: Path, root: Path) -> None:
    wheels, site, empty = tmp_path / "wheels", tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    # Built from a copy: building in the checkout would leave `build/` there.
    copy = tmp_path / "copy"
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in names:
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((root / name).read_bytes())
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(copy)],
        check=True, capture_output=True,
    )  # fmt: skip
    [wheel] = wheels.glob("*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-compile", "--target", str(site), str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=empty,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("-c", "import edi_router; print(edi_router.__file__)").startswith(str(site))
    cli = ["-m", "edi_router.cli.main"]
    assert "SG30" in run(*cli, "directory", "show", "D96B", "CUSDEC")
    run(*cli, "new", "project", "mine")
    assert (empty / "mine" / "edi-router.yaml").is_file()
    run(*cli, "--workspace", "mine", "lint")  # the shipped configuration with it
    run(*cli, "--workspace", "mine", "run", "--once")
    assert '"balanced": true' in run(*cli, "demo", "--json", "--messages", "2")
