"""Webhooks: signed calls in the order of the events, at least once, of a partner's own things alone."""

from __future__ import annotations

import base64
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from edi_router.config import Tree, read_model, shipped_directory
from edi_router.engine.distributed.beat import Beat
from edi_router.engine.distributed.node import Node
from edi_router.engine.distributed.queue import WEBHOOKS
from edi_router.engine.distributed.worker import prepare as prepare_cluster
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.service import Service
from edi_router.engine.webhook_standing import standings
from edi_router.engine.webhooks import STRIDE, call_for_test
from edi_router.engine.workspace import DATABASE_VARIABLE, utc_now
from edi_router.ledger import Fenced, Ledger
from edi_router.ledger.following import RULES, type_of
from edi_router.ledger.moves import Entry, enter
from edi_router.ledger.tenancy import Viewer
from edi_router.partners import Partner
from edi_router.partners.webhooks import EVENTS, Webhook
from edi_router.pipeline.series import load_exchange
from edi_router.transports import ChannelError
from edi_router.transports.webhook import ANSWER, Caller
from tests.support.cli import edi_router
from tests.support.postgresql import PostgreSQL
from tests.support.receivers import OTHER, SECRET, Receiver, receiver, verification, with_webhooks
from tests.support.workspaces import Clock, OwnExchange, Place, outbox, prepare

DAY = shipped_directory() / "samples" / "day"
FIRM, NAME = "ENT-A", ("ENT-A", "erp")
VIEWER = Viewer(FIRM, frozenset({"91420500MA00000079", "4205000001"}))


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver over TLS, and the secret in the environment."""
    monkeypatch.setenv("HOOK", SECRET)
    with receiver(tmp_path / "receiver") as running:
        yield running


Make = Callable[..., Place]


@pytest.fixture
def make(tmp_path: Path, there: Receiver) -> Iterator[Make]:
    """Makes the sample deployment in which a firm has a webhook at the receiver."""
    opened: list[Ledger] = []

    def made(events: str = "[message.completed, message.rejected]", more: str = "", hooks: str = "") -> Place:
        root, clock = tmp_path / "ws", Clock()
        prepare(root)
        with_webhooks(root, hooks or there.webhook(events, more))
        workspace = OwnExchange.at(root)
        opened.append(workspace.open_ledger(clock))
        engine = EmbeddedEngine(workspace, opened[0], workspace.open_archive(), clock)
        return Place(root, workspace, engine, opened[0], clock)

    yield made
    for each in opened:
        each.close()


def drop(place: Place, *names: str) -> None:
    for name in names:
        partner, _, file = name.partition("/")
        (outbox(place.root, partner) / file).write_bytes((DAY / name).read_bytes())


GOOD, FAULTY, OURS = (
    "ENT-A/0800-cusdec.edi",
    "ENT-A/0900-cusdec-four-faults.edi",
    "ENT-A/0815-cusdec-three.edi",
)
FOREIGN = ("CIQ-JN/1030-transfer.xml", "TERM/1120-codeco.edi")


def test_each_event_of_ones_own_is_told_once_in_order_and_signed(make: Make, there: Receiver) -> None:
    place = make(
        events="[file.received, message.accepted, message.completed, message.rejected, output.delivered]"
    )
    drop(place, GOOD, FAULTY, *FOREIGN)
    place.engine.until_idle()
    told = [(each.json["timestamp"], each.type, each.json["data"]["id"]) for each in there.calls]
    with place.ledger.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT kind, subject, state, before FROM event WHERE kind IN ('file', 'message', 'output') ORDER BY id"
        ).all()
    own = {("message", row["id"]) for row in place.ledger.ls("message", partner=FIRM)}
    own |= {("file", row["id"]) for row in place.ledger.ls("file", partner=FIRM)}
    own |= {("output", row["output"]) for row in place.ledger.ls("delivery") if row["partner"] == FIRM}
    states = {("file", "in_work"), ("message", "in_work"), ("message", "completed"), ("message", "rejected"),
              ("output", "delivered")}  # fmt: skip
    wanted = [
        row.subject for row in rows if (row.kind, row.subject) in own and (row.kind, row.state) in states
    ]
    assert [id for _, _, id in told] == wanted
    assert {type for _, type, _ in told} == {
        "file.received", "message.accepted", "message.completed", "message.rejected", "output.delivered",
    }  # fmt: skip
    assert len({each.id for each in there.calls}) == len(there.calls) > 6
    verified = verification()
    now = place.clock().timestamp()
    for each in there.calls:
        assert verified(SECRET, each.headers, each.body, now)
        assert each.headers["content-type"] == "application/json"
        assert each.json["id"] == each.id
        assert each.json["partner"] == FIRM
    assert len(there.connections) < len(there.calls), "a connection is used for more than one call"
    place.engine.until_idle()
    assert len(there.calls) == len(told), "nothing is told again"


def test_a_body_says_what_and_nothing_secret(make: Make, there: Receiver) -> None:
    place = make()
    drop(place, FAULTY)
    place.engine.until_idle()
    [call] = there.calls
    [row] = place.ledger.ls("message", partner=FIRM)
    assert (
        set(call.json["data"]["faults"])
        == {each["fault"].code for each in place.ledger.show(row["id"])["faults"]}
        != set()
    )
    assert call.json | {"data": None} == {
        "id": call.id, "type": "message.rejected", "timestamp": "2026-03-14T02:00:00.000000Z", "partner": FIRM,
        "data": None,
    }  # fmt: skip
    assert {**call.json["data"], "faults": None} == {
        "id": row["id"], "file": row["file"], "interchange": row["interchange"], "partner": FIRM, "type": "CUSDEC",
        "reference": row["reference"], "test": False, "state": "rejected", "faults": None,
    }  # fmt: skip


def test_what_others_do_is_not_told(make: Make, there: Receiver) -> None:
    place = make(events=f"[{', '.join(EVENTS)}]")
    drop(place, *FOREIGN)
    place.engine.until_idle()
    assert place.ledger.ls("message")
    assert there.calls == []


def test_changes_of_a_register_are_told_to_who_sees_the_entry(make: Make, there: Receiver) -> None:
    place = make(events="register.changed")
    drop(place, "CIQ-YC/0935-transfer.xml")  # a transfer of which the firm is told by a slip
    place.engine.until_idle()
    seen = place.ledger.register_entries("transfer", viewer=VIEWER)
    assert [(each.json["data"]["register"], each.json["data"]["key"]) for each in there.calls] == [
        ("transfer", each.entry.key) for each in seen
    ]
    assert [set(each.json["data"]) for each in there.calls] == [
        {"register", "key", "move", "before", "state"}
    ] * len(seen)
    assert seen


def test_both_secrets_sign_while_one_is_changed(
    make: Make, there: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "old"
    file.touch(mode=0o600)
    file.write_text(OTHER + "\n")
    hook = there.webhook().replace("secrets: {env: HOOK}", f"secrets: [{{env: HOOK}}, {{file: {file}}}]")
    place = make(hooks=hook)
    drop(place, FAULTY)
    place.engine.until_idle()
    [call], verified, now = there.calls, verification(), place.clock().timestamp()
    assert verified(SECRET, call.headers, call.body, now)
    assert verified(OTHER, call.headers, call.body, now)
    assert not verified(base64.b64encode(bytes(32)).decode(), call.headers, call.body, now)
    assert not verified(SECRET, call.headers, call.body.replace(b"rejected", b"accepted"), now)
    assert not verified(SECRET, call.headers | {"webhook-id": "evt_1"}, call.body, now)
    assert not verified(SECRET, call.headers, call.body, now + 301), "a recorded call is of no use later"
    stamp = str(int(now) + 1)
    assert not verified(SECRET, call.headers | {"webhook-timestamp": stamp}, call.body, now)


def test_a_receiver_that_fails_is_tried_later_and_the_order_stays(make: Make, there: Receiver) -> None:
    place = make()
    drop(place, GOOD, FAULTY, OURS)
    there.answers = [500, 503, 0, 429]
    place.engine.until_idle()
    first = there.calls[0].id
    assert [each.id for each in there.calls] == [first], "one call, then the circuit is open"
    [stands] = standings(place.ledger, place.engine.configuration)
    assert (stands.state, stands.failures, stands.given_up) == ("failing", 1, 0)
    assert stands.waiting == place.clock()
    for number in range(2, 5):
        place.engine.until_idle()
        assert len(there.calls) == number - 1, "not before its time"
        place.clock.forward(seconds=300)
        place.engine.until_idle()
        assert [each.id for each in there.calls] == [first] * number
    alarms = {each.kind for each in place.ledger.alarms()}
    assert "webhook-unreachable" in alarms
    place.clock.forward(seconds=300)
    place.engine.until_idle()
    assert len({each.id for each in there.calls}) == len(there.calls) - 4 == 5
    assert [each.json["timestamp"] for each in there.calls] == sorted(
        each.json["timestamp"] for each in there.calls
    )
    place.engine.until_idle()
    assert "webhook-unreachable" not in {each.kind for each in place.ledger.alarms()}
    [stands] = standings(place.ledger, place.engine.configuration)
    assert (stands.state, stands.failures, stands.last, stands.reason) == ("told", 0, place.clock(), "")


@pytest.mark.parametrize(("answer", "calls"), [(422, 1), (307, 1), (500, 8)])
def test_what_is_not_taken_is_given_up_told_of_and_can_be_retried(
    make: Make, there: Receiver, answer: int, calls: int
) -> None:
    place = make()
    drop(place, FAULTY, GOOD)
    there.answers = [answer] * calls
    for _ in range(calls + 1):
        place.engine.until_idle()
        place.clock.forward(hours=1.5)
    assert there.elsewhere == [], "a redirect is not followed"
    refused = there.calls[0].id
    assert [each.id for each in there.calls[:calls]] == [refused] * calls
    assert len(there.calls) == calls + 1, "the next event is told"
    assert there.calls[-1].id != refused
    [dead] = place.ledger.dead(NAME)
    assert (dead.type, dead.attempts, dead.again) == (there.calls[0].type, calls, False)
    assert str(answer) in dead.reason
    place.engine.round()
    [alarm] = [each for each in place.ledger.alarms() if each.kind == "webhook-given-up"]
    assert (alarm.severity, alarm.partner, alarm.subject) == ("critical", FIRM, "erp")
    assert place.ledger.retry_webhook(NAME, "tester", "mended") == 1
    place.engine.until_idle()
    assert there.calls[-1].id == refused
    assert there.calls[-1].body == there.calls[0].body
    assert place.ledger.dead(NAME) == []
    place.engine.round()
    assert "webhook-given-up" not in {each.kind for each in place.ledger.alarms()}
    [decision] = place.ledger.decisions(kind="webhook")
    assert (decision.subject, decision.verb, decision.by, decision.reason) == (
        "ENT-A/erp", "retry", "tester", "mended",
    )  # fmt: skip


def test_what_fails_again_stays_given_up(make: Make, there: Receiver) -> None:
    place = make()
    drop(place, FAULTY)
    there.answers = [422, 422]
    place.engine.until_idle()
    place.ledger.retry_webhook(NAME, "tester")
    place.engine.until_idle()
    place.clock.forward(hours=2)
    place.engine.until_idle()
    assert len(there.calls) == 2
    [dead] = place.ledger.dead(NAME)
    assert (dead.attempts, dead.again) == (2, False)


def test_who_cannot_be_reached_loses_nothing_however_long(make: Make, there: Receiver) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and nobody listens
        url = there.webhook().replace(f":{there.port}/", f":{nobody.getsockname()[1]}/")
        place = make(hooks=url)
        drop(place, FAULTY, GOOD)
        for _ in range(12):
            place.engine.until_idle()
            place.clock.forward(hours=2)
    [stands] = standings(place.ledger, place.engine.configuration)
    assert (stands.failures, stands.given_up) == (12, 0)
    assert "cannot be reached" in stands.reason
    with_webhooks(place.root, there.webhook())
    place.engine.configuration = place.workspace.configuration()[0] or place.engine.configuration
    place.engine.until_idle()
    assert there.types() == ["message.rejected", "message.completed"]


@pytest.mark.parametrize("wrong", [None, "", "not base64!", "c2hvcnQ="])
def test_without_a_right_secret_nothing_is_sent(
    make: Make, there: Receiver, monkeypatch: pytest.MonkeyPatch, wrong: str | None
) -> None:
    if wrong is None:
        monkeypatch.delenv("HOOK")
    else:
        monkeypatch.setenv("HOOK", wrong)
    place = make()
    drop(place, FAULTY)
    place.engine.until_idle()
    [stands] = standings(place.ledger, place.engine.configuration)
    assert there.calls == []
    assert "HOOK" in stands.reason
    assert not wrong or wrong not in stands.reason
    monkeypatch.setenv("HOOK", SECRET)
    place.clock.forward(minutes=1)
    place.engine.until_idle()
    assert there.types() == ["message.rejected"]


def test_a_secret_that_others_may_read_is_not_used(tmp_path: Path, there: Receiver) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(0o640)
    settings = Webhook.model_validate({
        "id": "erp", "url": f"https://127.0.0.1:{there.port}/hook?key=1", "events": "file.held",
        "secrets": {"file": str(file)}, "ca_file": str(there.folder / "server.pem"),
    })  # fmt: skip
    with pytest.raises(ChannelError) as caught:
        Caller(settings, tmp_path)
    assert (caught.value.code, there.calls) == ("channel-secret", [])
    file.chmod(0o600)
    id = call_for_test(settings, tmp_path, FIRM, utc_now())
    assert [(each.id, each.type, each.json["data"]) for each in there.calls] == [(id, "webhook.test", {})]


def settings_for(there: Receiver, **more: Any) -> Webhook:
    address = f"{there.scheme}://127.0.0.1:{there.port}/hook?key=1"
    known = (
        {"ca_file": str(there.folder / "server.pem")} if there.scheme == "https" else {"plain_http": "yes"}
    )
    return Webhook.model_validate(
        {"id": "erp", "url": address, "events": "file.held", "secrets": {"env": "HOOK"}} | known | more
    )


def test_a_certificate_that_nobody_vouches_for(there: Receiver, tmp_path: Path) -> None:
    with Caller(settings_for(there, ca_file=None), tmp_path) as caller, pytest.raises(ChannelError) as caught:
        caller.call("evt_1", 1, b"{}")
    assert (caught.value.code, there.calls) == ("channel-certificate", [])


def test_an_answer_without_end_is_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes come quicker than any limit of the socket: only a limit of the whole call ends it."""
    monkeypatch.setenv("HOOK", SECRET)
    over = threading.Event()
    sent = 0
    with socket.create_server(("127.0.0.1", 0)) as server, receiver(tmp_path, "http") as there:
        there.port = server.getsockname()[1]

        def drip() -> None:
            nonlocal sent
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while not over.wait(0.02):
                        connection.sendall(b"a")
                        sent += 1
                except OSError:
                    over.set()  # the caller has gone

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with (
            Caller(settings_for(there, timeout_seconds=0.5), tmp_path) as caller,
            pytest.raises(ChannelError) as caught,
        ):
            caller.call("evt_1", 1, b"{}")
        thread.join(60)
    assert caught.value.code == "channel-timeout"
    assert over.is_set()
    assert sent > 0


def test_of_a_long_answer_no_more_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", SECRET)
    taken = 0
    with socket.create_server(("127.0.0.1", 0)) as server, receiver(tmp_path, "http") as there:
        there.port = server.getsockname()[1]

        def flood() -> None:
            nonlocal taken
            connection, _ = server.accept()
            with connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
                connection.recv(65536)
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                    while taken < 1_000_000_000:
                        connection.sendall(bytes(65536))
                        taken += 65536
                except OSError:
                    pass

        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        with Caller(settings_for(there), tmp_path) as caller:
            caller.call("evt_1", 1, b"{}")
        thread.join(60)
    assert not thread.is_alive()
    assert taken < 200 * ANSWER, "what the buffers of the two sockets hold, not all"


def test_a_connection_that_was_closed_meanwhile_is_opened_again(there: Receiver, tmp_path: Path) -> None:
    with Caller(settings_for(there), tmp_path) as caller:
        there.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]  # and closes without a word
        caller.call("evt_1", 1, b"{}")
        caller.call("evt_2", 2, b"{}")
    assert [each.id for each in there.calls] == ["evt_1", "evt_2"]


def test_plain_http_only_where_the_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", SECRET)
    with receiver(tmp_path / "plain", "http") as there:
        call_for_test(settings_for(there), tmp_path, FIRM, utc_now())
        assert there.types() == ["webhook.test"]
        with pytest.raises(ValueError, match="https://"):
            settings_for(there, plain_http="no")


BASE = (shipped_directory() / "partners" / "ENT-A.yaml").read_text(encoding="utf-8")
HOOK = '  - {id: erp, url: "https://a.example/x", events: message.held, secrets: {env: HOOK}}\n'


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (("message.held", "mesage.held"), "config-unknown-name", "message.held"),
        (("message.held", "[message.held, nothing]"), "config-unknown-name", ""),
        (("{env: HOOK}", "{env: HOOK}, timeout_second: 5"), "config-unknown-key", "timeout_seconds"),
        (("https://a.example", "http://a.example"), "config-value", ""),
        (("https://a.example", "https://me:x@a.example"), "config-value", ""),
        (("https://a.example/x", "file:///etc/passwd"), "config-value", ""),
        (("{env: HOOK}", "{env: A, file: b}"), "config-value", ""),
        (("{env: HOOK}", "[{env: A}, {env: B}, {env: C}]"), "config-value", ""),
        (("{env: HOOK}", "{env: HOOK}, timeout_seconds: 31"), "config-value", ""),
        (("message.held", "[]"), "config-value", ""),
        ((HOOK, HOOK + HOOK), "partner-twice", ""),
    ],
)  # fmt: skip
def test_lint_names_what_is_wrong(tmp_path: Path, change: tuple[str, str], code: str, told: str) -> None:
    folder = tmp_path / "partners"
    folder.mkdir()
    (folder / "ENT-A.yaml").write_text(f"{BASE}webhooks:\n{HOOK.replace(*change)}", encoding="utf-8")
    (tmp_path / "edi-router.yaml").write_text("sample_partners: yes\n")
    _, faults = load_exchange(Tree.over_shipped(tmp_path))
    assert {each.code for each in faults} == {code}
    assert not told or [each.hint for each in faults] == [told]
    assert all(each.place.line is not None and each.place.line > BASE.count("\n") for each in faults)


def test_every_event_of_the_list_can_be_told_and_is_of_one_type() -> None:
    assert set(EVENTS) == set(RULES)
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`((?:file|message|output|register)\.[a-z]+)`", page)) >= set(EVENTS)


def test_the_example_of_the_page_is_right() -> None:
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    example = re.search(r"^```yaml\n(webhooks:.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert example is not None
    partner, _, faults = read_model(Partner, BASE + example[1], "a.yaml")
    assert faults == []
    assert partner is not None
    assert set(Webhook.model_fields) - {"plain_http"} == partner.webhooks[0].model_fields_set


def event(ledger: Ledger, number: int, partner: str = FIRM, state: str = "in_work") -> None:
    with ledger.write() as tx:
        _file(tx, number, partner, state)


def _file(tx: Any, number: int, partner: str = FIRM, state: str = "in_work") -> None:
    enter(tx, "file", [Entry({
        "id": f"{number:024d}", "identity": str(number), "counter": 0, "partner": partner, "channel": partner,
        "name": f"{number}.edi", "size": 1, "modified": 0, "sha256": "0" * 64, "received": tx.now, "state": state,
        "config": "c", "engine": "1",
    }, "received")])  # fmt: skip


def test_who_takes_a_webhook_over_fences_the_other_off(ledger: Ledger) -> None:
    ledger.enter_webhooks([NAME], 0)
    ledger.enter_webhooks([NAME], 99)
    first, second = ledger.claim_webhook(NAME), ledger.claim_webhook(NAME)
    assert first is not None
    assert second is not None
    with pytest.raises(Fenced):
        ledger.webhook_told(first, 1)
    ledger.webhook_told(second, 1)
    assert ledger.webhooks()[NAME].event == 1
    assert ledger.claim_webhook(("ENT-A", "unknown")) is None


def test_a_webhook_waits_for_its_time_but_not_for_a_clock_that_was_set_back(
    ledger: Ledger, clock: Clock
) -> None:
    ledger.enter_webhooks([NAME], 0)
    hook = ledger.claim_webhook(NAME)
    assert hook is not None
    ledger.webhook_stuck(hook, "why", clock() + timedelta(minutes=5))
    assert ledger.claim_webhook(NAME) is None
    clock.now -= timedelta(days=1)
    assert ledger.claim_webhook(NAME) is not None


def test_what_happened_is_found_from_a_place_on(ledger: Ledger) -> None:
    for number in range(1, 8):
        event(ledger, number, FIRM if number % 2 else "CIQ-QD")
    horizon = ledger.horizon()
    assert horizon == ledger.last_event() == 7
    found, reached = ledger.happened(VIEWER, ["file.received"], 0, horizon, 2)
    assert [each.number for each in found] == [1, 3]
    assert reached == 3
    found, reached = ledger.happened(VIEWER, ["file.received"], 3, horizon)
    assert [(each.number, each.data["name"]) for each in found] == [(5, "5.edi"), (7, "7.edi")]
    assert reached == 7
    assert ledger.happened(VIEWER, ["file.held"], 0, horizon) == ([], 7)
    assert ledger.happening(VIEWER, "file.received", 2) is None, "another firm's"
    assert type_of({"kind": "message", "state": "in_work", "before": None}) == "message.accepted"


@pytest.mark.postgresql
def test_in_a_cluster_one_worker_tells(
    tmp_path: Path,
    there: Receiver,
    postgresql: PostgreSQL,
    postgresql_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, postgresql.url(postgresql.create(postgresql_template)))
    root = tmp_path / "ws"
    prepare(root)
    with_webhooks(root, there.webhook("file.received"))
    workspace = OwnExchange.at(root)
    prepare_cluster(workspace)
    with ExitStack() as stack:
        nodes = [Node(workspace), Node(workspace)]
        for each in nodes:
            stack.enter_context(closing(each.ledger))
            each.enter()
        event(nodes[0].ledger, 1)
        for each in nodes:
            Beat(each, "worker").poll()
        query = "SELECT lock FROM procrastinate_jobs WHERE task_name = 'webhooks'"
        with nodes[0].ledger.read() as connection:
            assert list(connection.exec_driver_sql(query).scalars()) == [f"webhooks:{FIRM}"], (
                "one job for both"
            )
        for each in nodes:
            each.do(WEBHOOKS, FIRM)
        assert there.types() == ["file.received"]
        assert [each.kind for each in nodes[0].ledger.alarms()] == []


@pytest.mark.postgresql
def test_an_event_that_becomes_visible_late_is_not_passed_over(
    postgresql: PostgreSQL, postgresql_template: str
) -> None:
    """Numbers are given before transactions end: number 1 may be seen after number 2."""
    url = postgresql.url(postgresql.create(postgresql_template))
    with Ledger.open(url) as slow, Ledger.open(url) as quick:
        written, go_on = threading.Event(), threading.Event()

        def late() -> None:
            with slow.write() as tx:
                _file(tx, 1)
                written.set()
                go_on.wait(60)

        thread = threading.Thread(target=late)
        thread.start()
        try:
            assert written.wait(60)
            event(quick, 2)
            assert quick.last_event() == 2, "the later number can be seen already"
            assert quick.horizon(patience=0.1) is None, "nothing is told while the earlier one may come"
        finally:
            go_on.set()
            thread.join(60)
        horizon = quick.horizon()
        assert horizon == 2
        found, _ = quick.happened(VIEWER, ["file.received"], 0, horizon)
        assert [each.number for each in found] == [1, 2]


def test_events_that_are_others_are_not_looked_through_for_ever(make: Make, there: Receiver) -> None:
    place = make(events="file.received")
    place.engine.tell_webhooks()
    with place.ledger.write() as tx:
        for number in range(STRIDE + 10):
            _file(tx, number, "CIQ-QD")
    place.engine.tell_webhooks()
    assert place.ledger.webhooks()[NAME].event == place.ledger.last_event()
    fence = place.ledger.webhooks()[NAME].fence
    event(place.ledger, STRIDE + 11, "CIQ-QD")
    place.engine.tell_webhooks()
    assert place.ledger.webhooks()[NAME].fence == fence, "to find nothing writes nothing"


def test_paused_it_waits(make: Make, there: Receiver) -> None:
    place = make(events="file.received")
    place.engine.tell_webhooks()
    event(place.ledger, 1)
    place.ledger.pause(FIRM, "their servers move", "tester")
    place.engine.tell_webhooks()
    assert there.calls == []
    place.ledger.resume(FIRM, "tester")
    place.engine.tell_webhooks()
    assert there.types() == ["file.received"]


def test_a_slow_webhook_lets_the_others_go_on(make: Make, there: Receiver) -> None:
    place = make(events="file.received")
    place.engine.tell_webhooks()
    for number in range(5):
        event(place.ledger, number)
    ticks = iter(range(0, 1000, 3))
    object.__setattr__(place.engine.teller, "monotonic", lambda: float(next(ticks)))
    assert place.engine.tell_webhooks() == 2, "by then its five seconds are over"
    assert place.engine.tell_webhooks() == 2
    assert place.engine.tell_webhooks() == 1


def with_two(make: Make, first: Receiver, second: Receiver, events: int) -> Place:
    """A place with two webhooks, `erp` and `wms`, to which so many events are still to be told."""
    hooks = [each.webhook(events="file.received") for each in (first, second)]
    place = make(hooks=hooks[0] + hooks[1].replace("id: erp", "id: wms"))
    place.engine.tell_webhooks()
    for number in range(events):
        event(place.ledger, number)
    return place


def test_webhooks_are_told_at_the_same_time_each_in_its_order(
    make: Make, there: Receiver, tmp_path: Path
) -> None:
    with receiver(tmp_path / "other") as other:
        place = with_two(make, there, other, events=5)
        together = threading.Barrier(2, timeout=60)

        def meet() -> None:
            """Wait with the answer until the other is called, too."""
            together.wait()

        there.taken = other.taken = meet
        assert place.engine.tell_webhooks() == 10
    for each in (there, other):
        assert [call.json["data"]["name"] for call in each.calls] == [f"{number}.edi" for number in range(5)]
        assert len(each.connections) == 1
    known = place.ledger.webhooks().values()
    assert {hook.id: (hook.event, hook.failures) for hook in known} == dict.fromkeys(
        ("erp", "wms"), (place.ledger.last_event(), 0)
    )


def test_a_webhook_that_fails_harms_none_of_those_told_with_it(
    make: Make, there: Receiver, tmp_path: Path
) -> None:
    with receiver(tmp_path / "other") as other:
        place = with_two(make, there, other, events=3)
        there.answers = [503]
        assert place.engine.tell_webhooks() == 3
    assert len(other.calls) == 3
    failures = {hook.id: hook.failures for hook in place.ledger.webhooks().values()}
    assert failures == {"erp": 1, "wms": 0}


TELLING = """
import sys
from pathlib import Path
from edi_router.engine.webhooks import Teller
from edi_router.engine.workspace import Workspace, utc_now
from edi_router.pipeline.series import load_exchange

workspace = Workspace.at(Path(sys.argv[1]))
exchange, _ = load_exchange(workspace.tree)
with workspace.open_ledger() as ledger:
    print(Teller(ledger, workspace.root, workspace.secret_key(), utc_now).tell(exchange))
"""


def test_killed_between_the_call_and_our_record_it_is_repeated_under_the_same_id(
    make: Make, there: Receiver
) -> None:
    place = make(events="file.received")
    place.engine.tell_webhooks()
    event(place.ledger, 1)
    event(place.ledger, 2)
    command = [sys.executable, "-c", TELLING, str(place.root)]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    there.taken = lambda: first.send_signal(signal.SIGKILL)
    assert first.wait(120) == -signal.SIGKILL
    assert len(there.calls) == 1
    there.taken = lambda: None
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
    ids = [each.id for each in there.calls]
    assert ids[1] == ids[0] != ids[2]
    assert [each.json["data"]["name"] for each in there.calls] == ["1.edi", "1.edi", "2.edi"]
    hook = place.ledger.webhooks()[NAME]
    assert (hook.event, hook.failures) == (place.ledger.last_event(), 0)


def test_the_service_tells_them_beside_its_rounds(make: Make, there: Receiver) -> None:
    place = make(events="file.received")
    service = Service(place.engine)
    place.engine.tell_webhooks()
    event(place.ledger, 1)
    told = threading.Event()
    there.taken = told.set
    service._plan()
    service._scheduler.start()
    try:
        assert told.wait(60)
    finally:
        place.engine.stop()
        service._scheduler.shutdown(wait=True)
    assert there.types() == ["file.received"]


def test_the_command(make: Make, there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    place = make()
    where = ("--workspace", place.root)
    drop(place, FAULTY, GOOD)
    there.answers = [422]
    place.engine.until_idle()
    ran = edi_router(*where, "webhook", "ls", "--json")
    assert ran.code == 1
    [stands] = ran.lines
    assert (stands["partner"], stands["id"], stands["state"], stands["given_up"]) == (
        FIRM,
        "erp",
        "failing",
        1,
    )
    assert "key=1" not in ran.out, "what follows the ? may be a secret"
    told = edi_router(*where, "--lang", "zh", "webhook", "ls")
    assert "ENT-A/erp" in told.out
    ran = edi_router(*where, "webhook", "retry", "ENT-A/erp", "--json", "--reason", "mended")
    assert (ran.code, ran.json["count"]) == (0, 1)
    place.engine.until_idle()
    assert edi_router(*where, "webhook", "ls").code == 0
    ran = edi_router(*where, "webhook", "test", "ENT-A/erp", "--json")
    assert (ran.code, ran.json["event"]) == (0, there.calls[-1].id)
    assert there.types()[-1] == "webhook.test"
    there.answers = [404]
    assert edi_router(*where, "webhook", "test", "ENT-A/erp").code == 1
    ran = edi_router(*where, "webhook", "test", "ENT-A/epr")
    assert ran.code == 2
    assert "did you mean ENT-A/erp?" in ran.err
