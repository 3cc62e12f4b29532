"""The morning after a day: alarms of its books and volumes, lists to partners, digests to bureaus; each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.engine.morning import first_working_day, mornings
from edi_router.ledger import Ledger
from edi_router.partners import Partner
from edi_router.partners.supervision import Volume
from edi_router.pipeline.configuration import load_configuration
from edi_router.reports.exchange import read_exchange
from edi_router.reports.unusual import judge
from tests.support.cli import edi_router
from tests.support.filling import at, document, record
from tests.support.outcomes import Clock
from tests.support.workspaces import Place, deployment
from tests.unit.test_books import tamper
from tests.unit.test_pipeline import CUSDEC

ENT_A = (shipped_directory() / "partners" / "ENT-A.yaml").read_text(encoding="utf-8")
CIQ_YC = (shipped_directory() / "partners" / "CIQ-YC.yaml").read_text(encoding="utf-8")
DAY = "2026-03-14"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    partners = tmp_path / "ws" / "partners"
    partners.mkdir(parents=True)
    more = "books: csv\nvolumes:\n  - {of: CUSDEC, daily: {least: 2}}\n"
    (partners / "ENT-A.yaml").write_text(ENT_A + more, encoding="utf-8")
    (partners / "CIQ-YC.yaml").write_text(
        CIQ_YC + "mismatches: {format: csv, language: en}\n", encoding="utf-8"
    )
    with deployment(tmp_path / "ws") as opened:
        yield opened


def close(place: Place, day: str) -> None:
    books = place.ledger.close_books(day)
    mornings(place.ledger, place.engine.archive, place.engine.configuration, {day: books})


def test_a_morning(place: Place, tmp_path: Path) -> None:
    place.drop("ENT-A", "a.edi", CUSDEC)
    place.engine.until_idle()
    place.clock.now = datetime(2026, 3, 14, 18, tzinfo=UTC)  # two in the night of the 15th
    for _ in range(2):  # done again it changes nothing
        close(place, DAY)
    assert [alarm.arguments for alarm in place.ledger.alarms()] == [
        {"what": "CUSDEC", "date": DAY, "number": "1", "usual": "≥ 2"}
    ]
    place.engine.until_idle()
    sent = {name: data for name, data in place.inbox("ENT-A").items() if name.startswith("books-")}
    [(name, data)] = sent.items()
    assert name == f"books-{DAY}.csv"
    rows = read_exchange(data)
    assert [(row["from"], row["control_reference"]) for row in rows if row["record"] == "interchange"] == [
        ("ENT-A", rows[0]["control_reference"]), ("EDIROUTER", "1")
    ]  # fmt: skip
    [digest] = [data for name, data in place.inbox("CIQ-YC").items() if name == "mismatches-2026-02.csv"]
    assert digest.decode("utf-8-sig").startswith("date,time,transfer")
    # What was sent stands in the books of the next day, which balance, and in the list of what was exchanged then.
    books = place.ledger.books("2026-03-15")
    assert books.balanced
    assert books.files.partners["router"].outcomes["processed"] == 2
    assert [each.name for each in place.ledger.exchanged("ENT-A", "2026-03-15")] == [name]
    # The partner finds one thing less, and we are told of it.
    theirs = tmp_path / "theirs.csv"
    theirs.write_bytes(b"\r\n".join(line for line in data.splitlines() if b",EDIROUTER,ENT-A,1," not in line))
    place.ledger.close()
    verb = ("--workspace", place.root, "books", "compare", theirs, "--partner", "ENT-A")
    ran = edi_router(*verb)
    assert (ran.code, ran.out.splitlines()[0][:9]) == (1, "only here")
    assert [each["what"] for each in edi_router(*verb, "--json").json["differences"]] == ["only-here"]
    out = tmp_path / "ours.json"
    done = edi_router("--workspace", place.root, "books", "export", DAY, "--partner", "ENT-A", "--out", out)
    assert done.code == 0
    assert edi_router(*verb[:-3], out, *verb[-2:]).code == 0
    assert edi_router(*verb[:-1], "ENTA").code == 2
    html = tmp_path / "books.html"
    assert edi_router("--workspace", place.root, "books", DAY, "--html", html).code == 0
    assert "ENT-A" in html.read_text(encoding="utf-8")
    full = edi_router("--workspace", place.root, "books", DAY, "--full").out
    assert "page before 0000" in full


def test_books_that_do_not_balance_alarm_until_they_do(place: Place) -> None:
    place.drop("ENT-A", "a.edi", CUSDEC)
    place.engine.until_idle()
    place.clock.forward(days=1)
    tamper(place.ledger, "UPDATE message SET state = 'rejected'")
    close(place, DAY)
    [alarm] = [each for each in place.ledger.alarms() if each.kind == "books-unbalanced"]
    assert (alarm.key, alarm.arguments["date"], alarm.severity) == (f"books:{DAY}", DAY, "critical")
    tamper(place.ledger, "UPDATE message SET state = 'completed'")
    place.clock.forward(days=1)
    close(place, "2026-03-15")
    assert [each.kind for each in place.ledger.alarms()] == ["volume-unusual"]


def test_volumes_are_judged_by_bounds_and_by_the_days_before(ledger: Ledger, clock: Clock) -> None:
    for day, number in (("2026-03-02", 4), ("2026-03-03", 4), ("2026-03-04", 9), ("2026-03-05", 1)):
        clock.now = at(day)
        record(ledger, "HUB", [document("CUSDEC", "CIQ-QD") for _ in range(number)])

    def judged(text: str, day: str) -> tuple[str, bool]:
        volume = Volume.model_validate({"of": "CUSDEC", "days": "2", **dict([text.split("=")])})
        found = judge(ledger, "HUB", volume, date.fromisoformat(day), {})
        assert found is not None
        return found.usual, found.unusual

    assert judged("usual=2", "2026-03-04") == ("4.0", True)
    assert judged("usual=3", "2026-03-04") == ("4.0", False)
    assert judged("usual=2", "2026-03-05") == ("6.5", True)
    assert judged("usual=2", "2026-03-02") == ("0.0", False)  # nothing is known of the days before
    bounded = Volume.model_validate({"of": "CUSDEC D01B", "daily": {"least": "1"}})
    assert judge(ledger, "HUB", bounded, date(2026, 3, 4), {}).unusual  # type: ignore[union-attr]


def test_unknown_calendars_are_told(tmp_path: Path) -> None:
    partners = tmp_path / "partners"
    partners.mkdir()
    more = "volumes: {of: CUSDEC, usual: 3, calendar: chine-office}\nmismatches: {calendar: nowhere}\n"
    (partners / "ENT-A.yaml").write_text(ENT_A + more, encoding="utf-8")
    tree = Tree.over_shipped(tmp_path)
    _, faults = load_configuration(tree, tree)
    names = {fault.values["name"] for fault in faults if fault.code == "config-unknown-name"}
    assert {"chine-office", "nowhere"} <= names


@pytest.mark.slow
def test_the_first_working_day() -> None:
    assert str(first_working_day(date(2026, 8, 20), None)) == "2026-08-03"
    assert Partner.model_fields["books"].default == "none"
