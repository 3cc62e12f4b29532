"""Run the revisions on the connection, in the transaction, that `edi_router.ledger.upgrade` hands over."""

from alembic import context

from edi_router.ledger.tables import metadata

if hasattr(context, "config"):  # not when this module is merely imported
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    context.run_migrations()
