"""A text within a partner's day: a page looks for so long and no longer, the next goes on, and each says how far it came."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edi_router.console.pages import search
from tests.support.pages import Browser
from tests.support.workspaces import Place

Browse = Callable[..., Browser]
DAY = "/search?partner=ENT-A&since=2026-03-14&text="


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a page looks is the tests' own to say, not the machine's."""
    monkeypatch.setattr(search, "PATIENCE", 60.0)


def sent(day: Place) -> list[str]:
    """The messages that ENT-A sent on the day, in the order in which they are looked into."""
    rows = day.ledger.ls("message", partner="ENT-A", limit=1000)
    rows = [row for row in rows if row["date"] == "2026-03-14"]
    return [row["id"] for row in sorted(rows, key=lambda row: (row["entered"], row["id"]), reverse=True)]


def parts(here: Browser, text: str) -> list[list[str]]:
    """What each page finds, from the first to the one that leads to no other."""
    found, link = [], DAY + text
    while link:
        here.go(link)
        found.append([each.rpartition("/")[2] for each in here.links("/show/message/")])
        [link] = [each for each in here.links("/search?") if "after=" in each] or [""]
    return found


@pytest.mark.parametrize("patience", [-1.0, 60.0], ids=["one a page", "seven a page"])
def test_pages_go_on_where_the_one_before_ended(
    browse: Browse, day: Place, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    messages, here = sent(day), browse("operator")
    assert len(messages) > 10
    [whole] = parts(here, "UNH")
    assert "Looked through the day to its first message." in here.text
    assert len(whole) > 10
    assert whole == [each for each in messages if each in whole]
    monkeypatch.setattr(search, "PATIENCE", patience)
    monkeypatch.setattr(search, "PART", 7)
    found = parts(here, "UNH")
    each = 1 if patience < 0 else 7
    assert [id for page in found for id in page] == whole
    assert len(found) == -(-len(messages) // each)
    here.go(DAY + "UNH")
    assert f"that were not looked into yet: {len(messages) - each}." in here.text
    chinese = browse("operator", "zh")
    chinese.go(DAY + "UNH")
    assert f"尚未查看的报文：{len(messages) - each} 份" in chinese.text


def test_a_page_ends_when_it_is_full(browse: Browse, day: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 3)
    found = parts(browse("operator"), "UNH")
    assert {len(each) for each in found[:-1]} == {3}


def test_a_partner_looks_into_its_own(browse: Browse, day: Place) -> None:
    [own] = parts(browse("enterprise"), "UNH")
    assert own == parts(browse("operator"), "UNH")[0]
    [other] = parts(browse("stranger"), "UNH")
    assert other == []


def test_what_cannot_be_read_is_said(own: tuple[Place, Browse], day: Place) -> None:
    place, browse = own
    source = day.ledger.show(sent(day)[0])
    place.drop("ENT-A", "1.edi", day.workspace.open_archive().read(source["files"][0]["sha256"]))
    assert place.engine.until_idle().problems == []
    [file] = place.ledger.ls("file")
    place.workspace.open_archive().path(file["sha256"]).unlink()
    here = browse("operator")
    here.go(f"/search?partner=ENT-A&since={file['date']}&text=UNH")
    number = len(place.ledger.ls("message"))
    assert number > 0
    assert f"no longer in the archive: {number}." in here.text
    assert not here.links("/show/")


def test_a_place_that_is_none_is_told(browse: Browse) -> None:
    here = browse("operator")
    here.go(DAY + "UNH&after=yesterday")
    assert "yesterday is no place in a list" in here.text
