"""What one may see: pages and the API read the ledger through it, and what is foreign is as if it were not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, select, true

from edi_router.formats.secrets import MASK
from edi_router.ledger import Ledger, NotFound
from edi_router.ledger.progress import Progress
from edi_router.ledger.registering import Listed, RegisterEvent
from edi_router.ledger.store import storable_text
from edi_router.ledger.tenancy import TABLES, Viewer, of_messages, seen, weighed
from edi_router.registers import Entry

Shown = dict[str, Any]
_PARTS = {
    "files": "file", "interchanges": "interchange", "messages": "message", "outputs": "output",
    "deliveries": "delivery", "acknowledgements": "acknowledgement", "members": "file",
}  # fmt: skip
"""The lists of `Ledger.show`, and of which kind they are."""
KINDS = ("file", "interchange", "message", "output", "delivery")


@dataclass(frozen=True, slots=True)
class Sight:
    """The ledger as one viewer sees it; `viewer` None sees everything."""

    ledger: Ledger
    viewer: Viewer | None = None

    @property
    def all(self) -> bool:
        """Whether everything is seen."""
        return self.viewer is None

    def clause(self, message: Column[Any]) -> ColumnElement[bool]:
        """For queries of your own: whether a column holds the id of a message that is seen."""
        return true() if self.viewer is None else of_messages(message, self.viewer)

    def seen(self, kind: str) -> ColumnElement[bool]:
        """For queries of your own: whether a row of the table of this kind is seen."""
        if self.viewer is None:
            return true()
        with self.ledger.read() as connection:
            return seen(kind, weighed(connection, self.viewer))

    def message(self, id: str) -> Shown:
        """Everything seen of a message, as `Ledger.show` has it. Raises NotFound, as all that follow."""
        return self._kind("message", id)

    def file(self, id: str) -> Shown:
        """Everything seen of a file."""
        return self._kind("file", id)

    def interchange(self, id: str) -> Shown:
        """Everything seen of an interchange."""
        return self._kind("interchange", id)

    def output(self, id: str) -> Shown:
        """Everything seen of an output."""
        return self._kind("output", id)

    def delivery(self, id: str) -> Shown:
        """Everything seen of a delivery."""
        return self._kind("delivery", id)

    def show(self, id: str, kind: str | None = None) -> Shown:
        """Everything seen of a file, interchange, message, output or delivery, or of this kind alone.

        A message and an output that was made of it may have one id.
        """
        id = storable_text(id)
        if self.viewer is None:
            return self.ledger.show(id, kind)
        for each in KINDS if kind is None else (kind,):
            if self._of(each, [id]):
                return self._narrowed(self.ledger.show(id, each))
        raise NotFound(f"nothing has the id {id}" if kind is None else f"no {kind} {id}")

    def may_read(self, kind: str, id: str) -> bool:
        """Whether the bytes of a file, message or output may be shown (with its secrets masked).

        A partner reads messages that it sees, files that it sent and outputs that go to it: other firms' messages
        may stand in the same file.
        """
        id = storable_text(id)
        if self.viewer is None:
            return bool(self._exist(kind, [id]))
        if kind == "file":
            return bool(self._of(kind, [id])) and self.ledger.show(id, kind)["partner"] == self.viewer.partner
        return kind in ("message", "output") and bool(self._of(kind, [id]))

    def entry(self, register: str, key: str) -> Entry:
        """An entry of a register; a secret that it asks for is masked."""
        register, key = storable_text(register), storable_text(key)
        found = self.ledger.register_entry(register, key)
        if found is None or (self.viewer is not None and not self._of("entry", [f"{register}:{key}"])):
            raise NotFound(f"{register} has no entry {key}")
        return _masked(found)

    def entry_events(self, register: str, key: str) -> Sequence[RegisterEvent]:
        """What happened to an entry."""
        self.entry(register, key)
        return self.ledger.register_events(register, key)

    def entries(
        self,
        register: str,
        state: str | None = None,
        value: str | None = None,
        only_open: bool = False,
        limit: int = 100,
        after: str = "",
    ) -> Sequence[Listed]:
        """Entries of a register in the order of their keys; as `Ledger.register_entries`."""
        register, after = storable_text(register), storable_text(after)
        state, value = state and storable_text(state), value and storable_text(value)
        found = self.ledger.register_entries(register, state, value, only_open, limit, after, self.viewer)
        return [replace(each, entry=_masked(each.entry)) for each in found]

    def ls(
        self,
        kind: str = "message",
        *,
        state: str | None = None,
        partner: str | None = None,
        type: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[Shown]:
        """The latest of a kind, newest first; as `Ledger.ls`. Clocks and alarms are seen by who sees everything."""
        return self.ledger.ls(
            kind, state=state, partner=partner, type=type, since=since, viewer=self.viewer, limit=limit
        )

    def find(self, text: str, limit: int = 100) -> list[str]:
        """Ids of what is seen and has this id, name, number or reference; as `Ledger.find`."""
        text = storable_text(text)
        if self.viewer is None:
            return self.ledger.find(text, limit)
        found = self.ledger.find(text, 100 * limit)
        own = {id for kind in TABLES if kind != "entry" for id in self._of(kind, found)}
        return [id for id in found if id in own][:limit]

    def found(self, text: str, limit: int = 100) -> list[Shown]:
        """The rows of what `find` finds, as `Ledger.rows_of`; of each id that of the first kind that is seen."""
        ids = self.find(text, limit)
        if self.viewer is None:
            return self.ledger.rows_of(ids)
        own: dict[str, Shown] = {}
        for kind in KINDS:
            of_kind = self._of(kind, [id for id in ids if id not in own])
            own |= {row["id"]: row for row in self.ledger.rows_of(sorted(of_kind), (kind,))}
        return [own[id] for id in ids if id in own]

    def progress(self, number: str) -> Progress:
        """How far the business of a number has come."""
        number = storable_text(number)
        if self.viewer is None:
            return self.ledger.progress(number)
        return self.ledger.progress(number, self.viewer.partner, self.viewer.codes)

    def _kind(self, kind: str, id: str) -> Shown:
        shown = self.show(id, kind)
        if shown["id"] != storable_text(id):  # the beginning of a file's id
            raise NotFound(f"no {kind} {id}")
        return shown

    def _of(self, kind: str, ids: Iterable[Any]) -> set[Any]:
        """Those of the ids of this kind that are seen."""
        assert self.viewer is not None
        return self._exist(kind, ids, seen(kind, self.viewer))

    def _exist(self, kind: str, ids: Iterable[Any], *where: ColumnElement[bool]) -> set[Any]:
        table, wanted = TABLES[kind], sorted(set(ids))
        if kind == "acknowledgement":
            wanted = [id for id in wanted if isinstance(id, int)]
        found: set[Any] = set()
        with self.ledger.read() as connection:
            for start in range(0, len(wanted), 500):
                chosen = table.c.id.in_(wanted[start : start + 500])
                found.update(connection.scalars(select(table.c.id).where(chosen, *where)))
        return found

    def _narrowed(self, shown: Shown) -> Shown:
        """The same without what the viewer does not see: others' outputs, files, parties, and who decided.

        Of a list that is not named here nothing is kept.
        """
        assert self.viewer is not None
        kept = {name: [] if isinstance(value, list) else value for name, value in shown.items()}
        subjects = {(shown["kind"], shown["id"])}
        for part, kind in _PARTS.items():
            own = self._of(kind, [row["id"] for row in shown[part]])
            kept[part] = [row for row in shown[part] if row["id"] in own]
            subjects |= {(kind, id) for id in own}
        messages = {id for kind, id in subjects if kind == "message"}
        kept["references"] = [row for row in shown["references"] if row["message"] in messages]
        kept["visible_to"] = [
            row for row in shown["visible_to"]
            if row["message"] in messages and row["partner"] == self.viewer.partner
        ]  # fmt: skip
        kept["faults"] = [row for row in shown["faults"] if row["subject"] in {id for _, id in subjects}]
        kept["events"] = [
            {**row, "detail": {name: value for name, value in row["detail"].items() if name != "by"}}
            for row in shown["events"]
            if (row["kind"], row["subject"]) in subjects
        ]
        return kept


def _masked(entry: Entry) -> Entry:
    return replace(entry, secret=MASK) if entry.secret else entry
