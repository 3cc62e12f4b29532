"""The tables of the ledger.

Instants are UTC integer microseconds, business dates are text (yyyy-MM-dd), quantities would be text; nothing
is a float. Identifiers compare by bytes on every database. JSON is canonical text.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
SERIAL: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[str]:
    return Column("id", ID, primary_key=True)


def _serial() -> Column[int]:
    return Column("id", SERIAL, primary_key=True, autoincrement=True)


def _text(name: str, default: str | None = None) -> Column[str]:
    return Column(name, ID, nullable=False, server_default=default)


def _maybe(name: str) -> Column[str]:
    return Column(name, ID, nullable=True)


def _int(name: str, default: str | None = None) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=default)


def _maybe_int(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=True)


def _ref(name: str, target: str, nullable: bool = False) -> Column[str]:
    return Column(name, ID, ForeignKey(f"{target}.id"), nullable=nullable)


def _key(name: str) -> Column[str]:
    return Column(name, ID, primary_key=True)


file = Table(
    "file", metadata, _id(),
    _text("identity"), _int("counter"), _text("partner"), _text("channel"), _text("name"), _int("size"),
    _int("modified"), _text("sha256"), _int("received"), _text("date"), _maybe_int("removed"),
    _maybe("format"), _text("state"), _maybe("settled"), _text("reason", ""), _text("config"),
    _text("engine"), _maybe("inside"),
    UniqueConstraint("identity", "counter"),
    Index("ix_file_sha256", "sha256"), Index("ix_file_name", "name"), Index("ix_file_state", "state", "received"),
    Index("ix_file_received", "received"), Index("ix_file_partner", "partner", "received"),
    Index("ix_file_settled", "settled", "date"),
    Index("ix_file_inside", "inside"),
)  # fmt: skip

interchange = Table(
    "interchange", metadata, _id(),
    _ref("file", "file"), _int("position"), _text("format"), _text("partner"), _text("sender"),
    _text("recipient"), _text("control_reference"), _text("content"), _text("decision"), _int("test"),
    _maybe("duplicate_of"),
    _int("sequence"), _int("received"), _text("config"), _text("engine"),
    Index("ix_interchange_content", "content"),
    Index("ix_interchange_key", "partner", "sender", "recipient", "control_reference"),
    Index("ix_interchange_control_reference", "control_reference"), Index("ix_interchange_file", "file"),
)  # fmt: skip

message = Table(
    "message", metadata, _id(),
    _ref("file", "file"), _ref("interchange", "interchange"), _text("partner"), _int("position"),
    _int("offset"), _int("length"), _text("type"), _text("directory"), _text("reference"), _text("state"),
    _text("reason"), _maybe("agreement"), _int("test"), _int("entered"), _text("date"), _maybe("settled"),
    _text("config"), _text("engine"),
    Index("ix_message_file", "file"), Index("ix_message_interchange", "interchange"),
    Index("ix_message_state", "state", "entered"), Index("ix_message_reference", "reference"),
    Index("ix_message_settled", "settled", "date"), Index("ix_message_entered", "entered"),
    Index("ix_message_partner", "partner", "entered"), Index("ix_message_type", "type", "entered"),
)  # fmt: skip

work = Table(
    "work", metadata, _serial(),
    _text("kind"), _ref("file", "file"), _ref("message", "message", nullable=True), _text("partner"),
    _text("state"), _int("fence", "0"), _int("attempts", "0"), _int("due", "0"), _int("seen", "0"),
    _text("reason", ""),
    Index("ix_work_state", "state", "partner", "id"), Index("ix_work_file", "file"),
    Index("ix_work_message", "message"),
    sqlite_autoincrement=True,
)  # fmt: skip

output = Table(
    "output", metadata, _id(),
    _ref("file", "file"), _ref("interchange", "interchange"), _text("kind"), _text("destination"),
    _text("partner"), _text("name"), _text("format"), _maybe("mapping"), _int("size"), _text("sha256"),
    _maybe("stream"), _maybe_int("number"), _text("state"), _int("made"), _text("date"), _maybe("settled"),
    _maybe("control_reference"), _maybe("sender"), _maybe("recipient"), _maybe("answer"),
    _text("type", ""), _int("priority", "5"), _maybe("series"), _maybe("batch"),
    UniqueConstraint("stream", "number"),
    Index("ix_output_series", "series", "batch"), Index("ix_output_batch", "batch"),
    Index("ix_output_control_reference", "control_reference", "partner"),
    Index("ix_output_file", "file"), Index("ix_output_interchange", "interchange"),
    Index("ix_output_state", "state", "made"), Index("ix_output_made", "made"),
    Index("ix_output_partner", "partner", "made"), Index("ix_output_type", "type", "made"),
    Index("ix_output_settled", "settled", "date"), Index("ix_output_name", "name"),
)  # fmt: skip

content = Table(
    "output_content", metadata,
    Column("output", ID, ForeignKey("output.id"), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)  # fmt: skip

message_output = Table(
    "message_output", metadata,
    Column("message", ID, ForeignKey("message.id"), primary_key=True),
    Column("output", ID, ForeignKey("output.id"), primary_key=True),
    _text("role"),
    Index("ix_message_output_output", "output"),
)  # fmt: skip

acknowledgement = Table(
    "acknowledgement", metadata, _serial(),
    _ref("message", "message"), _ref("output", "output", nullable=True), _text("partner"), _text("kind"),
    _text("level"), _text("reference"), _text("within"), _text("sender"), _text("recipient"), _text("answer"),
    _text("detail"), _int("at"),
    Index("ix_acknowledgement_message", "message"), Index("ix_acknowledgement_output", "output"),
    Index("ix_acknowledgement_answer", "answer", "id"),
    Index("ix_acknowledgement_reference", "reference"),
    Index("ix_acknowledgement_at", "at"), Index("ix_acknowledgement_partner", "partner", "at"),
    Index("ix_acknowledgement_said", "answer", "at"),
    sqlite_autoincrement=True,
)  # fmt: skip

delivery = Table(
    "delivery", metadata, _id(),
    _ref("output", "output"), _text("destination"), _text("partner"), _text("name"), _maybe("temporary"),
    _text("state"), _text("again"), _int("fence", "0"), _int("attempts", "0"), _int("next_attempt"),
    _text("reason", ""), _int("made"), _maybe_int("delivered"),
    Index("ix_delivery_state", "state", "next_attempt"), Index("ix_delivery_output", "output"),
    Index("ix_delivery_made", "made"), Index("ix_delivery_partner", "partner", "made"),
    Index("ix_delivery_stood", "state", "made"),
)  # fmt: skip

event = Table(
    "event", metadata, _serial(),
    _int("at"), _text("date"), _text("kind"), _text("subject"), _text("partner"), _text("what"),
    _maybe("before"), _maybe("state"), _text("detail", "{}"),
    Index("ix_event_subject", "subject", "id"), Index("ix_event_kind", "kind", "date", "state"),
    sqlite_autoincrement=True,
)  # fmt: skip

fault = Table(
    "fault", metadata,
    _key("kind"), _key("subject"), Column("number", BigInteger, primary_key=True, autoincrement=False),
    _ref("file", "file"), _text("code"), _text("place"), _text("arguments"), _maybe("rule"), _maybe("hint"),
    Index("ix_fault_code", "code"), Index("ix_fault_file", "file"), Index("ix_fault_subject", "subject"),
)  # fmt: skip

reference = Table(
    "reference", metadata,
    Column("message", ID, ForeignKey("message.id"), primary_key=True), _key("kind"), _key("value"),
    Index("ix_reference_value", "value"),
)  # fmt: skip

visible_to = Table(
    "visible_to", metadata,
    Column("message", ID, ForeignKey("message.id"), primary_key=True), _key("partner"), _key("role"),
    Index("ix_visible_to_partner", "partner", "message"),
)  # fmt: skip

control_number = Table(
    "control_number", metadata, _key("stream"), _int("first", "1"), _int("last", "0"),
)  # fmt: skip

partner_state = Table(
    "partner_state", metadata,
    _key("partner"), _int("paused", "0"), _text("reason", ""), _int("sequence", "0"), _int("failures", "0"),
    _text("failure", ""), _maybe_int("first_failure"), _maybe_int("last_contact"), _maybe_int("next_contact"),
    _int("receiving", "0"),
)  # fmt: skip

sighting = Table(
    "sighting", metadata,
    _key("partner"), _key("name"), _int("size"), _int("modified"), _int("since"),
)  # fmt: skip

worker = Table(
    "worker", metadata, _id(),
    _text("host"), _int("pid"), _text("version"), _text("revision"), _text("configuration"), _text("archive"),
    _text("state"), _text("doing", ""), _int("started"), _int("seen"),
)  # fmt: skip

decision = Table(
    "decision", metadata, _serial(),
    _int("at"), _text("date"), _text("kind"), _text("subject"), _text("verb"), _text("by"), _text("reason"),
    Index("ix_decision_subject", "subject"),
)  # fmt: skip

schedule_firing = Table(
    "schedule_firing", metadata, _key("schedule"),
    Column("fire_time", BigInteger, primary_key=True, autoincrement=False), _int("at"),
)  # fmt: skip

books = Table(
    "books", metadata,
    _key("date"), _text("page"), _text("sha256"), _text("previous"), _int("at"),
)  # fmt: skip

retention = Table(
    "retention", metadata, _key("kind"), _text("through"), _int("at"),
)  # fmt: skip
"""Before which business date a kind of thing (`contents`, `events`) may have been removed."""

retired = Table(
    "retired", metadata, _key("kind"), _key("file"), _text("date"), _text("sha256", ""), _int("done", "0"),
    Index("ix_retired_done", "done", "kind"), Index("ix_retired_sha256", "sha256"),
)  # fmt: skip
"""The files of which contents or events were removed; `done` is 1 when their contents have left the disk, too."""

register_entry = Table(
    "register_entry", metadata, _id(),
    _text("register"), _text("key"), _int("version", "0"), _text("state", ""), _int("open", "0"),
    _text("content", "{}"), _text("partner", ""), _maybe("message"), _int("entered", "0"), _int("changed", "0"),
    _maybe_int("due"),
    Index("ix_register_entry_register", "register", "open", "state"), Index("ix_register_entry_due", "due"),
    Index("ix_register_entry_message", "message"), Index("ix_register_entry_key", "key"),
)  # fmt: skip

register_value = Table(
    "register_value", metadata,
    Column("entry", ID, ForeignKey("register_entry.id"), primary_key=True), _key("name"), _key("value"),
    Index("ix_register_value_value", "value"),
)  # fmt: skip

register_number = Table(
    "register_number", metadata, _key("stream"), _int("last", "0"),
)  # fmt: skip

output_reference = Table(
    "output_reference", metadata,
    Column("output", ID, ForeignKey("output.id"), primary_key=True), _key("kind"), _key("value"),
    Index("ix_output_reference_value", "value"),
)  # fmt: skip

batch = Table(
    "batch", metadata, _id(),
    _text("series"), _text("partner"), _text("state"), _text("cause"), _maybe_int("window"), _int("closed"),
    _int("messages"), _int("late", "0"), _ref("output", "output"), _maybe("parent"),
    Index("ix_batch_series", "series", "closed"), Index("ix_batch_output", "output"),
    Index("ix_batch_closed", "closed"),
)  # fmt: skip

clock = Table(
    "clock", metadata, _serial(),
    _text("kind"), _text("level"), _text("subject"), _text("partner"), _text("agreement"), _text("terms"),
    _text("state"), _maybe_int("started"), _maybe_int("warn"), _maybe_int("due"), _maybe_int("stopped"),
    _maybe_int("look"),
    UniqueConstraint("subject", "kind", "level"),
    Index("ix_clock_look", "look"), Index("ix_clock_partner", "partner", "state"), Index("ix_clock_due", "due"),
    Index("ix_clock_stopped", "stopped"), Index("ix_clock_state", "state", "due"),
    sqlite_autoincrement=True,
)  # fmt: skip

proof = Table(
    "proof", metadata, _serial(),
    _ref("file", "file"), _ref("output", "output", nullable=True), _text("way"), _text("form"),
    _text("result"), _text("subject"), _text("serial"), _text("fingerprint"), _maybe_int("until"),
    _text("algorithm"), _text("sha256"), _int("at"),
    Index("ix_proof_file", "file"), Index("ix_proof_output", "output"),
    sqlite_autoincrement=True,
)  # fmt: skip

monthly = Table(
    "monthly", metadata,
    _key("measure"), _key("month"), _key("partner"), _key("type"), _key("agreement"), _key("state"),
    _key("detail"), _key("way"), Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("span", BigInteger, primary_key=True, autoincrement=False), _int("number"),
    sqlite_with_rowid=False,
)  # fmt: skip

alarm = Table(
    "alarm", metadata, _serial(),
    _text("kind"), _text("key"), _maybe("open"), _text("severity"), _text("partner"), _text("subject"),
    _text("arguments"), _int("raised"), _maybe_int("cleared"), _int("escalated", "0"),
    UniqueConstraint("open"),
    Index("ix_alarm_key", "key"), Index("ix_alarm_raised", "raised"),
    sqlite_autoincrement=True,
)  # fmt: skip

alarm_notice = Table(
    "alarm_notice", metadata, _serial(),
    Column("alarm", BigInteger, ForeignKey("alarm.id"), nullable=False), _text("channel"), _text("what"),
    _text("state"), _int("attempts", "0"), _int("next_attempt"), _text("reason", ""),
    UniqueConstraint("alarm", "channel", "what"),
    Index("ix_alarm_notice_state", "state", "next_attempt"),
    sqlite_autoincrement=True,
)  # fmt: skip

account = Table(
    "account", metadata, _key("name"),
    _text("password"), _text("role"), _maybe("partner"), _maybe("language"), _int("disabled", "0"), _int("created"),
    _int("changed"),
)  # fmt: skip

login = Table(
    "login", metadata, _id(),
    Column("account", ID, ForeignKey("account.name"), nullable=False), _text("csrf"), _text("address"),
    _int("created"), _int("seen"), _int("expires"),
    Index("ix_login_account", "account"), Index("ix_login_expires", "expires"),
)  # fmt: skip

token = Table(
    "token", metadata, _key("name"),
    _text("hash"), Column("account", ID, ForeignKey("account.name"), nullable=True), _maybe("partner"),
    _text("scopes"), _int("created"), _int("expires"), _maybe_int("used"),
    UniqueConstraint("hash"), Index("ix_token_account", "account"),
)  # fmt: skip

submission = Table(
    "submission", metadata, _key("partner"), _key("key"), _text("sha256"), _text("file", ""),
)  # fmt: skip

saved_search = Table(
    "saved_search", metadata, _key("account"), _key("name"), _text("query"),
)  # fmt: skip

throttle = Table(
    "throttle", metadata, _key("subject"),
    _int("failures"), _int("tried"), _int("until"),
    Index("ix_throttle_tried", "tried"),
)  # fmt: skip

webhook = Table(
    "webhook", metadata, _key("partner"), _key("hook"),
    _int("event"), _int("fence", "0"), _int("attempts", "0"), _int("failures", "0"), _maybe_int("first_failure"),
    _int("next_attempt", "0"), _maybe_int("last_success"), _text("reason", ""),
)  # fmt: skip
"""How far a partner's webhook has been told: `event` is the last one that is settled."""

webhook_dead = Table(
    "webhook_dead", metadata, _key("partner"), _key("hook"),
    Column("event", BigInteger, primary_key=True, autoincrement=False), _text("type"), _int("at"), _int("failed"),
    _int("attempts"), _text("reason"), _int("again", "0"),
)  # fmt: skip
"""What a webhook could not be told: given up, or with `again` to be told once more."""
