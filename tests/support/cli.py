"""Runs the command inside the test's process, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True)
class Ran:
    """What a run of the command gave."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """The JSON values of standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        """The one JSON value of standard output."""
        (value,) = self.lines
        return value


def edi_router(*arguments: str | Path) -> Ran:
    """Run `edi-router` with these arguments in this process, through its real entry point.

    The configuration of a workspace is loaded once for all runs that find the same files.
    """
    from edi_router.cli.main import main
    from edi_router.engine.workspace import Workspace
    from tests.support.workspaces import remembered, remembered_whole

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code = 0
    argv = ["edi-router", *(str(argument) for argument in arguments)]
    loading = patch.object(Workspace, "configuration", remembered)
    linting = patch.object(Workspace, "whole_configuration", remembered_whole)
    with loading, linting, patch.object(sys, "argv", argv), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    return Ran(code, *texts)


def process(*arguments: str | Path, lang: str = "en", module: str = "edi_router.cli.main") -> Ran:
    """Run a module of the command in a process of its own, in this language."""
    environment = {**os.environ, "EDI_ROUTER_LANG": lang, "PYTHONUTF8": "1", "COLUMNS": "110"}
    command = [sys.executable, "-m", module, *(str(argument) for argument in arguments)]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=120, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
