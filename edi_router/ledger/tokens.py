"""Tokens of programs that call the API. A token is kept as its hash alone and has an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update

from edi_router.ledger import tables
from edi_router.ledger.accounts import Account, account_of
from edi_router.ledger.desk import decided
from edi_router.ledger.errors import NotFound, Refused
from edi_router.ledger.store import Store

MINUTE = 60_000_000
_a, _t = tables.account.c, tables.token.c


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without what is presented."""

    name: str
    account: str | None
    """Whose rights bound it; it is of no use while that account is disabled."""
    partner: str | None
    """Of a token without account: the one partner whose messages it sees; None sees everything."""
    scopes: Sequence[str]
    created: int
    """Microseconds; so are `expires` and `used`."""
    expires: int
    used: int | None


class Tokens(Store):
    """The verbs of tokens. `by` is who does it."""

    def add_token(
        self,
        name: str,
        hash: str,
        scopes: Sequence[str],
        lasts: int,
        by: str,
        account: str | None = None,
        partner: str | None = None,
    ) -> Token:
        """Keep a token under the hash of what is presented, for `lasts` microseconds.

        Raises Refused when there is one of this name, NotFound when there is no such account.
        """  # fmt: skip
        with self.write() as tx:
            if account is not None and not tx.lock(tables.account, [account], "name"):
                raise NotFound(f"no account {account}")
            made = Token(name, account, partner, tuple(scopes), tx.now, tx.now + lasts, None)
            row = {
                "name": name, "hash": hash, "account": account, "partner": partner, "scopes": " ".join(scopes),
                "created": made.created, "expires": made.expires,
            }  # fmt: skip
            if not tx.insert_once(tables.token, row):
                raise Refused(f"there is a token {name}")
            decided(tx, "token", name, "add", by, " ".join(scopes))
        return made

    def token(self, hash: str) -> tuple[Token, Account | None] | None:
        """The token of this hash with its account; None when there is none, it has expired or is disabled.

        That it was used is written once a minute.
        """
        now = self.now()
        with self.read() as connection:
            row = connection.execute(select(tables.token).where(_t.hash == hash)).mappings().first()
            if row is None or now >= row["expires"]:
                return None
            found, account = _token(row), None
            if found.account is not None:
                query = select(tables.account).where(_a.name == found.account, _a.disabled == 0)
                owner = connection.execute(query).mappings().first()
                if owner is None:
                    return None
                account = account_of(owner)
        if found.used is None or now - found.used >= MINUTE:
            with self.write() as tx:
                tx.connection.execute(update(tables.token).where(_t.name == found.name).values(used=tx.now))
        return found, account

    def tokens(self) -> Sequence[Token]:
        """All tokens by name, those that have expired too."""
        with self.read() as connection:
            rows = connection.execute(select(tables.token).order_by(_t.name)).mappings()
            return [_token(row) for row in rows]

    def remove_token(self, name: str, by: str) -> None:
        """Remove a token: it is of no use from now on. Raises NotFound."""
        with self.write() as tx:
            gone = tx.connection.execute(delete(tables.token).where(_t.name == name)).rowcount
            if not gone:
                raise NotFound(f"no token {name}")
            decided(tx, "token", name, "remove", by, "")


def _token(row: Mapping[Any, Any]) -> Token:
    return Token(
        row["name"], row["account"], row["partner"], tuple(row["scopes"].split()), row["created"],
        row["expires"], row["used"],
    )  # fmt: skip
