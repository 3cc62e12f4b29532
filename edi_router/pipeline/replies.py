"""Replies for people, to partners that asked for them; what writes them is imported for the first one."""

from __future__ import annotations

from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import FileOutcome, Incoming


def with_replies(outcome: FileOutcome, incoming: Incoming, configuration: Configuration) -> FileOutcome:
    """The outcome with the replies that the partner's file asks for."""
    settings = configuration.directory.partners[incoming.partner].replies
    if settings is None:
        return outcome
    from edi_router.pipeline.reply import replied

    return replied(outcome, incoming, configuration, settings)
