"""Servers that misbehave, for the tests of the SFTP channel."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import paramiko
from paramiko import Ed25519Key, RSAKey, ServerInterface, SFTPServer, Transport

from edi_router.demo.listener import Listener
from edi_router.demo.paramiko_server import RootedFolder


class Login(ServerInterface):
    """Takes the password `secret`; `subsystem` decides about SFTP."""

    def __init__(self, root: Path, subsystem: Callable[[], bool]) -> None:
        self.root = root
        self._subsystem = subsystem

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.common.AUTH_SUCCESSFUL if password == "secret" else paramiko.common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        return self._subsystem() and super().check_channel_subsystem_request(channel, name)


class PasswordServer:
    """An SFTP server with a password login and an RSA and an Ed25519 host key."""

    def __init__(self, root: Path, ed25519: Path, subsystem: Callable[[], bool] = lambda: True) -> None:
        self.keys = [Ed25519Key.from_private_key_file(str(ed25519)), RSAKey.generate(2048)]
        self._root = root
        self._subsystem = subsystem
        self._transports: list[Transport] = []
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    def _serve(self, connection: socket.socket) -> None:
        transport = Transport(connection)
        transport.set_log_channel("edi_router.demo.ssh")
        transport.daemon = True
        for key in self.keys:
            transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", SFTPServer, RootedFolder)
        transport.start_server(threading.Event(), Login(self._root, self._subsystem))
        self._transports.append(transport)

    def cut(self) -> None:
        """Drop all connections."""
        for transport in self._transports:
            transport.close()
            transport.sock.close()
            transport.join(5)

    def stop(self) -> None:
        self._listener.stop()
        self.cut()


class RawServer:
    """Says `greeting` and then nothing; closes the connection at once when `hang_up`."""

    def __init__(self, greeting: bytes = b"", hang_up: bool = False) -> None:
        self._greeting = greeting
        self._hang_up = hang_up
        self._connections: list[socket.socket] = []
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    def _serve(self, connection: socket.socket) -> None:
        connection.sendall(self._greeting)
        if self._hang_up:
            connection.close()
        else:
            self._connections.append(connection)

    def stop(self) -> None:
        self._listener.stop()
        for connection in self._connections:
            connection.close()
