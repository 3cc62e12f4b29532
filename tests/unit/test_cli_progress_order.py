"""What `edi-router progress` prints: the steps in the order in which they happened."""

from datetime import UTC

import pytest

from edi_router.cli.progress import _print
from edi_router.config.shelf import Shelf
from edi_router.ledger.progress import Progress, Stage


def test_what_happened_at_one_moment_stays_in_its_order(capsys: pytest.CaptureFixture[str]) -> None:
    at = 1_700_000_000_000_000
    steps = [(at, "accepted"), (at, "made"), (at + 200, "delivered"), (at + 200, "completed")]
    late = Stage("m2", "CODECO", "2", "HARBOUR", "completed", at, steps)
    early = Stage("m1", "CODECO", "1", "HARBOUR", "rejected", at - 5, [(at - 5, "rejected")])
    _print(Progress("X", [late, early], []), Shelf(list, lambda name: (None, [])), UTC)
    told = capsys.readouterr().out
    words = ["rejected", "accepted", "made", "delivered", "completed"]
    assert sorted(words, key=told.index) == words
