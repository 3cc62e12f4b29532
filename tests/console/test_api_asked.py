"""The API takes no parameter that it does not have, and says of a value that is none which is the nearest."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from edi_router.console.api.asked import PREFIX
from edi_router.ledger.searching import STATES
from tests.support.pages import Browser
from tests.support.programs import V1, Program
from tests.support.workspaces import Place

ALL = ("see", "search", "progress", "books", "audit", "submit", "retry", "decide")


@pytest.fixture
def operator(console: FastAPI, day: Place) -> Program:
    """A program of the operators, over the sample day."""
    return Program(console, day.ledger, *ALL)


def told(program: Program, path: str, language: str = "en", **query: Any) -> dict[str, str]:
    """What a refused call says, by where it says it."""
    answer = program.client.get(V1 + path, params=query, headers={"Accept-Language": language})
    return {each["at"]: each["text"] for each in Program._read(answer, 422)["errors"]}


def test_no_call_takes_a_parameter_that_it_does_not_have(console: FastAPI, operator: Program) -> None:
    tried = 0
    for path, methods in console.openapi()["paths"].items():
        for method in methods:
            filled = path.replace("{day}", "2026-03-14").replace("{name}", "transfer")
            answer = operator.client.request(method, filled, params={"nonsense": "1"})
            assert Program._read(answer, 422)["errors"][0]["at"] == "query.nonsense", (method, path)
            tried += 1
    assert tried > 25
    assert PREFIX == V1


def test_a_mistyped_parameter_is_told_with_the_nearest_one(operator: Program) -> None:
    assert told(operator, "/messages", stat="held") == {
        "query.stat": "there is no parameter stat; did you mean state?"
    }
    assert told(operator, "/messages", "zh", stat="held") == {"query.stat": "没有参数 stat；是否为 state？"}
    listed = told(operator, "/messages", xyz="1", zyx="2")
    assert list(listed) == ["query.xyz", "query.zyx"]
    for name in ("partner", "state", "since", "until", "type", "limit", "after"):
        assert name in listed["query.xyz"]


def test_what_may_be_given_once_is_not_taken_twice(operator: Program) -> None:
    assert told(operator, "/messages", state=["held", "rejected"]) == {
        "query.state": "is given more than once"
    }
    assert told(operator, "/files", "zh", limit=[1, 2]) == {"query.limit": "重复给出"}
    operator.get("/retries/preview", states=["held", "failed"], kinds=["file", "message"])


def test_a_stranger_hears_only_that_a_token_is_needed(console: FastAPI, day: Place) -> None:
    stranger = Program(console, day.ledger)
    assert stranger.get("/messages", 401, stat="held")["code"] == "login-needed"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/messages", "message"), ("/files", "file"), ("/outputs", "output"), ("/deliveries", "delivery"),
        ("/acknowledgements", "output"), ("/acknowledgements/received", "acknowledgement"),
    ],
)  # fmt: skip
def test_a_state_that_nothing_is_ever_in_is_refused(operator: Program, path: str, kind: str) -> None:
    name = "answer" if kind == "acknowledgement" else "state"
    for state in STATES[kind]:
        assert {each[name] for each in operator.get(path, state=state)["items"]} <= {state}
    assert list(told(operator, path, state="nowhere")) == ["query.state"]
    first = STATES[kind][0]
    near = told(operator, path, state=first + "x")["query.state"]
    assert near == f"there is no state {first}x; did you mean {first}?"


def test_a_state_of_a_register_is_one_of_its_own(operator: Program) -> None:
    register = next(each for each in operator.get("/registers") if each["id"] == "transfer")
    state = next(iter(register["states"]))
    operator.get("/registers/transfer/entries", state=state)
    said = told(operator, "/registers/transfer/entries", state=state + "x")["query.state"]
    assert said.endswith(f"did you mean {state}?")


def test_an_unknown_partner_is_no_empty_list(operator: Program, console: FastAPI, day: Place) -> None:
    for path in ("/messages", "/files", "/outputs", "/deliveries", "/retries/preview"):
        near = told(operator, path, partner="ENTA")["query.partner"]
        assert near.startswith("there is no partner ENTA; did you mean ENT-")
        assert told(operator, path, "zh", partner="0") == {"query.partner": "没有伙伴 0"}
        operator.get(path, partner="ENT-B")
    assert "query.destination" in told(operator, "/retries/preview", destination="CIQ-Q/in")
    operator.get("/retries/preview", destination="CIQ-QD/in")
    # To a partner, one that it does not see and one that there is not are alike.
    firm = Program(console, day.ledger, "see", "search", partner="ENT-A")
    assert firm.get("/outputs", partner="CUS-QD") == firm.get("/outputs", partner="NOBODY")


def test_a_partner_of_old_is_known_by_what_it_sent(
    own: tuple[Place, Callable[..., Browser]],
) -> None:
    place, browse = own
    place.drop("ENT-B", "odd.bin", b"\1" * 40)
    place.engine.until_idle()
    app: Any = browse().client.app
    site = app.state.site
    directory = copy(site.configuration.directory)
    directory.partners = {id: each for id, each in directory.partners.items() if id != "ENT-B"}
    site._loaded = replace(site.configuration, directory=directory)
    program = Program(app, place.ledger, *ALL)
    assert len(program.get("/files", partner="ENT-B")["items"]) == 1
    assert program.get("/messages", partner="ENT-B")["items"] == []
    assert "query.partner" in told(program, "/files", partner="ENT-BB")


def test_days_and_codes_that_there_are_not(operator: Program) -> None:
    preview = "/retries/preview"
    assert told(operator, preview, since="2026-02-30") == {"query.since": "there is no such day"}
    assert told(operator, preview, "zh", until="2026-13-01") == {"query.until": "没有这一天"}
    assert told(operator, preview, since="2026-03-15", until="2026-03-14") == {
        "query.until": "lies before `since`"
    }
    operator.get(preview, since="2026-03-14", until="2026-03-14")
    span = {"since": "2026-03-15T00:00:00Z", "until": "2026-03-14T00:00:00Z"}
    assert told(operator, "/messages", **span) == {"query.until": "lies before `since`"}
    said = told(operator, preview, states="held", code="route-nnone")["query.code"]
    assert said.endswith("did you mean route-none?")
    operator.get(preview, states="held", code="a reason in full")


def test_a_choice_that_can_choose_nothing_is_not_done(operator: Program) -> None:
    bulk = {"digest": "0" * 32, "reason": "x"}
    for choice, at in (({"partner": "ENTA"}, "partner"), ({"since": "2026-02-30"}, "since")):
        answer = operator.post("/retries/bulk", bulk | {"choice": choice}, 422)
        assert [each["at"] for each in answer["errors"]] == [f"body.choice.{at}"]


ASKED = {"verb": "release", "id": "x", "reason": "y"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_decision_has_to_say_that_it_is_json(operator: Program, kind: str) -> None:
    for language, says in (("en", "as JSON"), ("zh", "应为 JSON")):
        headers = {"Content-Type": kind, "Accept-Language": language}
        answer = operator.client.post(
            f"{V1}/decisions", content=b'{"verb": "release", "id": "x", "reason": "y"}', headers=headers
        )
        assert says in Program._read(answer, 415)["detail"]


@pytest.mark.parametrize(
    "body", [b'{"verb": "release", "id": "\xff", "reason": "y"}', b"[" * 100_000], ids=["latin", "deep"]
)
def test_a_body_that_cannot_be_read_is_told_in_both_languages(operator: Program, body: bytes) -> None:
    for language, says in (("en", "no JSON in UTF-8"), ("zh", "不是 UTF-8 编码的 JSON")):
        headers = {"Content-Type": "application/json", "Accept-Language": language}
        answer = operator.client.post(f"{V1}/decisions", content=body, headers=headers)
        assert says in Program._read(answer, 400)["detail"]


def test_a_file_with_a_content_coding_is_not_kept_as_something_else(operator: Program) -> None:
    headers = {"Idempotency-Key": "coded", "Content-Encoding": "gzip"}
    answer = operator.client.post(f"{V1}/files?partner=ENT-A", content=b"\x1f\x8b", headers=headers)
    assert "Content-Encoding" in Program._read(answer, 415)["detail"]


def test_a_method_that_an_address_does_not_take_is_told_with_all_that_it_takes(operator: Program) -> None:
    for language, says in (("en", "`Allow` names them"), ("zh", "`Allow` 所列")):
        answer = operator.client.put(f"{V1}/files", headers={"Accept-Language": language})
        assert says in Program._read(answer, 405)["detail"]
        assert answer.headers["allow"] == "GET, POST"


def test_a_day_that_has_not_come_has_no_books(operator: Program) -> None:
    for day in ("2999-01-01", "9999-12-31"):
        assert "has not come" in operator.get(f"/books/{day}", 404)["detail"]
    assert operator.get("/books/0001-01-01")["balanced"]


def test_what_is_refused_is_told_in_chinese(own: tuple[Place, Callable[..., Browser]]) -> None:
    place, browse = own
    place.drop("ENT-B", "odd.bin", b"\1" * 40)
    place.engine.until_idle()
    app: Any = browse().client.app
    program = Program(app, place.ledger, *ALL)
    program.client.headers["Accept-Language"] = "zh"
    [file] = program.get("/files")["items"]
    assert (
        program.post("/retries", {"id": file["id"], "reason": "x"}, 409)["detail"]
        == f"{file['id']} 没有失败项"
    )
    program.hand_in(b"UNB", "k", 201, partner="ENT-A")
    [new] = program.get("/files", state="in_work")["items"]
    said = program.post("/decisions", ASKED | {"id": new["id"]}, 409)["detail"]
    assert said == f"file {new['id']} 的状态为 in_work，并未搁置"
    assert program.hand_in(b"UNBX", "k", 409, partner="ENT-A")["detail"] == "此键 k 已用于其他内容"
    assert program.get("/nothing", 404)["detail"].startswith("此地址")
    large = program.client.post(f"{V1}/files", content=b"x", headers={"Content-Length": str(1 << 30)})
    assert "最多" in Program._read(large, 413)["detail"]
    for path, query in (("/files", {"since": "soon"}), ("/books/soon", {})):
        [error] = Program._read(program.client.get(V1 + path, params=query), 422)["errors"]
        assert error["text"].startswith("应为日期")
