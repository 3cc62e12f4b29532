"""`edi-router user` and `token`."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edi_router.console.access.passwords import Passwords, fingerprint
from edi_router.engine.workspace import Workspace
from tests.support.cli import Ran, edi_router
from tests.support.workspaces import prepare

PASSWORD = "correct horse battery"


class Deployment:
    """A workspace, and the command in it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        prepare(root)
        self.root, self._patch = root, monkeypatch

    def __call__(self, *arguments: str, typed: str = PASSWORD + "\n") -> Ran:
        self._patch.setattr("sys.stdin", io.StringIO(typed))
        return edi_router("--workspace", self.root, *arguments)

    def kept(self, name: str) -> str | None:
        with Workspace.at(self.root).open_ledger() as ledger:
            return ledger.account_password(name)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment(tmp_path / "site", monkeypatch)


def test_an_account_is_made_listed_changed_and_removed(run: Deployment) -> None:
    quick = Passwords()
    made = run("user", "add", "Anna", "--role", "operator", "--language", "zh", "--password-stdin", "--json")
    assert made.code == 0, made.err
    assert (made.json["verb"], made.json["name"], made.json["role"]) == ("add", "anna", "operator")
    assert PASSWORD not in made.out
    assert quick.fits(PASSWORD, run.kept("anna"))
    [listed] = run("user", "ls", "--json").lines
    assert listed == {key: value for key, value in made.json.items() if key != "verb"}
    assert "anna" in run("user", "ls").out
    assert run("user", "password", "anna", "--password-stdin", typed="another long one\n").code == 0
    assert quick.fits("another long one", run.kept("anna"))
    assert run("user", "disable", "anna", "--json").json["disabled"] is True
    assert run.kept("anna") is None
    assert run("user", "enable", "ANNA").code == 0
    assert run("user", "rm", "anna").code == 0
    assert run("user", "ls", "--json").out == ""


def test_a_password_is_never_an_argument_and_asked_for_twice(
    run: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def typed(text: str, *more: object) -> str:
        asked.append(text)
        return PASSWORD

    monkeypatch.setattr("click.termui.hidden_prompt_func", typed)
    assert run("user", "add", "anna", "--role", "auditor").code == 0
    assert len(asked) == 2
    assert run("user", "add", "b", "--role", "auditor", "--password", PASSWORD).code == 2


def test_without_a_terminal_a_password_is_not_asked_for(run: Deployment) -> None:
    command = [sys.executable, "-m", "edi_router.cli.main", "--workspace", str(run.root)]
    done = subprocess.run(
        [*command, "user", "add", "anna", "--role", "auditor"], capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, start_new_session=True, timeout=60, env={**os.environ, "EDI_ROUTER_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "use --password-stdin" in done.stderr
    assert "Warning" not in done.stderr
    assert run("user", "ls", "--json").out == ""


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "told"),
    [
        (["a b", "--role", "operator"], PASSWORD, 2, "a name has 1 to 64 letters"),
        (["b", "--role", "king"], PASSWORD, 2, "king"),
        (["b", "--role", "enterprise"], PASSWORD, 2, "needs --partner"),
        (["b", "--role", "operator", "--partner", "ENT-A"], PASSWORD, 2, "belongs to no partner"),
        (["b", "--role", "operator"], "short", 1, "12 to 200 characters"),
        (["b", "--role", "operator"], "", 1, "this one has 0"),
    ],
)
def test_what_makes_no_account(
    run: Deployment, arguments: list[str], typed: str, code: int, told: str
) -> None:
    ran = run("user", "add", *arguments, "--password-stdin", typed=typed)
    assert (ran.code, told in ran.err) == (code, True), ran.err
    assert run("user", "ls", "--json").out == ""


def test_names_that_are_there_or_not(run: Deployment) -> None:
    assert run("user", "add", "anna", "--role", "operator", "--password-stdin").code == 0
    again = run("user", "add", "ANNA", "--role", "auditor", "--password-stdin")
    assert (again.code, "there is an account anna" in again.err) == (1, True)
    for verb in ("disable", "enable", "password", "rm"):
        ran = run("user", verb, "nobody")
        assert (ran.code, "there is no account nobody" in ran.err) == (1, True)


def test_a_token_is_shown_once_and_kept_as_its_hash(run: Deployment) -> None:
    assert run("user", "add", "anna", "--role", "operator", "--password-stdin").code == 0
    scopes = ("--scope", "submit", "--scope", "progress")
    made = run("token", "add", "ERP", *scopes, "--days", "90", "--account", "anna")
    presented = made.out.strip()
    assert (made.code, presented[:5], "shown once" in made.err) == (0, "edir_", True)
    listed = run("token", "ls", "--json")
    assert presented not in listed.out
    assert (listed.json["name"], listed.json["scopes"]) == ("erp", ["progress", "submit"])
    with Workspace.at(run.root).open_ledger() as ledger:
        found = ledger.token(fingerprint(presented))
        assert found is not None
        assert (found[0].expires - found[0].created) == 90 * 86_400_000_000
        assert presented not in json.dumps([each.reason for each in ledger.decisions()])
    assert "erp" in run("token", "ls").out
    for arguments, code, told in (
        (("erp", "--scope", "see", "--days", "1"), 1, "there is a token erp"),
        (("b", "--scope", "configure", "--days", "1", "--account", "anna"), 2, "operator may not: configure"),
        (("b", "--scope", "see", "--days", "1", "--account", "nobody"), 1, "there is no account nobody"),
        (("b", "--scope", "see", "--days", "0"), 2, "--days"),
        (("b", "--scope", "fly", "--days", "1"), 2, "fly"),
        (("b", "--days", "1"), 2, "--scope"),
        (("b", "--scope", "see", "--days", "1", "--account", "anna", "--partner", "ENT-A"), 2, "not both"),
    ):
        ran = run("token", "add", *arguments)
        assert (ran.code, told in ran.err) == (code, True), ran.err
    assert run("token", "rm", "erp").code == 0
    assert run("token", "rm", "erp").code == 1
    assert run("token", "ls", "--json").out == ""


def test_partners_of_accounts_and_tokens_are_known(run: Deployment) -> None:
    made = run(
        "user", "add", "wang", "--role", "enterprise", "--partner", "ENT-A", "--password-stdin", "--json"
    )
    assert made.json["partner"] == "ENT-A"
    wrong = run("user", "add", "li", "--role", "enterprise", "--partner", "ENT-AA", "--password-stdin")
    assert (wrong.code, "no partner ENT-AA" in wrong.err) == (2, True)
    made = run("token", "add", "erp", "--partner", "ENT-A", "--scope", "submit", "--days", "1", "--json")
    assert (made.json["partner"], made.json["token"][:5]) == ("ENT-A", "edir_")
    over = run("token", "add", "b", "--partner", "ENT-A", "--scope", "books", "--days", "1")
    assert (over.code, "a partner may not: books" in over.err) == (2, True)
