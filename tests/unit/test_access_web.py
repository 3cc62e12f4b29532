"""The console's access control as browsers and programs meet it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from edi_router.console import access
from edi_router.console.access.headers import STRANGERS_LIMIT
from edi_router.console.access.passwords import Passwords, fingerprint
from edi_router.console.access.roles import MAY, OF_A_PARTNER, PERMISSIONS, Role
from edi_router.console.app import create_app
from edi_router.console.site import Site
from edi_router.ledger import Ledger
from tests.support.console import DAY, PASSWORD, QUICK, PartnersAlone, Requests, account, application, token
from tests.support.outcomes import Clock
from tests.support.workspaces import prepare

SESSION = "edi_router_session"


@pytest.fixture
def ledger(tmp_path: Path, sqlite_template: Path, clock: Clock) -> Iterator[Ledger]:
    """On SQLite alone: what the ledger does is tested on both."""
    path = tmp_path / "ledger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Ledger.open(f"sqlite:///{path}", clock=clock) as opened:
        yield opened


@pytest.fixture
def app(tmp_path: Path, ledger: Ledger) -> FastAPI:
    account(ledger, "anna", "operator")
    account(ledger, "wang", "enterprise", "ENT-A")
    return application(tmp_path / "site", ledger)


@pytest.fixture
def browser(app: FastAPI) -> Requests:
    return Requests(app)


def verbs(ledger: Ledger, kind: str = "login") -> list[tuple[str, str, str]]:
    return [(each.verb, each.subject, each.by) for each in reversed(ledger.decisions(kind=kind))]


def test_who_is_not_logged_in_is_sent_to_the_form_and_comes_back(browser: Requests) -> None:
    sent = browser.get("/search?q=a&b=1")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fsearch%3Fq%3Da%26b%3D1")
    assert browser.get(sent.headers["location"]).text.count('value="/search?q=a&amp;b=1"') == 1
    entered = browser.log_in("Anna", next="/search?q=a&b=1")
    assert (entered.status_code, entered.headers["location"]) == (303, "/search?q=a&b=1")
    assert browser.get("/search").json().startswith("anna@testclient ")
    assert browser.get("/login?next=/try").headers["location"] == "/try"


@pytest.mark.parametrize("next", ["//evil.example/", "https://evil.example", "/\\evil.example", "x"])
def test_a_login_leads_nowhere_else(browser: Requests, next: str) -> None:
    assert browser.log_in("anna", next=next).headers["location"] == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: FastAPI) -> None:
    plain, secure = Requests(app), Requests(app, "https://console.test")
    told = plain.log_in("anna").headers.get_list("set-cookie")[0]
    assert told.startswith(f"{SESSION}=")
    assert "HttpOnly" in told
    assert "SameSite=lax" in told
    assert "Path=/" in told
    assert "Secure" not in told
    told = secure.log_in("anna").headers.get_list("set-cookie")[0]
    assert told.startswith(f"__Host-{SESSION}=")
    assert "Secure" in told
    assert "Domain" not in told


def test_a_login_makes_a_new_session_and_ends_the_old_one(browser: Requests, ledger: Ledger) -> None:
    browser.cookies.set(SESSION, "chosen-by-somebody-else", domain="console.test")
    browser.log_in("anna")
    first = browser.cookies[SESSION]
    assert first != "chosen-by-somebody-else"
    csrf = browser.csrf
    browser.cookies.set("edi_router_form", "f", domain="console.test", path="/")
    again = browser.post("/login", data={"name": "wang", "password": PASSWORD, "csrf": "f"})
    assert again.status_code == 303
    assert browser.cookies[SESSION] != first
    assert browser.csrf != csrf
    assert ledger.login(fingerprint(first), DAY) is None
    assert first not in str([ledger.decisions()])


def test_a_session_ends_by_logout_and_is_of_no_use_any_more(browser: Requests, ledger: Ledger) -> None:
    browser.log_in("anna")
    id = browser.cookies[SESSION]
    answer = browser.post("/logout", data={"csrf": browser.csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    browser.cookies.set(SESSION, id, domain="console.test", path="/")
    assert browser.get("/see").status_code == 303
    assert [verb for verb, _, _ in verbs(ledger)] == ["login", "logout"]


def test_a_session_is_over_after_half_an_hour_without_use(browser: Requests, clock: Clock) -> None:
    browser.log_in("anna")
    clock.tick(minutes=29)
    assert browser.get("/see").status_code == 200
    clock.tick(minutes=30)
    assert browser.get("/see").status_code == 303


def test_a_session_is_over_after_twelve_hours(browser: Requests, clock: Clock) -> None:
    browser.log_in("anna")
    for _ in range(35):
        clock.tick(minutes=20)
        assert browser.get("/see").status_code == 200
    clock.tick(minutes=20)
    assert browser.get("/see").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"), [("anna", "wrong password"), ("nobody", PASSWORD), ("a b@", PASSWORD), ("", "")]
)
def test_what_is_wrong_of_a_login_is_not_told(browser: Requests, name: str, password: str) -> None:
    answer = browser.log_in(name, password)
    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text
    assert SESSION not in browser.cookies


def test_unknown_names_cost_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    used: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hash: str, password: str) -> bool:
        used.append(hash.rpartition("$")[0].rpartition("$")[0])  # type and parameters
        return verify(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    passwords = Passwords(memory=16, passes=1)
    assert passwords.fits(PASSWORD, passwords.hash(PASSWORD))
    assert not passwords.fits("wrong password", passwords.hash(PASSWORD))
    assert not passwords.fits(PASSWORD, None)
    assert used == ["$argon2id$v=19$m=16,t=1,p=1"] * 3


def test_passwords_are_salted_and_made_anew_with_stronger_parameters(ledger: Ledger, app: FastAPI) -> None:
    weak, strong = Passwords(memory=8, passes=1), Passwords(memory=16, passes=1)
    assert weak.hash(PASSWORD) != weak.hash(PASSWORD)
    app.state.passwords = strong
    before = ledger.account_password("anna")
    assert Requests(app).log_in("anna").status_code == 303
    kept = ledger.account_password("anna")
    assert kept is not None
    assert kept != before
    assert not strong.outdated(kept)
    assert Requests(app).log_in("anna").status_code == 303
    assert not strong.fits(PASSWORD, "no hash at all")


def test_failures_are_written_down_without_what_nobody_is_called(browser: Requests, ledger: Ledger) -> None:
    browser.log_in("anna", "wrong password")
    browser.log_in("my password, typed in the wrong field", "x")
    assert verbs(ledger) == [
        ("failed", "anna", "anna@testclient"), ("failed", "unknown", "unknown@testclient"),
    ]  # fmt: skip


def test_an_account_is_locked_after_five_tries_and_opens_again(
    app: FastAPI, browser: Requests, ledger: Ledger, clock: Clock
) -> None:
    for _ in range(5):
        assert browser.log_in("anna", "wrong password").status_code == 401
    locked = browser.log_in("anna")
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "30")
    assert "Wait 30 seconds" in locked.text
    assert Requests(app).log_in("wang").status_code == 303
    assert ("locked", "anna", "anna@testclient") in verbs(ledger)
    clock.tick(seconds=30)
    assert browser.log_in("anna").status_code == 303
    assert ("login", "anna", "anna@testclient") in verbs(ledger)


def test_an_unknown_name_is_locked_as_a_known_one(browser: Requests) -> None:
    answers = [browser.log_in("nobody").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


def test_an_address_that_tries_many_names_is_locked(browser: Requests) -> None:
    answers = [browser.log_in(f"name-{number}").status_code for number in range(31)]
    assert answers == [401] * 30 + [429]


@pytest.mark.parametrize("form", [{}, {"csrf": "x"}, {"csrf": ""}, {"csrf": "密"}])
def test_a_login_needs_the_token_of_its_form(browser: Requests, form: dict[str, str], ledger: Ledger) -> None:
    browser.get("/login")
    answer = browser.post("/login", data={"name": "anna", "password": PASSWORD, **form})
    assert answer.status_code == 403
    browser.cookies.clear()
    assert browser.post("/login", data={"name": "anna", "password": PASSWORD, "csrf": ""}).status_code == 403
    assert ledger.decisions(kind="login") == []


def test_a_form_needs_the_token_of_its_session(app: FastAPI, browser: Requests, ledger: Ledger) -> None:
    other = Requests(app)
    other.log_in("wang")
    browser.log_in("anna")
    for form in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": other.csrf}):
        answer = browser.post("/decide", data={"value": "v", **form})
        assert answer.status_code == 403
        assert "does not belong to this session" in answer.text
    assert browser.post("/decide", json={"csrf": browser.csrf}).status_code == 403
    assert {verb for verb, _, _ in verbs(ledger, "request")} == {"refused"}
    done = browser.post("/decide", data={"value": "v", "csrf": browser.csrf})
    assert done.json() == "anna@testclient v"
    assert browser.post("/decide", headers={"X-CSRF-Token": browser.csrf}).status_code == 200
    assert verbs(ledger, "request")[-1] == ("decide", "/decide", "anna@testclient")
    file = {"file": ("a.edi", b"UNB")}
    assert browser.post("/upload", files=file).status_code == 403
    assert browser.post("/upload", files=file, data={"csrf": browser.csrf}).json() == {"size": 3}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "http://console.test"},
    ],
)  # fmt: skip
def test_another_sites_form_is_refused_before_anything(
    browser: Requests, ledger: Ledger, headers: dict[str, str]
) -> None:
    browser.log_in("anna")
    answer = browser.post("/decide", data={"csrf": browser.csrf}, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert verbs(ledger, "request") == []
    assert browser.get("/see", headers=headers).status_code == 200  # a link from elsewhere may lead here


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://console.test", 200), ("http://evil.test", 403), ("null", 403), ("http://console.test:81", 403)],
)
def test_older_browsers_tell_their_origin(browser: Requests, origin: str, status: int) -> None:
    browser.log_in("anna")
    csrf = browser.csrf
    del browser.headers["sec-fetch-site"]
    assert browser.post("/decide", data={"csrf": csrf}, headers={"Origin": origin}).status_code == status


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_table_says_and_nothing_else(app: FastAPI, ledger: Ledger, role: Role) -> None:
    partner = "ENT-A" if role in (Role.BUREAU, Role.ENTERPRISE) else None
    account(ledger, "somebody", role, partner)
    browser = Requests(app)
    browser.log_in("somebody")
    csrf = browser.csrf
    for word in PERMISSIONS:
        status = 200 if word in MAY[role] else 403
        assert browser.get(f"/{word}").status_code == status, word
        assert browser.post(f"/{word}", data={"csrf": csrf}).status_code == status, word
    refused = [each.reason for each in ledger.decisions(kind="request") if each.verb == "refused"]
    assert refused[::-1] == [word for word in PERMISSIONS for _ in range(2) if word not in MAY[role]]


@pytest.mark.parametrize(("role", "partner"), [("king", None), ("enterprise", None), ("operator", "ENT-A")])
def test_an_account_whose_role_does_not_fit_comes_in_nowhere(
    app: FastAPI, ledger: Ledger, role: str, partner: str | None
) -> None:
    account(ledger, "odd", role, partner)
    browser = Requests(app)
    browser.log_in("odd")
    assert browser.get("/see").status_code == 303
    assert browser.get("/login?next=/see").status_code == 200  # not sent round in circles
    assert browser.get("/see", headers=token(ledger, "t", "see", account="odd")).status_code == 401


def test_a_token_may_what_its_scopes_say_within_its_account(app: FastAPI, ledger: Ledger) -> None:
    program = Requests(app)
    del program.headers["sec-fetch-site"]
    mine = token(ledger, "erp", "see", "submit", "decide", "fly", account="wang")
    assert program.get("/see", headers=mine).json() == "token:erp@testclient "
    assert program.post("/submit", data={"value": "v"}, headers=mine).json() == "token:erp@testclient v"
    assert program.post("/decide", headers=mine).status_code == 403  # no enterprise may
    assert program.get("/progress", headers=mine).status_code == 403  # not in its scopes
    partners = token(ledger, "bank", "see", "books", partner="BANK")
    assert program.get("/see", headers=partners).status_code == 200
    assert program.get("/books", headers=partners).status_code == 403  # no partner may
    ours = token(ledger, "monitor", "books")
    assert program.get("/books", headers=ours).status_code == 200
    assert ("submit", "/submit", "token:erp@testclient") in verbs(ledger, "request")


def test_a_token_is_refused_as_a_problem(app: FastAPI, ledger: Ledger, clock: Clock) -> None:
    program, mine = Requests(app), token(ledger, "erp", "see")
    bare = program.get("/api/v1/messages/x")
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, "Bearer")
    assert bare.headers["content-type"] == "application/problem+json"
    assert bare.json() == {
        "type": "about:blank", "title": "Unauthorized", "status": 401, "detail": "Log in first.",
        "code": "login-needed",
    }  # fmt: skip
    chinese = program.get("/api/v1/messages/x", headers={"Accept-Language": "zh-CN"})
    assert chinese.json()["detail"] == "请先登录。"
    for wrong in ("Bearer x", "Bearer", "Basic YTpi", ""):
        answer = program.get("/see", headers={"Authorization": wrong})
        assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
    program.log_in("anna")  # a wrong token is not made good by a session
    assert program.get("/see", headers={"Authorization": "Bearer x"}).status_code == 401
    answer = program.get("/api/v1/messages/x", headers=token(ledger, "other", "books"))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    clock.now += timedelta(days=1)
    assert program.get("/see", headers=mine).status_code == 401


def test_another_password_needs_the_old_one_and_ends_all_sessions(app: FastAPI, ledger: Ledger) -> None:
    browser, elsewhere = Requests(app), Requests(app)
    browser.log_in("anna")
    elsewhere.log_in("anna")
    form = {"csrf": browser.csrf, "old": PASSWORD, "new": "another long one", "again": "another long one"}
    post = "/account/password"
    assert browser.post(post, data=form | {"again": "different"}).status_code == 422
    assert browser.post(post, data=form | {"new": "short", "again": "short"}).status_code == 422
    assert browser.post(post, data=form | {"old": "wrong password"}).status_code == 403
    assert elsewhere.get("/see").status_code == 200
    assert browser.post(post, data=form).headers["location"] == "/login"
    assert [each.get("/see").status_code for each in (browser, elsewhere)] == [303, 303]
    assert browser.log_in("anna").status_code == 401
    assert browser.log_in("anna", "another long one").status_code == 303
    with_token = browser.post(post, data=form, headers=token(ledger, "t", "see", account="anna"))
    assert with_token.status_code == 403


def test_every_answer_has_the_security_headers(app: FastAPI) -> None:
    plain, secure = Requests(app), Requests(app, "https://console.test")
    for answer in (plain.get("/login"), plain.get("/see"), plain.get("/nothing"), plain.post("/decide")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in answer.headers
    assert secure.get("/login").headers["strict-transport-security"] == "max-age=31536000"
    page = plain.get("/login").text
    assert re.search(r"<style|<script(?! src=)| style=| on[a-z]+=", page) is None


def test_a_request_has_a_largest_size(app: FastAPI, ledger: Ledger) -> None:
    program, mine = Requests(app), token(ledger, "erp", "submit")
    assert program.post("/submit", data={"value": "v" * 900}, headers=mine).status_code == 200
    assert program.post("/submit", data={"value": "v" * 1000}, headers=mine).status_code == 413
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    told_nothing = program.post("/submit", content=iter([b"value=", b"v" * 1000]), headers=mine | kind)
    assert told_nothing.status_code == 413
    assert program.post("/submit", headers=mine | {"Content-Length": "x"}).status_code == 413


def test_strangers_send_little(tmp_path: Path, ledger: Ledger) -> None:
    stranger = Requests(application(tmp_path / "site", ledger, body_limit=1 << 20))
    assert stranger.post("/submit", data={"value": "v" * STRANGERS_LIMIT}).status_code == 413
    assert stranger.post("/submit", data={"value": "v" * 100}).status_code == 303


def test_a_route_without_a_guard_stops_the_application(app: FastAPI) -> None:
    @access.open_to_all
    def open() -> str:
        return ""

    def bare() -> str:
        return ""

    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")
    app.get("/open")(open)
    access.check_routes(app)
    inner.get("/bare")(bare)
    outer.include_router(inner)
    app.include_router(outer)
    with pytest.raises(RuntimeError, match="/bare"):
        access.check_routes(app)


def test_an_application_with_its_documentation_open_is_stopped() -> None:
    with pytest.raises(RuntimeError, match="Route /openapi"):
        access.check_routes(FastAPI())


def test_the_documented_table_is_the_one_in_force(root: Path) -> None:
    rows = re.findall(r"^\| `(\w+)`: [^|]*((?:\| *\w* *){5})\|$", (root / "docs/access.md").read_text(), re.M)
    table = {word: [cell.strip() for cell in cells.split("|")[1:]] for word, cells in rows}
    assert table == {
        word: [("own" if role in OF_A_PARTNER else "yes") if word in MAY[role] else "" for role in Role]
        for word in PERMISSIONS
    }


def test_an_answer_to_a_bug_has_the_headers_and_tells_nothing(
    tmp_path: Path, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    prepare(tmp_path / "site")
    workspace = PartnersAlone.at(tmp_path / "site")
    app = create_app(Site(workspace, ledger, workspace.open_archive()), QUICK)
    account(ledger, "anna", "operator")

    @app.get("/broken")
    @access.open_to_all
    def broken() -> None:
        raise ZeroDivisionError("the secret cause")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    assert "secret cause" not in answer.text
    assert "secret cause" in caplog.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
