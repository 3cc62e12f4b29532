"""A day of the sample deployment, made up: consistent documents of all flows, some meant to fail in named ways."""

from edi_router.simulate.day import Day, simulate
from edi_router.simulate.model import Drop, Expected

__all__ = ["Day", "Drop", "Expected", "simulate"]
