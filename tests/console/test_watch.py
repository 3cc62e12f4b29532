"""What programs that watch the console are told."""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.support.pages import Browser
from tests.support.workspaces import Place


def test_health_is_told_to_everyone_and_nothing_else(console: FastAPI) -> None:
    with TestClient(console, "https://console.example") as client:
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/metrics", follow_redirects=False).status_code == 303


def test_health_fails_with_tables_of_another_version(own: tuple[Place, Callable[..., Browser]]) -> None:
    place, browse = own
    here = browse()
    with place.ledger.write() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert here.client.get("/health").status_code == 503


def test_metrics_are_for_who_may_see_the_books(browse: Callable[..., Browser]) -> None:
    series = browse("auditor").client.get("/metrics").text
    assert 'edi_router_today{kind="message",state="completed"}' in series
    assert browse("enterprise").client.get("/metrics").status_code == 403
