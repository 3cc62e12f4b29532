"""Hosts on one machine: network namespaces with addresses of their own, PostgreSQL, sshd and workers in them.

Needs root, `ip` (iproute2), OpenSSH and PostgreSQL; `missing` tells what is not there. The workers are what
`edi-router worker --processes N` starts, forked from a process that has the configuration loaded.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edi_router.demo.keys import ensure_key
from edi_router.demo.sshd import find
from edi_router.engine.distributed.pace import Pace
from tests.torture.postgres import Server, binary

ROOT = Path(__file__).resolve().parent.parent.parent
QUICK = Pace(beat=1.0, stalled=5.0, sweep=2, fetch=0.2, answer=5, idle=10)
"""As a deployment has it, twice as fast."""
PAUSES = (0.5, 2.0)
_NEW_NET = 0x40000000


def missing() -> str:
    """What keeps hosts from being made on this machine; empty when nothing does."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for found, what in (
        (shutil.which("ip"), "apt-get install iproute2"),
        (binary("initdb") and binary("postgres"), "apt-get install postgresql"),
        (shutil.which("setpriv"), "apt-get install util-linux"),
    ):
        if not found:
            return what
    made = subprocess.run(
        ["ip", "netns", "add", "edi-router-probe"], capture_output=True, text=True, check=False
    )
    subprocess.run(["ip", "netns", "del", "edi-router-probe"], capture_output=True, check=False)
    return "" if made.returncode == 0 else f"no network namespaces here: {made.stderr.strip()}"


class Net:
    """A bridge, and hosts on it, each in a namespace: `10.77.0.1` and so on."""

    def __init__(self, names: Sequence[str]) -> None:
        self.prefix = f"er{os.getpid() % 100000}"
        self.bridge = f"{self.prefix}br"
        self.address = {name: f"10.77.0.{number}" for number, name in enumerate(names, 1)}
        _ip("link", "add", self.bridge, "type", "bridge")
        _ip("link", "set", self.bridge, "up")
        for number, name in enumerate(names):
            inner, outer, space = f"{self.prefix}i{number}", self._outer(name), self.space(name)
            _ip("netns", "add", space)
            _ip("link", "add", outer, "type", "veth", "peer", "name", inner)
            _ip("link", "set", outer, "master", self.bridge, "up")
            _ip("link", "set", inner, "netns", space)
            _ip("-n", space, "addr", "add", f"{self.address[name]}/24", "dev", inner)
            _ip("-n", space, "link", "set", inner, "up")
            _ip("-n", space, "link", "set", "lo", "up")

    def space(self, name: str) -> str:
        """The namespace of a host."""
        return f"{self.prefix}-{name}"

    def _outer(self, name: str) -> str:
        return f"{self.prefix}o{list(self.address).index(name)}"

    def within(self, name: str, *command: str) -> list[str]:
        """The command, on a host."""
        return ["ip", "netns", "exec", self.space(name), *command]

    def cut(self, name: str) -> None:
        """Pull the host's cable."""
        _ip("link", "set", self._outer(name), "down")

    def mend(self, name: str) -> None:
        """Put it in again."""
        _ip("link", "set", self._outer(name), "up")

    def processes(self, name: str) -> list[int]:
        """All that run on a host."""
        command = ["ip", "netns", "pids", self.space(name)]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def close(self) -> None:
        """Take the hosts away, with whatever still runs on them."""
        for name in self.address:
            for pid in self.processes(name):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            subprocess.run(["ip", "netns", "del", self.space(name)], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", self.bridge], capture_output=True, check=False)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Database(Server):
    """PostgreSQL on a host; tests look at it through a socket of its folder."""

    def __init__(self, net: Net, host: str, folder: Path) -> None:
        super().__init__(
            folder, address=net.address[host], port=5432, trusted="10.77.0.0/24",
            within=lambda *command: net.within(host, *command),
            options=("fsync=on", "max_connections=200", "autovacuum=on", "log_lock_waits=on"),
        )  # fmt: skip


class Sftp:
    """OpenSSH on a host, with an account for each partner, bound to its folder by its key."""

    PORT = 2222

    def __init__(self, net: Net, host: str, folder: Path) -> None:
        folder.mkdir()
        self.net, self.host, self.folder = net, host, folder
        self._host_key = ensure_key(folder / "host_key")
        self._process: subprocess.Popen[bytes] | None = None
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)

    def start(self, homes: dict[str, Path]) -> dict[str, dict[str, str]]:
        """Serve these folders; the channel of each partner."""
        self.stop()
        lines, channels = [], {}
        for name, home in homes.items():
            public = ensure_key(self.folder / name)
            lines.append(f'restrict,command="internal-sftp -d {home}" {public}')
            channels[name] = {
                "kind": "sftp", "host": self.net.address[self.host], "port": str(self.PORT), "user": "root",
                "key_file": str(self.folder / name), "host_key": self._host_key, "wait_seconds": "0",
                "timeout_seconds": "8",
            }  # fmt: skip
        (self.folder / "authorized_keys").write_text("\n".join(lines) + "\n")
        config = self.folder / "config"
        config.write_text(
            f"HostKey {self.folder}/host_key\nAuthorizedKeysFile {self.folder}/authorized_keys\nPidFile none\n"
            f"ListenAddress {self.net.address[self.host]}:{self.PORT}\nStrictModes no\nUsePAM no\nUseDNS no\n"
            "PasswordAuthentication no\nPermitRootLogin prohibit-password\nMaxStartups 100\n"
            "ClientAliveInterval 2\nClientAliveCountMax 3\nSubsystem sftp internal-sftp\n"
        )
        with (self.folder / "log").open("ab") as log:
            command = self.net.within(self.host, find(), "-D", "-e", "-f", str(config))
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        return channels

    def stop(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


class Farm:
    """Forks hosts full of workers from a process that has the configuration loaded."""

    def __init__(
        self,
        net: Net | None,
        root: Path,
        folder: Path,
        pace: Pace = QUICK,
        pauses: tuple[float, float] = PAUSES,
    ) -> None:
        """Hosts of `net`, else of this machine; `pauses` are those of a supervisor, the first and the longest."""
        self.net, self.folder = net, folder
        given = {"root": str(root), "pace": asdict(pace), "pauses": pauses}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.hosts", json.dumps(given)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the farm ended"
        return str(json.loads(line))

    def start(self, host: str, processes: int, url: str) -> int:
        """A host begins to work; the process of its supervisor, which leads a group with its workers."""
        wanted = {
            "host": host, "space": f"/var/run/netns/{self.net.space(host)}" if self.net is not None else "",
            "processes": processes, "url": url,
            "log": str(self.folder / f"{host}.log"),
        }  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def close(self) -> None:
        """End the farm; hosts are ended by whoever started them."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait(300)


def workers_of(supervisor: int) -> list[int]:
    """The processes of a host's workers."""
    try:
        listed = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(pid) for pid in listed.split()]


def alive(process: int) -> bool:
    """Whether a process runs; one that only waits to be asked how it ended does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _farm(given: dict[str, Any]) -> None:
    """The process that forks: a line of JSON for each host, its process for an answer."""
    from edi_router.engine.steps import ConfigurationFaulty, load
    from edi_router.engine.workspace import Workspace

    workspace = Workspace.at(Path(given["root"]))
    try:
        loaded = load(workspace)
    except ConfigurationFaulty as error:
        sys.exit("\n".join(str(each) for each in error.faults))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        wanted = json.loads(line)
        process = os.fork()
        if process:
            print(json.dumps(process), flush=True)
            continue
        code = 1
        try:
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if wanted["space"]:
                descriptor = os.open(wanted["space"], os.O_RDONLY)
                if ctypes.CDLL(None, use_errno=True).setns(descriptor, _NEW_NET):
                    raise OSError(ctypes.get_errno(), "setns")
            os.environ |= {"EDI_ROUTER_DATABASE": wanted["url"], "EDI_ROUTER_HOST": wanted["host"]}
            _host(workspace, loaded, wanted | {"pauses": given["pauses"]}, Pace(**given["pace"]))
            code = 0
        finally:
            os._exit(code)


def _host(workspace: Any, loaded: Any, wanted: dict[str, Any], pace: Pace) -> None:
    import logging

    from sqlalchemy.exc import SQLAlchemyError

    from edi_router.cli import logs
    from edi_router.engine.distributed import supervisor
    from edi_router.engine.distributed.worker import work

    me = os.getpid()

    def body(configuration: Any) -> int:
        try:
            return 0 if work(workspace, (), configuration, me, pace) else 3
        except SQLAlchemyError as error:
            logging.getLogger("worker").error("%s", str(error).partition("\n")[0])
            return 3

    supervisor.FIRST_PAUSE, supervisor.LONGEST_PAUSE = wanted[
        "pauses"
    ]  # a trial does not wait for half a minute
    supervisor.load = lambda _: loaded  # type: ignore[assignment]
    with logs.written("text", logging.INFO, Path(wanted["log"])):
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        supervisor.Supervisor(workspace, body, wanted["processes"]).run()


if __name__ == "__main__":
    _farm(json.loads(sys.argv[1]))
