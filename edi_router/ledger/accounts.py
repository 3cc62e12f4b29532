"""Accounts of the console and the API. Passwords come and go as hashes; every change is a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update

from edi_router.ledger import tables
from edi_router.ledger.desk import decided
from edi_router.ledger.errors import NotFound, Refused
from edi_router.ledger.store import Store, Tx

_a, _l, _t = tables.account.c, tables.login.c, tables.token.c


@dataclass(frozen=True, slots=True)
class Account:
    """Who may come in, without the password."""

    name: str
    role: str
    partner: str | None
    """The one partner whose messages it sees; None sees everything."""
    language: str | None
    disabled: bool
    created: int
    """Microseconds; so is `changed`."""
    changed: int


class Accounts(Store):
    """The verbs of accounts. `by` is who does it."""

    def add_account(
        self, name: str, password: str, role: str, partner: str | None, language: str | None, by: str
    ) -> None:
        """Make an account; `password` is a hash. Raises Refused when there is one of this name."""
        row = {"name": name, "password": password, "role": role, "partner": partner, "language": language}
        with self.write() as tx:
            if not tx.insert_once(tables.account, row | {"created": tx.now, "changed": tx.now}):
                raise Refused(f"there is an account {name}")
            decided(tx, "account", name, "add", by, role if partner is None else f"{role} of {partner}")

    def account(self, name: str) -> Account | None:
        """The account of this name."""
        with self.read() as connection:
            row = connection.execute(select(tables.account).where(_a.name == name)).mappings().first()
        return None if row is None else account_of(row)

    def account_password(self, name: str) -> str | None:
        """The password's hash of an account that is there and not disabled."""
        query = select(_a.password).where(_a.name == name, _a.disabled == 0)
        with self.read() as connection:
            return connection.scalar(query)

    def accounts(self) -> Sequence[Account]:
        """All accounts, by name."""
        with self.read() as connection:
            rows = connection.execute(select(tables.account).order_by(_a.name)).mappings()
            return [account_of(row) for row in rows]

    def disable_account(self, name: str, disabled: bool, by: str) -> None:
        """Keep an account out, or let it in again; its sessions end. Raises NotFound."""
        self._change(name, {"disabled": int(disabled)}, "disable" if disabled else "enable", by)

    def change_password(self, name: str, password: str, by: str) -> None:
        """Set the hash of another password; its sessions end. Raises NotFound."""
        self._change(name, {"password": password}, "password", by)

    def renew_hash(self, name: str, old: str, new: str) -> None:
        """Keep the same password under a stronger hash, unless it has been changed since `old` was read."""
        with self.write() as tx:
            query = update(tables.account).where(_a.name == name, _a.password == old)
            tx.connection.execute(query.values(password=new))

    def remove_account(self, name: str, by: str) -> None:
        """Remove an account with its sessions and tokens; what it decided stays. Raises NotFound."""
        with self.write() as tx:
            _needed(tx, name)
            tx.connection.execute(delete(tables.login).where(_l.account == name))
            tx.connection.execute(delete(tables.token).where(_t.account == name))
            tx.connection.execute(delete(tables.account).where(_a.name == name))
            decided(tx, "account", name, "remove", by, "")

    def _change(self, name: str, values: Mapping[str, object], verb: str, by: str) -> None:
        with self.write() as tx:
            _needed(tx, name)
            values = {**values, "changed": tx.now}
            tx.connection.execute(update(tables.account).where(_a.name == name).values(values))
            tx.connection.execute(delete(tables.login).where(_l.account == name))
            decided(tx, "account", name, verb, by, "")


def account_of(row: Mapping[Any, Any]) -> Account:
    """The account of a row that has its columns."""
    return Account(
        row["name"], row["role"], row["partner"], row["language"], bool(row["disabled"]), row["created"],
        row["changed"],
    )  # fmt: skip


def _needed(tx: Tx, name: str) -> None:
    if not tx.lock(tables.account, [name], "name"):
        raise NotFound(f"no account {name}")
