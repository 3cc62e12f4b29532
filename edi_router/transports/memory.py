"""A channel in memory, for tests: with faults on demand."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from edi_router.partners.channels import MemorySettings
from edi_router.transports.base import Channel, Drop, Sink, blocks, in_order
from edi_router.transports.names import actual

Verb = Literal["drops", "fetch", "remove", "put_temporary", "inbox_size", "rename", "discard"]


@dataclass
class _Planned:
    verb: str
    nth: int
    error: BaseException
    after: bool


@dataclass
class MemoryStore:
    """Both folders of a partner; tests fill and read them directly.

    `outbox` holds name → (content, modified); `inbox` name → content; `calls` counts the verbs.
    """

    outbox: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    inbox: dict[str, bytes] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    _planned: list[_Planned] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def drop(self, name: str, content: bytes, modified: int = 0) -> None:
        """Put a file into the outbox, as the partner would."""
        with self._lock:
            self.outbox[name] = (content, modified)

    def fail(self, verb: Verb, error: BaseException, *, nth: int = 1, after: bool = False) -> None:
        """Let the `nth` call of `verb` from now on raise `error`, once.

        With `after` the call has its effect first: the answer is lost, not the request.
        """
        with self._lock:
            self._planned.append(_Planned(verb, self.calls[verb] + nth, error, after))

    def begin(self, verb: Verb) -> BaseException | None:
        """Count a call; raises the error planned before it, returns the one planned after it."""
        self.calls[verb] += 1
        due = [plan for plan in self._planned if plan.verb == verb and plan.nth == self.calls[verb]]
        for plan in due:
            self._planned.remove(plan)
            if not plan.after:
                raise plan.error
        return due[0].error if due else None


_STORES: dict[str, MemoryStore] = {}
_STORES_LOCK = threading.Lock()


def store(name: str) -> MemoryStore:
    """The store that all memory channels called `name` share; made at first use."""
    with _STORES_LOCK:
        return _STORES.setdefault(name, MemoryStore())


def forget(name: str) -> None:
    """Drop the store called `name`."""
    with _STORES_LOCK:
        _STORES.pop(name, None)


class MemoryChannel(Channel):
    """A channel over a `MemoryStore`."""

    def __init__(self, settings: MemorySettings) -> None:
        self._store = store(settings.name)

    def drops(self) -> list[Drop]:  # noqa: D102
        with self._store._lock:
            lost = self._store.begin("drops")
            found = [Drop(name, len(data), when) for name, (data, when) in self._store.outbox.items()]
            _raise(lost)
            return in_order(found)

    def fetch(self, name: str, into: Sink) -> int:  # noqa: D102
        actual(name)
        with self._store._lock:
            lost = self._store.begin("fetch")
            if name not in self._store.outbox:
                raise FileNotFoundError(name)
            content = self._store.outbox[name][0]
        into.write(content)
        _raise(lost)
        return len(content)

    def remove(self, name: str, seen: Drop | None = None) -> bool:  # noqa: D102
        actual(name)
        with self._store._lock:
            lost = self._store.begin("remove")
            there = self._store.outbox.get(name)
            same = seen is None or there is None or (len(there[0]), there[1]) == (seen.size, seen.modified)
            if same:
                self._store.outbox.pop(name, None)
            _raise(lost)
            return same

    def put_temporary(self, temporary: str, content: bytes | BinaryIO) -> None:  # noqa: D102
        actual(temporary)
        data = b"".join(blocks(content))
        with self._store._lock:
            lost = self._store.begin("put_temporary")
            self._store.inbox[temporary] = data
            _raise(lost)

    def inbox_size(self, name: str) -> int | None:  # noqa: D102
        actual(name)
        with self._store._lock:
            lost = self._store.begin("inbox_size")
            _raise(lost)
            return len(self._store.inbox[name]) if name in self._store.inbox else None

    def rename(self, temporary: str, final: str) -> None:  # noqa: D102
        actual(temporary)
        actual(final)
        with self._store._lock:
            lost = self._store.begin("rename")
            if temporary not in self._store.inbox:
                raise FileNotFoundError(temporary)
            if final in self._store.inbox:
                raise FileExistsError(final)
            self._store.inbox[final] = self._store.inbox.pop(temporary)
            _raise(lost)

    def discard(self, temporary: str) -> None:  # noqa: D102
        actual(temporary)
        with self._store._lock:
            lost = self._store.begin("discard")
            self._store.inbox.pop(temporary, None)
            _raise(lost)

    def close(self) -> None:  # noqa: D102
        pass


def _raise(error: BaseException | None) -> None:
    if error is not None:
        raise error
