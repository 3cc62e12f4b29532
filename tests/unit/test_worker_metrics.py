"""What a host's workers have counted, in one sum that never falls; health and readiness of their supervisor."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edi_router.engine.distributed.counts import Counts
from edi_router.engine.distributed.queue import STEPS
from edi_router.engine.distributed.watched import HostWatch, application
from edi_router.engine.tally import Count, Tally
from edi_router.engine.workspace import DATABASE_VARIABLE
from tests.support.postgresql import PostgreSQL
from tests.support.workspaces import Remembering, prepare

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = (Count.FILES, "ENT-A", "")


class Seconds:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def counts(tmp_path: Path, seconds: Seconds) -> Counts:
    folder = tmp_path / "counts"
    folder.mkdir()
    return Counts(folder, seconds)


def worker(counts: Counts, seconds: Seconds) -> tuple[Counts, Tally]:
    """Another worker of the same host; by its process it is this one."""
    return Counts(counts.folder, seconds), Tally(seconds)


def test_counts_of_workers_are_summed_and_stay_when_they_end(counts: Counts, seconds: Seconds) -> None:
    first, one = worker(counts, seconds)
    second, two = worker(counts, seconds)
    one.count(Count.FILES, "ENT-A", by=3)
    two.count(Count.FILES, "ENT-A", by=4)
    two.count(Count.MESSAGES, "ENT-A", "held")
    first.keep(one, "")
    second.keep(two, "receive ENT-A")
    assert counts.sums() == {FILES: 7, (Count.MESSAGES, "ENT-A", "held"): 1}
    assert sorted(each.doing for each in counts.workers()) == ["", "receive ENT-A"]
    counts.add(os.getpid())
    assert counts.workers() == []
    assert counts.sums() == {FILES: 7, (Count.MESSAGES, "ENT-A", "held"): 1}
    third, three = worker(counts, seconds)
    three.count(Count.FILES, "ENT-A")
    third.keep(three, "")
    counts.add(os.getpid() + 1)  # a process that has told nothing
    assert counts.sums()[FILES] == 8


def test_a_worker_that_ends_while_it_is_read_counts_once(counts: Counts, seconds: Seconds) -> None:
    own, tally = worker(counts, seconds)
    tally.count(Count.FILES, "ENT-A", by=5)
    own.keep(tally, "")
    [path] = counts.folder.glob("*-*.json")
    content = path.read_bytes()
    counts.add(os.getpid())
    path.write_bytes(content)  # as one sees it who listed the folder before
    assert counts.sums() == {FILES: 5}


def test_what_cannot_be_written_stops_nobody(tmp_path: Path, seconds: Seconds) -> None:
    Counts(tmp_path / "gone", seconds).keep(Tally(seconds), "")


def test_each_step_of_the_jobs_is_counted() -> None:
    assert sorted(Count.JOBS.value.values) == sorted(STEPS)


@pytest.fixture
def pages(
    tmp_path: Path,
    counts: Counts,
    postgresql: PostgreSQL,
    postgresql_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[WSGIApplication]:
    """The pages of a host with a ledger of its own."""
    monkeypatch.setenv(DATABASE_VARIABLE, postgresql.url(postgresql.create(postgresql_template)))
    prepare(tmp_path / "w")
    place = Remembering.at(tmp_path / "w")
    configuration, _ = place.configuration()
    assert configuration is not None
    host = HostWatch(place, configuration, counts)
    yield application(host)
    host.ledger.close()


def get(pages: WSGIApplication, path: str, seconds: Seconds) -> tuple[int, str]:
    seconds.now += 6  # nothing is told from memory
    told: list[str] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    body = b"".join(pages(environ, lambda status, headers, *_: told.append(status)))  # type: ignore[arg-type, func-returns-value]
    return int(told[0].split()[0]), body.decode()


@pytest.mark.postgresql
def test_health_is_the_supervisors_and_readiness_the_workers(
    pages: WSGIApplication, counts: Counts, seconds: Seconds
) -> None:
    assert get(pages, "/health", seconds)[0] == 503, "no supervisor has told anything"
    counts.tell(2, [os.getpid()], 1)
    assert get(pages, "/health", seconds)[0] == 200
    status, body = get(pages, "/ready", seconds)
    assert status == 503
    checks = json.loads(body)["checks"]
    assert checks["database"]["ok"]
    assert checks["workers"] == {"ok": False, "text": "0 of 2 work"}
    own, tally = worker(counts, seconds)
    own.keep(tally, "process ENT-A")
    assert get(pages, "/ready", seconds)[0] == 200
    seconds.now += 150
    counts.tell(2, [os.getpid()], 1)
    status, body = get(pages, "/health", seconds)
    assert status == 503, "the job has shown no sign of life"
    assert "process ENT-A" in json.loads(body)["checks"]["jobs"]["text"]
    own.keep(tally, "")
    assert get(pages, "/health", seconds)[0] == 200, "it has none in hand"
    seconds.now += 150
    assert get(pages, "/health", seconds)[0] == 503, "the supervisor is silent"


@pytest.mark.postgresql
def test_a_host_tells_its_sums_and_the_ledger(
    pages: WSGIApplication, counts: Counts, seconds: Seconds
) -> None:
    own, tally = worker(counts, seconds)
    tally.count(Count.FILES, "ENT-A", by=3)
    tally.count(Count.FILES, "GONE", by=2)
    tally.count(Count.JOBS, label="receive", by=9)
    own.keep(tally, "")
    counts.tell(2, [os.getpid()], 1)
    _, body = get(pages, "/metrics", seconds)
    values = {
        (
            sample.name.removeprefix("edi_router_"),
            *(value for _, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }
    assert values["files_received_total", "ENT-A"] == 3
    assert values["files_received_total", "unknown"] == 2
    assert values["jobs_total", "receive"] == 9
    assert values["jobs_broken_total", "receive"] == 0
    assert values["worker_processes",] == 1
    assert values["worker_processes_wanted",] == 2
    assert values["worker_restarts_total",] == 1
    assert values["workers", "alive"] == 0
    assert values["ledger_readable",] == 1
    assert not [name for name, *_ in values if "round" in name], "workers have no rounds"
    told = "".join(
        (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8") for page in ("cluster", "operations")
    )
    names = {line.split()[2] for line in body.splitlines() if line.startswith("# TYPE edi_router_")}
    assert sorted(name for name in names if f"`{name}`" not in told) == []
