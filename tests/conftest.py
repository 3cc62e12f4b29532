"""Fixtures shared by all tests: the places of real messages and of system programs."""

import gc
import os
import re
import shutil
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

from tests.support import statements

ROOT = Path(__file__).resolve().parent.parent
UNTRACED = re.compile(
    r"tests/((bench|fuzz|mutants|property|torture)/|e2e/test_(demo|kill|month|wheel)\.py"
    r"|golden/test_(corpus_\w+|fault_coverage|hmrc_ens|tutorial)\.py"
    r"|unit/test_(directory_(oddities|variants)|ledger_(crash|properties)|profile_property|pytest_plugin)\.py)"
)
"""Tests that run much data through lines which other tests run too: coverage measures those, since to trace every
line of these would double their time or more. So are all that are marked `slow`, and the processes that unit and
golden tests start: they begin with the reading of the whole product, which costs more than what they then run."""
FLOWS = re.compile(r"tests/(console|e2e|stories)/")
"""Tests of the whole way of messages, each of which runs much the same lines: every third of a file is measured."""
ALONE = re.compile(r"tests/(golden|unit)/")
"""Tests of single parts, of which the processes are not measured."""
TRACED_CASES = 4
"""So many cases of a parametrised test are measured by coverage, and every twentieth of the others: to trace all of the
hundreds that run the same lines would take longer than to run them. That can only lower the figure."""
TRACED_TESTS = 12
"""So many tests of a file are measured, and every second of the others, for the same reason."""


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    """Of the measurements that were started in this process let only the last one go on.

    In a worker of pytest-xdist there are up to three, one over the other: where the last one is taken off, as it is
    from a test without coverage, the others would trace each line all the same.
    """
    running = []
    while (found := coverage.Coverage.current()) is not None:
        found.stop()
        running.append(found)
    if running:
        running[0].start()


MEASURED = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage also starts in the processes that a test starts."""


def pytest_configure() -> None:
    """What costs time and proves nothing: folders of tests on the disk, looking for garbage, compiling the same again."""
    gc.set_threshold(50_000, 20, 20)  # as a command that lasts does
    statements.share()
    # Each message that a test sends is synced to the disk some ten times; in memory that takes no time.
    if _usable(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


MEMORY = Path("/dev/shm")
ROOMY = 4 << 30
"""So many bytes free in memory hold the folders of the tests that run at a time many times over."""


def _usable(folder: Path) -> bool:
    """Whether tests can have their folders there, with programs in them."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    return shutil.disk_usage(folder).free > ROOMY and not os.statvfs(folder).f_flag & os.ST_NOEXEC


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take coverage off the tests that are `UNTRACED`, and off most cases of tests with many; the longest come first.

    A test of half a minute that comes last is waited for by all workers.
    """
    met: Counter[str] = Counter()
    for item in sorted(items, key=lambda each: each.nodeid):
        file, test = item.nodeid.partition("::")[0], item.nodeid.partition("[")[0]
        met.update((file, test))
        many = (met[test] > TRACED_CASES and met[test] % 20) or (met[file] > TRACED_TESTS and met[file] % 2)
        slow = item.get_closest_marker("slow") is not None
        if slow or UNTRACED.match(file) or many or (FLOWS.match(file) and met[file] % 3 != 1):
            item.add_marker(pytest.mark.no_cover)
    items.sort(key=lambda each: each.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """The tests themselves are no garbage: thousands of them need not be looked through again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The processes that a test starts are measured when the test is, but not those of tests of single parts."""
    given = os.environ.get(MEASURED)
    untraced = item.get_closest_marker("no_cover") is not None or ALONE.match(item.nodeid) is not None
    if given is None or not untraced:
        return (yield)
    del os.environ[MEASURED]
    try:
        return (yield)
    finally:
        os.environ[MEASURED] = given


def need(found: object, what: str) -> None:
    """Skip with `what` to do; on CI a missing part fails instead."""
    if found:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def _folder(variable: str, beside: str) -> Path | None:
    given = os.environ.get(variable)
    folder = Path(given) if given else ROOT.parent / "shared" / beside
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real messages (EDI_ROUTER_CORPUS, else ../shared/corpus beside the checkout)."""
    folder = _folder("EDI_ROUTER_CORPUS", "corpus")
    need(folder, "set EDI_ROUTER_CORPUS to the folder of real messages")
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def unece() -> Path:
    """The folder of official UN/EDIFACT release zips (EDI_ROUTER_UNECE, else ../shared/unece)."""
    folder = _folder("EDI_ROUTER_UNECE", "unece")
    need(folder, "set EDI_ROUTER_UNECE to a folder with UN/EDIFACT release zips (d96b.zip …)")
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT
