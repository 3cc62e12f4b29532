"""The kinds of change that are meant: the file `expect.yaml` beside a mapping, or wherever `--expect` says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from edi_router.config import Model, read_model
from edi_router.faults import Fault
from edi_router.mapping.replay import Change


class Expected(Model):
    """One kind of change; shapes that are left out may be any."""

    element: str
    change: Literal[
        "changed", "added", "removed", "accepted", "refused", "fault-added", "fault-removed", "form"
    ]
    old: str | None = Field(default=None, alias="from")
    new: str | None = Field(default=None, alias="to")

    def covers(self, change: Change) -> bool:
        """Whether it is a change of this kind."""
        same = (self.element, self.change) == (change.element, change.change)
        return same and self.old in (None, change.old) and self.new in (None, change.new)


class Expectation(Model):
    """The whole file."""

    changes: tuple[Expected, ...] = ()
    note: str = ""


def read_expectation(text: str, file: str) -> tuple[Expectation | None, list[Fault]]:
    """Read the file."""
    model, _, faults = read_model(Expectation, text, file)
    return model, faults


def unexpected(changes: Iterable[Change], expectation: Expectation) -> list[Change]:
    """The changes that are not meant."""
    return [each for each in changes if not any(known.covers(each) for known in expectation.changes)]


def written_expectation(changes: Iterable[Change], note: str = "") -> str:
    """The file that means exactly these changes."""
    lines = [f"note: {_quoted(note)}"] if note else []
    lines += ["changes:"] if (found := sorted(changes)) else ["changes: []"]
    for each in found:
        parts = [f"element: {_quoted(each.element)}", f"change: {each.change}"]
        parts += [f"from: {_quoted(each.old)}"] if each.change in ("changed", "removed") else []
        parts += [f"to: {_quoted(each.new)}"] if each.change in ("changed", "added") else []
        lines.append(f"  - {{{', '.join(parts)}}}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A YAML scalar in single quotes, in which only they are special; a line break in a value becomes a blank."""
    return "'" + " ".join(text.splitlines()).replace("'", "''") + "'"
