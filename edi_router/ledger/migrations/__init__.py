"""Alembic's environment of the ledger: each revision is a module under `versions`."""
