"""What a console remembers for all who look."""

import gc
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from edi_router.console import site as module
from edi_router.console.site import Site, settle
from edi_router.pipeline.configuration import Configuration
from tests.support.workspaces import Place, Remembering, prepare

THREADS = 12


def at_once(act: Callable[[int], object]) -> list[Any]:
    """What so many threads got that began together; an exception is what it was."""
    ready = threading.Barrier(THREADS, timeout=20)

    def run(number: int) -> object:
        ready.wait()
        try:
            return act(number)
        except ValueError as error:
            return error

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(run, range(THREADS)))


def test_of_many_who_ask_at_once_one_makes_it(day: Place) -> None:
    site, made, asked = (
        Site(day.workspace, day.ledger, day.workspace.open_archive()),
        Counter[str](),
        threading.Semaphore(0),
    )

    def make(key: str) -> str:
        made[key] += 1
        for _ in range(THREADS - 3):  # until all others ask too, or had time to
            asked.acquire(timeout=0.2)
        return f"{key} {made[key]}"

    def ask(number: int) -> str:
        key = "abc"[number % 3]
        asked.release()
        return site.recent(key, 3600, lambda: make(key))

    assert at_once(ask) == [f"{'abc'[number % 3]} 1" for number in range(THREADS)]
    assert made == {"a": 1, "b": 1, "c": 1}
    assert (
        at_once(lambda number: site.later(str(number % 4), 3600, lambda: made.update("l"), 20))
        == [None] * THREADS
    )
    assert made["l"] == 4


def test_who_waits_for_what_fails_is_told_and_the_next_tries_again(day: Place) -> None:
    site, tried = Site(day.workspace, day.ledger, day.workspace.open_archive()), []

    def fail() -> str:
        tried.append(1)
        time.sleep(0.1)
        raise ValueError("the ledger is away")

    found = at_once(lambda number: site.recent("x", 3600, fail))
    assert [str(each) for each in found] == ["the ledger is away"] * THREADS
    assert site.recent("x", 3600, lambda: "there") == "there"
    assert at_once(lambda number: site.recent("x", 3600, fail)) == ["there"] * THREADS


@dataclass(frozen=True)
class Slow(Remembering):
    """A workspace that loads its configuration when it is let, from the second time on."""

    go: threading.Event = field(default_factory=threading.Event)
    loads: list[threading.Thread] = field(default_factory=list)

    def configuration(self) -> tuple[Configuration | None, list[Any]]:
        self.loads.append(threading.current_thread())
        if len(self.loads) > 1:
            assert self.go.wait(20)
        return super().configuration()


def test_who_looks_while_the_configuration_is_loaded_anew_has_the_one_before(
    day: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path / "ws")
    workspace = Slow(tmp_path / "ws")
    site = Site(workspace, day.ledger, day.workspace.open_archive())
    first = at_once(lambda number: site.configuration)
    assert all(each is first[0] for each in first)
    assert len(workspace.loads) == 1
    monkeypatch.setattr(module, "LOOK", -1.0)
    settings = tmp_path / "ws" / "edi-router.yaml"
    settings.write_text(settings.read_text().replace("name: test", "name: other"), "utf-8")
    with ThreadPoolExecutor(1) as loader:
        anew = loader.submit(lambda: site.configuration)
        while len(workspace.loads) < 2:
            time.sleep(0.01)
        assert site.configuration is first[0]
        assert site.recent("x", 0, lambda: site.name) == "test"
        workspace.go.set()
        assert anew.result(60).settings.name == "other"


def test_what_takes_long_is_made_beside_the_request(day: Place) -> None:
    site, go, made = Site(day.workspace, day.ledger, day.workspace.open_archive()), threading.Event(), []

    def slow() -> int:
        go.wait(10)
        made.append(1)
        return len(made)

    assert site.later("slow", 0, slow, patience=0.01) is None
    assert site.later("slow", 0, slow, patience=0.01) is None, "it is made once, not for each who asks"
    go.set()
    deadline = time.monotonic() + 10
    while site.later("slow", 3600, slow, patience=0.01) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert site.later("slow", 3600, slow) == 1
    assert made == [1]
    go.clear()
    site._recent["slow"] = site._recent["slow"]._replace(took=0.0)
    assert site.later("slow", 0, slow, patience=0.01) == 1, "what was made last, while it is made again"
    go.set()


def test_who_can_have_what_was_made_lately_waits_briefly(day: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    site, go = Site(day.workspace, day.ledger, day.workspace.open_archive()), threading.Event()
    site.later("books", 3600, lambda: "old", patience=20)
    site._recent["books"] = site._recent["books"]._replace(took=0.0)

    def new() -> str:
        go.wait(20)
        return "new"

    began = time.monotonic()
    assert site.later("books", 0, new, patience=20) == "old"
    assert time.monotonic() - began < 15
    monkeypatch.setattr(module, "LATELY", 0.0)
    threading.Timer(0.5, go.set).start()
    assert site.later("books", 0, new, patience=20) == "new", "what is older is waited for"


def test_what_is_loaded_is_not_looked_through_for_garbage(day: Place) -> None:
    site = Site(day.workspace, day.ledger, day.workspace.open_archive(), settle=settle)
    try:
        assert site.configuration
        frozen = gc.get_freeze_count()
        assert frozen > 100_000
        site._load()
        assert gc.get_freeze_count() < 1.5 * frozen, "the configuration before it has gone"
    finally:
        gc.unfreeze()
