"""What the engine refuses."""

from __future__ import annotations


class WorkspaceError(Exception):
    """The workspace cannot be used as it is; the text says why and what to do."""
