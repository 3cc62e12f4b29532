"""The README's demo output: `python -m tests.support.readme` writes a real run into it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
_BLOCK = re.compile(r"(<!-- demo[^\n]*-->\n```text\n)(.*?)(\n```)", re.DOTALL)
_VARYING = (
    (re.compile(r"[0-9a-f]{24}"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DATE"),
    (re.compile(r"in \d+\.\d s"), "in N s"),
    (re.compile(r"\((openssh|paramiko)[^)]*\)"), "(SERVER)"),
)


def run() -> str:
    """What `edi-router demo` prints of the morning when it is not on a terminal; the rest of the day has a table of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "edi_router.cli.main", "--lang", "en", "demo", "--messages", "0"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines()).strip("\n")


def shown() -> str:
    """What the README shows."""
    found = _BLOCK.search(README.read_text(encoding="utf-8"))
    assert found is not None
    return found[2]


def masked(text: str) -> str:
    """The text without what differs from run to run."""
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text


if __name__ == "__main__":
    output = run()
    text = README.read_text(encoding="utf-8")
    README.write_text(_BLOCK.sub(lambda found: found[1] + output + found[3], text), encoding="utf-8")
