"""Floor 4: registers, what the engine remembers between messages; moves as values, nothing happens here."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edi_router.registers.clocks import next_stroke
    from edi_router.registers.entry import Draw, Entry, Line
    from edi_router.registers.judge import Judged, Occasion, is_moved
    from edi_router.registers.load import load_registers
    from edi_router.registers.looking import Looks
    from edi_router.registers.queue import Desk, Waiting, desks
    from edi_router.registers.register import Register
    from edi_router.registers.view import Empty, Moved, Overlay, RegisterView

_HOME = {
    "Desk": "queue", "Draw": "entry", "Empty": "view", "Entry": "entry", "Judged": "judge", "Line": "entry",
    "Looks": "looking", "Moved": "view", "Occasion": "judge", "Overlay": "view", "Register": "register",
    "RegisterView": "view", "Waiting": "queue", "desks": "queue", "is_moved": "judge", "load_registers": "load",
    "next_stroke": "clocks",
}  # fmt: skip

__all__ = [
    "Desk",
    "Draw",
    "Empty",
    "Entry",
    "Judged",
    "Line",
    "Looks",
    "Moved",
    "Occasion",
    "Overlay",
    "Register",
    "RegisterView",
    "Waiting",
    "desks",
    "is_moved",
    "load_registers",
    "next_stroke",
]


def __getattr__(name: str) -> object:
    """Imported when it is asked for: many deployments have no register. (No name may be that of a module here.)"""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
