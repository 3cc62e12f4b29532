"""Every route, pages and API, as everyone: what is foreign is never shown, and nothing breaks over an odd id."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from edi_router.console.access.guard import allowed, included
from edi_router.console.access.roles import MAY, PERMISSIONS, Role
from edi_router.console.access.sight import Sight
from edi_router.ledger import Ledger
from edi_router.ledger.tenancy import Viewer
from edi_router.registers import Entry
from tests.support.console import HASH, token
from tests.support.pages import Browser
from tests.support.workspaces import Place

OF = {"bureau": "CIQ-QD", "enterprise": "ENT-A"}
NUMBERS = {"q", "number", "id", "value", "like", "answer", "text"}
"""What is asked for in a query by an id or a number."""
ODD = ("nothing", "%00", "..%2f..%2fetc", "x" * 300)


OTHERS = "others-7f3a"
"""The name of an account, a token, a saved search and a decision of somebody else."""
UNSEEN = frozenset({403, 404})
"""What is answered to who asks for something of others by its id."""


@dataclass(frozen=True)
class Secret:
    """Something of others: what leads to it, and what of it may not be told."""

    ids: dict[str, str]
    tells: tuple[str, ...]
    register: str
    """The register of the entry among the ids."""

    def told(self, text: str, asked: str) -> list[str]:
        """What an answer tells of it that was not asked with."""
        return [each for each in self.tells if each in text and each not in asked]


def foreign(ledger: Ledger, partner: str, codes: Iterable[str] = ()) -> Secret:
    """A message of others that has nothing to do with a partner, with all that was made of it; and an entry of a register."""
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
        file, entry = shown["files"][0], foreign_entry(ledger, Viewer(partner, frozenset(codes)))
        ids |= {"key": entry.key, "partner": shown["partner"], "others": OTHERS}
        tells = (
            row["reference"],
            shown["outputs"][0]["name"],
            file["name"],
            file["sha256"],
            entry.key,
            OTHERS,
        )
        return Secret(ids, tells, entry.register)
    raise AssertionError(f"everything of the day concerns {partner}")


def foreign_entry(ledger: Ledger, viewer: Viewer) -> Entry:
    """An entry of a register that the viewer does not see, nor anything else by its key."""
    for register in sorted({name for name, _, _ in ledger.register_counts()}):
        own = {each.entry.key for each in ledger.register_entries(register, viewer=viewer)}
        for each in ledger.register_entries(register):
            key = each.entry.key
            if key not in own and len(key) >= 6 and not Sight(ledger, viewer).find(key):
                return each.entry
    raise AssertionError(f"every entry concerns {viewer.partner}")


def permission(route: APIRoute) -> str | None:
    """The word that the guard of a route asks for; None for a route that is open to all."""
    return next(iter(_permissions(route.dependant)), None)


def _permissions(dependant: Any) -> Iterator[str]:
    for each in dependant.dependencies:
        names = inspect.getclosurevars(each.call).nonlocals if inspect.isfunction(each.call) else {}
        if names.get("permission") in PERMISSIONS and each.call is allowed(names["permission"]):
            yield names["permission"]
        yield from _permissions(each)


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


def calls(route: APIRoute, secret: Secret) -> Iterator[str]:
    """The route's path with each of the ids, and with the ids as what is asked for."""
    path, ids = route.path, secret.ids
    known = {"name": secret.register, "verb": "release"}
    if "{kind}" in path:
        yield from (filled(path, value, kind=kind) for kind, value in ids.items())
    elif "{message}" in path:
        yield from (filled(path, value, message=ids["message"]) for value in ids.values())
    elif "{" in path:
        yield from (filled(path, value, **known) for value in ids.values())
    if "{" not in path:
        yield path
        for name in sorted(asked(route.dependant) & NUMBERS):
            yield from (f"{path}?{name}={ids[kind]}" for kind in ("message", "number", "key"))


def names_one(path: str, secret: Secret) -> bool:
    """Whether a path, before its query, names something of others."""
    return any(f"/{value}" in path.partition("?")[0] for value in secret.ids.values())


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


def codes(console: FastAPI, partner: str) -> frozenset[str]:
    """The codes by which registers know a partner."""
    return frozenset(console.state.site.configuration.directory.partners[partner].codes)


def unfit(route: APIRoute) -> frozenset[int]:
    """422 where a part of the path has to be something else than an id: a day, a kind, a verb."""
    return frozenset({422} if {"{day}", "{kind}", "{verb}"} & set(re.findall(r"\{\w+\}", route.path)) else ())


@pytest.fixture(scope="module", autouse=True)
def _things_of_others(day: Place) -> Iterator[None]:
    """An account, a token and a saved search of somebody else, and something that he decided."""
    ledger = day.ledger
    ledger.add_account(OTHERS, HASH, "enterprise", "ENT-B", None, "test")
    ledger.add_token(OTHERS, "0" * 64, ("see",), 86_400_000_000, "test", partner="ENT-B")
    ledger.save_search(OTHERS, OTHERS, f"q={OTHERS}")
    ledger.decide("selection", OTHERS, "retry", OTHERS, OTHERS)
    yield
    ledger.forget_search(OTHERS, OTHERS)
    ledger.remove_token(OTHERS, "test")
    ledger.remove_account(OTHERS, "test")


@pytest.mark.parametrize("name", sorted(OF))
def test_nothing_foreign_is_shown_on_any_route(
    console: FastAPI, day: Place, clients: Callable[[str], TestClient], name: str
) -> None:
    secret = foreign(day.ledger, OF[name], codes(console, OF[name]))
    tried = 0
    for method, route in paths(console):
        for path in calls(route, secret) if method == "GET" else ():
            answer = clients(name).get(path)
            tried += 1
            assert answer.status_code < 500, f"{path}: {answer.text[:500]}"
            assert not secret.told(answer.text, path), path
            if names_one(path, secret):
                assert answer.status_code in UNSEEN | unfit(route), f"{path}: {answer.status_code}"
    assert tried > 200
    path = filled("/api/v1/messages/{id}", secret.ids["message"])
    assert secret.told(clients("operator").get(path).text, path)  # there was something to be told
    entry = f"/api/v1/registers/{secret.register}/entries/{secret.ids['key']}"
    assert secret.ids["key"] in clients("operator").get(entry).text


@pytest.mark.parametrize("name", sorted(OF))
def test_nothing_foreign_is_changed_on_any_route(
    console: FastAPI, day: Place, clients: Callable[[str], TestClient], name: str
) -> None:
    client = clients(name)
    csrf = re.search(r'name="csrf" value="([^"]*)"', client.get("/account").text)
    assert csrf is not None
    secret = foreign(day.ledger, OF[name], codes(console, OF[name]))
    before = {
        kind: day.ledger.show(secret.ids[kind], kind)["events"] for kind in ("message", "file", "output")
    }
    for method, route in paths(console):
        if method in ("GET", "HEAD") or route.path in ("/logout", "/login", "/account/password", "/language"):
            continue
        for path in calls(route, secret):
            headers = {"X-CSRF-Token": csrf[1]}
            body = {"verb": "release", "id": secret.ids["message"], "reason": "x", "partner": "CUS-QD"}
            for sent in ({"json": body}, {"data": body | {"csrf": csrf[1]}}):
                answer = client.request(method, path, headers=headers, follow_redirects=False, **sent)  # type: ignore[arg-type]
                assert answer.status_code < 500, f"{path}: {answer.text[:500]}"
                assert not secret.told(answer.text, path), path
                if names_one(path, secret) or {"decide", "retry"} & {permission(route)}:
                    assert answer.status_code in UNSEEN | unfit(route), f"{path}: {answer.status_code}"
    after = {kind: day.ledger.show(secret.ids[kind], kind)["events"] for kind in before}
    assert after == before


@pytest.mark.parametrize("role", sorted(MAY))
def test_what_a_role_may_not_do_it_may_do_with_no_id(
    console: FastAPI, day: Place, clients: Callable[[str], TestClient], role: Role
) -> None:
    """All five roles, every route: what the table of docs/access.md does not allow is refused before anything is looked up."""
    secret = foreign(day.ledger, "ENT-A", codes(console, "ENT-A"))
    client = clients(role)
    csrf = re.search(r'name="csrf" value="([^"]*)"', client.get("/account").text)
    assert csrf is not None
    refused = 0
    for method, route in paths(console):
        word = permission(route)
        if word is None or word in MAY[role]:
            continue
        for path in [next(calls(route, secret)), filled(route.path, secret.ids["number"])]:
            sent = {} if method == "GET" else {"json": {"reason": "x"}}
            answer = client.request(method, path, headers={"X-CSRF-Token": csrf[1]}, **sent)  # type: ignore[arg-type]
            assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
            assert not secret.told(answer.text, path), path
            refused += 1
    assert refused >= 4


@pytest.mark.parametrize("role", ["operator", "integrator", "auditor"])
def test_a_saved_search_is_seen_and_forgotten_by_its_owner_alone(
    day: Place, clients: Callable[[str], TestClient], role: str
) -> None:
    for path in ("/search", f"/search?q={OTHERS}x", "/account", "/"):
        assert OTHERS not in clients(role).get(path).text.replace(f"{OTHERS}x", ""), path
    page = clients(role).get("/search")
    csrf = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert csrf is not None
    clients(role).post("/search/forget", data={"name": OTHERS, "csrf": csrf[1]})
    assert day.ledger.saved_searches(OTHERS) == [(OTHERS, f"q={OTHERS}")]


@pytest.mark.parametrize("of", ["partner", "account"])
def test_a_token_is_shown_nothing_foreign_either(console: FastAPI, day: Place, of: str) -> None:
    """With all scopes that there are: what it may do is bounded by its partner or account."""
    secret = foreign(day.ledger, "ENT-A", codes(console, "ENT-A"))
    name = f"tenancy-{of}"
    owner = {"partner": "ENT-A"} if of == "partner" else {"account": "enterprise"}
    header = token(day.ledger, name, *PERMISSIONS, **owner)
    with TestClient(console, "https://console.example", headers=header) as client:
        for method, route in paths(console):
            if not route.path.startswith("/api/") or method != "GET":
                continue
            for path in calls(route, secret):
                answer = client.get(path)
                assert not secret.told(answer.text, path), path
                if names_one(path, secret):
                    assert answer.status_code in UNSEEN | unfit(route), f"{path}: {answer.status_code}"
    day.ledger.remove_token(name, "test")


def test_the_walk_knows_what_each_route_asks_for(console: FastAPI) -> None:
    words = {permission(route) for _, route in paths(console)}
    assert words - {None} <= set(PERMISSIONS)
    assert len(words) > 9
    open_to_all = {route.path for _, route in paths(console) if permission(route) is None}
    assert open_to_all <= {
        "/health", "/login", "/logout", "/language", "/account", "/account/password", "/api/v1/",
        "/api/v1/openapi.json", "/metrics",
    }  # fmt: skip


def test_nobody_is_shown_anything(console: FastAPI, day: Place, clients: Callable[[str], TestClient]) -> None:
    open_to_all = {"/health", "/login", "/logout", "/language", "/api/v1/", "/api/v1/openapi.json"}
    secret = foreign(day.ledger, "ENT-A", codes(console, "ENT-A"))
    for method, route in paths(console):
        for path in calls(route, secret):
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
