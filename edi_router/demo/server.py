"""The demonstration's SFTP server: OpenSSH's sshd where it can be run, else one on paramiko."""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Literal, Self

from edi_router.demo.keys import ensure_key
from edi_router.demo.listener import HOST
from edi_router.demo.paramiko_server import Login, ParamikoServer
from edi_router.demo.sshd import NotUsable, Sshd
from edi_router.partners.channels import SftpSettings
from edi_router.transports import ChannelError, open_channel

Kind = Literal["openssh", "paramiko"]


@dataclass(frozen=True, slots=True)
class Account:
    """How a partner's account is reached, and where its files lie on this machine.

    On OpenSSH every account has the same `user`, the one who runs the server: the key tells them apart.
    """

    name: str
    host: str
    port: int
    user: str
    key_file: Path
    host_key: str
    root: Path

    @property
    def outbox(self) -> Path:
        """The folder that the partner fills."""
        return self.root / "out"

    @property
    def inbox(self) -> Path:
        """The folder that we fill."""
        return self.root / "in"

    def settings(self, **more: Any) -> SftpSettings:
        """The channel settings of the account; `more` are further keys of `SftpSettings`."""
        values: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "key_file": str(self.key_file),
            "host_key": self.host_key,
            "outbox": "out",
            "inbox": "in",
        }
        return SftpSettings.model_validate(values | more)


class RunningServer:
    """A running server; `note` says why it is not OpenSSH's, else it is empty.

    It ends with `stop`, with the `with` block, and at the latest with the process.
    """

    def __init__(
        self, kind: Kind, note: str, accounts: Mapping[str, Account], backend: Sshd | ParamikoServer
    ) -> None:
        self.kind = kind
        self.note = note
        self.accounts = MappingProxyType(dict(accounts))
        self.port = backend.port
        self._backend: Sshd | ParamikoServer | None = backend
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the server and all its sessions; a second call does nothing."""
        backend, self._backend = self._backend, None
        if backend is not None:
            backend.stop()
            atexit.unregister(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    workspace: Path, accounts: Sequence[str], *, port: int = 0, kind: Kind | None = None
) -> RunningServer:
    """Start a server on the loopback address with an account for each name.

    Everything lies in `workspace/sftp`: keys in `keys/` (kept for the next start), the accounts' folders in
    `accounts/NAME/{out,in}`, the log. With `kind` only that server will do, and NotUsable says why not.
    """
    home = (workspace / "sftp").resolve()
    host_key = home / "keys" / "host"
    public = ensure_key(host_key)
    logins = {name: _prepare(home, name) for name in accounts}
    note = ""
    if kind != "paramiko":
        try:
            return _openssh(home, host_key, public, logins, port)
        except NotUsable as error:
            if kind == "openssh":
                raise
            note = f"{error}; serving with paramiko instead"
    server = ParamikoServer(host_key, logins, port)
    return RunningServer("paramiko", note, _accounts(home, logins, server.port, public, None), server)


def _openssh(
    home: Path, host_key: Path, public: str, logins: Mapping[str, Login], port: int
) -> RunningServer:
    log = home / "sshd.log"
    server = Sshd(host_key, {login.key: login.root for login in logins.values()}, log, port)
    accounts = _accounts(home, logins, server.port, public, server.user)
    try:
        for account in list(accounts.values())[:1]:
            with open_channel(account.settings(timeout_seconds=20)) as channel:
                channel.drops()
    except ChannelError as error:
        server.stop()
        raise NotUsable(f"sshd does not serve here: {error} See {log}") from error
    except BaseException:
        server.stop()
        raise
    return RunningServer("openssh", "", accounts, server)


def _prepare(home: Path, name: str) -> Login:
    root = home / "accounts" / name
    for folder in ("out", "in"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    return Login(ensure_key(home / "keys" / name), root)


def _accounts(
    home: Path, logins: Mapping[str, Login], port: int, public: str, user: str | None
) -> dict[str, Account]:
    return {
        name: Account(name, HOST, port, user or name, home / "keys" / name, public, login.root)
        for name, login in logins.items()
    }
