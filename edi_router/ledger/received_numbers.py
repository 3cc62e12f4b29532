"""The control numbers of interchanges that partners sent: which are missing, and which came twice.

A series is a sender, a recipient and references that are whole numbers. A number is *missing* when a higher one of the
series came and it did not: of a date, those above the highest that came before it. A number is *used again* when an
interchange with other content was accepted under it before, in the same series; one repeated byte for byte is no
finding. A jump of more than `JUMP` is no gap but another series (numbers made of dates do that).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from edi_router.ledger import tables

JUMP = 10_000
SHOWN = 100
"""So many missing numbers of a series are named."""
_i, _f = tables.interchange.c, tables.file.c
_Key = tuple[str, str, str, str]


def received_numbers(
    connection: Connection, begin: int, end: int, before: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    """What came between two instants (microseconds): `gaps` and `reused` by partner and series, and `last`, the
    highest number of every series so far; `before` is the `last` of the page before.
    """
    query = (
        select(_i.id, _i.partner, _i.sender, _i.recipient, _i.control_reference, _i.content, _i.decision)
        .join(tables.file, _f.id == _i.file)
        .where(_f.received >= begin, _f.received < end, _i.format == "edifact", _i.control_reference != "")
        .order_by(_i.received, _i.id)
    )
    came: dict[tuple[str, str], set[int]] = defaultdict(set)
    keys: dict[_Key, list[tuple[str, bool]]] = defaultdict(list)
    for _, partner, sender, recipient, reference, content, decision in connection.execute(query):
        if reference.isascii() and reference.isdigit():
            came[partner, f"{sender} → {recipient}"].add(int(reference))
            keys[partner, sender, recipient, reference].append((content, decision == "accepted"))
    last: dict[str, dict[str, int]] = {partner: dict(each) for partner, each in before.items()}
    gaps: dict[str, dict[str, list[int]]] = {}
    for (partner, series), numbers in sorted(came.items()):
        known = last.get(partner, {}).get(series)
        missing = _missing(sorted(numbers), known)
        if missing:
            gaps.setdefault(partner, {})[series] = missing
        last.setdefault(partner, {})[series] = max(*numbers, known if known is not None else 0)
    return {"gaps": gaps, "reused": _reused(connection, begin, end, keys), "last": last}


def _missing(numbers: list[int], known: int | None) -> list[int]:
    """The numbers between the last one known and the highest that did not come.

    >>> _missing([4, 6], 2), _missing([4, 6], None), _missing([90_000], 2), _missing([1], 7)
    ([3, 5], [5], [], [])
    """
    missing: list[int] = []
    before = known
    for number in numbers:
        if before is not None and before + 1 < number <= before + JUMP:
            missing += range(before + 1, min(number, before + 1 + SHOWN))
        before = number if before is None else max(before, number)
    return missing[:SHOWN]


def _reused(
    connection: Connection, begin: int, end: int, keys: Mapping[_Key, list[tuple[str, bool]]]
) -> dict[str, dict[str, list[str]]]:
    accepted = _accepted_before(connection, begin, end) if keys else {}
    reused: dict[str, dict[str, list[str]]] = {}
    for key, came in sorted(keys.items()):
        partner, sender, recipient, reference = key
        known = accepted.get(key, set())
        for content, taken in came:
            if known - {content}:
                reused.setdefault(partner, {}).setdefault(f"{sender} → {recipient}", []).append(reference)
                break
            if taken:
                known.add(content)
    return reused


def _accepted_before(connection: Connection, begin: int, end: int) -> dict[_Key, set[str]]:
    """What was accepted before an instant under the numbers that came from then on; all in one question."""
    old = tables.interchange.alias("old").c
    query = (
        select(old.partner, old.sender, old.recipient, old.control_reference, old.content)
        .select_from(tables.file)
        .join(tables.interchange, _i.file == _f.id)
        .join(
            old.id.table,
            (old.partner == _i.partner) & (old.sender == _i.sender) & (old.recipient == _i.recipient)
            & (old.control_reference == _i.control_reference),
        )
        .where(_f.received >= begin, _f.received < end, _i.format == "edifact", _i.control_reference != "")
        .where(old.received < begin, old.decision == "accepted")
        .distinct()
    )  # fmt: skip
    found: dict[_Key, set[str]] = defaultdict(set)
    for partner, sender, recipient, reference, content in connection.execute(query):
        found[partner, sender, recipient, reference].add(content)
    return found
