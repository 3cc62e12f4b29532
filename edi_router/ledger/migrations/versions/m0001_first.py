"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "books",
        *_text("date page sha256 previous"),
        *_number("at"),
        sa.PrimaryKeyConstraint("date", name="pk_books"),
    )
    op.create_table(
        "control_number",
        *_text("stream"),
        *_number("first", default="1"),
        *_number("last", default="0"),
        sa.PrimaryKeyConstraint("stream", name="pk_control_number"),
    )
    op.create_table(
        "decision",
        _serial(),
        *_number("at"),
        *_text("date kind subject verb by reason"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_subject", "decision", ["subject"])
    op.create_table(
        "event",
        _serial(),
        *_number("at"),
        *_text("date kind subject partner what"),
        *_text("before state", nullable=True),
        *_text("detail", default="{}"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_kind", "event", ["kind", "date", "state"])
    op.create_index("ix_event_subject", "event", ["subject", "id"])
    op.create_table(
        "file",
        *_text("id identity partner channel name sha256 date state config engine"),
        *_number("counter size modified received"),
        *_number("removed", nullable=True),
        *_text("format settled", nullable=True),
        *_text("reason", default=""),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
        sa.UniqueConstraint("identity", "counter", name="uq_file_identity_counter"),
    )
    op.create_index("ix_file_name", "file", ["name"])
    op.create_index("ix_file_received", "file", ["received"])
    op.create_index("ix_file_sha256", "file", ["sha256"])
    op.create_index("ix_file_state", "file", ["state"])
    op.create_table(
        "partner_state",
        *_text("partner"),
        *_number("paused sequence", default="0"),
        *_text("reason", default=""),
        sa.PrimaryKeyConstraint("partner", name="pk_partner_state"),
    )
    op.create_table(
        "schedule_firing",
        *_text("schedule"),
        *_number("fire_time at"),
        sa.PrimaryKeyConstraint("schedule", "fire_time", name="pk_schedule_firing"),
    )
    op.create_table(
        "fault",
        *_text("kind subject file code place arguments"),
        *_number("number"),
        *_text("rule hint", nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", "number", name="pk_fault"),
        sa.ForeignKeyConstraint(["file"], ["file.id"], name="fk_fault_file"),
    )
    op.create_index("ix_fault_code", "fault", ["code"])
    op.create_index("ix_fault_file", "fault", ["file"])
    op.create_index("ix_fault_subject", "fault", ["subject"])
    op.create_table(
        "interchange",
        *_text("id file format partner sender recipient control_reference content decision config engine"),
        *_number("position test sequence received"),
        *_text("duplicate_of", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_interchange"),
        sa.ForeignKeyConstraint(["file"], ["file.id"], name="fk_interchange_file"),
    )
    op.create_index("ix_interchange_content", "interchange", ["content"])
    op.create_index("ix_interchange_control_reference", "interchange", ["control_reference"])
    op.create_index("ix_interchange_file", "interchange", ["file"])
    op.create_index(
        "ix_interchange_key", "interchange", ["partner", "sender", "recipient", "control_reference"]
    )
    op.create_table(
        "message",
        *_text("id file interchange partner type directory reference state reason date config engine"),
        *_number("position offset length test entered"),
        *_text("agreement settled", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.ForeignKeyConstraint(["file"], ["file.id"], name="fk_message_file"),
        sa.ForeignKeyConstraint(["interchange"], ["interchange.id"], name="fk_message_interchange"),
    )
    op.create_index("ix_message_entered", "message", ["entered"])
    op.create_index("ix_message_file", "message", ["file"])
    op.create_index("ix_message_interchange", "message", ["interchange"])
    op.create_index("ix_message_reference", "message", ["reference"])
    op.create_index("ix_message_settled", "message", ["settled"])
    op.create_index("ix_message_state", "message", ["state", "entered"])
    op.create_table(
        "output",
        *_text("id file interchange kind destination partner name format sha256 state date"),
        *_text("mapping stream settled", nullable=True),
        *_number("size made"),
        *_number("number", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_output"),
        sa.ForeignKeyConstraint(["file"], ["file.id"], name="fk_output_file"),
        sa.ForeignKeyConstraint(["interchange"], ["interchange.id"], name="fk_output_interchange"),
        sa.UniqueConstraint("stream", "number", name="uq_output_stream_number"),
    )
    op.create_index("ix_output_file", "output", ["file"])
    op.create_index("ix_output_interchange", "output", ["interchange"])
    op.create_index("ix_output_name", "output", ["name"])
    op.create_index("ix_output_settled", "output", ["settled"])
    op.create_index("ix_output_state", "output", ["state"])
    op.create_table(
        "delivery",
        *_text("id output destination partner name state again"),
        *_text("temporary", nullable=True),
        *_number("fence attempts", default="0"),
        *_number("next_attempt made"),
        *_text("reason", default=""),
        *_number("delivered", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.ForeignKeyConstraint(["output"], ["output.id"], name="fk_delivery_output"),
    )
    op.create_index("ix_delivery_output", "delivery", ["output"])
    op.create_index("ix_delivery_state", "delivery", ["state", "next_attempt"])
    op.create_table(
        "message_output",
        *_text("message output role"),
        sa.PrimaryKeyConstraint("message", "output", name="pk_message_output"),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_message_output_message"),
        sa.ForeignKeyConstraint(["output"], ["output.id"], name="fk_message_output_output"),
    )
    op.create_index("ix_message_output_output", "message_output", ["output"])
    op.create_table(
        "output_content",
        sa.Column("data", sa.LargeBinary(), nullable=False),
        *_text("output"),
        sa.PrimaryKeyConstraint("output", name="pk_output_content"),
        sa.ForeignKeyConstraint(["output"], ["output.id"], name="fk_output_content_output"),
    )
    op.create_table(
        "reference",
        *_text("message kind value"),
        sa.PrimaryKeyConstraint("message", "kind", "value", name="pk_reference"),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_reference_message"),
    )
    op.create_index("ix_reference_value", "reference", ["value"])
    op.create_table(
        "visible_to",
        *_text("message partner role"),
        sa.PrimaryKeyConstraint("message", "partner", "role", name="pk_visible_to"),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_visible_to_message"),
    )
    op.create_index("ix_visible_to_partner", "visible_to", ["partner", "message"])
    op.create_table(
        "work",
        _serial(),
        *_text("kind file partner state"),
        *_text("message", nullable=True),
        *_number("fence attempts due seen", default="0"),
        *_text("reason", default=""),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
        sa.ForeignKeyConstraint(["file"], ["file.id"], name="fk_work_file"),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_work_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_work_file", "work", ["file"])
    op.create_index("ix_work_message", "work", ["message"])
    op.create_index("ix_work_state", "work", ["state", "partner", "id"])
    _keep("event")
    _keep("books")


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")


def _text(names: str, nullable: bool = False, default: str | None = None) -> list[sa.Column[Any]]:
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return [sa.Column(name, kind, nullable=nullable, server_default=default) for name in names.split()]


def _number(names: str, nullable: bool = False, default: str | None = None) -> list[sa.Column[Any]]:
    return [
        sa.Column(name, sa.BigInteger(), nullable=nullable, server_default=default, autoincrement=False)
        for name in names.split()
    ]


def _serial() -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=True, nullable=False)


def _keep(table: str) -> None:
    """Let the database itself refuse to change or delete a row of the table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION keep_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'rows of {table} are never changed'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"EXECUTE FUNCTION keep_{table}()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER keep_{table}_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
        )
