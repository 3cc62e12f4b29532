"""EDI Router: translation and routing of EDI messages for customs and CIQ exchange."""

from edi_router.version import __version__

__all__ = ["__version__"]
