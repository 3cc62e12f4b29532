"""`docs/tutorial.md` followed literally, in an empty folder: its files written, its commands run, their outputs met."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Each command with the lines that it must print."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def meets(printed: str, expected: list[str]) -> bool:
    """Whether the output is what is shown; `…` stands for any text, alone on a line for any lines."""
    pattern = ""
    for line in expected:
        if line == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("…")) + r"[ ]*\n"
    return re.fullmatch(pattern, printed) is not None


def test_what_is_shown_is_compared() -> None:
    assert meets("a\nb\nc 7\n", ["a", "…", "c …"])
    assert not meets("a\nb\n", ["a"])
    assert not meets("a\n", ["b"])


@pytest.mark.slow
def test_the_tutorial_can_be_followed(tmp_path: Path) -> None:
    scripts = tmp_path / "bin"
    scripts.mkdir()
    command = scripts / "edi-router"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m edi_router.cli.main "$@"\n')
    command.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("EDI_ROUTER_", "COVERAGE_"))},
        "EDI_ROUTER_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "110",
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("the page is for a POSIX shell")
    here = tmp_path / "empty"
    here.mkdir()
    ran = 0
    for kind, name, block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if name:
            file = here / name
            assert file.parent.is_dir(), name
            file.write_text(block, encoding="utf-8")
            continue
        assert kind == "sh", kind
        for line, expected in commands(block):
            if line.startswith("cd "):
                here = here / line[3:]
                continue
            done = subprocess.run(
                [shell, "-c", line],
                cwd=here,
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            assert meets(done.stdout, expected), f"{line}\n{done.stdout}{done.stderr}"
            ran += 1
    assert ran >= 15
