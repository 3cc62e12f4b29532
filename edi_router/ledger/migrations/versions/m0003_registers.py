"""Registers: their entries, the values by which these are found, and the numbers given in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "register_entry",
        sa.Column("id", _ID, nullable=False),
        sa.Column("register", _ID, nullable=False),
        sa.Column("key", _ID, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("state", _ID, nullable=False, server_default=""),
        sa.Column("open", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("content", _ID, nullable=False, server_default="{}"),
        sa.Column("partner", _ID, nullable=False, server_default=""),
        sa.Column("message", _ID, nullable=True),
        sa.Column("entered", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("changed", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_register_entry"),
    )
    op.create_index("ix_register_entry_register", "register_entry", ["register", "open", "state"])
    op.create_index("ix_register_entry_due", "register_entry", ["due"])
    op.create_index("ix_register_entry_message", "register_entry", ["message"])
    op.create_table(
        "register_value",
        sa.Column("entry", _ID, nullable=False),
        sa.Column("name", _ID, nullable=False),
        sa.Column("value", _ID, nullable=False),
        sa.PrimaryKeyConstraint("entry", "name", "value", name="pk_register_value"),
        sa.ForeignKeyConstraint(["entry"], ["register_entry.id"], name="fk_register_value_entry"),
    )
    op.create_index("ix_register_value_value", "register_value", ["value"])
    op.create_table(
        "register_number",
        sa.Column("stream", _ID, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("stream", name="pk_register_number"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")
