"""The SFTP channel against servers that refuse, lie, hang or go away."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from edi_router.demo.keys import ensure_key
from edi_router.demo.paramiko_server import Login, ParamikoServer
from edi_router.partners.channels import SftpSettings
from edi_router.transports import Channel, ChannelError, Drop, Upload, open_channel
from edi_router.transports.sftp_keys import fingerprint
from tests.support.ssh_servers import PasswordServer, RawServer

Open = Callable[..., Channel]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("out", "in"):
        (tmp_path / "root" / folder).mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def server(root: Path, tmp_path: Path) -> Iterator[PasswordServer]:
    ensure_key(tmp_path / "host")
    running = PasswordServer(root, tmp_path / "host")
    yield running
    running.stop()


@pytest.fixture
def open_it(server: PasswordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setenv("PARTNER_PASSWORD", "secret")

    def opened(**changes: object) -> Channel:
        values: dict[str, object] = {
            "host": "127.0.0.1",
            "port": server.port,
            "user": "p",
            "password_env": "PARTNER_PASSWORD",
            "host_key": ensure_key(tmp_path / "host"),
            "timeout_seconds": 20,
        }
        return open_channel(SftpSettings.model_validate(values | changes))

    return opened


def failure(open_it: Open, **changes: object) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        open_it(**changes)
    assert caught.value.remedy
    return caught.value


def test_password(open_it: Open) -> None:
    with open_it() as channel:
        assert channel.drops() == []


def test_wrong_password(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNER_PASSWORD", "wrong")
    error = failure(open_it)
    assert (error.code, error.transient) == ("channel-login", False)
    assert "wrong" not in str(error)


def test_unset_password(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARTNER_PASSWORD")
    error = failure(open_it)
    assert (error.code, error.values["secret"]) == ("channel-secret", "PARTNER_PASSWORD")


def test_each_host_key_can_be_pinned_in_each_form(open_it: Open, server: PasswordServer) -> None:
    for key in server.keys:
        line = f"{key.get_name()} {key.get_base64()} a comment"
        for pin in (line, f"{key.get_name()} {fingerprint(key)}"):
            with open_it(host_key=pin):
                pass
    with open_it(host_key=fingerprint(server.keys[0])):
        pass


def test_another_host_key_is_refused_before_any_login(
    open_it: Open, server: PasswordServer, tmp_path: Path
) -> None:
    other = ensure_key(tmp_path / "other")
    error = failure(open_it, host_key=other)
    assert (error.code, error.transient) == ("channel-host-key", False)
    assert fingerprint(server.keys[0]) in error.values["received"]
    assert error.values["expected"].startswith("ssh-ed25519 SHA256:")
    assert failure(open_it, host_key="SHA256:" + "A" * 43).code == "channel-host-key"
    with open_it(host_key=(other, ensure_key(tmp_path / "host"))):
        pass


def test_a_host_key_of_a_type_the_server_lacks(open_it: Open) -> None:
    pin = "ecdsa-sha2-nistp256 SHA256:" + "A" * 43
    error = failure(open_it, host_key=pin)
    assert (error.code, error.transient) == ("channel-protocol", False)


def test_a_host_key_of_an_unknown_type(open_it: Open) -> None:
    assert failure(open_it, host_key="ssh-quantum SHA256:" + "A" * 43).code == "channel-protocol"


def test_nobody_listens(open_it: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    error = failure(open_it, port=port)
    assert (error.code, error.transient) == ("channel-unreachable", True)


def test_unknown_host(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    error = failure(open_it, host="sftp.example.invalid")
    assert (error.code, error.transient) == ("channel-host-unknown", False)


def test_no_sftp_there(root: Path, open_it: Open, server: PasswordServer) -> None:
    server._subsystem = lambda: False
    error = failure(open_it)
    assert (error.code, error.transient) == ("channel-protocol", False)


@pytest.mark.parametrize(
    ("greeting", "hang_up", "code"),
    [
        (b"", False, "channel-lost"),
        (b"220 FTP server ready\r\n", True, "channel-lost"),
        (b"SSH-2.0-mute\r\n", False, "channel-lost"),
        (b"", True, "channel-lost"),
    ],
)
def test_servers_that_do_not_speak(open_it: Open, greeting: bytes, hang_up: bool, code: str) -> None:
    raw = RawServer(greeting, hang_up)
    try:
        error = failure(open_it, port=raw.port, timeout_seconds=0.3)
    finally:
        raw.stop()
    assert error.code in (code, "channel-timeout")
    assert error.transient


def test_a_server_that_hangs_while_the_session_opens(open_it: Open, server: PasswordServer) -> None:
    free = threading.Event()
    server._subsystem = lambda: free.wait(30)
    try:
        error = failure(open_it, timeout_seconds=0.5)
    finally:
        free.set()
    assert (error.code, error.transient) == ("channel-timeout", True)


def test_a_lost_connection_is_told_and_stays_lost(open_it: Open, server: PasswordServer) -> None:
    channel = open_it()
    channel.put_temporary(".a.1.part", b"x")
    server.cut()
    calls: list[Callable[[], object]] = [
        lambda: channel.rename(".a.1.part", "a"),
        channel.drops,
        lambda: channel.fetch("a", io.BytesIO()),
        lambda: channel.put_temporary(".b", b""),
    ]
    for call in calls:
        with pytest.raises(ChannelError) as caught:
            call()
        assert (caught.value.code, caught.value.transient) == ("channel-lost", True)
    channel.close()


def test_of_many_files_a_lost_connection_is_the_last_outcome(
    root: Path, open_it: Open, server: PasswordServer
) -> None:
    for number in range(300):
        (root / "out" / f"{number:03}").write_bytes(b"x")

    @contextmanager
    def sink(drop: Drop) -> Iterator[io.BytesIO]:
        if drop.name == "005":
            server.cut()
        yield io.BytesIO()

    channel = open_it()
    drops = channel.drops()
    *fetched, last = channel.fetch_all(drops, sink)
    assert all(isinstance(each, io.BytesIO) for each in fetched)
    assert 6 <= len(fetched) < 300
    assert isinstance(last, ChannelError)
    assert (last.code, last.transient) == ("channel-lost", True)
    for outcomes in (channel.remove_all(drops), channel.put_all([Upload(".a", b"x")] * 2)):
        assert [each.code for each in outcomes if isinstance(each, ChannelError)] == ["channel-lost"]
    assert len(list((root / "out").iterdir())) == 300


def test_keys(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = Ed25519PrivateKey.generate()
    locked = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(b"phrase"))
    key = ensure_key(tmp_path / "user")
    host = ensure_key(tmp_path / "host")
    (tmp_path / "locked").write_bytes(locked)
    (tmp_path / "none").write_bytes(b"no key")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("KEY_TEXT", (tmp_path / "user").read_text())
    monkeypatch.setenv("PHRASE", "phrase")
    monkeypatch.setenv("WRONG", "wrong")
    server = ParamikoServer(tmp_path / "host", {"p": Login(key, root)})

    def attempt(**changes: str) -> str:
        settings = SftpSettings(host="127.0.0.1", port=server.port, user="p", host_key=(host,), **changes)
        try:
            with open_channel(settings, base=tmp_path):
                return "in"
        except ChannelError as error:
            return f"{error.code}{' (transient)' * error.transient} {error.values.get('problem', '')}"

    try:
        assert attempt(key_file="user") == "in"
        assert attempt(key_env="KEY_TEXT") == "in"
        assert attempt(key_file="missing").startswith("channel-secret No such file")
        assert attempt(key_file="none").startswith("channel-secret no private key")
        assert attempt(key_file="bytes") == "channel-secret no text"
        assert "passphrase_env is not given" in attempt(key_file="locked")
        assert "passphrase is wrong" in attempt(key_file="locked", passphrase_env="WRONG")
        assert attempt(key_file="locked", passphrase_env="PHRASE").startswith("channel-login")
    finally:
        server.stop()
