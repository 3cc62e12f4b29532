"""A TCP proxy with a long way between its ends: every byte comes so much later, and no fewer come in a second."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Self

from edi_router.demo.listener import HOST, Listener

BLOCK = 1 << 16


class Far:
    """Forwards connections to a port of this machine; what goes in comes out half of `round_trip` seconds later."""

    def __init__(self, port: int, round_trip: float) -> None:
        self._to, self._delay = port, round_trip / 2
        self._open: list[socket.socket] = []
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.stop()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self, connection: socket.socket) -> None:
        server = socket.create_connection((HOST, self._to), 10)
        self._open += [connection, server]
        for each in (connection, server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, target in ((connection, server), (server, connection)):
            _Way(source, target, self._delay)


class _Way:
    """One direction: what was read, and when it is to be written."""

    def __init__(self, source: socket.socket, target: socket.socket, delay: float) -> None:
        self._source, self._target, self._delay = source, target, delay
        self._there = threading.Condition()
        self._waiting: deque[tuple[float, bytes]] = deque()
        for each in (self._read, self._write):
            threading.Thread(target=each, daemon=True).start()

    def _read(self) -> None:
        data = b"more"
        while data:
            try:
                data = self._source.recv(BLOCK)
            except OSError:
                data = b""
            with self._there:
                self._waiting.append((time.monotonic() + self._delay, data))
                self._there.notify()

    def _write(self) -> None:
        while True:
            with self._there:
                self._there.wait_for(lambda: self._waiting)
                at, data = self._waiting.popleft()
            time.sleep(max(0.0, at - time.monotonic()))
            try:
                if not data:
                    self._target.shutdown(socket.SHUT_WR)
                    return
                self._target.sendall(data)
            except OSError:
                return
