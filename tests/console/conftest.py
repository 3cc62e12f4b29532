"""A console over a played sample day; one for all tests of a worker, so tests of changes take a place of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from edi_router.console.app import create_app
from edi_router.console.site import Site
from tests.support.console import QUICK
from tests.support.pages import Browser, accounts
from tests.support.playing import play
from tests.support.sample_day import drops, play_morning
from tests.support.workspaces import Place, deployment


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The morning of the sample day and sixty messages more, with all accounts. Tests only look at it."""
    with deployment(tmp_path_factory.mktemp("console") / "ws") as place:
        assert play_morning(place) + play(place, drops(60)) == []
        accounts(place.ledger)
        yield place


@pytest.fixture(scope="session")
def console(day: Place) -> FastAPI:
    """The application over the day."""
    return create_app(Site(day.workspace, day.ledger, day.workspace.open_archive(), day.clock), QUICK)


@pytest.fixture
def browse(console: FastAPI) -> Iterator[Callable[..., Browser]]:
    """Logs in as `operator`, `integrator`, `bureau`, `enterprise` or `auditor`, and gives the browser."""
    opened: list[Browser] = []

    def enter(name: str = "operator", language: str = "en") -> Browser:
        opened.append(Browser(console, name, language))
        return opened[-1]

    yield enter
    for each in opened:
        each.client.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Place, Callable[..., Browser]]]:
    """A deployment of the test's own, with nothing in it yet, and the way to log in."""
    with deployment(tmp_path / "ws") as place:
        accounts(place.ledger)
        site = Site(place.workspace, place.ledger, place.workspace.open_archive(), place.clock)
        app = create_app(site, QUICK)
        opened: list[Browser] = []

        def enter(name: str = "operator", language: str = "en") -> Browser:
            opened.append(Browser(app, name, language))
            return opened[-1]

        yield place, enter
        for each in opened:
            each.client.close()
