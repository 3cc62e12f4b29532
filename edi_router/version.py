"""The engine's version, recorded with every message it processes."""

__version__ = "0.1.0.dev0"
