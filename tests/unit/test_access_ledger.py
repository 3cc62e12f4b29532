"""Accounts, sessions, tokens, throttling and decisions in the ledger, on both databases."""

from __future__ import annotations

import threading

import pytest

from edi_router.ledger import Ledger, NotFound, Refused
from edi_router.ledger.throttling import Limits
from tests.support.outcomes import Clock

SECOND = 1_000_000
MINUTE = 60 * SECOND
IDLE = 30 * MINUTE
LIMITS = Limits(tries=3, window=15 * MINUTE, first=30 * SECOND, longest=120 * SECOND)


def add(ledger: Ledger, name: str = "anna", partner: str | None = None) -> None:
    ledger.add_account(name, "hash-1", "operator" if partner is None else "enterprise", partner, "zh", "root")


def begin(ledger: Ledger, id: str = "id-1", password: str = "hash-1") -> None:
    ledger.begin_login(id, "anna", "csrf-1", "192.0.2.7", 60 * MINUTE, password, "anna@192.0.2.7")


def test_an_account_is_kept_and_each_change_is_a_decision(ledger: Ledger) -> None:
    add(ledger, partner="ent-a")
    found = ledger.account("anna")
    assert found is not None
    assert (found.role, found.partner, found.language, found.disabled) == ("enterprise", "ent-a", "zh", False)
    with pytest.raises(Refused):
        add(ledger)
    ledger.change_password("anna", "hash-2", "root")
    assert ledger.account_password("anna") == "hash-2"
    ledger.disable_account("anna", True, "root")
    assert ledger.account_password("anna") is None
    ledger.disable_account("anna", False, "root")
    ledger.remove_account("anna", "root")
    assert ledger.accounts() == []
    told = [(each.verb, each.by, each.reason) for each in reversed(ledger.decisions(kind="account"))]
    assert told == [
        ("add", "root", "enterprise of ent-a"), ("password", "root", ""), ("disable", "root", ""),
        ("enable", "root", ""), ("remove", "root", ""),
    ]  # fmt: skip


def test_what_is_not_there_cannot_be_changed(ledger: Ledger) -> None:
    for change in (
        lambda: ledger.disable_account("nobody", True, "root"),
        lambda: ledger.change_password("nobody", "hash", "root"),
        lambda: ledger.remove_account("nobody", "root"),
        lambda: ledger.remove_token("nothing", "root"),
        lambda: ledger.add_token("t", "hash", ["see"], MINUTE, "root", account="nobody"),
    ):
        with pytest.raises(NotFound):
            change()
    assert ledger.decisions() == []


def test_a_session_ends_when_idle_and_at_its_end(ledger: Ledger, clock: Clock) -> None:
    add(ledger)
    begin(ledger)
    found = ledger.login("id-1", IDLE)
    assert found is not None
    assert (found.account.name, found.csrf) == ("anna", "csrf-1")
    clock.tick(minutes=29)
    assert ledger.login("id-1", IDLE) is not None
    clock.tick(minutes=29)
    assert ledger.login("id-1", IDLE) is not None  # it was used in between
    clock.tick(minutes=2)
    assert ledger.login("id-1", IDLE) is None  # an hour is over
    begin(ledger, "id-2")
    clock.tick(minutes=30)
    assert ledger.login("id-2", IDLE) is None


def test_logging_in_clears_sessions_that_are_over(ledger: Ledger, clock: Clock) -> None:
    from sqlalchemy import select

    from edi_router.ledger.tables import login

    add(ledger)
    begin(ledger)
    clock.tick(hours=2)
    begin(ledger, "id-2")
    with ledger.read() as connection:
        assert list(connection.scalars(select(login.c.id))) == ["id-2"]


@pytest.mark.parametrize("change", ["disable_account", "change_password", "remove_account", "end_login"])
def test_a_session_ends_with_what_it_rests_on(ledger: Ledger, change: str) -> None:
    add(ledger)
    begin(ledger)
    arguments = {
        "disable_account": ["anna", True],
        "change_password": ["anna", "hash-2"],
        "end_login": ["id-1"],
    }
    getattr(ledger, change)(*arguments.get(change, ["anna"]), "root")
    assert ledger.login("id-1", IDLE) is None


def test_a_session_does_not_begin_with_a_password_that_was_changed_meanwhile(ledger: Ledger) -> None:
    add(ledger)
    ledger.change_password("anna", "hash-2", "root")
    with pytest.raises(Refused):
        begin(ledger)
    ledger.disable_account("anna", True, "root")
    with pytest.raises(Refused):
        begin(ledger, password="hash-2")
    assert ledger.login("id-1", IDLE) is None


def test_a_hash_is_renewed_only_where_it_still_stands(ledger: Ledger) -> None:
    add(ledger)
    ledger.renew_hash("anna", "hash-0", "hash-9")
    assert ledger.account_password("anna") == "hash-1"
    ledger.renew_hash("anna", "hash-1", "hash-9")
    assert ledger.account_password("anna") == "hash-9"


def test_a_token_has_an_end_and_ends_with_its_account(ledger: Ledger, clock: Clock) -> None:
    add(ledger)
    ledger.add_token("erp", "h1", ["see", "submit"], 60 * MINUTE, "root", account="anna")
    ledger.add_token("bank", "h2", ["see"], 60 * MINUTE, "root", partner="bank")
    with pytest.raises(Refused):
        ledger.add_token("erp", "h3", ["see"], MINUTE, "root")
    found = ledger.token("h1")
    assert found is not None
    assert found[1] is not None
    assert (found[0].scopes, found[1].name) == (("see", "submit"), "anna")
    assert ledger.token("h9") is None
    ledger.disable_account("anna", True, "root")
    assert ledger.token("h1") is None
    ledger.disable_account("anna", False, "root")
    assert ledger.token("h1") is not None
    clock.tick(minutes=59)
    assert ledger.token("h2") is not None
    assert [each.used is not None for each in ledger.tokens()] == [True, True]
    clock.tick(minutes=1)
    assert ledger.token("h2") is None
    ledger.remove_account("anna", "root")
    assert [each.name for each in ledger.tokens()] == ["bank"]
    ledger.remove_token("bank", "root")
    assert ledger.tokens() == []


def attempt(ledger: Ledger) -> int:
    return ledger.try_login({"account:a": LIMITS}, "anna", "anna@192.0.2.7") // SECOND


def test_tries_are_locked_for_longer_and_longer(ledger: Ledger, clock: Clock) -> None:
    assert [attempt(ledger) for _ in range(3)] == [0, 0, 0]
    waits = []
    for _ in range(4):
        waits.append(attempt(ledger))
        clock.tick(seconds=waits[-1])
        assert attempt(ledger) == 0
    assert waits == [30, 60, 120, 120]
    told = [each.reason for each in ledger.decisions(kind="login", subject="anna")]
    assert told[-3:] == ["account 120 s", "account 60 s", "account 30 s"]


def test_failures_are_forgotten_after_a_quiet_window(ledger: Ledger, clock: Clock) -> None:
    assert [attempt(ledger) for _ in range(3)] == [0, 0, 0]
    assert attempt(ledger) == 30
    clock.tick(minutes=15, seconds=31)
    assert [attempt(ledger) for _ in range(3)] == [0, 0, 0]
    assert attempt(ledger) == 30


def test_a_right_password_clears_the_account_and_one_try_of_the_address(ledger: Ledger) -> None:
    both = {"account:a": LIMITS, "address:x": LIMITS}
    for _ in range(2):
        assert ledger.try_login(both, "anna", "") == 0
    ledger.login_fits("account:a", "address:x")
    assert ledger.try_login({"address:x": LIMITS}, "", "") == 0
    assert ledger.try_login({"address:x": LIMITS}, "", "") == 0
    assert ledger.try_login({"address:x": LIMITS}, "", "") > 0
    assert [attempt(ledger) for _ in range(4)] == [0, 0, 0, 30]


def test_many_tries_at_once_gain_nothing(ledger: Ledger) -> None:
    barrier, waits = threading.Barrier(6), []

    def run() -> None:
        barrier.wait()
        waits.append(attempt(ledger))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [0, 0, 0, 30, 30, 30]


def test_decisions_are_found_by_account_at_any_address(ledger: Ledger) -> None:
    for by in ("anna@192.0.2.7", "anna@2001:db8::1", "anna", "annabel@192.0.2.7", "token:erp@192.0.2.7"):
        ledger.decide("request", "/try", "try", by)
    assert [each.by for each in ledger.decisions(by="anna")] == ["anna", "anna@2001:db8::1", "anna@192.0.2.7"]
    latest = ledger.decisions(limit=2)
    assert [each.by for each in latest] == ["token:erp@192.0.2.7", "annabel@192.0.2.7"]
    assert [each.by for each in ledger.decisions(before=latest[-1].id, limit=1)] == ["anna"]
