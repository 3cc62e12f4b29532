"""The reply for people to a large interchange: its first messages one by one, of the others what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edi_router.faults import Fault
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import (
    Decision,
    FileOutcome,
    Incoming,
    InterchangeOutcome,
    MessageOutcome,
    Output,
)
from edi_router.pipeline.replies import with_replies

FULL = 200
"""Messages of which all is kept, and so many again that are not accepted: more than a reply shows."""
_OTHERS = {
    decision: MessageOutcome("", 0, 0, 0, "", "", "", decision, "") for decision in Decision
}  # fmt: skip


class Told:
    """What became of the messages of an interchange so far, in their order."""

    def __init__(self) -> None:
        self._messages: list[MessageOutcome] = []
        self._kept = 0

    def add(self, outcomes: Sequence[MessageOutcome]) -> None:
        """Messages that are recorded now."""
        self._messages += self._brief(outcomes)

    def recall(self, message: str, position: int, faults: Sequence[Fault]) -> None:
        """A message that was recorded before, with the errors its sender is to be told of."""
        decision = Decision.REJECTED if faults else Decision.ACCEPTED
        other = _OTHERS[decision]
        if faults and self._kept < 2 * FULL:
            self._kept += 1
            other = replace(other, id=message, position=position, faults=tuple(faults))
        self._messages.append(other)

    def _brief(self, outcomes: Sequence[MessageOutcome]) -> list[MessageOutcome]:
        kept = []
        for each in outcomes:
            room = FULL if each.decision is Decision.ACCEPTED else 2 * FULL
            self._kept += self._kept < room
            kept.append(replace(each, outputs=(), moves=()) if self._kept < room else _OTHERS[each.decision])
        return kept

    def replies(
        self,
        whole: InterchangeOutcome,
        last: Sequence[MessageOutcome],
        incoming: Incoming,
        configuration: Configuration,
    ) -> tuple[Output, ...]:
        """The replies to the interchange, whose `last` messages are recorded with them; they answer all messages."""
        kept = self._kept
        messages = (*self._messages, *self._brief(last))
        self._kept = kept
        view = FileOutcome(incoming.id, "edifact", (replace(whole, messages=messages, acknowledgements=()),))
        [told] = with_replies(view, incoming, configuration).interchanges
        return tuple(replace(each, messages=()) for each in told.acknowledgements)
