"""Who makes a request: an account in a session, or a token."""

from __future__ import annotations

from dataclasses import dataclass

from edi_router.console.access.roles import MAY, OF_A_PARTNER, PARTNERS_MAY, Permission, Role, known
from edi_router.ledger.accounts import Account
from edi_router.ledger.tokens import Token


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request, and what he may do."""

    name: str
    """Of the account; of a token `token:NAME`."""
    role: str
    """The account's role; empty for a token that belongs to no account."""
    partner: str | None
    """The one partner whose things it sees; None sees everything."""
    language: str | None
    permissions: frozenset[Permission]
    address: str
    """Where the request comes from, as the server sees it."""
    session: str = ""
    """The hash of the session's id; empty for a token."""

    @property
    def by(self) -> str:
        """Who it is in the ledger's decisions."""
        return f"{self.name}@{self.address}"

    def may(self, permission: str) -> bool:
        """Whether this is allowed."""
        return permission in self.permissions


def of_account(account: Account, address: str, session: str) -> Principal | None:
    """The principal of an account; None when its role is unknown here, or belongs to a partner and it has none."""
    permissions = _permissions(account)
    if permissions is None:
        return None
    return Principal(
        account.name, account.role, account.partner, account.language, permissions, address, session
    )  # fmt: skip


def of_token(token: Token, account: Account | None, address: str) -> Principal | None:
    """The principal of a token: its scopes, within what its account may do or what a partner may."""
    name = f"token:{token.name}"
    scopes = known(token.scopes)
    if token.account is None:
        scopes = scopes if token.partner is None else scopes & PARTNERS_MAY
        return Principal(name, "", token.partner, None, scopes, address)
    permissions = None if account is None else _permissions(account)
    if account is None or permissions is None:
        return None
    return Principal(name, account.role, account.partner, account.language, scopes & permissions, address)


def _permissions(account: Account) -> frozenset[Permission] | None:
    if account.role not in list(Role):
        return None
    role = Role(account.role)
    return None if (role in OF_A_PARTNER) != (account.partner is not None) else MAY[role]
