"""Floor 4: registers, what the engine remembers between messages; moves as values, nothing happens here."""

from edi_router.registers.entry import Draw, Entry, Line
from edi_router.registers.judge import Judged, Occasion, judge
from edi_router.registers.load import load_registers
from edi_router.registers.register import Register
from edi_router.registers.strike import strike
from edi_router.registers.view import Empty, Moved, Overlay, RegisterView

__all__ = [
    "Draw",
    "Empty",
    "Entry",
    "Judged",
    "Line",
    "Moved",
    "Occasion",
    "Overlay",
    "Register",
    "RegisterView",
    "judge",
    "load_registers",
    "strike",
]
