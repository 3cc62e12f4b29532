"""A worker to be killed: ``python -m tests.support.ledger_worker URL FOLDER`` until nothing is left to do.

It receives what is in ``FOLDER/outbox``, processes it and delivers into ``FOLDER/inbox`` by the protocol.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from edi_router.ledger import Archive, ClaimedDelivery, Ledger
from tests.support.outcomes import ack, message, outcome


def main(url: str, folder: Path) -> None:
    archive = Archive(folder / "archive")
    with Ledger.open(url) as ledger:
        ledger.recover()
        print("started", flush=True)
        while receive(ledger, archive, folder) + process(ledger, archive) + deliver(ledger, folder):
            pass


def receive(ledger: Ledger, archive: Archive, folder: Path) -> int:
    drops = sorted((folder / "outbox").iterdir())[:5]
    for path in drops:
        sha256, size = archive.put(path.read_bytes())
        modified = path.stat().st_mtime_ns // 1000
        receipt = ledger.receive("ent-a", "outbox", path.name, size, modified, sha256, "c")
        path.unlink()
        ledger.removed(receipt.file_id)
    return len(drops)


def process(ledger: Ledger, archive: Archive) -> int:
    items = ledger.pending_work(5)
    for item in items:
        fence = ledger.claim(item.id)
        assert fence is not None
        control = archive.read(item.sha256).decode()
        one = message(item.file, outputs=2, stream="to:ciq")
        answer = ack(f"{item.file}-1", [one.id])
        ledger.record(item.id, fence, outcome(item.file, one, control=control, acks=(answer,)))
    return len(items)


def deliver(ledger: Ledger, folder: Path) -> int:
    due = ledger.due(limit=5)
    for row in due:
        claimed = ledger.claim_delivery(row.id)
        assert claimed is not None
        send(ledger, claimed, folder)
        ledger.delivered(row.id, claimed.fence)
    return len(due)


def send(ledger: Ledger, claimed: ClaimedDelivery, folder: Path) -> None:
    temporary = folder / "inbox" / claimed.temporary
    if not claimed.renaming:
        for leftover in claimed.leftovers:
            (folder / "inbox" / leftover).unlink(missing_ok=True)
        temporary.write_bytes(claimed.content)
        ledger.renaming(claimed.id, claimed.fence)
    elif not temporary.exists():
        return
    final = folder / "inbox" / claimed.name
    if final.exists():
        raise FileExistsError(final)
    os.rename(temporary, final)  # noqa: PTH104


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
