"""An SFTP server on paramiko, for machines without OpenSSH's sshd: user names, each in its own folder."""

from __future__ import annotations

import errno
import logging
import os
import posixpath
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import paramiko
from paramiko import Ed25519Key, PKey, SFTPAttributes, SFTPHandle, SFTPServer, Transport
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp import SFTP_OK

from edi_router.demo.listener import Listener

_LOG = "edi_router.demo.ssh"
logging.getLogger(_LOG).addHandler(logging.NullHandler())

P = ParamSpec("P")
T = TypeVar("T")


def _status(method: Callable[P, T]) -> Callable[P, T | int]:
    """Errors of the operating system as SFTP status codes."""

    def wrapped(*args: P.args, **named: P.kwargs) -> T | int:
        try:
            return method(*args, **named)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno or errno.EIO)

    return wrapped


@dataclass(frozen=True, slots=True)
class Login:
    """One account: its public key line and its folder."""

    key: str
    root: Path


class _Server(paramiko.ServerInterface):
    def __init__(self, logins: Mapping[str, Login]) -> None:
        self._logins = logins
        self.root: Path | None = None

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: PKey) -> int:
        login = self._logins.get(username)
        if login is None or login.key.split()[:2] != [key.get_name(), key.get_base64()]:
            return AUTH_FAILED
        self.root = login.root
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if kind == "session":
            return OPEN_SUCCEEDED
        return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Handle(SFTPHandle):
    def __init__(self, file: Any, flags: int) -> None:
        super().__init__(flags)
        self.readfile = self.writefile = file

    def stat(self) -> SFTPAttributes | int:
        return SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class RootedFolder(paramiko.SFTPServerInterface):
    """The files of one account: what it sees as `/` is its folder. Links out of it are not followed."""

    def __init__(self, server: paramiko.ServerInterface, *args: Any, **named: Any) -> None:
        super().__init__(server, *args, **named)
        root = getattr(server, "root", None)
        if not isinstance(root, Path):
            raise TypeError("the account has no folder")
        self._root = root.resolve()

    def path(self, name: str) -> Path:
        """The file that the client calls `name`; raises PermissionError when it lies outside."""
        inner = posixpath.normpath(posixpath.join("/", name)).lstrip("/")
        path = self._root / inner
        parent = path.parent.resolve() if inner else self._root
        if not parent.is_relative_to(self._root):
            raise PermissionError(errno.EACCES, "outside of the account's folder")
        return parent / path.name if inner else self._root

    @_status
    def list_folder(self, path: str) -> list[SFTPAttributes]:  # noqa: D102
        listed = []
        with os.scandir(self.path(path)) as entries:
            for entry in entries:
                try:
                    entry.name.encode()
                    status = entry.stat(follow_symlinks=False)
                except (FileNotFoundError, UnicodeEncodeError):  # paramiko's server takes UTF-8 names only
                    continue
                listed.append(SFTPAttributes.from_stat(status, entry.name))
        return listed

    @_status
    def stat(self, path: str) -> SFTPAttributes:  # noqa: D102
        return SFTPAttributes.from_stat(self.path(path).lstat())

    lstat = stat

    @_status
    def open(self, path: str, flags: int, attr: SFTPAttributes) -> SFTPHandle:  # noqa: D102
        descriptor = os.open(self.path(path), flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        mode = {os.O_RDONLY: "rb", os.O_WRONLY: "wb"}.get(flags & os.O_ACCMODE, "r+b")
        return _Handle(os.fdopen(descriptor, mode, buffering=0), flags)

    @_status
    def remove(self, path: str) -> int:  # noqa: D102
        self.path(path).unlink()
        return SFTP_OK

    @_status
    def rename(self, oldpath: str, newpath: str) -> int:  # noqa: D102
        old, new = self.path(oldpath), self.path(newpath)
        if old.is_dir():
            if os.path.lexists(new):
                raise FileExistsError(errno.EEXIST, "exists")
            old.rename(new)
        else:
            os.link(old, new, follow_symlinks=False)
            old.unlink()
        return SFTP_OK

    @_status
    def posix_rename(self, oldpath: str, newpath: str) -> int:  # noqa: D102
        self.path(oldpath).replace(self.path(newpath))
        return SFTP_OK

    @_status
    def mkdir(self, path: str, attr: SFTPAttributes) -> int:  # noqa: D102
        self.path(path).mkdir()
        return SFTP_OK

    @_status
    def rmdir(self, path: str) -> int:  # noqa: D102
        self.path(path).rmdir()
        return SFTP_OK


class ParamikoServer:
    """A running server. `logins` maps user names to keys and folders."""

    def __init__(
        self,
        host_key: Path,
        logins: Mapping[str, Login],
        port: int = 0,
        folder: type[RootedFolder] = RootedFolder,
    ) -> None:
        self._key = Ed25519Key.from_private_key_file(str(host_key))
        self._logins = logins
        self._folder = folder
        self._lock = threading.Lock()
        self._sessions: list[tuple[Transport, socket.socket]] = []
        self._listener = Listener(self._serve, port)
        self.port = self._listener.port

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = Transport(connection)
        transport.set_log_channel(_LOG)
        transport.daemon = True
        transport.add_server_key(self._key)
        transport.set_subsystem_handler("sftp", SFTPServer, self._folder)
        with self._lock:
            self._sessions = [session for session in self._sessions if session[0].is_alive()]
            transport.start_server(threading.Event(), _Server(self._logins))
            self._sessions.append((transport, connection))

    def stop(self) -> None:
        """End the server and all its sessions."""
        self._listener.stop()
        with self._lock:
            sessions, self._sessions = self._sessions, []
        for transport, connection in sessions:
            transport.close()
            connection.close()
        for transport, _ in sessions:
            transport.join(5)
