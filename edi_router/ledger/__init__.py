"""Floor 6: what happened. Tables, migrations, every state change, events, the outbox, the books, the archive.

Importing it costs a third of a second (SQLAlchemy): commands that do without import it late.
"""

from edi_router.ledger.archive import Archive, Corrupt, Missing
from edi_router.ledger.books import Books, Equation, Line
from edi_router.ledger.errors import Conflict, Fenced, LedgerError, NotFound, Refused
from edi_router.ledger.intake import Drop, Receipt
from edi_router.ledger.ledger import Ledger
from edi_router.ledger.outbox import ClaimedDelivery, Due, Unfinished
from edi_router.ledger.recording import Recordable
from edi_router.ledger.working import WorkItem

__all__ = [
    "Archive",
    "Books",
    "ClaimedDelivery",
    "Conflict",
    "Corrupt",
    "Drop",
    "Due",
    "Equation",
    "Fenced",
    "Ledger",
    "LedgerError",
    "Line",
    "Missing",
    "NotFound",
    "Receipt",
    "Recordable",
    "Refused",
    "Unfinished",
    "WorkItem",
]
