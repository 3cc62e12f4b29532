"""What an acknowledgement of a batch means to each message in it.

A rejected interchange or group takes good messages down with the bad ones. Those it names are bad, the others go
again together; where it names none, halves go again until the bad one stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edi_router.formats.answer import Answer
from edi_router.pipeline.model import Acknowledged, Acknowledging

ENVELOPE = frozenset({"2", "7", "17", "23", "24", "25", "26", "27", "28", "29", "30", "40", "41", "42"})
"""Errors (data element 0085) that are the interchange's own: its syntax, parties, time, number or counts. It would be
rejected with any messages in it."""
_ANSWERED = (Answer.ACKNOWLEDGED, Answer.PARTLY_REJECTED)


@dataclass(slots=True)
class Verdict:
    """By the places of messages in the batch, counted from 1."""

    answers: dict[int, Answer] = field(default_factory=dict)
    details: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The errors that are told of a message."""
    good: list[int] = field(default_factory=list)
    """Rejected for others only: they go again together."""
    halves: list[list[int]] = field(default_factory=list)
    """Rejected, and nobody says which is at fault: each of these goes again by itself."""
    stuck: bool = False
    """The interchange itself is refused: sent again it would be refused again, so a person has to look."""


def verdict(groups: Sequence[str], says: Acknowledging, open_: frozenset[int]) -> Verdict:
    """What `says` comes to; `groups` has the reference of each message's functional group (empty without groups).

    Only the places in `open_`, which were not answered before, are judged: what was accepted is not sent again.
    """
    made = Verdict()
    whole, *levels = says.levels
    named = {each.reference: each for each in levels if each.level == "message"}
    rejected = {
        each.reference: each for each in levels if each.level == "group" and each.answer is Answer.REJECTED
    }
    places = sorted(open_)
    if says.answer is Answer.REJECTED:
        _rejected(made, places, named, whole)
        return made
    for reference, members in _by_group(groups, places):
        if reference and reference in rejected:
            _rejected(made, members, named, rejected[reference])
            continue
        for place in members:
            told = named.get(str(place))
            made.answers[place] = told.answer if told is not None else _of_the_others(says.answer)
            if told is not None:
                made.details[place] = told.detail
    return made


def _of_the_others(answer: Answer) -> Answer:
    """By action 7 of UCI whatever is not named is acknowledged."""
    return Answer.ACKNOWLEDGED if answer in _ANSWERED else answer


def _by_group(groups: Sequence[str], places: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    members: dict[str, list[int]] = {}
    for place in places:
        members.setdefault(groups[place - 1], []).append(place)
    yield from members.items()


def _rejected(
    made: Verdict, places: Sequence[int], named: dict[str, Acknowledged], scope: Acknowledged
) -> None:
    """All of these were rejected with the interchange, or the group, that they are in."""
    made.answers |= dict.fromkeys(places, Answer.REJECTED)
    bad = [
        place
        for place in places
        if str(place) in named and named[str(place)].answer in (Answer.REJECTED, Answer.PARTLY_REJECTED)
    ]
    made.details |= {place: named[str(place)].detail for place in bad}
    if bad:
        made.good += [place for place in places if place not in bad]
    elif any(each.split(" ")[0] in ENVELOPE for each in scope.detail):
        made.stuck = True
        made.details |= dict.fromkeys(places, scope.detail)
    elif len(places) == 1:
        made.details |= dict.fromkeys(places, scope.detail)
    else:
        middle = (len(places) + 1) // 2
        made.halves += [list(places[:middle]), list(places[middle:])]
