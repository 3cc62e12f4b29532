"""How often partners are logged in at: once in a run until idle, once in a round of a service; over OpenSSH."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from edi_router.demo import server as demo
from edi_router.demo.sshd import NotUsable
from edi_router.engine import reach
from edi_router.engine.reach import Reach
from edi_router.engine.round import EmbeddedEngine
from edi_router.ledger import Ledger
from edi_router.partners.channels import ChannelSettings
from edi_router.transports import Channel, ChannelError, open_channel
from tests.conftest import need
from tests.support.workspaces import CHANNEL, Clock, Remembering, prepare

SENDER, RECIPIENT = "ENT-A", "CIQ-QD"
SAMPLE = shipped_directory() / "samples" / "day" / SENDER / "0800-cusdec.edi"


class Site:
    """An engine whose two partners are reached over OpenSSH."""

    def __init__(
        self, root: Path, server: demo.RunningServer, ledger: Ledger, workspace: Remembering
    ) -> None:
        self.server, self.ledger, self.steps = server, ledger, list[tuple[str, str]]()
        self.engine = EmbeddedEngine(
            workspace, ledger, workspace.open_archive(), Clock(), progress=self._progress
        )
        self._log = root / "sftp" / "sshd.log"
        self._before = self._logins()

    def _progress(self, step: str, partner: str) -> None:
        self.steps.append((step, partner))

    def _logins(self) -> int:
        return self._log.read_text().count("Accepted publickey")

    @property
    def logins(self) -> int:
        """Logins that the server has taken since the start."""
        return self._logins() - self._before

    @property
    def rounds(self) -> int:
        """Rounds that the engine has begun."""
        return self.steps.count(("process", ""))

    def drop(self) -> None:
        """Have the sender drop a file."""
        (self.server.accounts[SENDER].outbox / SAMPLE.name).write_bytes(SAMPLE.read_bytes())

    def cut(self) -> None:
        """End all sessions as a server that dies does; others can be opened at once."""
        backend = self.server._backend
        for process in list(backend._running):  # type: ignore[union-attr]
            process.kill()
            process.wait()

    @property
    def came(self) -> int:
        """Files in the recipient's inbox."""
        return len(list(self.server.accounts[RECIPIENT].inbox.iterdir()))


@contextmanager
def _site(root: Path) -> Iterator[Site]:
    try:
        server = demo.start(root, [SENDER, RECIPIENT], kind="openssh")
    except NotUsable as error:
        need(False, f"{error} (apt-get install openssh-server)")
    with server:
        prepare(root / "place")
        settings = root / "place" / "edi-router.yaml"
        text = settings.read_text(encoding="utf-8")
        for partner, account in server.accounts.items():
            channel = {
                "kind": "sftp", "host": account.host, "port": account.port, "user": account.user,
                "key_file": str(account.key_file), "host_key": account.host_key, "wait_seconds": 0,
                "outbox": "out", "inbox": "in",
            }  # fmt: skip
            text = text.replace(CHANNEL.format(partner=partner), f"  {partner}: {json.dumps(channel)}")
        settings.write_text(text, encoding="utf-8")
        workspace = Remembering.at(root / "place")
        with workspace.open_ledger(Clock()) as ledger:
            yield Site(root, server, ledger, workspace)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with _site(tmp_path) as made:
        yield made


def _ended(site: Site) -> bool:
    """Whether all sessions come to an end, which the server learns a moment later."""
    deadline = time.monotonic() + 20
    while (running := site.server._backend._running) and time.monotonic() < deadline:  # type: ignore[union-attr]
        time.sleep(0.02)
    return not running


def test_a_run_until_idle_logs_in_once_at_each_partner(site: Site) -> None:
    site.drop()
    report = site.engine.until_idle()
    assert (report.received, report.delivered, report.problems) == (1, 2, [])
    assert site.came == 1
    assert site.rounds > 1, "the last one finds nothing to do"
    assert site.logins == 2
    assert _ended(site), "no session outlasts the run"


def test_a_round_of_a_service_leaves_no_session_open(site: Site) -> None:
    site.drop()
    for number in (1, 2):
        site.engine.round()
        assert site.logins == 2 * number
        assert _ended(site)
    assert site.came == 1


def test_a_session_that_ended_between_two_rounds_is_opened_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell, opened = site.engine.tell_webhooks, list[Channel]()

    def opening(settings: ChannelSettings, *, base: Path | None = None) -> Channel:
        channel = open_channel(settings, base=base)
        if settings.kind == "sftp":
            opened.append(channel)
        return channel

    def between(partner: str | None = None) -> int:
        if site.rounds == 1:
            site.drop()
            site.cut()
            deadline = time.monotonic() + 20
            while any(channel.is_open for channel in opened) and time.monotonic() < deadline:
                time.sleep(0.02)  # their end is on its way
        return tell(partner)

    monkeypatch.setattr(reach, "open_channel", opening)
    monkeypatch.setattr(site.engine, "tell_webhooks", between)
    site.drop()
    report = site.engine.until_idle()
    assert (report.received, report.problems) == (2, [])
    assert site.logins == 4
    assert {contact.failures for contact in site.ledger.contacts().values()} == {0}


def test_a_channel_that_failed_is_closed_and_left_alone_until_the_next_round(site: Site) -> None:
    problems: list[str] = []
    later: list[str] = []
    with ExitStack() as stack:
        channels = Reach(site.engine, problems, stack)
        first, other = channels.get(SENDER), channels.get(RECIPIENT)
        assert first is not None
        assert other is not None
        channels.failed(SENDER, ChannelError("channel-refused", path="x", problem="no"))
        assert not first.is_open
        assert channels.get(SENDER) is None
        channels.again(later)
        second = channels.get(SENDER)
        assert second is not None
        assert second is not first
        assert second.drops() == []
        assert channels.get(RECIPIENT) is other
        assert site.logins == 3
    assert not second.is_open
    assert not other.is_open
    assert len(problems) == 1
    assert later == []
