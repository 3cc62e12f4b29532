"""Statements are compiled once for all ledgers of a process: each test opens its own, which would compile all of them anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

MANY = 3000
"""The product has some hundreds of statements on each database; a test that makes more of them begins anew."""


class Compiled(dict[Any, Any]):
    """Compiled statements by what they say and the kind of database, where SQLAlchemy knows them by the single engine.

    All servers of a kind are alike in a test.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        if len(self) >= MANY:
            self.clear()
        super().__setitem__((type(key[0]), *key[1:]), compiled)


def share() -> None:
    """Let all engines of this process share them."""
    compiled = Compiled()

    @event.listens_for(Engine, "engine_connect")
    def connected(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)
