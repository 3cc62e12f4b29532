"""Definitions found by name at once, and read when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Generic, TypeVar

from edi_router.faults import Fault, is_error, render

T = TypeVar("T")
K = TypeVar("K")
Found = tuple[T | None, list[Fault]]


class Unreadable(OSError):
    """A definition is needed that has faults.

    Those that a deployment uses are read when it starts, and stop it. This is for what nothing used until now: trouble
    of the world, over when the file is mended and the configuration taken up anew.
    """

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        first = next((fault for fault in faults if is_error(fault)), None)
        told = "" if first is None else f": {first.place}: {render(first, 'en')}"
        super().__init__(f"a definition of the configuration has faults{told}; run: edi-router lint")


class Shelf(Mapping[str, T], Generic[T]):
    """Definitions of one sort by their names, which are known; each is read at its first use, once, and then kept.

    Any thread may ask; who asks for what another one reads waits for it. To look up a name that there is not is a
    KeyError, one with faults is Unreadable.
    """

    def __init__(self, names: Callable[[], Iterable[str]], read: Callable[[str], Found[T]]) -> None:
        self._listed = names
        self._read = read
        self._found: dict[str, Found[T]] = {}
        self._lock = threading.RLock()

    @cached_property
    def _names(self) -> dict[str, None]:
        return dict.fromkeys(self._listed())

    def look(self, name: str) -> Found[T]:
        """The definition, as far as it can be read, and what is wrong with it; also of a name that is not known."""
        found = self._found.get(name)
        if found is None:
            with self._lock:
                found = self._found.get(name)
                if found is None:
                    found = self._found[name] = self._read(name)
        return found

    def find(self, name: str) -> T | None:
        """The definition; None when there is none of that name, or one with faults."""
        value, faults = self.look(name) if name in self._names else (None, [])
        return None if any(map(is_error, faults)) else value

    def readable(self) -> Iterator[T]:
        """All definitions that have no faults, in the order of their names: those not read yet are read."""
        return (value for name in self._names if (value := self.find(name)) is not None)

    @property
    def taken(self) -> dict[str, T]:
        """What was read so far, also with faults, as far as it can be used."""
        return {name: value for name in sorted(self._found) if (value := self._found[name][0]) is not None}

    @property
    def faults(self) -> list[Fault]:
        """What is wrong with what was read so far."""
        return [fault for name in sorted(self._found) for fault in self._found[name][1]]

    def told(self, tell: Callable[[T], K]) -> Mapping[str, K]:
        """What `tell` says of each definition. What cannot be read has a name, and no value: `get` gives None."""
        return _Told(self, tell)

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        value, faults = self.look(name)
        if value is None or any(map(is_error, faults)):
            raise Unreadable(faults)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Told(Mapping[str, K], Generic[T, K]):
    """A view of a shelf."""

    def __init__(self, shelf: Shelf[T], tell: Callable[[T], K]) -> None:
        self._shelf = shelf
        self._tell = tell

    def __getitem__(self, name: str) -> K:
        value = self._shelf.look(name)[0] if name in self._shelf else None
        if value is None:
            raise KeyError(name)
        return self._tell(value)

    def __contains__(self, name: object) -> bool:
        return name in self._shelf

    def __iter__(self) -> Iterator[str]:
        return iter(self._shelf)

    def __len__(self) -> int:
        return len(self._shelf)
