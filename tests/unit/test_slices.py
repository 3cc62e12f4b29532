"""Slices of large interchanges: rejected at the end, broken off, changed under way, answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest

from edi_router.config import Tree
from edi_router.ledger import Ledger
from edi_router.pipeline import slicing
from edi_router.pipeline.configuration import Configuration, load_configuration
from edi_router.pipeline.slices import LargeFile
from tests.property.test_slices_agree import agree
from tests.support.outcomes import Clock, take
from tests.support.slices import Desk, Terms, interchange

GOOD = [("good", bill) for bill in range(1, 8)]
TOGETHER = Terms("reject_interchange")


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    tree = Tree.over_shipped()
    configuration, faults = load_configuration(tree, tree)
    assert configuration is not None, faults
    return configuration


@pytest.fixture
def desk(ledger: Ledger, shipped: Configuration) -> Desk:
    return Desk(ledger, Terms().over(shipped))


def states(ledger: Ledger) -> list[str]:
    """What became of the messages, in the order of their positions."""
    return [
        str(row["state"])
        for row in sorted(ledger.ls(), key=lambda row: (row["interchange"], row["position"]))
    ]


def kinds(ledger: Ledger) -> list[str]:
    return sorted(row["kind"] for row in ledger.ls("output"))


def test_both_databases_agree_with_the_whole(
    make_database: Callable[[], str], clock: Clock, shipped: Configuration
) -> None:
    first = interchange([("good", 1), ("bad", 2)])
    second = interchange([*GOOD, ("unknown", 8), ("bad", 9)], "SL2") + interchange([("good", 9)], "SL1")
    with Ledger.open(make_database(), clock=clock) as one, Ledger.open(make_database(), clock=clock) as other:
        agree(one, other, Terms(), shipped, first, second, size=2, stops=[1, 0, 2])
        other.close_books(other.business_date(other.now() - 86_400_000_000))
        assert other.books().balanced


@pytest.mark.parametrize("terms", [Terms(), TOGETHER], ids=["message", "interchange"])
def test_an_interchange_that_is_broken_at_its_end_leaves_nothing(
    ledger: Ledger, shipped: Configuration, terms: Terms
) -> None:
    """UNZ is missing, which is known only at the end: no slice before it has made an output or moved a register."""
    desk = Desk(ledger, terms.over(shipped))
    told = desk.sliced(interchange(GOOD, trailer=False), 2)
    assert len(told) == 4
    assert states(ledger) == ["rejected"] * 7
    assert kinds(ledger) == ["acknowledgement"]
    assert ledger.register_counts() == []
    assert [row["decision"] for row in ledger.ls("interchange")] == ["rejected"]
    assert b"UCI+SL1+SHIPLINE:ZZ+EDIROUTER:ZZ+4" in ledger.content(ledger.ls("output")[0]["id"])


def test_the_last_message_takes_all_with_it_where_that_is_agreed(
    ledger: Ledger, shipped: Configuration
) -> None:
    desk = Desk(ledger, TOGETHER.over(shipped))
    desk.sliced(interchange([*GOOD, ("bad", 9)]), 3)
    assert states(ledger) == ["rejected"] * 8
    assert kinds(ledger) == ["acknowledgement"]
    assert ledger.register_counts() == []
    Desk(ledger, Terms().over(shipped)).sliced(interchange([*GOOD, ("bad", 9)]), 3, name="again.edi")
    assert sorted(states(ledger)) == ["in_work"] * 7 + ["rejected"] * 9


def test_control_numbers_have_no_gap_and_registers_move_once(desk: Desk, ledger: Ledger) -> None:
    desk.sliced(interchange([*GOOD, ("bad", 9), ("good", 7)]), 2, stops=[0, 1, 1, 2])
    numbers = sorted(row["number"] for row in ledger.ls("output") if row["number"] is not None)
    assert numbers == list(range(1, len(numbers) + 1))
    entries = ledger.register_entries("manifest")
    assert len(entries) == 7
    assert {each.entry.version for each in entries} == {1}
    assert ledger.books().balanced


def test_a_fenced_worker_records_no_slice(desk: Desk, ledger: Ledger) -> None:
    from edi_router.ledger import Fenced

    content = interchange(GOOD)
    incoming = replace(desk.receive(content), content=b"", open=lambda: BytesIO(content))
    item, fence = take(ledger, incoming.id)
    large = LargeFile(incoming, desk.configuration, ledger, desk.registers, 3)
    assert large.read_through() is None
    slices = large.slices({})
    ledger.record(item.id, fence, next(slices).decide(), "config")
    ledger.recover()
    other = ledger.claim(item.id)
    assert other == fence + 1
    with pytest.raises(Fenced):
        ledger.record(item.id, fence, next(slices).decide(), "config")
    assert states(ledger) == ["in_work"] * 3


def test_what_would_take_others_with_it_too_late_is_held(ledger: Ledger, shipped: Configuration) -> None:
    """Between two slices another file has lodged the bill of a message of the second one."""
    desk = Desk(ledger, TOGETHER.over(shipped))
    content = interchange(GOOD)
    incoming = replace(desk.receive(content), content=b"", open=lambda: BytesIO(content))
    item, fence = take(ledger, incoming.id)
    large = LargeFile(incoming, desk.configuration, ledger, desk.registers, 4)
    assert large.read_through() is None
    for number, each in enumerate(large.slices(ledger.begun(incoming.id))):
        ledger.record(item.id, fence, each.decide(), "config")
        if number == 0:
            desk.whole(interchange([("good", 6)], "OTHER"), "other.edi")
    mine = [row for row in ledger.ls() if row["file"] == incoming.id]
    assert [row["state"] for row in sorted(mine, key=lambda row: row["position"])] == [
        "in_work", "in_work", "in_work", "in_work", "in_work", "held", "in_work",
    ]  # fmt: skip
    [held] = [row for row in mine if row["state"] == "held"]
    codes = [fault["code"] for fault in ledger.show(held["id"])["faults"]]
    assert codes[-1] == "interchange-under-way"


def test_the_slices_of_one_interchange_are_answered_together(ledger: Ledger, shipped: Configuration) -> None:
    desk = Desk(ledger, Terms(aperak="rejected", replies=True).over(shipped))
    desk.sliced(interchange([*GOOD, ("bad", 8), ("good", 1), ("bad", 9)]), 4, stops=[2])
    answers = [row for row in ledger.ls("output") if row["kind"] == "acknowledgement"]
    names = sorted(row["id"].partition("-1-")[2] for row in answers)
    assert names == ["5-aperak", "9-aperak", "contrl", "reply-html", "reply-text"]
    contents = {row["id"].partition("-1-")[2]: ledger.content(row["id"]) for row in answers}
    assert [contents[f"{first}-aperak"].count(b"UNH+") for first in (5, 9)] == [1, 2]
    assert b"UCI+SL1+SHIPLINE:ZZ+EDIROUTER:ZZ+7" in contents["contrl"]
    text = contents["reply-text"].decode("utf-8-sig", "replace")
    assert "10" in text
    for name in ("contrl", "reply-html", "reply-text"):
        [id] = [row["id"] for row in answers if row["id"].endswith(f"-1-{name}")]
        assert sorted(each["role"] for each in _links(ledger, id)) == ["answered"] * 10


def _links(ledger: Ledger, output: str) -> list[dict[str, str]]:
    from sqlalchemy import select

    from edi_router.ledger import tables

    with ledger.read() as connection:
        query = select(tables.message_output).where(tables.message_output.c.output == output)
        return [dict(row) for row in connection.execute(query).mappings()]


def test_a_slice_ends_by_its_bytes_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slicing, "LENGTH", 700)
    told = desk.sliced(interchange(GOOD), 500)
    assert [len(each.interchanges[0].messages) for each in told] == [3, 3, 1]


def test_of_too_many_errors_the_first_of_each_message_is_told(
    desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slicing, "TOLD", 2)
    desk.sliced(interchange([("bad", bill) for bill in range(1, 9)]), 2)
    [contrl] = ledger.ls("output")
    assert ledger.content(contrl["id"]).count(b"UCM+") == 8


def test_a_file_that_changes_while_it_is_read_is_not_processed(desk: Desk) -> None:
    contents = iter([interchange(GOOD), interchange(GOOD), interchange(GOOD[:3])])
    incoming = replace(desk.receive(interchange(GOOD)), content=b"", open=lambda: BytesIO(next(contents)))
    large = LargeFile(incoming, desk.configuration, desk.ledger, desk.registers, 10)
    assert large.read_through() is None
    with pytest.raises(AssertionError, match="reads otherwise"):
        list(large.slices({}))
