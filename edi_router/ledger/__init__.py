"""Floor 6: what happened. Tables, migrations, every state change, events, the outbox, the books, the archive.

`Ledger` and `Archive` are imported from their modules (`edi_router.ledger.ledger`,
`edi_router.ledger.archive`): SQLAlchemy costs a third of a second to import, and not every verb needs it.
"""
