"""How workers hold on to PostgreSQL: a lost network, or a worker that was stopped, must not hold up the others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import make_url

from edi_router.engine.distributed.pace import Pace
from edi_router.engine.workspace import WorkspaceError


def holding(url: str, pace: Pace | None = None) -> str:
    """The URL with time-outs on both ends of each connection; what it says itself of them stands.

    WorkspaceError when it is not one of PostgreSQL.

    >>> holding("postgresql+psycopg://edi@db/edi?connect_timeout=3").split("?")[0]
    'postgresql+psycopg://edi@db/edi'
    >>> holding("sqlite:///ledger.db")
    Traceback (most recent call last):
    ...
    edi_router.engine.errors.WorkspaceError: workers need PostgreSQL; set EDI_ROUTER_DATABASE to postgresql+psycopg://…
    """
    made = make_url(url)
    if made.get_backend_name() != "postgresql":
        raise WorkspaceError("workers need PostgreSQL; set EDI_ROUTER_DATABASE to postgresql+psycopg://…")
    pace = pace or Pace()
    alive = max(1, pace.answer // 4)
    client = {
        "connect_timeout": pace.answer, "keepalives_idle": alive, "keepalives_interval": alive,
        "keepalives_count": 3, "tcp_user_timeout": pace.answer * 1000, "application_name": "edi-router",
    }  # fmt: skip
    server = {
        "tcp_keepalives_idle": alive, "tcp_keepalives_interval": alive, "tcp_keepalives_count": 3,
        "tcp_user_timeout": pace.answer * 1000, "idle_in_transaction_session_timeout": f"{pace.idle}s",
    }  # fmt: skip
    query = {**{name: str(value) for name, value in client.items()}, **made.query}
    if "options" not in query:
        query["options"] = " ".join(f"-c {name}={value}" for name, value in server.items())
    return made.set(query=query).render_as_string(hide_password=False)


def guarded(url: str) -> str:
    """The URL of an embedded engine's database: of PostgreSQL as `holding` makes it, any other as it is.

    >>> guarded("sqlite:///ledger.db")
    'sqlite:///ledger.db'
    """
    return holding(url) if make_url(url).get_backend_name() == "postgresql" else url


def connecting(url: str) -> dict[str, Any]:
    """The same as psycopg's `connect` takes it by name."""
    made = make_url(url)
    named = {"host": made.host, "port": made.port, "dbname": made.database, "user": made.username}
    named["password"] = None if made.password is None else str(made.password)
    return {name: value for name, value in named.items() if value is not None} | dict(made.query)
