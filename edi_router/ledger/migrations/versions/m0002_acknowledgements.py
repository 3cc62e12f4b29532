"""What partners say of what we sent: acknowledgements, and the references by which they name an output."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("control_reference", "sender", "recipient", "answer"):
        op.add_column("output", sa.Column(name, _ID, nullable=True))
    op.create_index("ix_output_control_reference", "output", ["control_reference", "partner"])
    # What was sent before kept its number only; the parties are not asked for then.
    op.execute(
        "UPDATE output SET control_reference = CAST(number AS TEXT)"
        " WHERE format = 'edifact' AND number IS NOT NULL"
    )
    op.create_table(
        "acknowledgement",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("message", _ID, nullable=False),
        sa.Column("output", _ID, nullable=True),
        *(
            sa.Column(name, _ID, nullable=False)
            for name in [
                "partner",
                "kind",
                "level",
                "reference",
                "within",
                "sender",
                "recipient",
                "answer",
                "detail",
            ]
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgement"),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_acknowledgement_message"),
        sa.ForeignKeyConstraint(["output"], ["output.id"], name="fk_acknowledgement_output"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_acknowledgement_message", "acknowledgement", ["message"])
    op.create_index("ix_acknowledgement_output", "acknowledgement", ["output"])
    op.create_index("ix_acknowledgement_answer", "acknowledgement", ["answer", "id"])
    op.create_index("ix_acknowledgement_reference", "acknowledgement", ["reference"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")
