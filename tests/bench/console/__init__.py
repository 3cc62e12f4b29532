"""The console over a ledger of a million messages, on SQLite and PostgreSQL: `python -m tests.bench.console`."""

from tests.bench.console.filling import BIG, FILLED, SMALL, fill

__all__ = ["BIG", "FILLED", "SMALL", "fill"]
