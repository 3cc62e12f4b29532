"""How workers hold on to PostgreSQL: a lost network, or a worker that was stopped, must not hold up the others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import make_url

from edi_router.engine.workspace import WorkspaceError

ANSWER = 10
"""Seconds after which a server, or a worker, that does not answer is given up."""
IDLE = 30
"""Seconds after which PostgreSQL ends a transaction in which nothing happens: its worker was stopped."""
_CLIENT: dict[str, str] = {
    "connect_timeout": str(ANSWER), "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3",
    "tcp_user_timeout": str(ANSWER * 1000), "application_name": "edi-router",
}  # fmt: skip
_SERVER = {
    "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3",
    "tcp_user_timeout": str(ANSWER * 1000), "idle_in_transaction_session_timeout": f"{IDLE}s",
}  # fmt: skip


def holding(url: str) -> str:
    """The URL with time-outs on both ends of each connection; what it says itself of them stands.

    WorkspaceError when it is not one of PostgreSQL.

    >>> holding("postgresql+psycopg://edi@db/edi?connect_timeout=3").split("?")[0]
    'postgresql+psycopg://edi@db/edi'
    >>> holding("sqlite:///ledger.db")
    Traceback (most recent call last):
    ...
    edi_router.engine.workspace.WorkspaceError: workers need PostgreSQL; set EDI_ROUTER_DATABASE to postgresql+psycopg://…
    """
    made = make_url(url)
    if made.get_backend_name() != "postgresql":
        raise WorkspaceError("workers need PostgreSQL; set EDI_ROUTER_DATABASE to postgresql+psycopg://…")
    query = {**_CLIENT, **made.query}
    if "options" not in query:
        query["options"] = " ".join(f"-c {name}={value}" for name, value in _SERVER.items())
    return made.set(query=query).render_as_string(hide_password=False)


def connecting(url: str) -> dict[str, Any]:
    """The same as psycopg's `connect` takes it by name."""
    made = make_url(url)
    named = {"host": made.host, "port": made.port, "dbname": made.database, "user": made.username}
    named["password"] = None if made.password is None else str(made.password)
    return {name: value for name, value in named.items() if value is not None} | dict(made.query)
