"""The golden file of the sample day: `python -m tests.support.sample_day` plays the day and writes it anew."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from edi_router.config import Tree, shipped_directory
from edi_router.demo.end_state import GOLDEN, end_state, of_books, written
from edi_router.demo.run import DAY, MESSAGES, MORNING, SEED
from edi_router.simulate import Day, Drop, simulate
from tests.support.playing import play
from tests.support.workspaces import Place, deployment


def play_morning(place: Place) -> list[str]:
    """Play the files of the morning; returns the engine's problems."""
    place.clock.now = MORNING
    tree = Tree.over_shipped()
    for name in tree.names(DAY):
        partner, _, file = name.removeprefix(DAY).partition("/")
        if file:
            place.drop(partner, file, tree.read(name))
    return place.engine.until_idle().problems


def drops(messages: int = MESSAGES) -> list[Drop]:
    """The files of the rest of the day."""
    return list(simulate(Tree.over_shipped(), Day(messages, SEED)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, deployment(Path(folder) / "ws") as place:
        problems = play_morning(place) + play(place, drops())
        rows = [*end_state(place.ledger), *of_books(place.ledger.books())]
    if problems:
        sys.exit("\n".join(problems))
    (shipped_directory() / GOLDEN).write_text(written(rows), encoding="utf-8")
    print(f"{len(rows)} rows")
