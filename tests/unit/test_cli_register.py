"""`edi-router register`: what a person sees of the registers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from tests.support.cli import edi_router
from tests.support.workspaces import deployment

GOOD = shipped_directory() / "samples" / "good"
KEY = "4205002604000110"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("register") / "ws"
    with deployment(root) as place:
        place.drop("CIQ-YC", "order.xml", (GOOD / "transfer-order.xml").read_bytes())
        place.engine.until_idle()
    return root


def test_an_entry_is_shown_with_its_history(workspace: Path) -> None:
    told = edi_router("--workspace", workspace, "register", "show", "transfer", KEY, "--json")
    assert told.code == 0, told.err
    entry = json.loads(told.out)
    assert (entry["state"], entry["entered_by"], entry["open"]) == ("received", "CIQ-YC", True)
    assert [(each["line"], each["left"]) for each in entry["lines"]] == [("1", "18000")]
    assert [(each["move"], each["outcome"], each["state"]) for each in entry["events"]][:1] == [
        ("enter", "received", "received")
    ]
    assert "482913" not in told.out
    page = edi_router("--workspace", workspace, "register", "show", "transfer", KEY)
    assert page.code == 0, page.err
    assert KEY in page.out
    assert "18000" in page.out


def test_entries_are_listed_by_state_and_value(workspace: Path) -> None:
    def keys(*options: str) -> list[str]:
        told = edi_router("--workspace", workspace, "register", "ls", "transfer", "--json", *options)
        assert told.code == 0, told.err
        return [json.loads(line)["key"] for line in told.out.splitlines()]

    assert keys() == keys("--open") == keys("--state", "received") == keys("--value", "420500") == [KEY]
    assert keys("--state", "expired") == keys("--value", "nothing") == []


def test_registers_are_counted(workspace: Path) -> None:
    told = edi_router("--workspace", workspace, "register", "list", "--json")
    rows = {row["id"]: row for row in map(json.loads, told.out.splitlines())}
    assert rows["transfer"]["states"] == {"received": 1}
    assert rows["licence"]["entries"] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("show", "transfer", "0"), 1, "no entry"),
        (("show", "transfers", KEY), 2, "did you mean transfer"),
        (("ls", "transfer", "--state", "gone"), 2, "no state gone"),
    ],
)
def test_what_is_not_there_is_told(workspace: Path, arguments: tuple[str, ...], code: int, text: str) -> None:
    told = edi_router("--workspace", workspace, "--lang", "en", "register", *arguments)
    assert told.code == code
    assert text in told.out + told.err
