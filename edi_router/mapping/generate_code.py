"""The source of a mapping's program while it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext


class Unsupported(Exception):
    """No program can be made for this."""


class Code:
    """The lines of a function."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 1
        self._names = 0

    def add(self, line: str) -> None:
        """One line at the current depth."""
        self.lines.append("  " * self.depth + line)

    def name(self, letter: str = "v") -> str:
        """A new variable."""
        self._names += 1
        return f"{letter}{self._names}"

    def writes(self, since: int) -> bool:
        """Whether something is written in any case by the lines from this one on."""
        begin = "  " * self.depth + "add("
        return any(line.startswith(begin) for line in self.lines[since:])

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines below `head`."""
        self.add(head)
        before = len(self.lines)
        self.depth += 1
        yield
        if len(self.lines) == before:
            self.add("pass")
        self.depth -= 1

    def either(self, always: bool, head: str) -> AbstractContextManager[None]:
        """Lines below `head`, or without it where it holds in any case."""
        return nullcontext() if always else self.block(head)
