"""Logging in: a name and a password, throttled, and the same work whether the name is known or not."""

from __future__ import annotations

import ipaddress
import threading

from edi_router.console.access.passwords import Passwords, Unfit, account_name, fingerprint
from edi_router.ledger import Ledger
from edi_router.ledger.throttling import Limits

SECOND = 1_000_000
MINUTE = 60 * SECOND
ACCOUNT = Limits(tries=5, window=15 * MINUTE, first=30 * SECOND, longest=15 * MINUTE)
ADDRESS = Limits(tries=30, window=15 * MINUTE, first=30 * SECOND, longest=15 * MINUTE)
"""An address may be that of a whole office."""
_HASHING = threading.BoundedSemaphore(2)
"""So many passwords are hashed at once: each takes memory and a processor."""


class Wrong(Exception):
    """Name and password do not belong together; which of them is wrong is not told."""


class Locked(Exception):
    """Too many tries; `seconds` until the next one."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"locked for {seconds} s")
        self.seconds = seconds


def enter(ledger: Ledger, passwords: Passwords, name: str, password: str, address: str) -> tuple[str, str]:
    """The account that name and password belong to, and the hash that fitted. Raises Wrong and Locked.

    A failure is a decision in the ledger. What was typed for a name that nobody has is kept nowhere as it was: it
    may be a password.
    """
    try:
        name = account_name(name)
    except Unfit:
        name = ""
    known = ledger.account(name) is not None
    told = name if known else "unknown"
    by = f"{told}@{address}"
    account, place = f"account:{fingerprint(name)}", f"address:{network(address)}"
    wait = ledger.try_login({account: ACCOUNT, place: ADDRESS}, told, by)
    if wait:
        raise Locked(-(-wait // SECOND))
    kept = ledger.account_password(name)
    with _HASHING:
        fits = passwords.fits(password, kept)
    if not fits or kept is None:
        ledger.login_failed(told, by)
        raise Wrong
    ledger.login_fits(account, place)
    if passwords.outdated(kept):
        old, kept = kept, passwords.hash(password)
        ledger.renew_hash(name, old, kept)
    return name, kept


def network(address: str) -> str:
    """What is throttled of an address: of IPv6 its first 64 bits, since whoever has one has them all.

    >>> network("192.0.2.7"), network("2001:db8::1:2"), network("testclient")
    ('192.0.2.7', '2001:db8::/64', 'testclient')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
