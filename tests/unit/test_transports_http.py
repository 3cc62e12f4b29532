"""HTTP as a channel: one request for each document, repeated under the same key; certificates, tokens, answers."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edi_router.config import shipped_directory
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.submit import submit
from edi_router.engine.workspace import Workspace
from edi_router.partners.channels import HttpSettings
from edi_router.transports import ChannelError, open_channel
from edi_router.transports.base import PushChannel
from tests.support.http_servers import Service, secret, service
from tests.support.workspaces import CHANNEL, Clock, OwnExchange, Place, prepare

SAMPLE = shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi"
FIRM = "ENT-A"


@pytest.fixture
def partner(tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path / "service") as running:
        yield running


def push(settings: HttpSettings, name: str = "a.xml") -> None:
    with open_channel(settings) as channel:
        assert isinstance(channel, PushChannel)
        channel.push("key-1", name, b"content")


def failure(settings: HttpSettings) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        push(settings)
    assert caught.value.remedy
    assert caught.value.text("zh")
    return caught.value


def test_a_request_carries_key_name_and_bytes(partner: Service) -> None:
    push(partner.settings(), "报关单 1.edi")
    push(partner.settings(method="PUT"), "报关单 1.edi")
    assert partner.requests == [(method, "/in?from=us", "key-1") for method in ("POST", "PUT")]
    assert partner.kept == {"key-1": ("报关单 1.edi", b"content")}


@pytest.mark.parametrize(
    ("status", "code", "transient"),
    [
        (500, "channel-busy", True), (503, "channel-busy", True), (429, "channel-busy", True), (408, "channel-busy", True),
        (400, "channel-answer", False), (401, "channel-answer", False), (409, "channel-answer", False),
        (307, "channel-answer", False), (0, "channel-lost", True),
    ],
)  # fmt: skip
def test_what_an_answer_means(partner: Service, status: int, code: str, transient: bool) -> None:
    partner.answers = [status]
    error = failure(partner.settings())
    assert (error.code, error.transient) == (code, transient)
    assert "\x1b" not in str(error)
    assert status == 0 or str(status) in str(error)
    assert len(partner.requests) == 1  # a redirect is not followed, nothing is repeated by itself


def test_a_certificate_that_nobody_vouches_for(partner: Service) -> None:
    for settings in (
        partner.settings(ca_file=None),
        partner.settings(ca_file=str(partner.folder / "other.pem")),
    ):
        error = failure(settings)
        assert (error.code, error.transient) == ("channel-certificate", False)
    name = partner.settings(url=f"https://localhost:{partner.port}/")
    assert failure(name).code == "channel-certificate"
    assert partner.requests == []


def test_a_certificate_of_our_own(tmp_path: Path) -> None:
    with service(tmp_path / "service", clients=True) as partner:
        folder = partner.folder
        own = partner.settings(
            token_file=None, certificate_file=str(folder / "client.pem"), key_file=str(folder / "client.key")
        )
        push(own)
        assert "client (invented)" in str(partner.clients)
        assert failure(partner.settings()).transient  # none shown: the server breaks off
        (folder / "client.key").chmod(0o640)
        error = failure(own)
        assert (error.code, error.transient) == ("channel-secret", False)
        assert "chmod 600" in str(error)


def test_tokens(partner: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from_variable = partner.settings(token_file=None, token_env="PARTNER_TOKEN")
    assert failure(from_variable).code == "channel-secret"
    monkeypatch.setenv("PARTNER_TOKEN", "two words")
    assert failure(from_variable).code == "channel-secret"
    monkeypatch.setenv("PARTNER_TOKEN", "a-wrong-one")
    error = failure(from_variable)
    assert (error.code, error.transient) == ("channel-answer", False)
    assert "a-wrong-one" not in str(error)
    token = partner.folder / "token"
    token.chmod(0o644)
    assert "chmod 600" in str(failure(partner.settings()))
    token.unlink()
    assert failure(partner.settings()).code == "channel-secret"
    secret(token, "密")
    assert failure(partner.settings()).code == "channel-secret"


def test_nobody_is_there(tmp_path: Path) -> None:
    with service(tmp_path / "service") as partner:
        gone = partner.settings()
        unknown = partner.settings(url="https://nowhere.invalid/")
    assert (failure(gone).code, failure(gone).transient) == ("channel-unreachable", True)
    assert failure(unknown).code in ("channel-host-unknown", "channel-unreachable")


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://a.example/"}, {"url": "https://"}, {"url": "https://u:p@a.example/"},
        {"url": "https://a.example/#x"}, {"url": "https://a.example/ x"}, {"url": "https://a.example:99999/"},
        {"token_env": "B"}, {"token_file": None}, {"certificate_file": "c.pem"}, {"method": "GET"},
    ],
)  # fmt: skip
def test_settings_that_cannot_be(wrong: dict[str, Any]) -> None:
    good = {"url": "https://a.example:8443/in?x=1", "token_file": "token"}
    assert HttpSettings.model_validate(good).method == "POST"
    with pytest.raises(ValueError, match=r"https|token|certificate|port|Port|method"):
        HttpSettings.model_validate(good | wrong)


def by_http(root: Path, partner: Service) -> None:
    """Let the firm of a sample deployment be reached over HTTP."""
    path, there = root / "edi-router.yaml", partner.settings()
    line = f'{{kind: http, url: "{there.url}", ca_file: {there.ca_file}, token_file: {there.token_file}}}'
    text = path.read_text()
    folder = CHANNEL.format(partner=FIRM)
    assert folder in text
    path.write_text(text.replace(folder, f"  {FIRM}: {line}"))


@pytest.fixture
def place(tmp_path: Path, partner: Service) -> Iterator[Place]:
    root, clock = tmp_path / "ws", Clock()
    prepare(root)
    by_http(root, partner)
    workspace = OwnExchange.at(root)
    with workspace.open_ledger(clock) as ledger:
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock)
        yield Place(root, workspace, engine, ledger, clock)


def hand_in(place: Place, *references: str) -> None:
    """Let the firm hand in a declaration for each reference, as it does at the API."""
    for reference in references:
        data = SAMPLE.read_bytes().replace(b"ENTA00000001", reference.encode())
        submit(
            place.ledger,
            place.workspace.open_archive(),
            FIRM,
            io.BytesIO(data),
            "d.edi",
            "c",
            1 << 20,
            reference,
        )


def test_what_a_firm_hands_in_is_answered_over_http(place: Place, partner: Service) -> None:
    hand_in(place, "ENTA00000101", "ENTA00000102")
    assert place.engine.until_idle().problems == []
    deliveries = [row for row in place.ledger.ls("delivery") if row["partner"] == FIRM]
    assert {row["id"]: row["name"] for row in deliveries} == {
        key: name for key, (name, _) in partner.kept.items()
    }
    assert {row["state"] for row in deliveries} == {"delivered"}
    assert len(partner.requests) == len(partner.kept)
    for row in deliveries:
        assert partner.kept[row["id"]][1] == place.ledger.content(row["output"])
    assert place.ledger.books().balanced


def test_a_refused_document_is_given_up_and_the_others_go_on(place: Place, partner: Service) -> None:
    hand_in(place, "ENTA00000101", "ENTA00000102")
    partner.answers = [422]
    [problem] = place.engine.until_idle().problems
    assert "422" in problem
    states = sorted(row["state"] for row in place.ledger.ls("delivery") if row["partner"] == FIRM)
    assert states[0] == "delivered"
    assert states[-1] == "failed"
    [failed] = place.ledger.ls("delivery", state="failed")
    place.ledger.retry(failed["id"], "test")
    assert place.engine.until_idle().problems == []
    assert failed["id"] in partner.kept


def test_a_busy_service_is_asked_again_later_and_neighbours_are_not_repeated(
    place: Place, partner: Service
) -> None:
    hand_in(place, "ENTA00000101", "ENTA00000102", "ENTA00000103")
    partner.answers = [201, 503]
    assert place.engine.until_idle().problems != []
    refused = partner.requests[1][2]
    assert refused not in partner.kept
    for _ in range(4):
        place.clock.forward(hours=1)
        place.engine.until_idle()
    keys = Counter(key for _, _, key in partner.requests)
    assert {key: number for key, number in keys.items() if number > 1} == {refused: 2}
    assert len(keys) == len(partner.kept) == 3


def test_an_engine_that_is_told_to_stop_begins_no_other_request(place: Place, partner: Service) -> None:
    hand_in(place, *(f"ENTA{number:08}" for number in range(101, 106)))
    partner.taken = place.engine.stop
    place.engine.round()
    assert len(partner.requests) == 1
    assert sorted(row["state"] for row in place.ledger.ls("delivery") if row["partner"] == FIRM) == [
        "delivered", *["waiting"] * 4
    ]  # fmt: skip
    partner.taken, place.engine.stopping = lambda: None, False
    assert place.engine.until_idle().problems == []
    assert Counter(key for _, _, key in partner.requests) == dict.fromkeys(partner.kept, 1)
    assert len(partner.kept) == 5


@pytest.mark.slow
def test_killed_between_the_request_and_our_record_it_is_repeated_under_the_same_key(
    tmp_path: Path, partner: Service
) -> None:
    root = tmp_path / "ws"
    prepare(root)
    by_http(root, partner)
    workspace = Workspace.at(root)
    with workspace.open_ledger() as ledger:
        submit(
            ledger,
            workspace.open_archive(),
            FIRM,
            io.BytesIO(SAMPLE.read_bytes()),
            "d.edi",
            "c",
            1 << 20,
            "k",
        )
    command = [sys.executable, "-m", "edi_router.cli.main", "--workspace", str(root), "run", "--once"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    partner.taken = lambda: first.send_signal(signal.SIGKILL)
    assert first.wait(60) == -signal.SIGKILL
    assert len(partner.requests) == 1
    partner.taken = lambda: None
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    keys = [key for _, _, key in partner.requests]
    assert keys[1] == keys[0]
    assert len(partner.kept) == len(set(keys)) == len(keys) - 1
    with workspace.open_ledger() as ledger:
        assert {row["state"] for row in ledger.ls("delivery") if row["partner"] == FIRM} == {"delivered"}
        assert ledger.books().balanced
