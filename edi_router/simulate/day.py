"""A day put together: stories by their share, until there are enough messages; the same seed gives the same day."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from edi_router.config import Tree
from edi_router.simulate.flows import STORIES
from edi_router.simulate.making import Maker, Samples
from edi_router.simulate.model import Drop


@dataclass(frozen=True, slots=True)
class Day:
    """Which day it is, and how much of it."""

    messages: int
    seed: int
    date: datetime.date = datetime.date(2026, 3, 14)


def simulate(tree: Tree, day: Day) -> Iterator[Drop]:
    """The files of a day, story by story, in bounded memory.

    Files of one wave may be dropped in any order; what is in a later wave needs those before it processed.
    There are as many messages as asked for, or a few more to end the last story.
    """
    samples = Samples(tree)
    chance = Random(day.seed)
    stories = [story for story, share in STORIES for _ in range(share)]
    count = serial = 0
    turn: list[int] = []
    turns: Counter[str] = Counter()
    while count < day.messages:
        serial += 1
        if not turn:
            turn = list(range(len(stories)))
            chance.shuffle(turn)
        for drop in stories[turn.pop()](Maker(samples, chance, day.date, serial, turns)):
            count += drop.expected.messages
            yield drop
