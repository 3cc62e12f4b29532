"""Every route, pages and API, as everyone: what is foreign is never shown, and nothing breaks over an odd id."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from edi_router.console.access.guard import included
from edi_router.ledger import Ledger
from tests.support.pages import Browser
from tests.support.workspaces import Place

OF = {"bureau": "CIQ-QD", "enterprise": "ENT-A"}
NUMBERS = {"q", "number", "id", "value", "like", "answer", "text"}
"""What is asked for in a query by an id or a number."""
ODD = ("nothing", "%00", "..%2f..%2fetc", "x" * 300)


@dataclass(frozen=True)
class Secret:
    """Something of others: what leads to it, and what of it may not be told."""

    ids: dict[str, str]
    tells: tuple[str, ...]

    def told(self, text: str, asked: str) -> list[str]:
        """What an answer tells of it that was not asked with."""
        return [each for each in self.tells if each in text and each not in asked]


def foreign(ledger: Ledger, partner: str) -> Secret:
    """A message of others that has nothing to do with a partner, with all that was made of it."""
    for row in ledger.ls("message", limit=200):
        shown = ledger.show(row["id"], "message")
        parties = {each["partner"] for each in shown["visible_to"]} | {shown["partner"]}
        parties |= {each["partner"] for part in ("outputs", "deliveries") for each in shown[part]}
        if partner in parties or len(row["reference"]) < 6 or not shown["outputs"]:
            continue
        ids = {"message": row["id"], "file": row["file"], "interchange": row["interchange"]}
        ids |= {"output": shown["outputs"][0]["id"], "number": row["reference"]}
        if shown["deliveries"]:
            ids["delivery"] = shown["deliveries"][0]["id"]
        file = shown["files"][0]
        return Secret(ids, (row["reference"], shown["outputs"][0]["name"], file["name"], file["sha256"]))
    raise AssertionError(f"everything of the day concerns {partner}")


def paths(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Every route with its whole path, and each of its methods."""
    for route in included(app.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route


def filled(path: str, value: str, **known: str) -> str:
    """A path with this value for each of its parameters that is not known."""
    return re.sub(r"\{(\w+)(?::path)?\}", lambda found: known.get(found[1], value), path)


def asked(dependant: Any) -> set[str]:
    """What may be asked for in the query of a route."""
    names: set[str] = {field.alias for field in dependant.query_params}
    names.update(*(asked(each) for each in dependant.dependencies))
    return names


def calls(route: APIRoute, ids: dict[str, str]) -> Iterator[str]:
    """The route's path with each of the ids, and with the ids as what is asked for."""
    path = route.path
    if "{kind}" in path:
        yield from (filled(path, value, kind=kind) for kind, value in ids.items())
    elif "{" in path:
        yield from (filled(path, value, name="transfer", verb="release") for value in ids.values())
    if "{" not in path:
        yield path
        for name in sorted(asked(route.dependant) & NUMBERS):
            yield from (f"{path}?{name}={ids[kind]}" for kind in ("message", "number"))


@pytest.fixture(scope="module")
def clients(console: FastAPI, day: Place) -> Iterator[Callable[[str], TestClient]]:
    """Who is logged in under a name, once for all tests here; "" is nobody."""
    opened: dict[str, TestClient] = {
        "": TestClient(console, "https://console.example", raise_server_exceptions=False)
    }

    def client(name: str) -> TestClient:
        if name not in opened:
            opened[name] = Browser(console, name).client
        return opened[name]

    yield client
    for each in opened.values():
        each.close()


@pytest.mark.parametrize("name", sorted(OF))
def test_nothing_foreign_is_shown_on_any_route(
    console: FastAPI, day: Place, clients: Callable[[str], TestClient], name: str
) -> None:
    secret = foreign(day.ledger, OF[name])
    tried = 0
    for method, route in paths(console):
        for path in calls(route, secret.ids) if method == "GET" else ():
            answer = clients(name).get(path)
            tried += 1
            assert answer.status_code < 500, f"{path}: {answer.text[:500]}"
            assert not secret.told(answer.text, path), path
    assert tried > 100
    path = filled("/api/v1/messages/{id}", secret.ids["message"])
    assert secret.told(clients("operator").get(path).text, path)  # there was something to be told


@pytest.mark.parametrize("name", sorted(OF))
def test_nothing_foreign_is_changed_on_any_route(
    console: FastAPI, day: Place, clients: Callable[[str], TestClient], name: str
) -> None:
    client = clients(name)
    csrf = re.search(r'name="csrf" value="([^"]*)"', client.get("/account").text)
    assert csrf is not None
    secret = foreign(day.ledger, OF[name])
    before = {
        kind: day.ledger.show(secret.ids[kind], kind)["events"] for kind in ("message", "file", "output")
    }
    for method, route in paths(console):
        if method in ("GET", "HEAD") or route.path in ("/logout", "/login", "/account/password", "/language"):
            continue
        for path in calls(route, secret.ids):
            headers = {"X-CSRF-Token": csrf[1]}
            body = {"verb": "release", "id": secret.ids["message"], "reason": "x", "partner": "CUS-QD"}
            for sent in ({"json": body}, {"data": body | {"csrf": csrf[1]}}):
                answer = client.request(method, path, headers=headers, follow_redirects=False, **sent)  # type: ignore[arg-type]
                assert answer.status_code < 500, f"{path}: {answer.text[:500]}"
                assert not secret.told(answer.text, path), path
    after = {kind: day.ledger.show(secret.ids[kind], kind)["events"] for kind in before}
    assert after == before


def test_nobody_is_shown_anything(console: FastAPI, day: Place, clients: Callable[[str], TestClient]) -> None:
    open_to_all = {"/health", "/login", "/logout", "/language", "/api/v1/", "/api/v1/openapi.json"}
    secret = foreign(day.ledger, "ENT-A")
    for method, route in paths(console):
        for path in calls(route, secret.ids):
            answer = clients("").request(method, path, follow_redirects=False)
            assert answer.status_code < 500
            if route.path not in open_to_all:
                assert answer.status_code in (303, 401, 403, 422), f"{method} {path}: {answer.status_code}"
            assert not secret.told(answer.text, path)


@pytest.mark.parametrize("name", ["operator", "bureau"])
def test_no_route_breaks_over_an_odd_id(
    console: FastAPI, clients: Callable[[str], TestClient], name: str
) -> None:
    for method, route in paths(console):
        if method == "GET" and "{" in route.path:
            for odd in ODD:
                answer: Any = clients(name).get(filled(route.path, odd))
                assert answer.status_code in (200, 403, 404, 422), f"{route.path} {odd}: {answer.text[:500]}"
                assert answer.status_code != 200 or "{name" in route.path or "{day" in route.path, route.path
