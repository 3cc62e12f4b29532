"""What the ledger refuses, as exceptions: none of them is a fault in the data."""

from __future__ import annotations


class LedgerError(Exception):
    """Something the ledger refuses."""


class Fenced(LedgerError):
    """The claim is no longer the caller's: another one raised the fence. Drop it; nothing was changed."""


class Conflict(LedgerError):
    """An interchange with the same key was accepted since the claim: process the file again."""


class NotFound(LedgerError):
    """Nothing in the ledger has this id."""


class Refused(LedgerError):
    """The thing is not in a state that allows this."""
