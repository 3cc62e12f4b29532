"""How much the tests try: 1 on CI; `make nightly` sets EDI_ROUTER_EFFORT to try more of the same."""

from __future__ import annotations

import os

EFFORT = float(os.environ.get("EDI_ROUTER_EFFORT", "1"))


def examples(number: int) -> int:
    """How many examples Hypothesis makes where CI takes `number`."""
    return max(1, int(number * EFFORT))


def thorough() -> bool:
    """Whether everything that takes minutes is tried too."""
    return EFFORT > 1
