"""A simulated day played on a deployment, wave by wave, and what became of each of its files."""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.demo.played import outcomes_of, waves
from edi_router.simulate import Drop
from tests.support.workspaces import Place


def play(place: Place, drops: Sequence[Drop]) -> list[str]:
    """Drop the files wave by wave and work until nothing moves; returns the engine's problems."""
    problems: list[str] = []
    for _, files in sorted(waves(drops).items()):
        for each in files:
            place.drop(each.partner, each.name, each.content)
        problems += place.engine.until_idle().problems
    return problems


def unexpected(place: Place, drops: Sequence[Drop]) -> list[str]:
    """What became otherwise than it was meant to, a line for each file."""
    return [
        f"{each.drop.partner} {each.drop.name}: {each.states} {sorted(each.why)}, not {each.drop.expected}"
        for each in outcomes_of(place.ledger, drops)
        if not each.as_meant
    ]
