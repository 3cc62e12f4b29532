"""Pictures of the console for docs/console.md: `python -m tests.support.screenshots [FOLDER]` (docs/console).

They are of the sample day, in both languages; each is a PNG of less than 200 kB.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import sync_playwright

from edi_router.console.app import create_app
from edi_router.console.site import Site
from tests.conftest import ROOT
from tests.support.browsing import Visitor, Window, chromium, serving
from tests.support.console import QUICK
from tests.support.pages import accounts
from tests.support.playing import play
from tests.support.sample_day import drops, play_morning
from tests.support.workspaces import Place, deployment

FOLDER = ROOT / "docs" / "console"
LARGEST = 200_000
"""Bytes of a picture."""


def trace(day: Place) -> str:
    """The address of both sides of a mapped declaration."""
    shown = day.ledger.show(day.ledger.ls(type="CUSDEC", state="completed")[0]["id"])
    made = next(each for each in shown["outputs"] if each["mapping"])
    return f"/trace/{shown['id']}/{made['id']}"


def refused(day: Place) -> str:
    """The address of a message that was rejected."""
    return f"/show/message/{day.ledger.ls(state='rejected', partner='ENT-A')[0]['id']}"


PICTURES: Mapping[str, tuple[str, Callable[[Place], str]]] = {
    "today": ("operator", lambda day: "/"),
    "message": ("operator", refused),
    "trace": ("operator", trace),
    "desk": ("origin", lambda day: "/desk"),
    "work": ("operator", lambda day: "/queues"),
}
"""Who looks at what, by the picture's name."""


def picture(here: Visitor, name: str, path: str, file: Path) -> None:
    """Take the picture of a page."""
    here.go(path)
    if name == "trace":
        here.page.locator(".out .v[data-p]").first.click()
    here.page.screenshot(path=file)
    size = file.stat().st_size
    if size > LARGEST:
        raise ValueError(f"{file.name} has {size} bytes, more than {LARGEST}")


def take(window: Window, day: Place, folder: Path) -> list[Path]:
    """Take all pictures into a folder; returns their files."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for name, (account, path) in PICTURES.items():
        for language in ("en", "zh"):
            with window.open(account, language) as here:
                made.append(folder / f"{name}-{language}.png")
                picture(here, name, path(day), made[-1])
    return made


def main(folder: Path) -> None:
    """Play the sample day, serve its console, and take the pictures."""
    with tempfile.TemporaryDirectory() as root, deployment(Path(root) / "ws") as place:
        if problems := play_morning(place) + play(place, drops(60)):
            raise SystemExit("\n".join(problems))
        accounts(place.ledger)
        site = Site(place.workspace, place.ledger, place.workspace.open_archive(), place.clock)
        with serving(create_app(site, QUICK)) as url, sync_playwright() as playwright:
            browser = chromium(playwright)
            for file in take(Window(browser, url), place, folder):
                print(f"{file.name} {file.stat().st_size}")
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
