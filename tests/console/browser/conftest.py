"""One Chromium for the tests of this folder, and windows of the console over the sample day."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from tests.support.browsing import Window, chromium, serving
from tests.support.screenshots import take
from tests.support.workspaces import Place


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


@pytest.fixture(scope="package", autouse=True)
def pictures(window: Window, day: Place) -> None:
    """Pictures of the main pages for who looks at a run of CI, in the folder that EDI_ROUTER_ARTEFACTS names."""
    if folder := os.environ.get("EDI_ROUTER_ARTEFACTS"):
        take(window, day, Path(folder) / "console")
