"""A listening socket on the loopback address with a thread that accepts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

HOST = "127.0.0.1"


class Listener:
    """Hands every connection to `serve`, in its own thread, until `stop`. Port 0 means any free one."""

    def __init__(self, serve: Callable[[socket.socket], None], port: int = 0) -> None:
        self._serve = serve
        self._stopping = False
        self._socket = socket.create_server((HOST, port), backlog=128)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name=f"listener-{self.port}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                if self._stopping:
                    return
                continue
            if self._stopping:
                connection.close()
                return
            # sshd asks for it itself only when the session is there: till then each login would wait some 40 ms for
            # an acknowledgement that the client delays.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._serve(connection)
            except Exception:
                connection.close()

    def stop(self) -> None:
        """Stop accepting; connections that were handed over are not touched."""
        if self._stopping:
            return
        self._stopping = True
        with suppress(OSError):
            socket.create_connection((HOST, self.port), 1).close()
        self._thread.join(5)
        self._socket.close()
