"""Floor 4: registers, what the engine remembers between messages; moves as values, nothing happens here."""

from edi_router.registers.clocks import next_stroke
from edi_router.registers.entry import Draw, Entry, Line
from edi_router.registers.judge import Judged, Occasion, is_moved, judge
from edi_router.registers.load import load_registers
from edi_router.registers.looking import Looks
from edi_router.registers.queue import Desk, Waiting, desks
from edi_router.registers.register import Register
from edi_router.registers.strike import strike
from edi_router.registers.view import Empty, Moved, Overlay, RegisterView

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
    "judge",
    "load_registers",
    "next_stroke",
    "strike",
]
