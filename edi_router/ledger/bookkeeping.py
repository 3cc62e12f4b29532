"""stub"""
from edi_router.ledger.store import Store
class Bookkeeping(Store):
    pass
