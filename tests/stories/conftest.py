"""The sample deployment for stories: real folders, ledger and archive; the clock is ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.workspaces import Place, deployment


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with deployment(tmp_path / "ws") as opened:
        yield opened
