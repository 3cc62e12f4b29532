"""The demonstration's SFTP servers: accounts, separation, restart, and nothing left behind."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_router.demo import server as demo
from edi_router.demo import sshd
from edi_router.demo.dropping import Droppers
from edi_router.demo.listener import HOST, Listener
from edi_router.transports import ChannelError, open_channel
from tests.conftest import need

KINDS: tuple[demo.Kind, ...] = ("openssh", "paramiko")


@pytest.fixture(scope="module")
def unusable(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Why OpenSSH's server cannot be used here, if it cannot."""
    with demo.start(tmp_path_factory.mktemp("try"), ["ALPHA"]) as running:
        return running.note


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, unusable: str) -> demo.Kind:
    chosen: demo.Kind = request.param
    if chosen == "openssh":
        need(not unusable, f"{unusable} (apt-get install openssh-server)")
    return chosen


@pytest.fixture
def server(kind: demo.Kind, tmp_path: Path) -> Iterator[demo.RunningServer]:
    with demo.start(tmp_path / "work space", ["ALPHA", "BETA"], kind=kind) as running:
        yield running


def test_accounts_reach_their_own_folders(server: demo.RunningServer, kind: demo.Kind) -> None:
    assert (server.kind, server.note) == (kind, "")
    for name, account in server.accounts.items():
        (account.outbox / "in.edi").write_text(name)
        with open_channel(account.settings()) as channel:
            assert [drop.name for drop in channel.drops()] == ["in.edi"]
            channel.put_temporary(".x", name.encode())
            channel.rename(".x", "out.xml")
        assert (account.inbox / "out.xml").read_text() == name
        assert account.key_file.stat().st_mode & 0o777 == 0o600
    assert (kind == "openssh") == (len({account.user for account in server.accounts.values()}) == 1)


def test_a_key_opens_its_own_account_only(server: demo.RunningServer) -> None:
    alpha, beta = server.accounts["ALPHA"], server.accounts["BETA"]
    (beta.outbox / "secret").write_text("x")
    if server.kind == "paramiko":
        with pytest.raises(ChannelError) as caught:
            open_channel(alpha.settings(user="BETA"))
        assert caught.value.code == "channel-login"
    with open_channel(alpha.settings()) as channel:
        assert channel.drops() == []


def test_a_partner_that_drops_stays_logged_in(server: demo.RunningServer, tmp_path: Path) -> None:
    with Droppers(server) as droppers:
        droppers.drop("ALPHA", [("a", b"1"), ("b", b"2")])
        droppers.drop("BETA", [("a", b"3")])
        before = len(threading.enumerate())
        droppers.drop("ALPHA", [("c", b"4")])
        assert len(threading.enumerate()) == before, "each session has threads of its own"
    found = {path.name: path.read_bytes() for path in server.accounts["ALPHA"].outbox.iterdir()}
    assert found == {"a": b"1", "b": b"2", "c": b"4"}, "each under its own name, nothing beside them"
    assert [path.name for path in server.accounts["BETA"].outbox.iterdir()] == ["a"]


def test_a_login_does_not_wait_for_delayed_acknowledgements() -> None:
    found: queue.Queue[int] = queue.Queue()

    def serve(connection: socket.socket) -> None:
        with connection:
            found.put(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    listener = Listener(serve)
    try:
        socket.create_connection((HOST, listener.port), 5).close()
        assert found.get(timeout=5)
    finally:
        listener.stop()


def test_an_unknown_key_is_refused(server: demo.RunningServer, tmp_path: Path) -> None:
    demo.ensure_key(tmp_path / "stranger")
    with pytest.raises(ChannelError) as caught:
        open_channel(server.accounts["ALPHA"].settings(key_file=str(tmp_path / "stranger")))
    assert caught.value.code == "channel-login"


def test_the_paramiko_server_keeps_accounts_in_their_folders(tmp_path: Path) -> None:
    with demo.start(tmp_path, ["ALPHA", "BETA"], kind="paramiko") as running:
        alpha, beta = running.accounts["ALPHA"], running.accounts["BETA"]
        (beta.outbox / "secret").write_text("x")
        (alpha.root / "leak").symlink_to(beta.root)
        for outbox in ("../BETA/out", "/../BETA/out", "leak/out"):
            with open_channel(alpha.settings(outbox=outbox)) as channel, pytest.raises(ChannelError):
                channel.drops()


def test_keys_survive_a_restart(kind: demo.Kind, tmp_path: Path) -> None:
    with demo.start(tmp_path, ["ALPHA"], kind=kind) as first:
        before = first.accounts["ALPHA"]
    with demo.start(tmp_path, ["ALPHA"], kind=kind, port=before.port) as second:
        assert second.accounts["ALPHA"] == before
        with open_channel(before.settings()):
            pass


def test_stopping_ends_open_sessions(server: demo.RunningServer) -> None:
    with open_channel(server.accounts["ALPHA"].settings()) as channel:
        server.stop()
        server.stop()
        with pytest.raises(ChannelError) as caught:
            channel.drops()
        assert caught.value.transient
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 1)


def test_without_sshd_paramiko_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with demo.start(tmp_path, ["ALPHA"]) as running:
        assert running.kind == "paramiko"
        assert "not installed" in running.note
    with pytest.raises(sshd.NotUsable):
        demo.start(tmp_path, ["ALPHA"], kind="openssh")


def test_an_sshd_that_does_not_work_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, script in enumerate(("exit 3", 'test "$1" = -t', "echo no host key >&2; exit 1")):
        program = tmp_path / f"sshd-{number}"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sshd, "find", lambda program=program: str(program))
        with demo.start(tmp_path, ["ALPHA"]) as running:
            assert running.kind == "paramiko"
            assert running.note


SCRIPT = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background has it ignored
from edi_router.demo.server import start
from edi_router.transports import open_channel
try:
    with start(Path(sys.argv[1]), ["ALPHA"], kind=sys.argv[2]) as server:
        with open_channel(server.accounts["ALPHA"].settings()) as channel:
            print(server.port, flush=True)
            time.sleep(60)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_after_a_signal(kind: demo.Kind, tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path), kind]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        process.send_signal(number)
        out, errors = process.communicate(timeout=30)
    if number == signal.SIGINT:
        assert (out, errors) == ("interrupted\n", "")
        assert list(temporary.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)
    deadline = time.monotonic() + 20
    while (left := sessions(str(temporary))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def sessions(text: str) -> list[str]:
    """Processes that have `text` in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if text in line and str(os.getpid()) != path.parent.name:
            found.append(line)
    return found
