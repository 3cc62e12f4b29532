"""A real browser: the console served on a port of its own, and somebody who looks at it with Chromium."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, StorageState

from tests.conftest import need
from tests.support.console import PASSWORD

HINT = "apt-get install chromium fonts-noto-cjk"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""It runs in a container, as root, and asks nobody but us for anything."""
WIDE, NARROW = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
_LONGEST = 20.0
"""Seconds that a step of a browser may take on a busy machine."""


def chromium(playwright: Playwright) -> Chromium:
    """The system's Chromium, started; nothing is downloaded. Without one the test is skipped, on CI it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    need(found, HINT)
    return playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application on a free port of this machine; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Visitor:
    """Somebody at a browser window, and all that the browser complained about since it was asked last."""

    def __init__(self, context: BrowserContext) -> None:
        context.set_default_timeout(1000 * _LONGEST)
        self.context = context
        self.page: Page = context.new_page()
        self._complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self._complaints.append(f"script: {error}"))
        self.page.on("requestfailed", lambda asked: self._complaints.append(f"failed: {asked.url}"))

    def _heard(self, message: ConsoleMessage) -> None:
        # A violation of the content security policy is told here too, as an error.
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.type}: {message.text}")

    def complaints(self) -> list[str]:
        """What the browser complained about since this was asked last."""
        found, self._complaints = self._complaints, []
        return found

    def go(self, path: str, status: int = 200) -> None:
        """Open a page; it has to be answered with this status."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{answer.status} {path}"

    def too_wide(self) -> list[str]:
        """What makes the page wider than the window, where it is."""
        return list(self.page.evaluate(_TOO_WIDE))


class Window:
    """Opens windows of one site: logs each account in once, and gives its later windows the same session."""

    def __init__(self, browser: Chromium, url: str) -> None:
        self.browser, self.url = browser, url
        self._sessions: dict[str, StorageState] = {}
        self._standing: dict[tuple[str, str], Visitor] = {}

    @contextmanager
    def open(
        self, account: str = "operator", language: str = "en", *, narrow: bool = False, scripts: bool = True
    ) -> Iterator[Visitor]:
        """A window of an account (of nobody when it is empty), closed at the end."""
        context = self._context(account, language, narrow, scripts)
        try:
            yield Visitor(context)
        finally:
            context.close()

    def standing(self, account: str, language: str = "en", *, narrow: bool = False) -> Visitor:
        """The window of an account (of nobody when it is empty) in which it goes from page to page, by daylight.

        It stays open: for each new one Chromium starts two processes.
        """
        key = (account, language)
        if key not in self._standing:
            self._standing[key] = Visitor(self._context(account, language, narrow))
        here = self._standing[key]
        here.page.emulate_media(color_scheme="light")
        here.page.set_viewport_size(NARROW if narrow else WIDE)
        here.complaints()  # a test that failed may have left some
        return here

    def _context(
        self, account: str, language: str, narrow: bool = False, scripts: bool = True
    ) -> BrowserContext:
        return self.browser.new_context(
            base_url=self.url, locale=LOCALES[language], viewport=NARROW if narrow else WIDE,
            java_script_enabled=scripts, storage_state=self._session(account) if account else None,
        )  # fmt: skip

    def _session(self, account: str) -> StorageState:
        if account not in self._sessions:
            context = self.browser.new_context(base_url=self.url)
            page = context.new_page()
            log_in(page, account)
            self._sessions[account] = context.storage_state()
            context.close()
        return self._sessions[account]


def log_in(page: Page, account: str) -> None:
    """Log in as a person does."""
    page.goto("/login")
    page.locator("[name=name]").fill(account)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def barriers(page: Page, only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds in the page that is serious or critical (of the rules `only`): rule, place, what to do."""
    asked: dict[str, Any] = {"resultTypes": ["violations"]}
    if only:
        asked["runOnly"] = list(only)
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_axe())
    found = page.evaluate(f"() => axe.run({json.dumps(asked)})")
    return [
        f"{each['id']} at {node['target']}: {node['failureSummary']}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


_TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > wide + 1 && !each.closest(".wide, pre, .copy, .side"))
    .slice(0, 5).map((each) => each.outerHTML.slice(0, 120)).concat(`page of ${document.documentElement.scrollWidth}`);
}"""
