"""What a console shows: a workspace with its ledger and archive, and the configuration in force."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from edi_router.engine.protect import with_keys
from edi_router.engine.round import ConfigurationFaulty
from edi_router.engine.workspace import Workspace, utc_now
from edi_router.ledger import Archive, Ledger
from edi_router.ledger.registering import SealedView
from edi_router.ledger.sealing import key_for
from edi_router.library.checker import Checker
from edi_router.library.making import checker
from edi_router.pipeline.configuration import Configuration

T = TypeVar("T")
LONGEST = 3600.0
"""Seconds after which what was made is forgotten, so that other configurations' things go."""
LOOK = 5.0
"""Seconds between two looks whether the configuration's files have changed."""
PATIENCE = 1.5
"""Seconds for which a page waits for what is made beside it for the first time."""
BRIEFLY, LATELY = 0.1, 300.0
"""Seconds for which it waits when it can show instead what was made not longer ago than so many seconds."""
REST = 10
"""What takes long is made so many times more seldom than it takes."""


def settle() -> None:
    """Let Python look no more for garbage among all that is there now, nor among what was before, once it has gone.

    A configuration is hundreds of thousands of objects that stay. To look through them takes a fifth of a second, for
    which some request would wait again and again.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Made(NamedTuple):
    """What was made, when (by a clock that nobody sets), and how many seconds it took."""

    at: float
    value: object
    took: float


@dataclass
class Site:
    """One deployment as the console knows it; shared by all requests."""

    workspace: Workspace
    ledger: Ledger
    archive: Archive
    clock: Callable[[], datetime] = utc_now
    settle: Callable[[], None] = lambda: None
    """What a process does that has a configuration for long: called after each loading (`settle`)."""
    _loaded: Configuration | None = None
    _checker: Checker | None = None
    _newest: float = 0.0
    _looked: float = 0.0
    _recent: dict[str, Made] = field(default_factory=dict)
    _making: dict[str, Future[object]] = field(default_factory=dict)
    _awaited: dict[str, Future[object]] = field(default_factory=dict)
    _makers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "console-later"))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while what is remembered is looked at or changed, never while something is made."""
    _loading: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one that looks after the configuration."""

    def equipped(self) -> Configuration:
        """The configuration with the keys that signing and opening need: for what makes documents."""
        return with_keys(self.configuration, self.workspace.root)

    def registers(self) -> SealedView:
        """The registers as the pipeline sees them."""
        return SealedView(self.ledger, key_for(self.workspace.secret_key(), "registers"))

    def checker(self) -> Checker:
        """What documents are read and checked by: all definitions of the configuration in force."""
        assert self.configuration  # looks whether the files have changed
        assert self._checker is not None
        return self._checker

    def recent(self, key: str, seconds: float, make: Callable[[], T]) -> T:
        """What was made under this key not longer ago than so many seconds, else made now: for what everyone looks at.

        Of those who ask at once one makes it and the others wait for it; an exception of `make` is raised to them all.
        """
        with self._lock:
            found, awaited = self._recent.get(key), self._awaited.get(key)
            if found is not None and time.monotonic() - found.at < seconds:
                return cast(T, found.value)
            own = Future[object]()
            if awaited is None:
                self._awaited[key] = own
        if awaited is not None:
            return cast(T, awaited.result())
        try:
            value = make()
            self._remember(key, value)
            own.set_result(value)
            return value
        except BaseException as error:
            own.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._awaited[key]

    def later(self, key: str, seconds: float, make: Callable[[], T], patience: float = PATIENCE) -> T | None:
        """As `recent`, of what may take long: it is made beside the request, which waits for it `patience` seconds.

        What takes longer is there the next time; until then the page has what was made last, or None. It is made again
        after so many seconds, but not before `REST` times as long as it took. Who can have what was made `LATELY` waits
        only `BRIEFLY` for the new.
        """
        with self._lock:
            found, making = self._recent.get(key), self._making.get(key)
            if making is None:
                if found is not None and time.monotonic() - found.at < max(seconds, REST * found.took):
                    return cast(T, found.value)
                making = self._making[key] = self._makers.submit(self._made, key, make)
        with suppress(FutureTimeout):
            lately = found is not None and time.monotonic() - found.at < LATELY
            return cast(T, making.result(min(patience, BRIEFLY) if lately else patience))
        return None if found is None else cast(T, found.value)

    def _made(self, key: str, make: Callable[[], object]) -> object:
        began = time.monotonic()
        try:
            value = make()
            self._remember(key, value, time.monotonic() - began)
            return value
        finally:
            with self._lock:
                self._making.pop(key, None)

    def _remember(self, key: str, value: object, took: float = 0.0) -> None:
        with self._lock:
            now = time.monotonic()
            self._recent = {name: each for name, each in self._recent.items() if now - each.at < LONGEST}
            self._recent[key] = Made(now, value, took)

    @property
    def name(self) -> str:
        """What the deployment is called."""
        return self.configuration.settings.name

    @property
    def configuration(self) -> Configuration:
        """The configuration of the workspace; loaded anew when a file of its own has changed and it has no faults.

        While one request loads it anew, the others have the one before. Raises ConfigurationFaulty when it never was
        without faults.
        """
        if self._loading.acquire(blocking=self._loaded is None):
            try:
                self._look()
            finally:
                self._loading.release()
        assert self._loaded is not None
        return self._loaded

    def _look(self) -> None:
        if self._loaded is None or time.monotonic() - self._looked > LOOK:
            self._looked = time.monotonic()
            newest = self._changed()
            if self._loaded is None or newest != self._newest:
                self._newest = newest
                self._load()

    def _load(self) -> None:
        loaded, faults = self.workspace.configuration()
        if loaded is not None:
            # Of the set that was loaded, not of the files as they are later: those may be half written.
            self._loaded, self._checker = loaded, checker(tree=loaded.documents.tree)
            self.settle()
        elif self._loaded is None:
            raise ConfigurationFaulty(faults)

    def _changed(self) -> float:
        """When one of the workspace's own files was changed last; the engine's own files are not looked at."""
        newest = 0.0
        for top in self.workspace.root.iterdir():
            if top.name.startswith(".") or top.name == "var":
                continue
            with suppress(FileNotFoundError):  # removed while we look: seen the next time
                for path in [top, *top.rglob("*")] if top.is_dir() else [top]:
                    newest = max(newest, path.stat().st_mtime)
        return newest
