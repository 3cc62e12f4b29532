"""Audit: decisions by person, subject, kind and day; and that what happened is told in Chinese on a Chinese page."""

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import edi_router.ledger
from edi_router.console.pages.audit import KINDS
from edi_router.console.words import DETAILS, NUMBERS, VERBS, WORDS, detail, number, verb, word
from edi_router.ledger import tables
from tests.support.pages import Browser
from tests.support.workspaces import Place

Browse = Callable[..., Browser]
LEDGER = Path(edi_router.ledger.__file__).parent


def decide(place: Place, number: int = 3) -> None:
    for at in range(number):
        place.ledger.pause("CIQ-QD", f"disk {at}", "li@192.0.2.7")
        place.ledger.resume("CIQ-QD", "wang")
    place.clock.forward(days=1)
    place.ledger.decide("books", "2026-03-14", "close", "li")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_decisions_tell_who_what_when_where_and_why(own: tuple[Place, Browse], language: str) -> None:
    place, browse = own
    decide(place)
    here = browse("auditor", language)
    here.go("/audit?by=li")
    rows = [
        [cell.text_content().strip() for cell in row.findall("td")]
        for row in here.page.findall(".//tbody/tr")
    ]
    paused = ("paused", "暂停")[language == "zh"]
    partner = ("partner", "伙伴")[language == "zh"]
    assert [row[1] for row in rows] == ["li"] * 4
    assert rows[1][2:] == ["192.0.2.7", paused, f"{partner} CIQ-QD", "disk 2"]
    assert "/partners/CIQ-QD" in here.links()
    assert "/reports/books/2026-03-14" in here.links()


def test_decisions_are_filtered_and_paged(own: tuple[Place, Browse]) -> None:
    place, browse = own
    decide(place, 60)
    here = browse("auditor")
    here.go("/audit?kind=partner&subject=CIQ-QD")
    assert len(here.page.findall(".//tbody/tr")) == 100
    [following] = [each for each in here.links("/audit?") if "before=" in each]
    here.go(following)
    assert len(here.page.findall(".//tbody/tr")) == 20
    assert "disk 0" in here.text
    here.go("/audit?kind=books&day=2026-03-14")
    assert "Nothing." in here.text, "it was decided the day after"
    here.go("/audit?kind=books&day=2026-03-15")
    assert len(here.page.findall(".//tbody/tr")) == 1


def test_the_audit_is_not_for_everyone(browse: Browse) -> None:
    for name in ("integrator", "bureau", "enterprise"):
        browse(name).go("/audit", 403)


def written() -> Iterator[str]:
    """The names of events that the ledger's code writes: the argument `what` of its calls."""
    places = {"note": 3, "Change": 2, "Entry": 1, "_outputs_become": 3, "follow": 3}
    for path in LEDGER.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(call.func, "id", "") if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and name in places and len(call.args) > places[name]:
                given = call.args[places[name]]
                for each in ast.walk(given):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value:
                        yield each.value


def test_every_event_has_a_chinese_word(day: Place) -> None:
    e = tables.event.c
    query = select(e.what, e.detail).where(e.kind != "register").distinct()
    with day.ledger.read() as connection:
        events = connection.execute(query).all()
    names = {row.what for row in events} | set(written()) | {"late"}
    assert len(names) > 15
    assert {name for name in names if word(name, "zh").isascii()} == set()
    details = {name for row in events for name in json.loads(row.detail)}
    assert {name for name in details if detail(name, "zh").isascii()} == set()


def test_words_are_told_in_both_languages() -> None:
    for known in (WORDS, DETAILS, NUMBERS, VERBS):
        for name, (en, zh) in known.items():
            assert en.isascii(), name
            assert not zh.isascii(), name
    assert {kind for kind in KINDS if word(kind, "zh").isascii()} == set()
    assert verb("waive", "zh") == "不再等待回执"


def test_every_kind_of_number_of_the_sample_day_has_a_chinese_word(day: Place) -> None:
    with day.ledger.read() as connection:
        kinds = set(connection.execute(select(tables.reference.c.kind).distinct()).scalars())
    assert len(kinds) > 15
    assert {kind for kind in kinds if number(kind, "zh").isascii()} == set()
    assert number("seal", "zh") == "seal"


def test_a_timeline_in_chinese_has_no_english(browse: Browse, day: Place) -> None:
    here = browse("operator", "zh")
    for kind in ("message", "output", "file"):
        here.go(f"/show/{kind}/{day.ledger.ls(kind, limit=1)[0]['id']}")
        happened = [each.text_content() for each in here.page.findall(".//ol[@class='timeline']/li/strong")]
        assert happened
        assert not any(each.isascii() for each in happened), happened
