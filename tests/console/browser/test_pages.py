"""Every page in Chromium: nothing to complain about, in both languages, wide and narrow, by day and by night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.browsing import NARROW, WIDE, Visitor, Window, barriers
from tests.support.screenshots import trace
from tests.support.workspaces import Place

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Of:
    """A page: who opens it, and where it is."""

    path: str | Callable[[Place], str]
    account: str = "operator"
    status: int = 200

    def at(self, day: Place) -> str:
        """Its address on the sample day."""
        return self.path if isinstance(self.path, str) else self.path(day)


def _first(kind: str, **wanted: Any) -> Callable[[Place], str]:
    return lambda day: f"/show/{kind}/{day.ledger.ls(kind, **wanted)[0]['id']}"


def _longest(kind: str) -> Callable[[Place], str]:
    """What has the longest name: it has to fit on a narrow screen."""
    return lambda day: f"/show/{kind}/{max(day.ledger.ls(kind), key=lambda row: len(row['name']))['id']}"


def _transfer(day: Place) -> str:
    return day.ledger.register_entries("transfer", limit=1)[0].entry.key


def _numbered(day: Place) -> str:
    """A number that several messages have."""
    return next(
        number
        for row in day.ledger.ls(type="CUSDEC", limit=20)
        for number in [each["value"] for each in day.ledger.show(row["id"])["references"]]
        if len(day.ledger.find(number)) > 1
    )


PAGES = {
    "today": Of("/"),
    "search": Of("/search"),
    "search-clocks": Of("/search?kind=clock"),
    "search-numbered": Of(lambda day: f"/search?q={_numbered(day)}"),
    "search-nothing": Of("/search?q=nothing-has-this"),
    "message": Of(_first("message", state="rejected", partner="ENT-A")),
    "message-held": Of(_first("message", state="held")),
    "file": Of(_longest("file")),
    "output": Of(_longest("output")),
    "trace": Of(trace),
    "try": Of("/try"),
    "registers": Of("/registers"),
    "register": Of("/registers/transfer"),
    "entry": Of(lambda day: f"/registers/transfer/{_transfer(day)}"),
    "work": Of("/queues"),
    "work-look": Of("/queues/look?queue=held"),
    "partners": Of("/partners"),
    "partner": Of("/partners/ENT-A"),
    "desk": Of("/desk", "origin"),
    "key": Of("/desk/key/transfer-order", "origin"),
    "slip": Of(lambda day: f"/desk/slip/{_transfer(day)}"),
    "progress": Of(lambda day: f"/progress?number={_transfer(day)}"),
    "progress-empty": Of("/progress", "enterprise"),
    "onboarding": Of("/onboarding", "integrator"),
    "reports": Of("/reports"),
    "audit": Of("/audit", "auditor"),
    "account": Of("/account"),
    "login": Of("/login", ""),
    "nothing": Of("/show/nothing-is-here", status=404),
}


def sound(here: Visitor, language: str, status: int) -> None:
    """What holds of every page at every width."""
    page = here.page
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[language]
    assert page.title().partition(" · ")[0].strip()
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    told = [each for each in here.complaints() if not (status != 200 and f"status of {status}" in each)]
    assert told == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page(window: Window, day: Place, name: str) -> None:
    it = PAGES[name]
    path = it.at(day)
    here = window.standing(it.account)
    here.go(path, it.status)
    sound(here, "en", it.status)
    assert barriers(here.page) == []
    here.page.emulate_media(color_scheme="dark")
    assert barriers(here.page, ("color-contrast",)) == []
    here.page.set_viewport_size(NARROW)
    assert here.too_wide() == []
    assert barriers(here.page, ("scrollable-region-focusable", "color-contrast")) == []
    assert here.complaints() == []
    here = window.standing(it.account, "zh", narrow=True)
    here.go(path, it.status)
    sound(here, "zh", it.status)
    assert here.too_wide() == []
    here.page.set_viewport_size(WIDE)
    assert here.complaints() == []
