"""Members of packed files; how far each webhook has been told; indexes by which a day's books find what was settled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("file", sa.Column("inside", _ID, nullable=True))
    op.create_index("ix_file_inside", "file", ["inside"])
    _let_books_cost_what_their_day_costs()
    op.create_table(
        "webhook",
        sa.Column("partner", _ID, nullable=False),
        sa.Column("hook", _ID, nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("attempts", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("failures", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("first_failure", sa.BigInteger(), nullable=True),
        sa.Column("next_attempt", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("last_success", sa.BigInteger(), nullable=True),
        sa.Column("reason", _ID, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("partner", "hook", name="pk_webhook"),
    )
    op.create_table(
        "webhook_dead",
        sa.Column("partner", _ID, nullable=False),
        sa.Column("hook", _ID, nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("type", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("reason", _ID, nullable=False),
        sa.Column("again", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("partner", "hook", "event", name="pk_webhook_dead"),
    )


def _let_books_cost_what_their_day_costs() -> None:
    """What was open at the end of a date is found by when it was settled and when it came, from the index alone."""
    for name, table in (("ix_message_settled", "message"), ("ix_output_settled", "output")):
        op.drop_index(name, table)
    for name, table in (
        ("ix_file_settled", "file"),
        ("ix_message_settled", "message"),
        ("ix_output_settled", "output"),
    ):
        op.create_index(name, table, ["settled", "date"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")
