"""All stories of a day, each with its share."""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.simulate import (
    flows_customs,
    flows_forward,
    flows_money,
    flows_paper,
    flows_port,
    flows_public,
    flows_ship,
    flows_transfer,
)
from edi_router.simulate.model import Story

STORIES: Sequence[tuple[Story, int]] = (
    *flows_transfer.STORIES,
    *flows_port.STORIES,
    *flows_ship.STORIES,
    *flows_paper.STORIES,
    *flows_money.STORIES,
    *flows_customs.STORIES,
    *flows_public.STORIES,
    *flows_forward.STORIES,
)
"""Stories with how often each comes in a turn."""
