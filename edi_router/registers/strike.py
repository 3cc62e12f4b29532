"""What a clock of a register does to an entry: told as a value, as a move by a document is."""

from __future__ import annotations

from edi_router.registers.clocks import next_stroke, struck
from edi_router.registers.entry import Entry
from edi_router.registers.judge import Judged
from edi_router.registers.reading import with_fields
from edi_router.registers.register import Register
from edi_router.registers.tree import ROOT, Branch, Nowhere, add_entry, leaves
from edi_router.registers.view import Moved
from edi_router.rules.context import Context


def strike(register: Register, entry: Entry, context: Context) -> Judged | None:
    """What the clock comes to that has struck by `context.now`; None when none has."""
    stroke = next_stroke(register, entry, context.zone)
    if stroke is None or stroke[0] > context.now:
        return None
    _, clock = stroke
    outcome = register.definition.outcomes[clock.outcome]
    tree = Branch(ROOT, Nowhere())
    leaves(tree, {
        "Register": register.id, "Move": clock.id, "Key": entry.key, "Message": entry.message,
        "Today": context.business_date.isoformat(),
        "Now": context.now.astimezone(context.zone).isoformat(timespec="seconds"),
    })  # fmt: skip
    add_entry(tree, entry, register.expired(entry, context.business_date))
    after = struck(with_fields(entry, outcome.set, tree), clock, outcome, context.now)
    tree.add("Outcome", clock.outcome)
    tree.add("State", after.state)
    add_entry(tree, after, register.expired(after, context.business_date), "After")
    following = next_stroke(register, after, context.zone)
    moved = Moved(
        register=register.id,
        key=entry.key,
        move=clock.id,
        outcome=clock.outcome,
        before=entry,
        after=after,
        due=following[0] if following is not None else None,
        open=register.is_open(after),
    )
    return Judged(register, outcome, moved, tree, ())
