"""The sample day: every message comes to what the golden file says, all partners take part, the routes are measured."""

from __future__ import annotations

import datetime
import tracemalloc
from collections import Counter
from random import Random

import pytest

from edi_router.config import Tree
from edi_router.demo.end_state import differences, end_state, golden, of_books
from edi_router.demo.routes import measured, steps
from edi_router.partners.model import Agreement
from edi_router.simulate import Day, simulate
from edi_router.simulate.flows import STORIES
from edi_router.simulate.making import Maker, Samples
from tests.support.playing import play, unexpected
from tests.support.sample_day import drops, play_morning
from tests.support.workspaces import Place


@pytest.mark.slow
def test_the_sample_day_ends_as_the_golden_file_says(place: Place) -> None:
    # When this fails after a wanted change: python -m tests.support.sample_day
    tree, rest = Tree.over_shipped(), drops()
    assert play_morning(place) == []
    assert play(place, rest) == []
    assert unexpected(place, rest) == []
    ended = [*end_state(place.ledger), *of_books(place.ledger.books())]
    assert differences(ended, golden(tree), whole=True) == []
    assert place.ledger.books().balanced
    routes = measured(tree, place.engine)
    assert [each.step.step for each in routes if not each.count] == []
    assert [each for each in routes if each.late] == []


def test_all_partners_take_part_and_one_message_in_eight_fails() -> None:
    rows = [each for each in golden(Tree.over_shipped()) if each.message]
    assert len({each.partner for each in rows}) == 30
    assert 290 <= len(rows) <= 310
    became = Counter(each.became for each in rows)
    assert set(became) == {"completed", "rejected", "held", "duplicate"}
    assert 0.11 <= 1 - became["completed"] / len(rows) <= 0.13
    assert [each for each in rows if each.became in ("rejected", "held") and not each.why] == []


def test_of_a_simulated_day_about_one_message_in_eight_is_meant_to_fail() -> None:
    tree, shares = Tree.over_shipped(), {}
    for seed in (1, 2, 3, 4):
        became: Counter[str] = Counter()
        for drop in simulate(tree, Day(messages=5000, seed=seed)):
            became[drop.expected.state] += drop.expected.messages
        shares[seed] = 1 - became["completed"] / became.total()
    assert all(0.11 <= share <= 0.13 for share in shares.values()), shares


def test_what_differs_from_the_golden_file_is_told() -> None:
    rows = golden(Tree.over_shipped())
    first, second = rows[:2]
    other = first._replace(became="lost")
    [missing, found] = differences([other, *rows[1:]], rows, whole=True)
    assert missing.startswith("- ") and first.became in missing  # noqa: PT018
    assert found.startswith("+ ") and "lost" in found  # noqa: PT018
    assert differences([second], rows, whole=False) == []
    assert len(differences([second], rows, whole=True)) == len(rows) - 1


def test_every_route_has_its_limit(place: Place) -> None:
    """What is measured of a route is what its agreements and clocks promise."""
    found = steps(Tree.over_shipped())
    assert list(dict.fromkeys(each.route for each in found)) == [f"R{number:02}" for number in range(1, 22)]
    agreements: dict[str, Agreement] = {
        agreement.id: agreement
        for partner in place.engine.configuration.directory.partners.values()
        for agreement in partner.agreements
    }
    for step in found:
        if step.measured in ("query", "report"):
            continue
        if step.measured.startswith("register "):
            register, clock = step.measured.removeprefix("register ").split("/")
            [known] = [
                each
                for each in place.engine.configuration.registers[register].definition.clocks
                if each.id == clock
            ]
            assert known.after is not None
            after = known.after
            span = datetime.timedelta(
                days=after.days, hours=after.hours, minutes=after.minutes, seconds=after.seconds
            )
            assert span.total_seconds() == step.limit
            continue
        for id in step.measured.split():
            within = agreements[id].within
            assert within is not None, id
            assert within.time.total_seconds() <= step.limit, id


def test_the_same_seed_gives_the_same_day() -> None:
    tree = Tree.over_shipped()
    one, same, other = (list(simulate(tree, Day(messages=40, seed=seed))) for seed in (3, 3, 4))
    assert one == same
    assert one != other
    names = [(drop.partner, drop.name) for drop in one]
    assert len(set(names)) == len(names)


def test_stories_far_on_in_a_day_of_millions_become_what_they_are_meant_to(place: Place) -> None:
    """Their numbers are longer, and as right as the first ones."""
    samples, chance, turns = Samples(Tree.over_shipped()), Random(7), Counter[str]()
    far = [
        drop
        for serial, story in enumerate(
            [story for story, share in STORIES for _ in range(max(2, share))], 4_700_000
        )
        for drop in story(Maker(samples, chance, Day(1, 1).date, serial, turns))
    ]
    assert play(place, far) == []
    assert unexpected(place, far) == []


def test_a_shorter_day_is_the_beginning_of_a_longer_one() -> None:
    shorter, longer = (
        [(drop.partner, drop.name, drop.content) for drop in drops(number)] for number in (40, 120)
    )
    assert longer[: len(shorter)] == shorter


def test_a_large_day_needs_no_more_memory_than_a_small_one() -> None:
    small, large = (peak(messages) for messages in (400, 4000))
    assert large < small * 1.2


def peak(messages: int) -> int:
    """The most bytes that were in use while the day was made up, file by file."""
    tree = Tree.over_shipped()
    tracemalloc.start()
    try:
        for drop in simulate(tree, Day(messages=messages, seed=5)):
            assert drop.content
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
