"""What the console, the signatures, the transports and the engine on many hosts keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("name", _ID, nullable=False),
        sa.Column("password", _ID, nullable=False),
        sa.Column("role", _ID, nullable=False),
        sa.Column("partner", _ID, nullable=True),
        sa.Column("language", _ID, nullable=True),
        sa.Column("disabled", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
    )
    op.create_table(
        "login",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account", _ID, nullable=False),
        sa.Column("csrf", _ID, nullable=False),
        sa.Column("address", _ID, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login"),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_login_account"),
    )
    op.create_index("ix_login_account", "login", ["account"])
    op.create_index("ix_login_expires", "login", ["expires"])
    op.create_table(
        "token",
        sa.Column("name", _ID, nullable=False),
        sa.Column("hash", _ID, nullable=False),
        sa.Column("account", _ID, nullable=True),
        sa.Column("partner", _ID, nullable=True),
        sa.Column("scopes", _ID, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_token"),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_token_account"),
    )
    op.create_index("ix_token_account", "token", ["account"])
    op.create_table(
        "throttle",
        sa.Column("subject", _ID, nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("tried", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_throttle"),
    )
    op.create_index("ix_throttle_tried", "throttle", ["tried"])
    op.create_table(
        "submission",
        *(sa.Column(name, _ID, nullable=False) for name in ("partner", "key", "sha256")),
        sa.Column("file", _ID, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("partner", "key", name="pk_submission"),
    )
    op.create_table(
        "saved_search",
        *(sa.Column(name, _ID, nullable=False) for name in ("account", "name", "query")),
        sa.PrimaryKeyConstraint("account", "name", name="pk_saved_search"),
    )
    _let_lists_be_read_in_their_order()
    op.add_column(
        "partner_state", sa.Column("receiving", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_table(
        "sighting",
        sa.Column("partner", _ID, nullable=False),
        sa.Column("name", _ID, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "name", name="pk_sighting"),
    )
    op.create_table(
        "proof",
        sa.Column("id", _SERIAL, nullable=False, autoincrement=True),
        sa.Column("file", _ID, nullable=False),
        sa.Column("output", _ID, nullable=True),
        *(
            sa.Column(name, _ID, nullable=False)
            for name in ("way", "form", "result", "subject", "serial", "fingerprint", "algorithm", "sha256")
        ),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proof"),
        sa.ForeignKeyConstraint(["file"], ["file.id"], name="fk_proof_file"),
        sa.ForeignKeyConstraint(["output"], ["output.id"], name="fk_proof_output"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "retention",
        sa.Column("kind", _ID, nullable=False),
        sa.Column("through", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_retention"),
    )
    op.create_table(
        "retired",
        sa.Column("kind", _ID, nullable=False),
        sa.Column("file", _ID, nullable=False),
        sa.Column("date", _ID, nullable=False),
        sa.Column("sha256", _ID, nullable=False, server_default=""),
        sa.Column("done", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("kind", "file", name="pk_retired"),
    )
    op.create_index("ix_retired_done", "retired", ["done", "kind"])
    op.create_index("ix_retired_sha256", "retired", ["sha256"])
    _let_retention_remove_events()
    op.create_index("ix_proof_file", "proof", ["file"])
    op.create_index("ix_proof_output", "proof", ["output"])
    op.create_table(
        "worker",
        sa.Column("id", _ID, nullable=False),
        sa.Column("host", _ID, nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("version", _ID, nullable=False),
        sa.Column("revision", _ID, nullable=False),
        sa.Column("configuration", _ID, nullable=False),
        sa.Column("archive", _ID, nullable=False),
        sa.Column("state", _ID, nullable=False),
        sa.Column("doing", _ID, nullable=False, server_default=""),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )


def _let_lists_be_read_in_their_order() -> None:
    """What the console lists by partner, state or type is read newest first from an index, however much there is."""
    for name, table in (("ix_file_state", "file"), ("ix_output_state", "output")):
        op.drop_index(name, table)
    for name, table, columns in (
        ("ix_file_state", "file", ["state", "received"]),
        ("ix_file_partner", "file", ["partner", "received"]),
        ("ix_message_partner", "message", ["partner", "entered"]),
        ("ix_message_type", "message", ["type", "entered"]),
        ("ix_output_state", "output", ["state", "made"]),
        ("ix_output_made", "output", ["made"]),
        ("ix_output_partner", "output", ["partner", "made"]),
        ("ix_output_type", "output", ["type", "made"]),
        ("ix_delivery_made", "delivery", ["made"]),
        ("ix_delivery_partner", "delivery", ["partner", "made"]),
        ("ix_delivery_stood", "delivery", ["state", "made"]),
        ("ix_acknowledgement_at", "acknowledgement", ["at"]),
        ("ix_acknowledgement_partner", "acknowledgement", ["partner", "at"]),
        ("ix_acknowledgement_said", "acknowledgement", ["answer", "at"]),
        ("ix_clock_state", "clock", ["state", "due"]),
        ("ix_register_entry_key", "register_entry", ["key"]),
    ):
        op.create_index(name, table, columns)


def _let_retention_remove_events() -> None:
    """Events stay as they are; only those before the date that retention has declared may be deleted."""
    declared = "SELECT 1 FROM retention WHERE kind = 'events' AND through > OLD.date"
    refusal = "rows of event are never changed"
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER keep_event ON event")
        op.execute(
            "CREATE TRIGGER keep_event BEFORE UPDATE OR TRUNCATE ON event EXECUTE FUNCTION keep_event()"
        )
        op.execute(
            "CREATE FUNCTION keep_event_delete() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF EXISTS ({declared}) THEN RETURN OLD; END IF; RAISE EXCEPTION '{refusal}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER keep_event_delete BEFORE DELETE ON event "
            "FOR EACH ROW EXECUTE FUNCTION keep_event_delete()"
        )
        return
    op.execute("DROP TRIGGER keep_event_delete")
    op.execute(
        f"CREATE TRIGGER keep_event_delete BEFORE DELETE ON event WHEN NOT EXISTS ({declared}) "
        f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")
