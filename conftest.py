"""Plug-ins for all tests; the fixtures themselves stand in `tests/conftest.py` and `tests/support`."""

pytest_plugins = ["tests.support.postgresql"]
