"""The books as tables: what the screen and the page show, in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from edi_router.ledger.books import Books, Equation
from edi_router.ledger.equations import INFLOW
from edi_router.reports.books_words import word

FORM_COLUMNS = ("sent", "matched", "mismatch", "used", "free")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page: its title, headings and cells, all as text."""

    id: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    alarming: bool = False
    """Whether each row of it wants attention."""


def books_json(books: Books) -> dict[str, Any]:
    """The page for programs: its facts, what it is chained to, and what stands beside them."""
    return {
        **books.page(), "sha256": books.sha256, "previous": books.previous, "standing": books.standing,
        "leniencies": books.leniencies, "problems": list(books.problems), "balanced": books.balanced,
    }  # fmt: skip


def equation_sentence(equation: Equation, language: str) -> str:
    """The total as a sentence: carried over + in = completed + …"""
    line = equation.total
    left = f"{word('carried_over', language)} {line.carried_over} + {word(INFLOW[equation.kind], language)} {line.inflow}"
    right = " + ".join(f"{word(name, language)} {count}" for name, count in line.outcomes.items())
    return f"{left} = {right}"


def instant_text(text: str | None, zone: ZoneInfo) -> str:
    """An instant of the page (ISO, UTC) in the business zone, to the minute; nothing for None."""
    return "" if text is None else f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"


def sections(books: Books, language: str, zone: ZoneInfo) -> Iterator[Section]:
    """The tables of a page: the equations by partner and agreement, then what stands beside them, as far as there is any."""
    for name, equation in (("messages", books.messages), ("outputs", books.outputs), ("files", books.files)):
        yield _equation(name, equation, language)
    yield from _facts(books, language)
    yield from _standing(books.standing, language, zone)


def _equation(name: str, equation: Equation, language: str) -> Section:
    columns = list(equation.total.outcomes)
    heads = ["partner", "route", "carried_over", INFLOW[equation.kind], *columns, "unaccounted"]
    if equation.kind == "file":
        heads.remove("route")
    lines = [(partner, "", line) for partner, line in equation.partners.items()]
    lines += [
        (partner, route, line)
        for partner, routes in equation.routes.items()
        for route, line in routes.items()
    ]
    rows = [
        [
            partner, *([word(route, language)] if equation.kind != "file" else []),
            *map(str, (line.carried_over, line.inflow, *line.outcomes.values(), line.unaccounted)),
        ]
        for partner, route, line in sorted(lines, key=lambda each: each[:2])
    ]  # fmt: skip
    total = equation.total
    rows.append([
        word("total", language), *([""] if equation.kind != "file" else []),
        *map(str, (total.carried_over, total.inflow, *total.outcomes.values(), total.unaccounted)),
    ])  # fmt: skip
    return Section(name, word(name, language), [word(each, language) for each in heads], rows)


def _facts(books: Books, language: str) -> Iterator[Section]:
    def section(
        id: str, heads: Sequence[str], rows: Sequence[Sequence[str]], alarming: bool
    ) -> Iterator[Section]:
        if rows:
            yield Section(id, word(id, language), [word(each, language) for each in heads], rows, alarming)

    forms = [
        [partner, *(str(each.get(name, 0)) for name in FORM_COLUMNS)] for partner, each in books.forms.items()
    ]
    yield from section("forms", ("partner", *FORM_COLUMNS), forms, False)
    gaps = [[stream, _numbers(numbers)] for stream, numbers in books.gaps.items()]
    yield from section("gaps", ("stream", "numbers"), gaps, True)
    yield from section("problems", ("problems",), [[each] for each in books.problems], True)


def _standing(found: Mapping[str, Any], language: str, zone: ZoneInfo) -> Iterator[Section]:
    def section(
        id: str, heads: Sequence[str], rows: list[list[str]], alarming: bool = False
    ) -> Iterator[Section]:
        if rows:
            yield Section(id, word(id, language), [word(each, language) for each in heads], rows, alarming)

    outstanding = [
        [
            each["partner"], word(each["level"], language), str(each["number"]), str(each["overdue"]),
            instant_text(each["oldest"], zone),
        ]
        for each in found.get("outstanding", ())
    ]  # fmt: skip
    yield from section("outstanding", ("partner", "level", "number", "overdue", "oldest"), outstanding)
    batches = [
        [
            each["batch"], each["control_reference"] or "", str(each["messages"]), str(each["late"]),
            instant_text(each["closed"], zone), word(each["state"], language),
            instant_text(each["delivered"], zone), word(each["answer"] or "", language),
        ]
        for each in found.get("batches", ())
    ]  # fmt: skip
    heads = ("batch", "control_reference", "messages", "late", "closed", "state", "delivered", "answer")
    yield from section("batches", heads, batches)
    received = found.get("received", {})
    for name, id in (("gaps", "received_gaps"), ("reused", "received_reused")):
        rows = [
            [partner, series, _numbers(numbers)]
            for partner, each in received.get(name, {}).items()
            for series, numbers in each.items()
        ]
        yield from section(id, ("partner", "series", "numbers"), rows, alarming=True)
    leniencies = [
        [partner, name, str(number)]
        for partner, each in found.get("leniencies", {}).items()
        for name, number in each.items()
    ]
    yield from section("leniencies", ("partner", "leniency", "number"), leniencies)


def _numbers(numbers: Sequence[int | str]) -> str:
    """Numbers, with runs drawn together.

    >>> _numbers([1, 4, 5, 6]), _numbers(["000017"])
    ('1, 4–6', '000017')
    """
    runs: list[list[int | str]] = []
    for each in numbers:
        if runs and isinstance(each, int) and runs[-1][-1] == each - 1:
            runs[-1] = [runs[-1][0], each]
        else:
            runs.append([each])
    return ", ".join("–".join(map(str, run)) for run in runs)
