"""The roles, and who may do what: `MAY` is the table, which docs/access.md shows.

What an account of a partner may do, it may do with what its partner sees (`Sight`). Accounts themselves are made on the
command line alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, get_args

Permission = Literal[
    "see", "search", "progress", "books", "audit", "desk", "submit", "retry", "decide", "unlock", "try", "configure"
]  # fmt: skip
"""A word for what may be done:

`see` lists and pages of files, messages, outputs, register entries; `search` finding by number; `progress` how far a
number has come; `books` books, reports and monthly figures; `audit` the decisions; `desk` the desk with what waits for
the bureau; `submit` handing in a file; `retry` trying again what failed; `decide` release, reject, waive, pause, resume;
`unlock` the lock of a transfer; `try` validating and converting a file without keeping it; `configure` mappings,
partners and reload.
"""
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)


class Role(StrEnum):
    """What an account is for."""

    OPERATOR = "operator"
    INTEGRATOR = "integrator"
    BUREAU = "bureau"
    ENTERPRISE = "enterprise"
    AUDITOR = "auditor"


OF_A_PARTNER = frozenset({Role.BUREAU, Role.ENTERPRISE})
"""Accounts of these roles belong to one partner and see what is its."""
MAY: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        {"see", "search", "progress", "books", "audit", "desk", "submit", "retry", "decide", "unlock", "try"}
    ),
    Role.INTEGRATOR: frozenset({"see", "search", "progress", "books", "submit", "try", "configure"}),
    Role.BUREAU: frozenset({"see", "search", "progress", "desk", "submit", "unlock"}),
    Role.ENTERPRISE: frozenset({"see", "search", "progress", "submit"}),
    Role.AUDITOR: frozenset({"see", "search", "progress", "books", "audit"}),
}
PARTNERS_MAY = MAY[Role.BUREAU] | MAY[Role.ENTERPRISE]
"""The most that something which belongs to a partner may do."""


def known(words: Iterable[str]) -> frozenset[Permission]:
    """Those of the words that are permissions: another version's word allows nothing.

    >>> known(["see", "fly"])
    frozenset({'see'})
    """
    wanted = frozenset(words)
    return frozenset(each for each in PERMISSIONS if each in wanted)
