"""Interchanges met before: what processing may ask, and the guard when its outcome is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Text,
    bindparam,
    literal,
    select,
    union_all,
)

from edi_router.ledger import tables
from edi_router.ledger.plain import first
from edi_router.ledger.store import Store, instant, micros, storable_text
from edi_router.pipeline.model import Prior

Key = tuple[str, str, str, str]
"""Sender, recipient, control reference and content (SHA-256) of an interchange."""


_i = tables.interchange.c


def _accepted(*among: ColumnElement[bool]) -> CompoundSelect[tuple[int, str, str, int, str]]:
    """The accepted interchange of a partner with a content, and the one with certain references: the latest of each."""

    def latest(rank: int, *of: ColumnElement[bool]) -> Select[tuple[int, str, str, int, str]]:
        accepted = (_i.partner == bindparam("partner"), _i.decision == "accepted", *among)
        found = select(literal(rank).label("rank"), _i.id, _i.file, _i.received, _i.content)
        found = found.where(*accepted, *of).order_by(_i.sequence.desc(), _i.position).limit(1)
        return select(found.subquery())

    named = bindparam("control_reference", type_=Text)
    references = (
        named != "",  # else it names nothing
        _i.sender == bindparam("sender"), _i.recipient == bindparam("recipient"), _i.control_reference == named,
    )  # fmt: skip
    same = latest(0, _i.content == bindparam("content")), latest(1, *references)
    return union_all(*same).order_by("rank").limit(1)


_RECENT = _accepted(_i.received >= bindparam("since"))
_SINCE_CLAIM = _accepted(_i.sequence > bindparam("seen"), _i.file != bindparam("file"))


class Duplicates(Store):
    """`LedgerView` of the pipeline."""

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        """The accepted interchange with these references, or with the SHA-256 `content`, since then.

        The one with this content if there is one. An empty control reference names nothing: then only the content
        counts.
        """
        with self.ask() as connection:
            return prior(connection, partner, (sender, recipient, control_reference, content), since)


def prior(connection: Connection, partner: str, key: Key, since: datetime) -> Prior | None:
    """`Duplicates.prior_interchange` of these references and content, by a connection."""
    row = first(connection, _RECENT, {**_named(partner, key), "since": micros(since)})
    if row is None:
        return None
    _, id, file, received, content = row
    return Prior(id, file, instant(received), content == key[3])


def conflict(connection: Connection, partner: str, file: str, keys: Sequence[Key], seen: int) -> bool:
    """Whether an interchange of another file, accepted since the claim saw `seen`, is repeated by one of these."""
    among = {"file": file, "seen": seen}
    return any(first(connection, _SINCE_CLAIM, {**_named(partner, key), **among}) is not None for key in keys)


def _named(partner: str, key: Key) -> dict[str, str]:
    """The parameters of a question about an interchange: its names as they are kept."""
    sender, recipient, control_reference = map(storable_text, key[:3])
    return {
        "partner": partner, "sender": sender, "recipient": recipient, "control_reference": control_reference,
        "content": key[3],
    }  # fmt: skip
