"""The names that a package shows, each imported at its first use: who asks for one of them does not pay for the others.

A package that does so names them twice: under `TYPE_CHECKING` for those who read it, and where they come from::

    __getattr__ = at_first_use(__name__, {".models": ("Model", "read_model"), ".tree": ("Tree",)})

None of the names may be that of a module of the package: once that was imported, it is what the package shows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module


def at_first_use(package: str, homes: Mapping[str, Collection[str]]) -> Callable[[str], object]:
    """A package's `__getattr__` (PEP 562): it imports a name from its home and keeps it."""
    home_of = {name: home for home, names in homes.items() for name in names}

    def get(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home_of[name], package), name)
        setattr(sys.modules[package], name, value)
        return value

    return get
