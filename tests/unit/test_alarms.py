"""Alarms: raised once, told once on each channel, by a real web server and a real mail server, and cleared once."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from edi_router.engine.alarm_channels import Where
from edi_router.engine.alarm_texts import KINDS, remedy, sentence
from edi_router.engine.alarms import tell_alarms
from edi_router.ledger import Ledger
from edi_router.ledger.alarms import CRITICAL, WARNING, Alarm, Trouble
from edi_router.partners.alarms import AlarmSettings
from tests.support.workspaces import Clock

ZONE = ZoneInfo("Asia/Shanghai")
DOWN = {"number": 3, "since": "2026-03-14T01:00:00+00:00", "reason": "timed out", "call": "duty desk"}


@dataclass
class Desk:
    ledger: Ledger
    clock: Clock
    root: Path
    channels: dict[str, dict[str, object]] = field(default_factory=dict)

    def trouble(self, severity: str = CRITICAL, partner: str = "CUS-QD") -> None:
        self.ledger.raise_alarm(
            Trouble("partner-unreachable", f"reach:{partner}", severity, partner, "", DOWN)
        )

    def tell(self) -> int:
        settings = AlarmSettings.model_validate({"channels": self.channels, "attempts": "3"})
        return tell_alarms(self.ledger, settings, Where("test", self.root, ZONE))

    def files(self, folder: str = "alarms") -> list[str]:
        return sorted(path.name for path in (self.root / folder).glob("*"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=clock) as ledger:
        ledger.migrate()
        yield Desk(ledger, clock, tmp_path)


def test_told_once_and_cleared_once(desk: Desk) -> None:
    desk.channels = {"drop": {"kind": "folder", "language": "zh"}}
    desk.trouble()
    for _ in range(3):
        desk.trouble()
        desk.tell()
        desk.clock.forward(minutes=1)
    assert desk.files() == ["alarm-000001-raised.json"]
    told = json.loads((desk.root / "alarms" / "alarm-000001-raised.json").read_text("utf-8"))
    assert told["text"] == "CUS-QD 自 03-14 09:00 起无法连通（失败 3 次）：timed out"
    assert told["id"] == "1-raised"
    for _ in range(2):
        desk.ledger.clear_alarm("reach:CUS-QD")
        desk.tell()
    assert desk.files() == ["alarm-000001-cleared.json", "alarm-000001-raised.json"]
    desk.trouble()
    desk.tell()
    assert "alarm-000002-raised.json" in desk.files(), "the same trouble later is another alarm"


def test_a_warning_that_becomes_critical_is_told_again(desk: Desk) -> None:
    desk.channels = {
        "all": {"kind": "folder", "folder": "all"},
        "critical": {"kind": "folder", "folder": "critical", "severity": "critical"},
    }
    desk.trouble(WARNING)
    desk.tell()
    assert (desk.files("all"), desk.files("critical")) == (["alarm-000001-raised.json"], [])
    desk.clock.forward(minutes=1)
    desk.trouble(CRITICAL)
    desk.tell()
    desk.tell()
    assert desk.files("all") == ["alarm-000001-raised.json", "alarm-000001-worse.json"]
    assert desk.files("critical") == ["alarm-000001-raised.json"]


def test_escalation_and_partners(desk: Desk) -> None:
    desk.channels = {
        "later": {"kind": "folder", "folder": "later", "after": {"minutes": "30"}},
        "other": {"kind": "folder", "folder": "other", "partners": ["CUS-SH"]},
    }
    desk.trouble()
    desk.tell()
    desk.clock.forward(minutes=29)
    desk.tell()
    assert desk.files("later") == []
    desk.clock.forward(minutes=1)
    desk.tell()
    assert desk.files("later") == ["alarm-000001-raised.json"]
    assert desk.files("other") == []
    desk.trouble(partner="CUS-SH")
    desk.clock.forward(minutes=5)
    desk.ledger.clear_alarm("reach:CUS-SH")
    desk.clock.forward(hours=2)
    desk.tell()
    assert desk.files("other") == ["alarm-000002-raised.json"], "what was over before it was told is told"
    assert desk.files("later") == ["alarm-000001-raised.json"], "but escalated only when it lasted"


@dataclass
class Web:
    """A web server that keeps what it is sent; the first answers are as told."""

    answers: list[int]
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def web(*answers: int) -> Iterator[Web]:
    kept = Web(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            kept.signatures.append(self.headers.get("X-Signature", ""))
            status = kept.answers.pop(0) if kept.answers else 204
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", f"http://127.0.0.1:{kept.port}/elsewhere")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_is_tried_again_and_signed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "secret of the test")
    with web(503, 302) as server:
        desk.channels = {
            "hook": {"kind": "webhook", "url": f"http://127.0.0.1:{server.port}/x", "secret_env": "HOOK"}
        }
        desk.trouble()
        assert [desk.tell(), len(server.bodies)] == [0, 1]
        assert [desk.tell(), len(server.bodies)] == [0, 1], "not before its time"
        desk.clock.forward(seconds=31)
        assert [desk.tell(), len(server.bodies)] == [0, 2], "a redirect is not followed"
        desk.clock.forward(minutes=5)
        assert [desk.tell(), len(server.bodies)] == [1, 3]
        desk.clock.forward(minutes=5)
        assert [desk.tell(), len(server.bodies)] == [0, 3]
    digest = hmac.new(b"secret of the test", server.bodies[-1], hashlib.sha256).hexdigest()
    assert server.signatures[-1] == f"sha256={digest}"
    assert {json.loads(body)["id"] for body in server.bodies} == {"1-raised"}


def test_what_cannot_be_told_is_given_up(desk: Desk) -> None:
    with web(500, 500, 500, 500) as server:
        desk.channels = {"hook": {"kind": "webhook", "url": f"http://127.0.0.1:{server.port}/"}}
        desk.trouble()
        for _ in range(5):
            desk.tell()
            desk.clock.forward(hours=1)
        assert len(server.bodies) == 3
    assert [alarm.key for alarm in desk.ledger.alarms()] == ["reach:CUS-QD"], "the alarm itself stays open"


class Mails:
    def __init__(self) -> None:
        self.kept: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.kept.append(envelope.content)  # type: ignore[attr-defined]
        return "250 kept"


def test_an_e_mail(desk: Desk) -> None:
    mails = Mails()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mails, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        desk.channels = {
            "mail": {
                "kind": "mail", "server": "127.0.0.1", "port": str(port), "security": "none",
                "sender": "router@sample.invalid", "to": ["duty@sample.invalid"], "language": "zh",
            }
        }  # fmt: skip
        desk.trouble()
        assert desk.tell() == 1
    finally:
        controller.stop()
    message = message_from_bytes(mails.kept[0])
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert "联系对方：duty desk" in payload.decode()
    assert message["X-Alarm"] == "1-raised"
    assert message["To"] == "duty@sample.invalid"


def test_every_kind_has_texts_that_fill() -> None:
    arguments: dict[str, str | int] = {
        "number": 3, "level": "functional", "oldest": "2026-03-14T01:00:00+00:00", "since": "2026-03-14T01:00:00+00:00",
        "reason": "r", "call": "desk", "date": "2026-03-14", "batch": "night", "done": "2026-03-14T01:00:00+00:00",
        "path": "archive", "least": 9, "webhook": "erp",
        "file": "certificates/a.pem", "subject": "CN=A", "until": "2026-03-14T01:00:00+00:00",
        "closes": "2026-03-14T01:00:00+00:00", "margin": "5 min", "what": "messages", "usual": "9",
    }  # fmt: skip
    for kind in sorted(KINDS):
        now = datetime(2026, 3, 14, tzinfo=UTC)
        alarm = Alarm(1, kind, "key", WARNING, "CUS-QD", "", arguments, now, None, None)
        for language in ("en", "zh"):
            text = sentence(alarm, language, ZONE) + remedy(alarm, language, ZONE)
            assert "{" not in text
            assert " - " not in text, (kind, text)


def test_two_nodes_tell_a_notice_once(desk: Desk) -> None:
    desk.trouble()
    desk.ledger.announce_alarms([(1, "log", "raised")])
    desk.ledger.announce_alarms([(1, "log", "raised")])
    assert len(desk.ledger.claim_notices()) == 1
    assert desk.ledger.claim_notices() == [], "it is in somebody's hands"
    desk.clock.forward(minutes=3)
    assert len(desk.ledger.claim_notices()) == 1, "and taken over when that one was killed"
