"""What every verb prints with: JSON lines, faults, tables, progress; and the exit codes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NoReturn

from edi_router.cli.language import LANGUAGE, say
from edi_router.faults import CATALOGUE, Fault, is_error, render, severity

if TYPE_CHECKING:
    from collections.abc import Callable

FINE, FINDINGS, USAGE, SYSTEM = 0, 1, 2, 3
"""Exit codes: fine; findings in the data or configuration; wrong usage; the system failed."""


def emit(value: object, stream: IO[str] | None = None) -> None:
    """One JSON value on one line; Chinese stays readable."""
    print(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")), file=stream or sys.stdout)


_UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""A text from outside as a terminal may be given it: what would steer it, or turn its line round, as a code.

    >>> visible("a\x1b[2Jb\u202ec")
    'a\\x1b[2Jb\\u202ec'
    """
    return _UNSEEN.sub(
        lambda match: f"\\x{ord(match[0]):02x}" if match[0] < "\u0100" else f"\\u{ord(match[0]):04x}", text
    )


def fault_line(fault: Fault, language: str = LANGUAGE) -> str:
    """A fault for people: place, code, text; the hint or remedy follows on its own line."""
    where = str(fault.place)
    words = {"error": say("error", "错误"), "warning": say("warning", "警告"), "info": say("note", "提示")}
    line = f"{where}: " if where else ""
    line += f"{words[severity(fault)]} {fault.code}: {fault_text(fault, language)}"
    if fault.hint is not None:
        line += "\n    " + say(f"did you mean: {fault.hint}", f"是否为：{fault.hint}")
    elif severity(fault) != "info":
        line += "\n    " + CATALOGUE[fault.code].remedy[language]
    return visible(line)


def fault_text(fault: Fault, language: str = LANGUAGE) -> str:
    """The text of a fault and the line of the mapping or rule that it comes from."""
    return visible(render(fault, language) + (f"  [{fault.rule}]" if fault.rule is not None else ""))


def print_faults(faults: Iterable[Fault], language: str = LANGUAGE, stream: IO[str] | None = None) -> None:
    """The faults, one after the other."""
    for fault in faults:
        print(fault_line(fault, language), file=stream or sys.stdout)


def code_for(faults: Iterable[Fault]) -> int:
    """FINDINGS when there is an error among them, else FINE."""
    return FINDINGS if any(is_error(fault) for fault in faults) else FINE


def stop(code: int) -> NoReturn:
    """End the command with an exit code."""
    sys.exit(code)


def fail(message: str, code: int = SYSTEM) -> NoReturn:
    """Say on standard error what is wrong, and end."""
    print(f"edi-router: {message}", file=sys.stderr)
    sys.exit(code)


def trouble_with(error: OSError) -> str:
    """What the machine refused, in words: which file, and why, without the number of the error.

    >>> trouble_with(PermissionError(13, "Permission denied", "var/ledger.db"))
    'var/ledger.db: Permission denied'
    """
    if not error.strerror:
        return " ".join(str(error).split())
    from edi_router.faults.terms import term

    why = say(error.strerror, term(error.strerror))
    return say(f"{error.filename}: {why}", f"{error.filename}：{why}") if error.filename is not None else why


def program() -> str:
    """How the command can be called from here: its plain name when that is on the path, else where it lies."""
    import os
    import shutil
    from pathlib import Path

    called = Path(sys.argv[0])
    found = shutil.which("edi-router")
    if called.name != "edi-router" or (found and Path(found).samefile(called)):
        return "edi-router"
    return os.path.relpath(called)


def width() -> int:
    """Columns of standard output; a fixed number when it is no terminal."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 140


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """A table on standard output; plain columns when it is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(width=width(), highlight=False)
    shown = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        shown.add_column(heading, overflow="fold")
    for row in rows:
        shown.add_row(*(visible(cell).replace("[", "\\[") for cell in row))
    console.print(shown)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[str], None]]:
    """A progress bar on standard error when that is a terminal; yields a function to call once a step."""
    if not sys.stderr.isatty() or (total is not None and total < 2):
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import Progress

    # Standard output goes through the bar's console only when it is that terminal; a file stays a file.
    shared = sys.stdout.isatty()
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=shared) as bar:
        task = bar.add_task(title, total=total)

        def advance(step: str) -> None:
            bar.update(task, advance=1, description=f"{title} {step}")

        yield advance
