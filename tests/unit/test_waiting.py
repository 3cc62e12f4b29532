"""What waits, counted and paged, the oldest first; on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edi_router.ledger import Ledger
from edi_router.ledger.selecting import Filter
from edi_router.ledger.waiting import QUEUES
from tests.support.outcomes import Clock, drop, process, take


def test_what_waits_is_counted_and_paged(ledger: Ledger, clock: Clock) -> None:
    for name in "abc":
        process(ledger, drop(ledger, name))
        clock.tick(minutes=1)
    for row in ledger.due(limit=100):
        claimed = ledger.claim_delivery(row.id)
        assert claimed is not None
        ledger.failed(row.id, claimed.fence, "no such host")
    item, fence = take(ledger, drop(ledger, "d", "ent-b"))
    ledger.fail(item.id, fence, "bug")
    wanted = QUEUES["deliveries"]
    [heap] = ledger.heaps(wanted)
    assert (heap.state, heap.kind, heap.reason, heap.number) == ("failed", "delivery", "no such host", 3)
    pages = [ledger.waiting(wanted, 2)]
    pages.append(ledger.waiting(wanted, 2, pages[0][-1].next))
    assert [len(page) for page in pages] == [2, 1]
    found = [row for page in pages for row in page]
    assert [row.at for row in found] == sorted(row.at for row in found)
    assert found[0].at == heap.oldest
    assert {row.id for row in found} == {each.id for each in ledger.select_failed(wanted).items}
    assert all(row.name and row.destination and row.attempts == 1 for row in found)
    [file] = ledger.waiting(QUEUES["files"], 10)
    assert (file.kind, file.name, file.partner, file.reason) == ("file", "d", "ent-b", "bug")
    assert ledger.heaps(QUEUES["held"]) == ledger.heaps(QUEUES["rejected"]) == []
    assert ledger.heaps(replace(QUEUES["files"], destination="ciq")) == []
    with pytest.raises(ValueError, match="delivered"):
        ledger.heaps(Filter(frozenset({"delivered"})))
