"""One Chromium for the tests of this folder, and windows of the console over the sample day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from tests.support.browsing import Window, chromium, serving


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Of this package alone: while Playwright runs, its loop is that of the thread, and no test can run another."""
    with sync_playwright() as playwright:
        started = chromium(playwright)
        yield started
        started.close()


@pytest.fixture(scope="package")
def window(browser: Browser, console: FastAPI) -> Iterator[Window]:
    """Windows of the console over the sample day; its tests only look."""
    with serving(console) as url:
        yield Window(browser, url)
