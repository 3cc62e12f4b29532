"""Opening an SSH session for SFTP: bounded in time, to a server with the pinned key only."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from paramiko import AuthenticationException, SSHException, Transport
from paramiko.ssh_exception import IncompatiblePeer

from edi_router.partners.channels import SftpSettings
from edi_router.transports.problems import ChannelError
from edi_router.transports.sftp_keys import Pin, fingerprint, password, private_key, signature_types
from edi_router.transports.sftp_requests import ProtocolError, Requests

_LOG = "edi_router.transports.ssh"
logging.getLogger(_LOG).addHandler(logging.NullHandler())
_WINDOW = 1 << 21


class Session:
    """A logged-in SFTP session; `requests` does the work, `close` frees socket and thread."""

    def __init__(self, settings: SftpSettings, base: Path) -> None:
        self.address = f"{settings.host}:{settings.port}"
        self._settings = settings
        self._secret = password(settings) or private_key(settings, base)
        self._socket = self._connect()
        self._transport: Transport | None = None
        try:
            self._transport = Transport(self._socket)
            with self._deadline(), self.told():
                self.requests = self._open(self._transport)
        except BaseException:
            self.close()
            raise

    def _connect(self) -> socket.socket:
        settings = self._settings
        try:
            connection = socket.create_connection((settings.host, settings.port), settings.timeout_seconds)
        except socket.gaierror as error:
            code = "channel-unreachable" if error.errno == socket.EAI_AGAIN else "channel-host-unknown"
            problem = str(error.strerror)
            raise ChannelError(code, address=self.address, host=settings.host, problem=problem) from error
        except TimeoutError as error:
            raise self._timeout() from error
        except OSError as error:
            problem = str(error.strerror or error)
            raise ChannelError("channel-unreachable", address=self.address, problem=problem) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _open(self, transport: Transport) -> Requests:
        settings = self._settings
        seconds = settings.timeout_seconds
        transport.set_log_channel(_LOG)
        transport.daemon = True
        transport.banner_timeout = transport.auth_timeout = transport.handshake_timeout = seconds
        pins = [Pin.parse(key) for key in settings.host_key]
        options = transport.get_security_options()
        options.key_types = signature_types(pins, options.key_types)
        if not options.key_types:
            problem = "unknown key type: " + ", ".join(map(str, pins))
            raise ChannelError("channel-protocol", address=self.address, problem=problem)
        self._agree(transport, pins)
        self._log_in(transport)
        transport.set_keepalive(settings.keepalive_seconds)
        try:
            channel = transport.open_session(window_size=_WINDOW, timeout=seconds)
            channel.settimeout(seconds)
            channel.invoke_subsystem("sftp")
            return Requests(channel)
        except (SSHException, ProtocolError, EOFError) as error:
            if transport.is_active():
                problem = str(error) or "the server closed the session"
                raise ChannelError("channel-protocol", address=self.address, problem=problem) from error
            raise

    def _agree(self, transport: Transport, pins: list[Pin]) -> None:
        try:
            transport.start_client(timeout=self._settings.timeout_seconds)
        except IncompatiblePeer as error:
            raise ChannelError("channel-protocol", address=self.address, problem=str(error)) from error
        if not transport.initial_kex_done:
            raise self._timeout()
        key = transport.get_remote_server_key()
        if not any(pin.matches(key) for pin in pins):
            raise ChannelError(
                "channel-host-key",
                address=self.address,
                expected=", ".join(map(str, pins)),
                received=f"{key.get_name()} {fingerprint(key)}",
            )

    def _log_in(self, transport: Transport) -> None:
        user = self._settings.user
        try:
            if isinstance(self._secret, str):
                more = transport.auth_password(user, self._secret)
            else:
                more = transport.auth_publickey(user, self._secret)
        except AuthenticationException as error:
            if not transport.is_active():
                raise SSHException(f"during the login: {error}") from error
            problem = str(error)
            raise ChannelError("channel-login", address=self.address, user=user, problem=problem) from error
        if more:
            problem = f"it also asks for {', '.join(more)}"
            raise ChannelError("channel-login", address=self.address, user=user, problem=problem)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn failures of the connection into channel errors."""
        try:
            yield
        except (FileNotFoundError, FileExistsError):
            raise
        except TimeoutError as error:
            self.close()
            raise self._timeout() from error
        except (SSHException, EOFError, OSError) as error:
            self.close()
            problem = str(error) or "closed by the server"
            raise ChannelError("channel-lost", address=self.address, problem=problem) from error
        except ProtocolError as error:
            self.close()
            raise ChannelError("channel-protocol", address=self.address, problem=str(error)) from error

    def _timeout(self) -> ChannelError:
        return ChannelError(
            "channel-timeout", address=self.address, seconds=f"{self._settings.timeout_seconds:g}"
        )

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Cut the connection when opening takes three times the timeout: some waits of paramiko have none."""
        fired = threading.Event()

        def cut() -> None:
            fired.set()
            self.close()

        timer = threading.Timer(3 * self._settings.timeout_seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except ChannelError as error:
            if fired.is_set():
                raise self._timeout() from error
            raise
        finally:
            timer.cancel()

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed it, as far as is known."""
        return self._transport is not None and self._transport.is_active() and self.requests.is_open

    def close(self) -> None:
        """Close everything; a second call does nothing."""
        transport = self._transport
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if transport is not None:
            transport.close()
        self._socket.close()
        if transport is not None and transport.is_alive() and transport is not threading.current_thread():
            transport.join(5)
