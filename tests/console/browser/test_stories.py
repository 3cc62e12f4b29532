"""What a person does at the console, in Chromium: keyboard and mouse, files dropped, and without any script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from edi_router.console.app import create_app
from edi_router.console.pages import search
from edi_router.console.site import Site
from tests.console.test_pages import hold
from tests.support.browsing import Window, barriers, serving
from tests.support.console import QUICK
from tests.support.pages import accounts
from tests.support.screenshots import trace
from tests.support.story import GOOD
from tests.support.workspaces import Place, deployment

pytestmark = pytest.mark.slow
Opened = tuple[Place, Window]


@pytest.fixture
def apart(tmp_path: Path, browser: Browser) -> Iterator[Opened]:
    """A deployment of the test's own, and windows of its console."""
    with deployment(tmp_path / "ws") as place:
        accounts(place.ledger)
        app: FastAPI = create_app(
            Site(place.workspace, place.ledger, place.workspace.open_archive(), place.clock), QUICK
        )
        with serving(app) as url:
            yield place, Window(browser, url)


def drop(page: Page, form: str, path: Path) -> None:
    """Drop a file on a form, as from the desktop."""
    data = page.evaluate_handle(
        "([name, text]) => { const data = new DataTransfer();"
        " data.items.add(new File([text], name, {type: 'text/plain'})); return data; }",
        [path.name, path.read_text(encoding="utf-8")],
    )
    page.dispatch_event(form, "dragover", {"dataTransfer": data})
    with page.expect_navigation():
        page.dispatch_event(form, "drop", {"dataTransfer": data})


def test_why_was_it_refused(window: Window, day: Place) -> None:
    """With the keyboard alone: from any page to the fault, its remedy, and its place in the source."""
    refused = next(row for row in day.ledger.ls(state="rejected", partner="ENT-A") if row["reference"])
    with window.open() as here:
        here.go("/registers")
        here.page.keyboard.press("/")
        assert here.page.evaluate("document.activeElement.id") == "q"
        here.page.keyboard.type(refused["id"])
        here.page.keyboard.press("Enter")
        here.page.wait_for_url(re.compile("/show/"))
        text = here.page.locator("main").inner_text()
        assert "What is wrong" in text
        assert "To do:" in text
        assert here.page.locator(".marked-line mark").first.inner_text().strip()
        assert here.complaints() == []


def test_where_does_a_value_come_from(window: Window, day: Place) -> None:
    with window.open() as here:
        here.go(trace(day))
        value = here.page.locator(".out a.v[data-p][title*='table row']").first
        value.click()
        told = here.page.locator("#lineage").inner_text()
        assert "mapping line" in told
        assert "table row" in told
        source = here.page.locator(".side:not(.out) a.v.on")
        assert source.count() >= 1
        assert source.first.inner_text().strip() in told
        assert here.complaints() == []


def test_how_far_is_the_case_of_a_firm(window: Window, day: Place) -> None:
    # Tests before this one may have left messages with numbers of their own, of which no case is known.
    own = (row["id"] for row in day.ledger.ls(visible_to="ENT-A") if row["reference"])
    numbers = (each["value"] for id in own for each in day.ledger.show(id)["references"])
    number = next(each for each in numbers if day.ledger.progress(each, "ENT-A").known)
    with window.open("enterprise", "zh", narrow=True) as here:
        here.go("/progress")
        here.page.locator("#number").fill(number)
        here.page.keyboard.press("Enter")
        here.page.wait_for_url(re.compile("number="))
        assert here.page.locator("main .timeline li").count() > 0
        assert here.too_wide() == []


def released(place: Place, id: str) -> bool:
    """Whether a person released it, with a reason."""
    return any(
        each["verb"] == "release" and each["reason"] == "seen the paper"
        for each in place.ledger.show(id)["decisions"]
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_held_message_is_released(apart: Opened, scripts: bool) -> None:
    place, window = apart
    held = hold(place)
    with window.open(scripts=scripts) as here:
        here.go("/queues")
        here.page.locator(f"main a[href$='{held}']").first.click()
        here.page.locator("#reason").fill("seen the paper")
        here.page.get_by_role("button", name=re.compile("^Release")).click()
        here.page.wait_for_load_state()
        assert place.ledger.show(held)["state"] == "released"
        assert released(place, held)
        # And what the browser remembers of the person: language, by a form as well.
        here.page.get_by_role("button", name="中文").click()
        here.page.wait_for_load_state()
        assert here.page.locator("html").get_attribute("lang") == "zh-CN"
        here.go("/")
        assert here.page.locator("html").get_attribute("lang") == "zh-CN"


def test_a_partner_is_taken_in_by_a_file_that_is_dropped(window: Window) -> None:
    with window.open("integrator") as here:
        here.go("/onboarding")
        drop(here.page, "form[data-drop]", GOOD / "cusdec-import.edi")
        assert "no fault" in here.page.locator("main").inner_text()
        here.page.locator("#id").fill("ent-z")
        with here.page.expect_navigation():
            here.page.get_by_role("button", name="Look again").click()
        assert "partners/ENT-Z.yaml" in here.page.locator("main").inner_text()
        assert barriers(here.page) == []
        assert here.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_light_or_dark_as_the_system_is(window: Window, scheme: str) -> None:
    with window.open("") as here:
        here.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        here.go("/login")
        ground = here.page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(int(each) for each in re.findall(r"\d+", ground)[:3]) > 380
        assert light == (scheme == "light")


def test_without_scripts_everything_is_found_and_tried(window: Window, day: Place) -> None:
    with window.open("operator", scripts=False) as here:
        here.go("/")
        here.page.locator("#q").fill("ENTA00000004")
        here.page.get_by_role("search").get_by_role("button").click()
        here.page.wait_for_url(re.compile("/show/"))
        here.go("/try")
        here.page.locator("#text").fill((GOOD / "cusdec-import.edi").read_text(encoding="utf-8"))
        submit: Callable[[], None] = here.page.locator("main form button").first.click
        submit()
        here.page.wait_for_load_state()
        assert "no fault" in here.page.locator("main").inner_text()
        linked = here.page.locator(".out a.v[data-p]").first.get_attribute("href")
        assert linked
        assert here.page.locator(f"[id='{linked[1:]}']").count() == 1


def test_a_text_is_looked_for_until_it_is_found(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script follows from part to part; without it there is a link."""
    monkeypatch.setattr(search, "PART", 2)
    asked = "/search?partner=ENT-A&since=2026-03-14&text=UNH"
    with window.open() as here:
        here.go(asked)
        here.page.get_by_text("Looked through the day to its first message.").wait_for()
        assert here.page.locator("#found tbody tr").count() > 10
        entered = here.page.locator("#found tbody tr time").evaluate_all("all => all.map(e => e.dateTime)")
        assert entered == sorted(entered, reverse=True)
        assert here.page.locator("#found a.more").count() == 0
        assert barriers(here.page) == []
        assert here.complaints() == []
    with window.open(scripts=False) as here:
        here.go(asked)
        assert here.page.locator("#found tbody tr").count() <= 2
        here.page.locator("#found a.more").click()
        here.page.wait_for_url(re.compile("after="))
