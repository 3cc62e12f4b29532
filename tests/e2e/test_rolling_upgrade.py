"""Two versions of the program side by side on one PostgreSQL, and the hosts upgraded one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from edi_router.config import shipped_directory
from edi_router.engine.distributed.setup import put_in
from edi_router.engine.workspace import DATABASE_VARIABLE
from edi_router.ledger import Ledger
from edi_router.version import __version__
from tests.support import next_version
from tests.support.cli import edi_router
from tests.support.postgresql import PostgreSQL
from tests.support.workspaces import outbox, prepare
from tests.torture.cluster import wait

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
SAMPLE = (shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()
NEXT = next_version.VERSION
BOTH = {__version__, NEXT}


@dataclass
class Site:
    """A deployment whose hosts run either version."""

    root: Path
    next: Path
    ledger: Ledger
    sent: int = 0

    def command(self, version: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        code = self.next if version == NEXT else next_version.ROOT
        command = [sys.executable, "-m", "edi_router.cli.main", "--workspace", str(self.root), *arguments]
        return command, {**os.environ, "PYTHONPATH": str(code)}

    @contextmanager
    def host(self, name: str, version: str, *steps: str) -> Iterator[subprocess.Popen[bytes]]:
        """A host with one worker, from when it works until it was told to stop and has."""
        command, environment = self.command(version, "worker", "--processes", "1")
        command += ["--steps", ",".join(steps)] if steps else []
        with (self.root / f"{name}.log").open("ab") as log:
            # Python looks into the folder in which it is started before it looks into PYTHONPATH.
            own = {**environment, "EDI_ROUTER_HOST": name}
            process = subprocess.Popen(command, env=own, stderr=log, cwd=self.root)
        try:
            assert wait(lambda: (name, version) in self.alive() or process.poll() is not None, 180), (
                "not in time"
            )
            assert process.poll() is None, self.told(name)
            yield process
        finally:
            process.terminate()
            assert process.wait(120) == 0, self.told(name)

    def alive(self) -> set[tuple[str, str]]:
        return {(each.host, each.version) for each in self.ledger.workers() if each.alive}

    def told(self, name: str) -> str:
        return (self.root / f"{name}.log").read_text()[-3000:]

    def send(self, number: int) -> None:
        for _ in range(number):
            self.sent += 1
            content = SAMPLE.replace(b"ENTA00000001", b"ENTA%08d" % (100 + self.sent))
            (outbox(self.root, "ENT-A") / f"{self.sent:03d}.edi").write_bytes(content)

    def delivered(self) -> list[int]:
        return [len(list((self.root / "exchange" / each / "in").iterdir())) for each in ("CIQ-QD", "ENT-A")]

    def rest(self) -> None:
        """Wait until each file has come to both of its outputs, and that is written down."""
        assert wait(lambda: self.delivered() == [self.sent, self.sent], 120), self.delivered()
        assert wait(lambda: not any(self.ledger.in_hand()), 60)

    def ask(self, query: str) -> list[str]:
        with self.ledger.read() as connection:
            return list(connection.scalars(text(query)))


@pytest.fixture
def site(
    tmp_path: Path, postgresql: PostgreSQL, postgresql_template: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """A deployment of this version, in use."""
    url = postgresql.url(postgresql.create(postgresql_template))
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    prepare(tmp_path / "w")
    with (tmp_path / "w" / "edi-router.yaml").open("a") as file:
        file.write("poll_seconds: 1\n")
    (tmp_path / "next").mkdir()
    with Ledger.open(url) as ledger:
        with ledger.engine.begin() as connection:
            put_in(connection)
        yield Site(tmp_path / "w", next_version.make(tmp_path / "next"), ledger)


def test_hosts_are_upgraded_one_after_the_other(site: Site) -> None:
    """The work of each file is shared by both versions; nothing is lost, nothing comes twice."""
    site.send(4)
    with ExitStack() as upgraded:
        with site.host("one", __version__):
            site.rest()
            # The first upgraded host brings the ledger to its revision, under the hands of the other.
            upgraded.enter_context(site.host("two", NEXT, "receive", "deliver"))
            assert site.ask("SELECT version_num FROM alembic_version") == [next_version.REVISION]
            assert site.alive() == {("one", __version__), ("two", NEXT)}
            site.send(4)
            site.rest()
            told = edi_router("--workspace", site.root, "cluster", "status", "--json")
            assert {each["version"] for each in told.json["workers"]} == BOTH
            assert told.json["trouble"] == ["workers have different versions"]
            assert told.code == 1
            site.send(4)  # while the other host is told to end
        assert site.alive() == {("two", NEXT)}
        upgraded.enter_context(site.host("one", NEXT))
        # The host that was told to end may have processed all that came until then: these it cannot have.
        site.send(4)
        site.rest()
    assert site.alive() == set(), "all ended in good order"
    assert set(site.ask("SELECT engine FROM message")) == BOTH
    assert sorted(site.ask("SELECT state FROM message")) == ["completed"] * site.sent
    assert sorted(site.ask("SELECT state FROM delivery")) == ["delivered"] * 2 * site.sent
    assert site.delivered() == [site.sent, site.sent]
    assert site.ledger.books(site.ledger.business_date(site.ledger.now())).balanced
