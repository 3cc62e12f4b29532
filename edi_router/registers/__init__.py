"""Floor 4: registers, what the engine remembers between messages; moves as values, nothing happens here."""

from typing import TYPE_CHECKING

from edi_router.first_use import at_first_use

if TYPE_CHECKING:
    from edi_router.registers.clocks import next_stroke
    from edi_router.registers.entry import Draw, Entry, Line
    from edi_router.registers.judge import Judged, Occasion, is_moved
    from edi_router.registers.load import load_registers
    from edi_router.registers.looking import Looks
    from edi_router.registers.queue import Desk, Waiting, desks
    from edi_router.registers.register import Register
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
    "load_registers",
    "next_stroke",
]

# Many deployments have no register. (No name may be that of a module here.)
__getattr__ = at_first_use(
    __name__,
    {
        ".clocks": ("next_stroke",),
        ".entry": ("Draw", "Entry", "Line"),
        ".judge": ("Judged", "Occasion", "is_moved"),
        ".load": ("load_registers",),
        ".looking": ("Looks",),
        ".queue": ("Desk", "Waiting", "desks"),
        ".register": ("Register",),
        ".view": ("Empty", "Moved", "Overlay", "RegisterView"),
    },
)
