"""Webhooks on the page of a partner and in the API: how they stand, for those who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from edi_router.console.app import create_app
from edi_router.console.site import Site
from edi_router.engine.round import EmbeddedEngine
from edi_router.ledger.store import instant
from tests.support.console import QUICK
from tests.support.pages import Browser, accounts
from tests.support.programs import Program
from tests.support.receivers import with_webhooks
from tests.support.workspaces import Clock, OwnExchange, Place, prepare

HOOK = (
    '  - {id: erp, url: "https://erp.example/in?key=secret", events: file.received, secrets: {env: HOOK}}\n'
)
WHY = "erp.example cannot be reached: Connection refused."


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A deployment in which ENT-A has a webhook that could not be told of a file."""
    root, clock = tmp_path / "ws", Clock()
    prepare(root)
    with_webhooks(root, HOOK)
    workspace = OwnExchange.at(root)
    with workspace.open_ledger(clock) as ledger:
        accounts(ledger)
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock)
        made = Place(root, workspace, engine, ledger, clock)
        engine.teller.enter(engine.configuration)
        made.drop("ENT-A", "a.edi", b"nothing")
        engine.round()
        clock.forward(seconds=90)
        hook = ledger.claim_webhook(("ENT-A", "erp"))
        assert hook is not None
        ledger.webhook_stuck(hook, WHY, clock() + timedelta(minutes=5))
        yield made


@pytest.fixture
def app(place: Place) -> FastAPI:
    site = Site(place.workspace, place.ledger, place.workspace.open_archive(), place.clock)
    return create_app(site, QUICK)


def test_the_page_of_a_partner_shows_them(app: FastAPI) -> None:
    here = Browser(app, "operator")
    here.go("/partners/ENT-A")
    [row] = [each for each in here.page.iter("tr") if "erp.example" in each.text_content()]
    assert [each.text for each in row][:4] == ["erp", "https://erp.example/in", "file.received", "failing"]
    assert WHY in here.text
    assert "key=secret" not in here.response.text
    assert "HOOK" not in here.response.text
    here.go("/partners/ENT-B")
    assert "erp.example" not in here.text
    here = Browser(app, "operator", "zh")
    here.go("/partners/ENT-A")
    assert "无法连接 erp.example：连接被拒绝。" in here.text


def test_the_api_tells_lag_and_failures_to_whom_they_belong(app: FastAPI, place: Place) -> None:
    [told] = Program(app, place.ledger, "see").get("/webhooks")
    came = instant(place.ledger.now()) - timedelta(seconds=90)
    assert told == {
        "partner": "ENT-A", "id": "erp", "address": "https://erp.example/in", "events": ["file.received"],
        "state": "failing", "last": None, "waiting": f"{came:%Y-%m-%dT%H:%M:%SZ}", "lag": 90.0, "failures": 1,
        "since": f"{place.clock():%Y-%m-%dT%H:%M:%SZ}", "again": f"{place.clock() + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}",
        "reason": WHY, "given_up": 0,
    }  # fmt: skip
    assert Program(app, place.ledger, "see", partner="ENT-A").get("/webhooks") == [told]
    assert Program(app, place.ledger, "see", partner="ENT-B").get("/webhooks") == []
