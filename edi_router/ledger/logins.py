"""Sessions of people in the console. An id is kept as its hash alone: who reads the table can use none of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from edi_router.ledger import tables
from edi_router.ledger.accounts import Account, account_of
from edi_router.ledger.desk import decided
from edi_router.ledger.errors import Refused
from edi_router.ledger.store import Store

MINUTE = 60_000_000
_a, _l = tables.account.c, tables.login.c


@dataclass(frozen=True, slots=True)
class Login:
    """A session that is valid now."""

    id: str
    """The hash of the session's id."""
    csrf: str
    """What its forms have to post."""
    account: Account


class Logins(Store):
    """The verbs of sessions."""

    def begin_login(
        self, id: str, account: str, csrf: str, address: str, lasts: int, password: str, by: str
    ) -> None:
        """Begin a session of at most `lasts` microseconds under the hash `id`; sessions that are over go.

        `password` is the hash that the password fitted. Raises Refused when the account is disabled, or its
        password another one, by now.
        """
        with self.write() as tx:
            row = tx.lock(tables.account, [account], "name").get(account)
            if row is None or row["disabled"] or row["password"] != password:
                raise Refused(f"the account {account} has changed")
            tx.connection.execute(delete(tables.login).where(_l.expires <= tx.now))
            new = {"id": id, "account": account, "csrf": csrf, "address": address}
            tx.insert(tables.login, [new | {"created": tx.now, "seen": tx.now, "expires": tx.now + lasts}])
            decided(tx, "login", account, "login", by, "")

    def login(self, id: str, idle: int) -> Login | None:
        """The session of this hash; None when there is none, it is over, or nothing came for `idle` microseconds.

        That it was used is written once a minute.
        """
        query = (
            select(tables.account, _l.csrf, _l.seen, _l.expires)
            .join(tables.login, _l.account == _a.name)
            .where(_l.id == id, _a.disabled == 0)
        )
        now = self.now()
        with self.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or now >= row["expires"] or now - row["seen"] >= idle:
            return None
        if now - row["seen"] >= min(MINUTE, idle):
            with self.write() as tx:
                tx.connection.execute(update(tables.login).where(_l.id == id).values(seen=tx.now))
        return Login(id, row["csrf"], account_of(row))

    def end_login(self, id: str, by: str) -> None:
        """End a session; nothing happens when it is over already."""
        with self.write() as tx:
            account = tx.connection.scalar(delete(tables.login).where(_l.id == id).returning(_l.account))
            if account is not None:
                decided(tx, "login", account, "logout", by, "")

    def login_failed(self, account: str, by: str) -> None:
        """Write down that somebody gave a wrong password for this name, whether there is such an account or not."""
        with self.write() as tx:
            decided(tx, "login", account, "failed", by, "")
