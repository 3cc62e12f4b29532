"""Interchanges of a shipping line for slices: cargo reports, good and bad, and what a ledger has of them afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from sqlalchemy import select

from edi_router.engine.large import process_large
from edi_router.ledger import Ledger, tables
from edi_router.ledger.registering import SealedView
from edi_router.partners import Directory
from edi_router.partners.model import Duplicates
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import FileOutcome, Incoming
from edi_router.pipeline.process import process
from edi_router.pipeline.slices import LargeFile
from tests.support.outcomes import take

PARTNER = "SHIPLINE"
_BODY = (
    "BGM+785+SL-{bill}+9'DTM+137:202603140930:203'NAD+CM+{office}'NAD+CA+EXLN'"
    "TDT+20+026W+1+++++9324966:146::EXAMPLE STAR'CNI+1+EXBL{bill:07d}'RFF+BM:EXBL{bill:07d}'LOC+9+NZTRG'"
    "NAD+CN+++EXAMPLE FOODS'NAD+CZ+++EXAMPLE DAIRY LTD'GID+1+40:CT'FTX+AAA+++MILK POWDER'MEA+AAE+G+KGM:{weight}'"
)
_KINDS: Mapping[str, Mapping[str, str]] = {
    "good": {},
    "bad": {"weight": "HEAVY"},
    "elsewhere": {"office": "9999"},
    "unknown": {"type": "CUSCAR:D:97A"},
    "unnameable": {"reference": "A-REFERENCE-TOO-LONG", "weight": "HEAVY"},
}
KINDS = tuple(_KINDS)
"""What a message may be: a second `good` one with the same bill is refused by the register."""


def message(number: int, kind: str, bill: int) -> str:
    """A cargo report of one bill, which moves the register `manifest`."""
    own = {"weight": "1030", "office": "4218", "type": "CUSCAR:D:96B", "reference": str(number)} | _KINDS[
        kind
    ]
    body = _BODY.format(bill=bill, weight=own["weight"], office=own["office"])
    reference = own["reference"]
    return f"UNH+{reference}+{own['type']}:UN'{body}UNT+{body.count(chr(39)) + 2}+{reference}'"


def interchange(
    messages: Iterable[tuple[str, int]],
    reference: str = "SL1",
    *,
    count: int | None = None,
    trailer: bool = True,
) -> bytes:
    """An interchange of messages, each given by its kind and bill; `count` is what UNZ says of their number."""
    bodies = [message(number, kind, bill) for number, (kind, bill) in enumerate(messages, start=1)]
    end = f"UNZ+{len(bodies) if count is None else count}+{reference}'" if trailer else ""
    head = f"UNB+UNOC:3+{PARTNER}:ZZ+EDIROUTER:ZZ+260314:0930+{reference}'"
    return (head + "".join(bodies) + end).encode("ascii")


@dataclass(frozen=True)
class Terms:
    """The partner's terms that matter to slices."""

    on_bad_message: str = "reject_message"
    duplicates: str = "answer-again"
    aperak: str = "none"
    replies: bool = False

    def over(self, configuration: Configuration) -> Configuration:
        """The configuration with these terms for the shipping line."""
        partners = configuration.directory.partners
        changed = partners[PARTNER].model_copy(update={
            "on_bad_message": self.on_bad_message,
            "duplicates": Duplicates.model_validate({"policy": self.duplicates}),
            "aperak": self.aperak,
            "replies": partners[PARTNER].replies if self.replies else None,
        })  # fmt: skip
        others = [each for each in partners.values() if each.id != PARTNER]
        return replace(configuration, directory=Directory([*others, changed]))


class Desk:
    """A ledger to which files are brought, whole or in slices."""

    def __init__(self, ledger: Ledger, configuration: Configuration) -> None:
        self.ledger = ledger
        self.configuration = configuration
        self.registers = SealedView(ledger, b"k" * 32)

    def receive(self, content: bytes, name: str = "a.edi") -> Incoming:
        """Receive a file; what is known of it."""
        sha256 = hashlib.sha256(content).hexdigest()
        file = self.ledger.receive(PARTNER, PARTNER, name, len(content), 1, sha256, "config").file_id
        at = self.ledger.clock()
        return Incoming(
            file, PARTNER, name, content, sha256, at, self.ledger.business_date(self.ledger.now())
        )

    def whole(self, content: bytes, name: str = "a.edi") -> None:
        """Process and record a file at once."""
        incoming = self.receive(content, name)
        item, fence = take(self.ledger, incoming.id)
        outcome = process(incoming, self.configuration, self.ledger, self.registers)
        self.ledger.record(item.id, fence, outcome, "config")

    def sliced(
        self, content: bytes, size: int, stops: Sequence[int] = (), name: str = "a.edi"
    ) -> list[FileOutcome]:
        """Process and record a file slice by slice; `stops` says after how many slices it is broken off, each time."""
        incoming = replace(self.receive(content, name), content=b"", open=lambda: BytesIO(content))
        told: list[FileOutcome] = []
        for stop in (*stops, None):
            item, fence = take(self.ledger, incoming.id)
            large = LargeFile(
                incoming, replace(self.configuration, digest="config"), self.ledger, self.registers, size
            )
            start = len(told)

            def stopping(stop: int | None = stop, start: int = start) -> bool:
                return stop is not None and len(told) - start >= stop

            if process_large(item, fence, large, self.ledger, told.append, stopping):
                break
        return told

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """What is recorded, without what tells when and in how many steps."""
        skipped = {
            "interchange": {"sequence"}, "event": {"id"}, "work": {"seen", "fence", "attempts", "due"},
            "partner_state": {"sequence"}, "clock": {"id"}, "delivery": {"made"},
        }  # fmt: skip
        names = (
            "file", "interchange", "message", "output", "output_content", "message_output", "delivery", "fault",
            "reference", "visible_to", "control_number", "register_entry", "register_value", "register_number",
            "event", "work", "clock", "acknowledgement", "partner_state",
        )  # fmt: skip
        found: dict[str, list[dict[str, Any]]] = {}
        with self.ledger.read() as connection:
            for name in names:
                rows = connection.execute(select(tables.metadata.tables[name])).mappings()
                kept = [{k: v for k, v in row.items() if k not in skipped.get(name, set())} for row in rows]
                found[name] = sorted(
                    kept, key=lambda row: repr(sorted(row.items(), key=lambda each: each[0]))
                )
        return found
