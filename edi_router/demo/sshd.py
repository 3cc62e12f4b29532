"""OpenSSH's sshd as the demonstration's SFTP server, run by whoever runs the demonstration.

Each connection gets an `sshd -i` of its own, so no daemon is left behind when we die. An unprivileged sshd
can log in its own user only; hence all accounts are that user, told apart by their keys: each key is bound
to `internal-sftp` in its own folder. That is a starting folder, not a jail: this server listens on the
loopback address and is for demonstrations and tests.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from edi_router.demo.listener import Listener

_CONFIG = """\
HostKey {run}/host_key
AuthorizedKeysFile {run}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
DisableForwarding yes
PermitTTY no
PermitUserRC no
PrintMotd no
UseDNS no
LoginGraceTime 30
LogLevel INFO
Subsystem sftp internal-sftp
"""
_MISSING_FOLDER = re.compile(r"[Mm]issing privilege separation directory: (/\S+)")
_PLACES = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/sbin"))


class NotUsable(Exception):
    """sshd is not there, or it cannot be run here; `str()` says why."""


class Sshd:
    """A running server: `keys` maps the public key line of each account to its folder."""

    def __init__(self, host_key: Path, keys: Mapping[str, Path], log: Path, port: int = 0) -> None:
        self._program = find()
        self.user = _user()
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._run = Path(tempfile.mkdtemp(prefix="edi-router-sshd-"))
        self._log = log
        try:
            self._config = self._configure(host_key, keys)
            self._check()
            self._listener = Listener(self._serve, port)
        except BaseException:
            shutil.rmtree(self._run)
            raise
        self.port = self._listener.port

    def _configure(self, host_key: Path, keys: Mapping[str, Path]) -> Path:
        if re.search(r"[\s%\"']", str(self._run)):
            raise NotUsable(f"the folder for temporary files has a name that sshd cannot take: {self._run}")
        (self._run / "host_key").touch(mode=0o600)
        (self._run / "host_key").write_bytes(host_key.read_bytes())
        lines = []
        for number, (key, folder) in enumerate(keys.items()):
            link = self._run / f"root-{number}"
            link.symlink_to(folder.resolve())
            lines.append(f'restrict,command="internal-sftp -d {link}" {key}\n')
        (self._run / "authorized_keys").write_text("".join(lines))
        config = self._run / "sshd_config"
        config.write_text(_CONFIG.format(run=self._run))
        return config

    def _check(self) -> None:
        """Let sshd check its configuration; as root, make the one folder it misses in bare containers."""
        command = [self._program, "-t", "-f", str(self._config)]
        for _ in range(2):
            result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
            if result.returncode == 0:
                return
            missing = _MISSING_FOLDER.search(result.stderr)
            if not missing or os.geteuid() != 0:
                break
            with suppress(OSError):
                Path(missing[1]).mkdir(mode=0o755, parents=True)
        raise NotUsable(result.stderr.strip() or f"sshd -t ended with {result.returncode}")

    def _serve(self, connection: socket.socket) -> None:
        with connection, self._log.open("ab") as log:
            process = subprocess.Popen(
                [self._program, "-i", "-e", "-f", str(self._config)],
                stdin=connection.fileno(),
                stdout=connection.fileno(),
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        with self._lock:
            self._running.add(process)
        threading.Thread(target=self._reap, args=(process,), daemon=True).start()

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        with self._lock:
            self._running.discard(process)

    def stop(self) -> None:
        """End the server and all its sessions."""
        self._listener.stop()
        with self._lock:
            running = list(self._running)
        for process in running:
            _signal(process, signal.SIGTERM)
        for process in running:
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self._run, ignore_errors=True)


def find() -> str:
    """The path of sshd; raises NotUsable when there is none."""
    program = shutil.which("sshd", path=_PLACES)
    if program is None:
        raise NotUsable("OpenSSH's sshd is not installed")
    return program


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise NotUsable(f"the user {os.geteuid()} has no name") from None


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
