"""The API: files handed in and followed, lists and things, acknowledgements, decisions; problems for whatever fails."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from edi_router.console.api.asked import PREFIX
from tests.support.pages import Browser
from tests.support.programs import V1, Program
from tests.support.story import sample
from tests.support.workspaces import Place

Own = tuple[Place, Callable[..., Browser]]
ALL = ("see", "search", "progress", "books", "audit", "submit", "retry", "decide")
NUMBER = "4205002604000110"


@pytest.fixture
def operator(console: FastAPI, day: Place) -> Program:
    """A program of the operators, over the sample day."""
    return Program(console, day.ledger, *ALL)


def program(own: Own, *scopes: str, **of: str | None) -> Program:
    place, browse = own
    return Program(browse().client.app, place.ledger, *scopes, **of)  # type: ignore[arg-type]


def test_a_firm_hands_in_a_message_and_follows_it(own: Own) -> None:
    place, _ = own
    erp = program(own, "submit", "see", "search", "progress", partner="CIQ-YC")
    first = erp.hand_in(sample("transfer-order.xml"), "order-1", name="../%E8%AE%A2%E5%8D%95.xml")
    again = erp.hand_in(sample("transfer-order.xml"), "order-1", 200)
    assert (first["known"], again) == (False, {"file": first["file"], "known": True})
    told = erp.hand_in(sample("transfer-order.xml", PlannedPort="310010"), "order-1", 409)
    assert "order-1" in told["detail"]
    assert place.engine.until_idle().problems == []
    file = erp.get(f"/files/{first['file']}")
    assert (file["name"], file["state"], file["partner"]) == (".._订单.xml", "processed", "CIQ-YC")
    [message] = file["messages"]
    assert message["type"]
    assert erp.get("/find", number=NUMBER)["items"] == [{"kind": "message", "id": message["id"]}]
    progress = erp.get("/progress", number=NUMBER)
    assert progress["known"]
    assert [each["state"] for each in progress["entries"]] == ["received"]
    answers = erp.get(f"/messages/{message['id']}/acknowledgements")
    assert answers["made"]
    given = erp.get("/acknowledgements", since=answers["made"][0]["made"])["items"]
    assert answers["made"][0] in given
    content = erp.client.get(f"{V1}/outputs/{given[0]['id']}/content")
    assert content.status_code == 404  # made of a document with a password
    entry = erp.get(f"/registers/transfer/entries/{NUMBER}")
    assert (entry["state"], entry["fields"]["DeclNo"]) == ("received", ["420500226000110"])
    assert "482913" not in str(entry)
    assert [each["state"] for each in entry["events"]] == ["received"]


@pytest.mark.parametrize(
    ("headers", "content", "status", "says"),
    [
        ({"Idempotency-Key": "k"}, b"", 422, "empty"),
        ({}, b"UNB", 422, "idempotency-key"),
        ({"Idempotency-Key": "a key"}, b"UNB", 422, "idempotency-key"),
        ({"Idempotency-Key": "k", "Content-Type": "application/x-www-form-urlencoded"}, b"UNB", 415, "octet"),
        ({"Idempotency-Key": "k", "Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415, "octet"),
        ({"Idempotency-Key": "k", "Content-Length": str(1 << 26)}, b"UNB", 413, "bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told(
    own: Own, headers: dict[str, str], content: bytes, status: int, says: str
) -> None:
    erp = program(own, "submit", partner="ENT-A")
    answer = erp.client.post(V1 + "/files", headers=headers, content=content)
    assert says in Program._read(answer, status)["detail"]
    assert own[0].ledger.ls("file") == []


@pytest.mark.parametrize(
    "name", ["%E8%AE%A2%E5%8D%95.xml", "订单.xml".encode(), "订单.xml".encode().decode("iso-8859-1")]
)
def test_a_name_that_is_not_percent_encoded_is_read_as_utf_8(own: Own, name: str | bytes) -> None:
    erp = program(own, "submit", "see", partner="CIQ-YC")
    raw = name.encode("iso-8859-1") if isinstance(name, str) else name
    headers = [
        (b"Idempotency-Key", b"k"),
        (b"File-Name", raw),
        (b"Content-Type", b"application/octet-stream"),
    ]
    answer = erp.client.post(f"{V1}/files", content=b"UNB", headers=headers)
    file = Program._read(answer, 201)["file"]
    assert erp.get(f"/files/{file}")["name"] == "订单.xml"


def test_what_a_value_has_to_be_is_told_in_chinese(operator: Program) -> None:
    for language, told in (("en", "Input should have timezone info"), ("zh", "须带时区")):
        answer = operator.client.get(
            f"{V1}/messages", params={"since": "2026-03-14"}, headers={"Accept-Language": language}
        )
        assert [each["text"] for each in Program._read(answer, 422)["errors"]] == [told]


def test_whose_file_it_is(own: Own) -> None:
    place, _ = own
    ours, firm = program(own, "submit"), program(own, "submit", partner="ENT-A")
    ours.hand_in(b"UNB", "k", 422)
    ours.hand_in(b"UNB", "k", 404, partner="NOBODY")
    ours.hand_in(b"UNB", "k", 201, partner="ENT-B")
    firm.hand_in(b"UNB", "k", 403, partner="ENT-B")
    firm.hand_in(b"UNB", "k", 201, partner="ENT-A")
    assert {row["partner"] for row in place.ledger.ls("file")} == {"ENT-A", "ENT-B"}


def test_a_file_larger_than_the_deployment_takes(own: Own) -> None:
    place, browse = own
    site = browse().client.app.state.site  # type: ignore[attr-defined]
    small = site.configuration.settings.model_copy(update={"maximum_file_megabytes": 1})
    site._loaded = replace(site.configuration, settings=small)
    erp = program(own, "submit", partner="ENT-A")
    assert "1 MB" in erp.hand_in(b"x" * 1_000_001, "k", 413)["detail"]
    assert place.ledger.ls("file") == []
    erp.hand_in(b"x" * 1_000_000, "k")


def test_lists_go_on_where_they_ended(operator: Program) -> None:
    for kind in (
        "messages",
        "files",
        "outputs",
        "deliveries",
        "acknowledgements",
        "acknowledgements/received",
    ):
        met: list[Any] = []
        after = None
        while True:
            part = operator.get(f"/{kind}", limit=40, **({"after": after} if after else {}))
            met += [each["id"] for each in part["items"]]
            after = part["next"]
            if after is None or len(met) > 120:
                break
        assert met
        assert len(set(met)) == len(met)
    operator.get("/messages", 422, after="nowhere")
    operator.get("/messages", 422, limit=1000)
    operator.get("/messages", 422, since="2026-03-14")


def test_lists_are_narrowed(operator: Program) -> None:
    held = operator.get("/messages", state="held")["items"]
    assert held
    assert {each["state"] for each in held} == {"held"}
    one = held[0]
    same = operator.get(
        "/messages", state="held", partner=one["partner"], type=one["type"], since=one["entered"]
    )
    assert one in same["items"]
    before = operator.get("/messages", state="held", until=one["entered"])["items"]
    assert one not in before


def test_one_thing_of_each_kind_with_all_around_it(operator: Program) -> None:
    for kind in ("messages", "files", "outputs", "deliveries"):
        for each in operator.get(f"/{kind}", limit=10)["items"]:
            shown = operator.get(f"/{kind}/{each['id']}")
            assert {name: shown[name] for name in each} == each
            assert shown["events"]
    given = operator.get("/acknowledgements", partner="ENT-A", limit=50)["items"]
    contents = {each["id"]: operator.client.get(f"{V1}/outputs/{each['id']}/content") for each in given}
    kinds = {(each["id"].rsplit("-")[-1], contents[each["id"]].status_code) for each in given}
    # What answers a document with a password is not given.
    assert kinds == {("contrl", 200), ("receipt", 200), ("receipt", 404)}
    for each in given:
        content = contents[each["id"]]
        assert content.status_code == 404 or hashlib.sha256(content.content).hexdigest() == each["sha256"]
    message = operator.get("/messages", state="rejected")["items"][0]
    shown = operator.get(f"/messages/{message['id']}")
    assert shown["faults"][0]["hint"]
    assert operator.get(f"/interchanges/{message['interchange']}")["messages"]
    chinese = operator.client.get(f"{V1}/messages/{message['id']}", headers={"Accept-Language": "zh"})
    assert chinese.json()["faults"][0]["text"] != shown["faults"][0]["text"]


def test_how_the_exchange_stands(operator: Program) -> None:
    assert operator.get("/tonight")["windows"] is not None
    assert isinstance(operator.get("/alarms", since="2020-01-01T00:00:00Z")["items"], list)
    books = operator.get("/books/2026-03-14")
    assert books["balanced"]
    assert sum(books["messages"]["total"].values()) > 60
    operator.get("/books/yesterday", 422)
    partners = {each["id"]: each for each in operator.get("/partners")}
    assert operator.get("/partners/ENT-A") == partners["ENT-A"]
    registers = operator.get("/registers")
    filled = next(each for each in registers if sum(each["counts"].values()) > 2)
    part = operator.get(f"/registers/{filled['id']}/entries", limit=1)
    rest = operator.get(f"/registers/{filled['id']}/entries", after=part["next"])
    assert part["items"][0] not in rest["items"]
    operator.get("/registers/none/entries", 404)


def test_decisions_are_made_with_a_reason(own: Own) -> None:
    place, _ = own
    desk = program(own, *ALL)
    firm = program(own, "see", "retry", "decide", partner="ENT-A")
    held = hold(place)
    for call in ("release", "reject"):
        firm.post("/decisions", {"verb": call, "id": held, "reason": "x"}, 403)
    desk.post("/decisions", {"verb": "release", "id": held, "reason": " "}, 422)
    desk.post("/decisions", {"verb": "release", "id": held}, 422)
    desk.post("/decisions", {"verb": "waive", "id": held, "reason": "x"}, 404)
    desk.post("/retries", {"id": "nothing", "reason": "x"}, 404)
    desk.post("/retries", {"id": held, "reason": "x"}, 409)
    done = desk.post("/decisions", {"verb": "reject", "id": held, "reason": "no such firm"})
    assert (done["verb"], done["id"]) == ("reject", held)
    desk.post("/decisions", {"verb": "reject", "id": held, "reason": "again"}, 409)
    shown = desk.get(f"/files/{held}")
    assert shown["state"] == "processed"
    assert [row["by"] for row in place.ledger.show(held)["decisions"]] == [done["by"]]


def hold(place: Place) -> str:
    """A file that nothing can be made of: it waits for a person."""
    number = len(place.ledger.ls("file"))
    place.drop("ENT-A", f"odd-{number}.bin", bytes([number]) * 40)
    place.engine.until_idle()
    name = f"odd-{number}.bin"
    return next(str(row["id"]) for row in place.ledger.ls("file", state="held") if row["name"] == name)


def test_many_are_tried_again_after_a_look(own: Own) -> None:
    place, _ = own
    desk, clerk = program(own, *ALL), program(own, "retry")
    held = {hold(place), hold(place)}
    assert desk.get("/retries/preview")["number"] == 0
    seen = desk.get("/retries/preview", states="held")
    assert {each["id"] for each in seen["first"]} == held
    bulk = {"choice": {"states": ["held"]}, "digest": seen["digest"], "reason": "the reader was mended"}
    assert clerk.post("/retries/bulk", bulk, 403)["code"] == "not-allowed"
    desk.post("/retries/bulk", bulk | {"digest": "0" * 32}, 409)
    desk.post("/retries/bulk", bulk | {"choice": {"state": "held"}}, 422)
    assert desk.post("/retries/bulk", bulk)["done"] == 2
    assert desk.post("/retries/bulk", bulk)["done"] == 0


def test_a_session_may_call_it_with_its_token(own: Own) -> None:
    _, browse = own
    here = browse("enterprise")
    here.go("/progress")
    headers = {"Idempotency-Key": "k", "Content-Type": "application/octet-stream"}
    assert here.client.get(V1 + "/files").status_code == 200
    assert here.client.post(V1 + "/files", headers=headers, content=b"UNB").status_code == 403
    csrf = here.page.find(".//input[@name='csrf']").get("value")
    answer = here.client.post(V1 + "/files", headers=headers | {"X-CSRF-Token": csrf}, content=b"UNB")
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{PREFIX}/files/{answer.json()['file']}"


def test_problems_are_problems(operator: Program, console: FastAPI, day: Place) -> None:
    stranger = Program(console, day.ledger)
    assert stranger.get("/files", 401)["code"] == "login-needed"
    operator.get("/nothing", 404)
    operator.get("/messages/nothing", 404)
    assert Program._read(operator.client.delete(V1 + "/files"), 405)
    assert Program(console, day.ledger, "submit").get("/files", 403)["code"] == "not-allowed"
    firm = Program(console, day.ledger, "see", partner="ENT-A")
    firm.get("/tonight", 404)
    firm.get("/alarms", 404)
    assert [each["id"] for each in firm.get("/partners")] == ["ENT-A"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_lists_every_call(browse: Callable[..., Browser], language: str) -> None:
    here = browse("enterprise", language)
    here.go(V1 + "/")
    described = here.client.get(V1 + "/openapi.json").json()
    assert len(described["paths"]) > 20
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} {path}" in here.text
            assert operation["summary" if language == "en" else "x-summary-zh"] in here.text
            assert operation["description"]
            assert "application/problem+json" in operation["responses"]["401"]["content"]


def test_the_guide_names_every_call(root: Path, console: FastAPI) -> None:
    guide = (root / "docs/api.md").read_text()
    for path, methods in console.openapi()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path.removeprefix(PREFIX)}`" in guide, path
