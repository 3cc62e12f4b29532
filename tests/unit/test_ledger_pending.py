"""What is to be processed next: partners in turn, and no more of the ledger read for it than is wanted."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import pytest
from sqlalchemy import Connection

from edi_router.ledger import Drop, Ledger, working
from edi_router.ledger.plain import Found, Statement, every
from tests.support.outcomes import Clock, sha


def _waiting(ledger: Ledger, sizes: Mapping[str, int]) -> None:
    """So many files of each partner, in the order in which they come."""
    order = [partner for partner, size in sizes.items() for _ in range(size)]
    random.Random(7).shuffle(order)
    for number, partner in enumerate(order):
        ledger.receive_all([Drop(partner, "out", f"{number:04}", 1, 1, sha(str(number)))], "c")


def _in_turns(names: Mapping[str, Sequence[str]]) -> list[str]:
    rounds = zip_longest(*(names[partner] for partner in sorted(names)))
    return [name for each in rounds for name in each if name is not None]


def test_partners_come_in_turn_whatever_they_have_and_whatever_is_wanted(
    ledger: Ledger, clock: Clock
) -> None:
    sizes = {"a": 1, "b": 17, "c": 0, "d": 5, "e": 9}
    _waiting(ledger, sizes)
    first = ledger.pending_work(100)
    claimed = [item.id for item in first if int(item.name) % 3 == 0]
    ledger.claim_all(claimed)
    clock.tick(hours=1)  # the leases have ended: it is work again, in its old place
    ledger.claim_all(item.id for item in first if int(item.name) % 5 == 1)  # in somebody's hands
    names: dict[str, list[str]] = {}
    for item in sorted(first, key=lambda item: item.id):
        if int(item.name) % 5 != 1:
            names.setdefault(item.partner, []).append(item.name)
    expected = _in_turns(names)
    assert len(expected) > 20
    for limit in range(1, len(expected) + 3):
        assert [item.name for item in ledger.pending_work(limit)] == expected[:limit]
    for partner, own in names.items():
        assert [item.name for item in ledger.pending_work(3, partner=partner)] == own[:3]


@pytest.mark.parametrize(
    "sizes", [{"a": 300, "b": 300, "c": 300}, {"a": 2, "b": 2, "c": 600}, dict.fromkeys("abcdefgh", 80)]
)
def test_no_more_is_read_than_is_wanted(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, sizes: dict[str, int]
) -> None:
    drops = [
        Drop(partner, "out", f"{partner}{number}", 1, 1, sha(f"{partner}{number}"))
        for partner, size in sizes.items()
        for number in range(size)
    ]
    ledger.receive_all(drops, "c")
    read = 0

    def counted(
        connection: Connection, statement: Statement, parameters: Mapping[str, Any]
    ) -> Collection[Found]:
        nonlocal read
        found = every(connection, statement, parameters)
        read += len(found)
        return found

    monkeypatch.setattr(working, "every", counted)
    assert len(ledger.pending_work(100)) == 100
    assert read <= 100 + len(sizes)
