"""A simulated day: every file comes to what it was made for, and the books balance."""

from __future__ import annotations

from edi_router.config import Tree
from edi_router.simulate import Day, simulate
from tests.support.playing import play, unexpected
from tests.support.workspaces import Place


def test_a_day_of_all_flows_ends_as_it_was_made_to(place: Place) -> None:
    drops = list(simulate(Tree.over_shipped(), Day(messages=60, seed=7)))
    assert play(place, drops) == []
    assert unexpected(place, drops) == []
    assert place.ledger.books().balanced


def test_the_same_seed_gives_the_same_day() -> None:
    tree = Tree.over_shipped()
    one, same, other = (list(simulate(tree, Day(messages=40, seed=seed))) for seed in (3, 3, 4))
    assert one == same
    assert one != other
    names = [(drop.partner, drop.name) for drop in one]
    assert len(set(names)) == len(names)
