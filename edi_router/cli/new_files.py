"""Files that `edi-router new` makes: never over one that is there."""

from __future__ import annotations

from pathlib import Path

from edi_router.cli import output
from edi_router.cli.language import say


def free(file: Path) -> None:
    """End the command when the file is there already."""
    if file.exists():
        output.fail(say(f"{file} is there already", f"{file} 已存在"), output.USAGE)


def write(file: Path, content: str | bytes) -> str:
    """Write a new file; its name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
    return str(file)


def told_made(made: list[str], as_json: bool, following: str) -> None:
    """Say what was made, and what to do next."""
    if as_json:
        output.emit({"made": made})
        return
    for file in made:
        print(file)
    print(following)
