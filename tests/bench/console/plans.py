"""The plans of everything that is asked, on the ledger as it is: what reads a growing table from end to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edi_router.ledger import Ledger
from tests.support.plans import plan, read_through, statements


def plans(ledger: Ledger, questions: Mapping[str, Callable[[int], object]]) -> tuple[int, list[str]]:
    """How many statements were looked at, and the lines of their plans that read through, with what asked for it."""
    number, found = 0, []
    for name, ask in questions.items():
        with statements(ledger) as asked:
            ask(3)
        known = dict(asked)  # a statement may be asked often, with other values
        number += len(known)
        for statement, parameters in known.items():
            lines = plan(ledger, statement, parameters, large=True)
            found += [
                f"{name}: {line.strip()} of {statement[:300]}"
                for line in read_through(lines, statement, stopping=True)
            ]
    return number, found
