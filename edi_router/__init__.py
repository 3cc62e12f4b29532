"""EDI Router: translation and routing of EDI messages for customs and CIQ exchange.

As a library it works on bytes, without a workspace and without a database: `read`, `check`, `convert`.
"""

from typing import TYPE_CHECKING

from edi_router.first_use import at_first_use
from edi_router.version import __version__

if TYPE_CHECKING:
    from edi_router.faults import Fault, Place
    from edi_router.library import Outcome, check, convert, read

__all__ = ["Fault", "Outcome", "Place", "__version__", "check", "convert", "read"]

# `import edi_router` costs nothing.
__getattr__ = at_first_use(
    __name__,
    {".faults": ("Fault", "Place"), ".library": ("Outcome", "check", "convert", "read")},
)


def __dir__() -> list[str]:
    """What there is, imported or not."""
    return sorted({*globals(), *__all__})
