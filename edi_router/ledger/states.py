"""The states of files, work, messages, outputs and deliveries, and which follows which.

========  ==========  ==============================================  ======================================
kind      state       means                                           may become
========  ==========  ==============================================  ======================================
file      in_work     received, not yet processed                     processed, held, failed
file      held        nothing readable in it; waits for a person      in_work (release), processed (reject)
file      failed      processing broke off (a bug, a missing part)    in_work (retry), processed (reject)
file      processed   its interchanges and messages are recorded      (final)
work      pending     to be processed                                 claimed
work      claimed     being processed, until its lease ends           claimed, done, failed, pending
work      failed      broke off; visible, retryable                   pending (retry), done (reject)
work      done        recorded                                        (final)
message   held        waits for a person                              released, rejected
message   released    to be processed again                           any but released
message   in_work     accepted, an output is still to be delivered    completed
message   completed   accepted, all its outputs are delivered         (final)
message   rejected    refused                                         (final)
message   duplicate   repeats an earlier one                          (final)
output    waiting     to be delivered, by itself or in a batch        delivered, failed
output    failed      its delivery was given up                       waiting (retry)
output    delivered   at its destination, whole, once                 (final)
delivery  waiting     to be sent when `next_attempt` comes            claimed
delivery  claimed     being sent under a temporary name               claimed, renaming, waiting, failed
delivery  renaming    sent; its final name may be there already       renaming, delivered, waiting, failed
delivery  failed      given up after its last attempt                 waiting or renaming (retry)
delivery  delivered   recorded as delivered                           (final)
========  ==========  ==============================================  ======================================

What is claimed (or renaming) becomes so again, under the next fence, when its lease has ended. A
delivery that fails after `renaming` goes back to `renaming`, never to `waiting`, unless the transport knows
that the rename did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Table

from edi_router.ledger import tables

TRANSITIONS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "file": {
        "in_work": frozenset({"processed", "held", "failed"}),
        "held": frozenset({"in_work", "processed"}),
        "failed": frozenset({"in_work", "processed"}),
        "processed": frozenset(),
    },
    "work": {
        "pending": frozenset({"claimed"}),
        "claimed": frozenset({"claimed", "done", "failed", "pending"}),
        "failed": frozenset({"pending", "done"}),
        "done": frozenset(),
    },
    "message": {
        "held": frozenset({"released", "rejected"}),
        "released": frozenset({"in_work", "completed", "rejected", "duplicate", "held"}),
        "in_work": frozenset({"completed"}),
        "completed": frozenset(),
        "rejected": frozenset(),
        "duplicate": frozenset(),
    },
    "output": {
        "waiting": frozenset({"delivered", "failed"}),
        "failed": frozenset({"waiting"}),
        "delivered": frozenset(),
    },
    "delivery": {
        "waiting": frozenset({"claimed"}),
        "claimed": frozenset({"claimed", "renaming", "waiting", "failed"}),
        "renaming": frozenset({"renaming", "delivered", "waiting", "failed"}),
        "failed": frozenset({"waiting", "renaming"}),
        "delivered": frozenset(),
    },
}

TABLES: Mapping[str, Table] = {
    "file": tables.file,
    "work": tables.work,
    "message": tables.message,
    "output": tables.output,
    "delivery": tables.delivery,
}

MADE_FROM = "made_from"
"""Role of a message whose document the output is: it completes when all of these are delivered."""
ANSWERED = "answered"
"""Role of a message that the output acknowledges."""
BATCHED = "batched"
"""Role of a message of which an output is in the batch that the output is."""

IN_BOOKS = frozenset({"file", "message", "output"})
"""The kinds that the books count: each change of their state is an event."""


def is_final(kind: str, state: str) -> bool:
    """Whether nothing follows `state`.

    >>> is_final("message", "rejected"), is_final("output", "failed")
    (True, False)
    """
    return not TRANSITIONS[kind][state]


def allowed(kind: str, before: str, after: str) -> bool:
    """Whether a `kind` in state `before` may become `after`.

    >>> allowed("message", "completed", "in_work")
    False
    """
    return after in TRANSITIONS[kind][before]
