"""What customs says of what it was sent: step by step, twice, against itself, too early, of something unknown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from edi_router.ledger import tables
from tests.support.story import Story, sample
from tests.support.workspaces import deployment

OURS = "GOOD-W01"
"""The number of the declaration that is sent, as the enterprise gave it."""


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path) as place:
        yield Story(place)


def declare(story: Story) -> None:
    assert story.send("ENT-A", sample("wco-declaration.xml")) == ["completed"]
    assert story.got("CUS-QD", "DecMessage")


def answer(story: Story, channel: str, entry: str = "", link: str = "") -> list[str]:
    return story.send("CUS-QD", sample("dec-result.xml", CHANNEL=channel, CUS_CIQ_NO=link, ENTRY_ID=entry))


def sent(story: Story) -> tuple[str, dict[str, str]]:
    """The answer that the declaration has, and the states of its clocks by level."""
    o, c = tables.output.c, tables.clock.c
    with story.place.ledger.read() as connection:
        row = connection.execute(
            select(o.id, o.answer).where(o.type.like("%DecMessage"), o.partner == "CUS-QD")
        ).one()
        clocks = connection.execute(select(c.level, c.state).where(c.subject == row.id).order_by(c.id)).all()
    return row.answer, {row.level: row.state for row in clocks}


def number(story: Story) -> str:
    """A number by which the declaration is known that was sent."""
    r, o = tables.output_reference.c, tables.output.c
    with story.place.ledger.read() as connection:
        query = select(r.value).join(tables.output, o.id == r.output).where(r.kind == "declaration")
        return str(connection.scalars(query.order_by(r.value)).first())


def test_step_by_step(story: Story) -> None:
    declare(story)
    waiting = {"technical": "running", "functional": "running", "business": "running"}
    assert sent(story) == (None, waiting)
    link = number(story)
    answer(story, "L", link=link)
    assert sent(story) == ("acknowledged", {"technical": "met", "functional": "met", "business": "running"})
    answer(story, "H", link=link)
    assert sent(story)[0] == "pending", "what is pending stops no clock that waits for a decision"
    assert sent(story)[1]["business"] == "running"
    story.place.clock.forward(hours=5)
    answer(story, "P", link=link)
    assert story.codes() == []
    assert sent(story)[0] == "released"
    answer(story, "R", link=link)
    assert sent(story)[0] == "closed"
    answer(story, "L", link=link)
    assert sent(story)[0] == "closed", "an answer that comes late takes nothing back"


def test_a_rejection_is_told_and_a_contradiction_too(story: Story) -> None:
    declare(story)
    link = number(story)
    answer(story, "E", link=link)
    assert story.codes() == ["answer-rejects"]
    assert sent(story) == ("rejected", {"technical": "met", "functional": "met", "business": "met"})
    answer(story, "E", entry="421820260000000123", link=link)
    assert story.codes() == [], "the same again is no news"
    answer(story, "P", link=link)
    assert story.codes() == ["answer-contradicts"]
    assert sent(story)[0] == "released"


def test_an_answer_that_fits_nothing_is_kept_for_a_day(story: Story) -> None:
    answer(story, "L", link=OURS)
    assert "answer-unmatched" in story.codes()
    story.wait(hours=1)
    declare(story)
    assert sent(story) == ("acknowledged", {"technical": "met", "functional": "met", "business": "running"})


def test_an_answer_is_not_kept_for_longer(story: Story) -> None:
    answer(story, "L", link=OURS)
    story.wait(hours=25)
    declare(story)
    assert sent(story)[0] is None


def test_an_answer_of_another_partner_counts_for_nothing(story: Story) -> None:
    declare(story)
    document = sample("dec-result.xml", CHANNEL="P", CUS_CIQ_NO=OURS, ENTRY_ID="")
    story.send("CUS-SH", document)
    assert sent(story)[0] is None


@pytest.mark.parametrize("name", ["dec-result-bare.xml", "dec-result-root.xml"])
def test_an_answer_without_a_namespace_finds_its_declaration(story: Story, name: str) -> None:
    declare(story)
    link = number(story)
    said = story.send("CUS-QD", sample(name, CHANNEL="P", CUS_CIQ_NO=link, ENTRY_ID=""))
    assert said == ["completed"]
    assert sent(story)[0] == "released"
    assert story.codes() == []


@pytest.mark.parametrize("name", ["dec-result-bare.xml", "dec-result-root.xml"])
def test_an_answer_without_a_namespace_must_name_a_result(story: Story, name: str) -> None:
    declare(story)
    story.send("CUS-QD", sample(name, CHANNEL="", CUS_CIQ_NO=number(story), ENTRY_ID=""))
    assert sent(story)[0] is None
