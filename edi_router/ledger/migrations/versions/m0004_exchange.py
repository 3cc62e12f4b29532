"""The nightly exchange: batches, clocks, alarms, what outputs are known by, and how partners can be reached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("output", sa.Column("type", _ID, nullable=False, server_default=""))
    op.add_column("output", sa.Column("priority", sa.BigInteger(), nullable=False, server_default="5"))
    op.add_column("output", sa.Column("series", _ID, nullable=True))
    op.add_column("output", sa.Column("batch", _ID, nullable=True))
    op.create_index("ix_output_series", "output", ["series", "batch"])
    op.create_index("ix_output_batch", "output", ["batch"])
    for name in ("failures", "first_failure", "last_contact", "next_contact"):
        null = name != "failures"
        default = None if null else "0"
        op.add_column(
            "partner_state", sa.Column(name, sa.BigInteger(), nullable=null, server_default=default)
        )
    op.add_column("partner_state", sa.Column("failure", _ID, nullable=False, server_default=""))
    op.create_table(
        "output_reference",
        sa.Column("output", _ID, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("value", _ID, nullable=False),
        sa.PrimaryKeyConstraint("output", "kind", "value", name="pk_output_reference"),
        sa.ForeignKeyConstraint(["output"], ["output.id"], name="fk_output_reference_output"),
    )
    op.create_index("ix_output_reference_value", "output_reference", ["value"])
    op.create_table(
        "batch",
        sa.Column("id", _ID, nullable=False),
        sa.Column("series", _ID, nullable=False),
        sa.Column("partner", _ID, nullable=False),
        sa.Column("state", _ID, nullable=False),
        sa.Column("cause", _ID, nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("output", _ID, nullable=False),
        sa.Column("parent", _ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.ForeignKeyConstraint(["output"], ["output.id"], name="fk_batch_output"),
    )
    op.create_index("ix_batch_series", "batch", ["series", "closed"])
    op.create_index("ix_batch_output", "batch", ["output"])
    op.create_index("ix_batch_closed", "batch", ["closed"])
    op.create_table(
        "clock",
        sa.Column("id", _SERIAL, nullable=False, autoincrement=True),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("level", _ID, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("partner", _ID, nullable=False),
        sa.Column("agreement", _ID, nullable=False),
        sa.Column("terms", _ID, nullable=False),
        sa.Column("state", _ID, nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=True),
        sa.Column("warn", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("stopped", sa.BigInteger(), nullable=True),
        sa.Column("look", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
        sa.UniqueConstraint("subject", "kind", "level", name="uq_clock_subject_kind_level"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clock_look", "clock", ["look"])
    op.create_index("ix_clock_partner", "clock", ["partner", "state"])
    op.create_index("ix_clock_due", "clock", ["due"])
    op.create_index("ix_clock_stopped", "clock", ["stopped"])
    names = ("measure", "month", "partner", "type", "agreement", "state", "detail", "way")
    op.create_table(
        "monthly",
        *(sa.Column(name, _ID, nullable=False) for name in names),
        sa.Column("hour", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("span", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*names, "hour", "span", name="pk_monthly"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alarm",
        sa.Column("id", _SERIAL, nullable=False, autoincrement=True),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("key", _ID, nullable=False),
        sa.Column("open", _ID, nullable=True),
        sa.Column("severity", _ID, nullable=False),
        sa.Column("partner", _ID, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("arguments", _ID, nullable=False),
        sa.Column("raised", sa.BigInteger(), nullable=False),
        sa.Column("cleared", sa.BigInteger(), nullable=True),
        sa.Column("escalated", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
        sa.UniqueConstraint("open", name="uq_alarm_open"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alarm_key", "alarm", ["key"])
    op.create_index("ix_alarm_raised", "alarm", ["raised"])
    op.create_table(
        "alarm_notice",
        sa.Column("id", _SERIAL, nullable=False, autoincrement=True),
        sa.Column("alarm", sa.BigInteger(), nullable=False),
        sa.Column("channel", _ID, nullable=False),
        sa.Column("what", _ID, nullable=False),
        sa.Column("state", _ID, nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("next_attempt", sa.BigInteger(), nullable=False),
        sa.Column("reason", _ID, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_alarm_notice"),
        sa.UniqueConstraint("alarm", "channel", "what", name="uq_alarm_notice_alarm_channel_what"),
        sa.ForeignKeyConstraint(["alarm"], ["alarm.id"], name="fk_alarm_notice_alarm"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alarm_notice_state", "alarm_notice", ["state", "next_attempt"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")
