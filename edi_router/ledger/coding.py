"""Faults as rows and back, complete with their places."""

from __future__ import annotations

import json
from collections.abc import Sequence

from edi_router.faults import Fault, Place
from edi_router.ledger.moves import canonical
from edi_router.ledger.store import Row


def fault_rows(kind: str, subject: str, file: str, faults: Sequence[Fault]) -> list[Row]:
    """The rows of the faults of one file, interchange or message."""
    return [
        {
            "kind": kind, "subject": subject, "number": number, "file": file, "code": fault.code,
            "place": canonical(
                fault.place.as_json() | ({} if fault.place.file is None else {"file": fault.place.file})
            ),
            "arguments": canonical(dict(fault.values)), "rule": fault.rule, "hint": fault.hint,
        }
        for number, fault in enumerate(faults, start=1)
    ]  # fmt: skip


def row_fault(row: Row) -> Fault:
    """The fault of a row."""
    return Fault(
        row["code"], Place(**json.loads(row["place"])), json.loads(row["arguments"]), row["rule"], row["hint"]
    )
