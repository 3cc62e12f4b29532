"""Secrets of alarm channels, which the environment holds."""

from __future__ import annotations

import os


def secret(variable: str) -> str:
    """The value of an environment variable; OSError without one."""
    value = os.environ.get(variable)
    if not value:
        raise OSError(f"the environment variable {variable} is not set")
    return value
