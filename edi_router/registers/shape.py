"""An entry of a register for programs: what the command and the API tell of it, as JSON. Never its secret."""

from __future__ import annotations

from typing import Any

from edi_router.registers.entry import Entry, Line
from edi_router.registers.register import Register
from edi_router.registers.tree import plain


def as_values(entry: Entry, register: Register) -> dict[str, Any]:
    """The entry with its fields and lines; instants in ISO 8601, amounts as decimal texts."""
    lines = []
    for line in entry.lines:
        granted, used, left = amounts(entry, line)
        counted = {"granted": granted, "used": used, "left": left} if granted else {}
        lines.append({"line": line.key, **counted, "fields": {k: list(v) for k, v in line.fields.items()}})
    return {
        "register": entry.register, "key": entry.key, "state": entry.state, "open": register.is_open(entry),
        "version": entry.version, "entered_by": entry.entered_by, "message": entry.message,
        "test": entry.test,
        "entered": entry.entered.isoformat() if entry.entered else None,
        "since": entry.since.isoformat() if entry.since else None,
        "uses": entry.uses, "fields": {k: list(v) for k, v in entry.fields.items()}, "lines": lines,
    }  # fmt: skip


def amounts(entry: Entry, line: Line) -> list[str]:
    """What was granted, used and is left of a line; empty texts where nothing is counted."""
    left = entry.left(line)
    if line.granted is None or left is None:
        return ["", "", ""]
    return [plain(line.granted), plain(entry.used(line.key)), plain(left)]
