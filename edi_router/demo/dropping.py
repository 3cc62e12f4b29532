"""The partners' side of the demonstration: each puts its files into its outbox over its own account."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from edi_router.demo.server import RunningServer
from edi_router.transports import Channel, open_channel


class Droppers:
    """The partners of a server. Each logs in with its own key when it has something to drop, and stays for the day."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._stack = ExitStack()
        self._open: dict[str, Channel] = {}

    def drop(self, partner: str, files: Iterable[tuple[str, bytes]]) -> None:
        """Put files (name and content) into the partner's outbox, each whole: it gets its name by a rename."""
        channel = self._channel(partner)
        for name, content in files:
            channel.put_temporary(f".{name}.part", content)
            channel.rename(f".{name}.part", name)

    def _channel(self, partner: str) -> Channel:
        if partner not in self._open:
            # Seen from the partner, its outbox is where it writes.
            settings = self._server.accounts[partner].settings(inbox="out", outbox="in")
            self._open[partner] = self._stack.enter_context(open_channel(settings))
        return self._open[partner]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
