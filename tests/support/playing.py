"""A simulated day played on a deployment, wave by wave, and what became of each of its files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from edi_router.simulate import Drop
from tests.support.workspaces import Place


def play(place: Place, drops: Iterable[Drop]) -> list[str]:
    """Drop the files wave by wave and work until nothing moves; returns the engine's problems."""
    waves: dict[int, list[Drop]] = defaultdict(list)
    for each in drops:
        waves[each.wave].append(each)
    problems: list[str] = []
    for _, files in sorted(waves.items()):
        for each in files:
            place.drop(each.partner, each.name, each.content)
        problems += place.engine.until_idle().problems
    return problems


def unexpected(place: Place, drops: Iterable[Drop]) -> list[str]:
    """What became otherwise than it was meant to, a line for each file."""
    messages: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    for row in place.ledger.ls("message", limit=1_000_000):
        messages[row["partner"], row["name"]].append(row)
    told = []
    for each in drops:
        rows = messages.get((each.partner, each.name), [])
        states = sorted({str(row["state"]) for row in rows}) or ["unreadable"]
        why = _why(place, rows)
        wanted = each.expected
        if states != [wanted.state] or (wanted.why and not any(wanted.why in reason for reason in why)):
            told.append(
                f"{each.partner} {each.name}: {states} {sorted(why)}, not {wanted.state} {wanted.why}"
            )
    return told


def _why(place: Place, rows: list[dict[str, object]]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        found.add(str(row["reason"]))
        for fault in place.ledger.show(str(row["id"]))["faults"]:
            found |= {fault["code"], str(fault["fault"].values.get("code", ""))}
    return found
