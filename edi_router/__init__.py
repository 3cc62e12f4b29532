"""EDI Router: translation and routing of EDI messages for customs and CIQ exchange.

As a library it works on bytes, without a workspace and without a database: `read`, `check`, `convert`.
"""

from typing import TYPE_CHECKING

from edi_router.version import __version__

if TYPE_CHECKING:
    from edi_router.faults import Fault, Place
    from edi_router.library import Outcome, check, convert, read

__all__ = ["Fault", "Outcome", "Place", "__version__", "check", "convert", "read"]

_HOMES = {
    "Fault": "edi_router.faults",
    "Outcome": "edi_router.library",
    "Place": "edi_router.faults",
    "check": "edi_router.library",
    "convert": "edi_router.library",
    "read": "edi_router.library",
}


def __getattr__(name: str) -> object:
    """Import the parts of the library at their first use, so that `import edi_router` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What there is, imported or not."""
    return sorted({*globals(), *__all__})
