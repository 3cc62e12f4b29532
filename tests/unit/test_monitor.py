"""Metrics, health and readiness over HTTP: what the ledger and the engine say, and nothing that disturbs them."""

from __future__ import annotations

import json
import re
import socket
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from edi_router.config import shipped_directory
from edi_router.engine.monitor import served
from edi_router.engine.service import Service
from edi_router.engine.tally import Count, Tally
from edi_router.engine.workspace import WorkspaceError
from edi_router.ledger.gauges import OPEN
from tests.support.workspaces import Place, deployment

DAY = shipped_directory() / "samples" / "day" / "ENT-A"


class Seconds:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Watched:
    """A deployment with its monitor."""

    place: Place
    port: int
    seconds: Seconds

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        self.seconds.now += 6  # nothing is told from memory
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def checks(self, path: str) -> tuple[int, dict[str, Any]]:
        status, body = self.get(path)
        answer = json.loads(body)
        assert (answer["status"] == "ok") == (status == 200)
        return status, answer["checks"]

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples of this name, by the values of their labels in the order of the labels' names."""
        _, body = self.get("/metrics")
        return {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
            if sample.name == f"edi_router_{name}"
        }

    def positive(self, name: str) -> dict[tuple[str, ...], float]:
        return {labels: value for labels, value in self.values(name).items() if value}


@contextmanager
def watched(root: Path) -> Iterator[Watched]:
    with deployment(root) as place:
        seconds = Seconds()
        place.engine.tally = Tally(seconds, lambda: place.clock().timestamp())
        with served(place.engine, "127.0.0.1", 0, wait_seconds=0.05) as port:
            yield Watched(place, port, seconds)


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A declaration, one with faults, one that is held; and one for a partner that is paused."""
    with watched(tmp_path_factory.mktemp("monitor") / "ws") as here:
        for name in ("0800-cusdec.edi", "0900-cusdec-four-faults.edi", "0920-orders.edi"):
            here.place.drop("ENT-A", name, (DAY / name).read_bytes())
        here.place.drop("ENT-A", "broken.xml", b"<a>")
        here.place.engine.round()
        here.place.ledger.pause("CIQ-QD", "me", "closed")
        again = (DAY / "0800-cusdec.edi").read_bytes().replace(b"ENTA00000001", b"ENTA00000099")
        here.place.drop("ENT-A", "again.edi", again)
        here.place.engine.round()
        here.place.clock.forward(seconds=90)
        yield here


KINDS = {"files": "file", "messages": "message", "outputs": "output", "deliveries": "delivery"}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_open_is_what_the_ledger_says(morning: Watched, name: str) -> None:
    rows = [row for row in morning.place.ledger.ls(KINDS[name]) if row["state"] in OPEN[KINDS[name]]]
    assert rows
    expected = Counter((row["partner"], row["state"]) for row in rows)
    assert morning.values(f"{name}_open") == expected
    ages = morning.values(f"{name}_oldest_age_seconds")
    assert ages == dict.fromkeys(expected, 90.0)


def test_what_was_done_is_counted(morning: Watched) -> None:
    ledger = morning.place.ledger
    files = ledger.ls("file")
    assert morning.positive("files_received_total") == {("ENT-A",): len(files)}
    assert morning.positive("received_bytes_total") == {("ENT-A",): sum(row["size"] for row in files)}
    states = Counter(row["state"] for row in ledger.ls("message"))
    decided = {labels[0]: value for labels, value in morning.positive("messages_decided_total").items()}
    accepted = states["completed"] + states["in_work"]
    assert decided == {"accepted": accepted, "rejected": states["rejected"], "held": states["held"]}
    delivered = ledger.ls("delivery", state="delivered")
    expected = Counter((row["partner"],) for row in delivered)
    assert morning.positive("deliveries_total") == expected
    sizes: Counter[tuple[str]] = Counter()
    for row in delivered:
        sizes[(row["partner"],)] += len(ledger.content(row["output"]))
    assert morning.positive("delivered_bytes_total") == sizes
    assert morning.values("rounds_total") == morning.values("round_duration_seconds_count") == {(): 2}
    assert morning.positive("files_held_total") == {("ENT-A",): 1}


def test_the_state_of_partners_and_books(morning: Watched) -> None:
    assert morning.positive("partner_paused") == {("CIQ-QD",): 1}
    assert morning.values("partner_reachable")["ENT-A",] == 1
    assert morning.values("control_numbers_missing") == {(): 0}
    assert morning.values("books_balanced") == {}
    today = morning.values("today")
    assert today["file", "in_work"] == 5
    assert morning.values("ledger_readable") == {(): 1}
    last = morning.values("last_round_timestamp_seconds")
    assert last == {(): morning.place.clock().timestamp() - 90}


def test_names_and_formats_are_those_of_prometheus(morning: Watched) -> None:
    partners = morning.place.engine.configuration.directory.partners
    _, body = morning.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    families = list(openmetrics(body))  # strict: order, suffixes, units
    assert len(families) > 30
    for family in families:
        assert family.name.startswith(("edi_router", "process_"))
        assert family.documentation
        for sample in family.samples:
            assert sample.labels.get("partner", "ENT-A") in partners


def test_every_metric_is_described(morning: Watched, root: Path) -> None:
    _, body = morning.get("/metrics")
    page = (root / "docs/operations.md").read_text(encoding="utf-8")
    table, _, rules = page.partition("| metric |")[2].partition("```yaml")
    told = set(re.findall(r"`(edi_router_\w+)`", table))
    served = {family.name for family in text_string_to_metric_families(body)}
    names = {re.sub("_total$", "", name) for name in told}
    without_a_page = {"edi_router_books_" + name for name in (
        "balanced", "unaccounted", "gaps", "closed_timestamp_seconds")}  # fmt: skip
    assert names == {name for name in served if name.startswith("edi_router_")} | without_a_page
    assert set(re.findall(r"edi_router_\w+", rules)) <= told
    examples = [
        yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", "```yaml" + rules, re.DOTALL)
    ]
    assert [list(example) for example in examples[:2]] == [["scrape_configs"], ["groups"]]


def test_what_is_not_served(morning: Watched) -> None:
    assert morning.get("/")[0] == morning.get("/metrics/../etc")[0] == 404
    request = urllib.request.Request(f"http://127.0.0.1:{morning.port}/ready", data=b"x", method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    with refused.value:
        assert refused.value.code == 405
    for garbage in (b"\x00\xff\r\n\r\n", b"GET /metrics HTTP/1.0\r\n", b""):
        with socket.create_connection(("127.0.0.1", morning.port)) as client:
            client.sendall(garbage)
    assert morning.get("/ready")[0] == 200


def test_a_taken_port_is_told(morning: Watched) -> None:
    taken = served(morning.place.engine, "127.0.0.1", morning.port)
    with pytest.raises(WorkspaceError, match=f"port {morning.port}: Address already in use"), taken:
        pass


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path / "ws") as made:
        yield made


def test_a_partner_that_is_not_configured_makes_no_series_of_its_own(here: Watched) -> None:
    for number in range(3):
        here.place.engine.tally.count(Count.DELIVERIES, f'gone"\n{number}')
    assert here.values("deliveries_total")["unknown",] == 3


def test_health_fails_when_rounds_stop(here: Watched) -> None:
    here.place.engine.round()
    assert here.checks("/health")[0] == 200
    here.seconds.now += 100  # a long round may show no sign of life for a while
    assert here.checks("/health")[0] == 200
    here.seconds.now += 60
    status, checks = here.checks("/health")
    assert (status, checks["rounds"]["ok"]) == (503, False)
    assert here.checks("/ready")[0] == 200
    here.place.engine.round()
    assert here.checks("/health")[0] == 200


def test_a_round_that_is_broken_off_is_counted(here: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here.place.engine, "sweep", lambda: 1 / 0)
    Service(here.place.engine)._poll()
    assert here.values("rounds_broken_total") == {(): 1}
    assert here.values("rounds_total") == {(): 0}


def test_a_partner_that_cannot_be_reached_shows(here: Watched) -> None:
    folder = here.place.root / "exchange" / "ENT-A"
    folder.rename(folder.with_name("away"))
    here.place.engine.round()
    here.place.engine.round()
    assert here.positive("partner_contact_failures") == {("ENT-A",): 2}
    assert here.positive("channel_failures_total") == {("ENT-A",): 2}
    reached = here.values("partner_reachable")
    assert (reached["ENT-A",], reached["CIQ-QD",]) == (0, 1)
    folder.with_name("away").rename(folder)
    here.place.engine.round()
    assert here.positive("partner_contact_failures") == {}
    assert here.values("partner_reachable")["ENT-A",] == 1


def failing(here: Watched) -> dict[str, str]:
    """What is not ready, and why."""
    status, checks = here.checks("/ready")
    found = {name: check["text"] for name, check in checks.items() if not check["ok"]}
    assert (status == 503) == bool(found)
    return found


def test_ready_fails_while_the_database_is_locked_or_gone(here: Watched) -> None:
    assert failing(here) == {}
    ledger = here.place.ledger
    with ledger.write():
        assert "locked" in failing(here)["database"]
    assert failing(here) == {}
    with ledger.write() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert list(failing(here)) == ["migrations"]
    with ledger.write() as tx:
        tx.connection.execute(text("DROP TABLE alembic_version"))
    assert list(failing(here)) == ["migrations"]
    database = here.place.workspace.var / "ledger.db"
    database.rename(database.with_name("away.db"))
    assert set(failing(here)) == {"database", "migrations"}
    assert here.values("ledger_readable") == {(): 0}
    assert here.values("rounds_total") == {(): 0}  # what the process knows is still told
    assert not database.exists()


def test_ready_fails_when_the_archive_cannot_be_written(here: Watched) -> None:
    folder = here.place.workspace.var / "archive"
    folder.rmdir() if folder.is_dir() else None
    folder.write_bytes(b"")
    assert list(failing(here)) == ["archive"]
