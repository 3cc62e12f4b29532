"""The progress bar of a terminal leaves standard output alone."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path


def test_output_sent_to_a_file_arrives_there_while_the_bar_is_on_the_terminal(
    root: Path, tmp_path: Path
) -> None:
    files = sorted((root / "samples" / "good").glob("cusdec-*.edi"))[:2]
    command = [sys.executable, "-m", "edi_router.cli.main", "validate", *map(str, files), "--json"]
    ours, theirs = pty.openpty()
    out = tmp_path / "out.jsonl"
    with out.open("wb") as stdout:
        done = subprocess.run(command, stdout=stdout, stderr=theirs, timeout=120, check=False, cwd=root)
    os.close(theirs)
    bar = os.read(ours, 1 << 16)
    os.close(ours)
    assert done.returncode == 0
    assert b"\x1b[" in bar
    assert [Path(json.loads(line)["file"]).name for line in out.read_text().splitlines()] == [
        path.name for path in files
    ]
