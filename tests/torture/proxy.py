"""A TCP proxy that cuts, stalls and slows: the network between an engine and a partner's server."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from edi_router.demo.listener import HOST, Listener

BLOCK = 4096


@dataclass
class Weather:
    """What happens to a connection, given its number."""

    cut_after: int | None = None
    """Bytes, in both directions together, after which the connection is reset."""
    stall_after: int | None = None
    """Bytes after which nothing is forwarded any more, with the connection open."""
    delay: float = 0.0
    """Seconds that every block waits."""
    block: int = BLOCK
    """Bytes forwarded at once."""


class Proxy:
    """Forwards connections to a port of this machine, each in the weather that `weather` gives."""

    def __init__(self, port: int, weather: Callable[[], Weather] = Weather) -> None:
        self.weather = weather
        self.cuts = 0
        """Connections that were cut or stalled."""
        self._to = port
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    def _serve(self, connection: socket.socket) -> None:
        server = socket.create_connection((HOST, self._to), 10)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as the listener does on its side
        link = _Link(self, connection, server, self.weather())
        with self._lock:
            self._open |= {connection, server}
        for source, target in ((connection, server), (server, connection)):
            threading.Thread(target=link.forward, args=(source, target), daemon=True).start()

    def forget(self, *sockets: socket.socket) -> None:
        """Close sockets for good."""
        with self._lock:
            self._open -= set(sockets)
        for each in sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def cut(self) -> int:
        """Reset all connections; how many sockets there were."""
        with self._lock:
            there = list(self._open)
        for each in there:
            _reset(each)
        self.forget(*there)
        return len(there)

    def stop(self) -> None:
        """End it, with all connections."""
        self._listener.stop()
        self.cut()


class _Link:
    """One connection."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket, weather: Weather) -> None:
        self.proxy, self.client, self.server, self.weather = proxy, client, server, weather
        self._passed = 0
        self._told = False
        self._lock = threading.Lock()

    def forward(self, source: socket.socket, target: socket.socket) -> None:
        """Forward one direction until its end."""
        weather = self.weather
        try:
            while data := source.recv(weather.block):
                if weather.delay:
                    time.sleep(weather.delay)
                with self._lock:
                    room = len(data)
                    for limit in (weather.cut_after, weather.stall_after):
                        if limit is not None:
                            room = min(room, max(0, limit - self._passed))
                    self._passed += room
                target.sendall(data[:room])
                if room < len(data):
                    self._end()
                    return
            target.shutdown(socket.SHUT_WR)
        except OSError:
            self.proxy.forget(self.client, self.server)

    def _end(self) -> None:
        with self._lock:
            first, self._told = not self._told, True
        self.proxy.cuts += first
        if self.weather.cut_after is not None:
            for each in (self.client, self.server):
                _reset(each)
            self.proxy.forget(self.client, self.server)


def _reset(connection: socket.socket) -> None:
    """Have a connection end with a reset instead of an orderly end."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def cut_at_random(chance: random.Random, most: int) -> Callable[[], Weather]:
    """Weather in which two of three connections are cut after at most so many bytes."""

    def weather() -> Weather:
        return Weather(cut_after=chance.randint(0, most) if chance.random() < 0.67 else None)

    return weather
