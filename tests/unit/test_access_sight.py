"""Tenancy: what each role sees of its own and of others, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from edi_router.console.access.sight import Sight
from edi_router.faults import Fault
from edi_router.formats.secrets import MASK
from edi_router.ledger import Ledger, NotFound
from edi_router.ledger.tables import message as message_table
from edi_router.ledger.tables import reference as reference_table
from edi_router.ledger.tenancy import Viewer
from edi_router.pipeline.model import MessageOutcome, Reference, Visibility
from edi_router.registers import Entry, Moved
from tests.support.outcomes import ack, drop, message, outcome, process

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
KINDS = ("file", "interchange", "message", "output", "delivery")


@dataclass
class Filled:
    """A bureau's file with a message of firm a and one of firm b; a file of firm a alone; each with its outputs."""

    ledger: Ledger
    shared: str
    own: str

    def sight(self, partner: str | None, *codes: str) -> Sight:
        return Sight(self.ledger, None if partner is None else Viewer(partner, frozenset(codes)))

    def ids(self, kind: str) -> set[str]:
        return {row["id"] for row in self.ledger.ls(kind)}


def of(file: str, position: int, firm: str, **more: object) -> MessageOutcome:
    """A message about a firm, from the bureau to ciq, with one number that both messages have."""
    made = message(file, position, faults=(Fault("format-unknown"),))
    seen = (Visibility("bureau", "sender"), Visibility(firm, "firm"), Visibility("ciq", "recipient"))
    numbers = (Reference("firm", firm), Reference("bill", "BILL-1"))
    return replace(made, visible_to=seen, references=numbers, **more)


def moved(key: str, file: str, position: int, party: str) -> Moved:
    entry = Entry(
        "transfer", key, "open", 1, {"Port": (party,)}, entered_by="bureau", secret="a-keyed-hash",
        message=f"{file}-1-{position}", entered=NOW, since=NOW,
    )  # fmt: skip
    return Moved("transfer", key, "enter", "received", None, entry, f"transfer/{key}", 1)


@pytest.fixture
def filled(ledger: Ledger) -> Filled:
    shared, own = drop(ledger, "shared.edi", "bureau"), drop(ledger, "own.edi", "firm-a")
    messages = (
        of(shared, 1, "firm-a", moves=(moved("T-a", shared, 1, "4701"),)),
        of(shared, 2, "firm-b", moves=(moved("T-b", shared, 2, "4702"),)),
    )
    answer = ack(f"{shared}-1", [f"{shared}-1-1", f"{shared}-1-2"], to="bureau", stream="ack:bureau")
    process(ledger, shared, outcome(shared, *messages, acks=(answer,)))
    mine = message(own)
    mine = replace(mine, visible_to=(Visibility("firm-a", "sender"), Visibility("ciq", "recipient")))
    answer = ack(f"{own}-1", [f"{own}-1-1"], to="firm-a", stream="ack:firm-a")
    process(ledger, own, outcome(own, mine, acks=(answer,), control="C2"))
    return Filled(ledger, shared, own)


def test_who_belongs_to_no_partner_sees_everything(filled: Filled) -> None:
    sight = filled.sight(None)
    assert sight.all
    for kind in KINDS:
        for id in filled.ids(kind):
            assert getattr(sight, kind)(id) == filled.ledger.show(id)
            assert {row["id"] for row in sight.ls(kind)} == filled.ids(kind)
    assert sight.entry("transfer", "T-b").key == "T-b"
    assert len(sight.progress("BILL-1").stages) == 2
    assert sight.may_read("file", filled.shared)
    assert not sight.may_read("file", "nothing")


def test_a_partner_sees_its_own_and_nothing_else(filled: Filled) -> None:
    shared, own = filled.shared, filled.own
    documents = {f"{shared}-1-1-o1", f"{shared}-1-2-o1", f"{own}-1-1-o1"}
    wanted = {
        "bureau": {"file": {shared}, "interchange": {f"{shared}-1"},
                   "message": {f"{shared}-1-1", f"{shared}-1-2"}, "output": {f"{shared}-1-ack"}},
        "firm-a": {"file": {own}, "interchange": {f"{own}-1"},
                   "message": {f"{shared}-1-1", f"{own}-1-1"}, "output": {f"{own}-1-ack"}},
        "firm-b": {"file": set(), "interchange": set(), "message": {f"{shared}-1-2"}, "output": set()},
        "ciq": {"file": {shared, own}, "interchange": {f"{shared}-1", f"{own}-1"},
                "message": {f"{shared}-1-1", f"{shared}-1-2", f"{own}-1-1"}, "output": documents},
        "stranger": {"file": set(), "interchange": set(), "message": set(), "output": set()},
    }  # fmt: skip
    for partner, kinds in wanted.items():
        sight = filled.sight(partner)
        for kind, ids in kinds.items():
            assert {row["id"] for row in sight.ls(kind)} == ids, (partner, kind)
            for id in filled.ids(kind):
                assert _found(getattr(sight, kind), id) is (id in ids), (partner, id)
        to_it = {row["id"] for row in filled.ledger.ls("delivery") if row["partner"] == partner}
        assert {row["id"] for row in sight.ls("delivery")} == to_it
        assert all(_found(sight.delivery, id) is (id in to_it) for id in filled.ids("delivery"))
        assert sight.ls("clock") == sight.ls("alarm") == []


def _found(verb: Callable[[str], object], id: str) -> bool:
    try:
        verb(id)
    except NotFound:
        return False
    return True


def test_what_is_foreign_is_told_as_what_is_not_there(filled: Filled) -> None:
    sight, id = filled.sight("firm-b"), f"{filled.shared}-1-1"
    with pytest.raises(NotFound) as foreign:
        sight.message(id)
    with pytest.raises(NotFound) as missing:
        sight.message("nothing")
    assert str(foreign.value).replace(id, "nothing") == str(missing.value)
    with pytest.raises(NotFound):
        sight.show(id)
    with pytest.raises(NotFound):
        sight.show(filled.shared)
    assert sight.show(f"{filled.shared}-1-2")["kind"] == "message"
    with pytest.raises(NotFound):
        sight.message("\x00")
    with pytest.raises(NotFound):
        filled.sight(None).message(f"{filled.own}-1")  # an interchange is no message
    with pytest.raises(NotFound):
        filled.sight(None).file(filled.own[:8])  # nor is the beginning of an id one


def test_a_message_is_shown_without_what_is_others(filled: Filled) -> None:
    id = f"{filled.shared}-1-1"
    filled.ledger.note("message", id, "looked at", {"by": "li.ming", "reason": "price"})
    shown = filled.sight("firm-a").message(id)
    assert (shown["files"], shown["interchanges"], shown["outputs"], shown["deliveries"]) == ([], [], [], [])
    assert (shown["work"], shown["decisions"]) == ([], [])
    assert {row["partner"] for row in shown["visible_to"]} == {"firm-a"}
    assert {row["value"] for row in shown["references"]} == {"firm-a", "BILL-1"}
    assert [row["code"] for row in shown["faults"]] == ["format-unknown"]
    assert {row["subject"] for row in shown["events"]} == {id}
    assert shown["events"][-1]["detail"] == {"reason": "price"}
    whole = filled.ledger.show(id)
    assert whole["files"] and whole["outputs"] and whole["deliveries"] and whole["work"]  # noqa: PT018
    assert len(whole["visible_to"]) == 3
    assert whole["events"][-1]["detail"] == {"by": "li.ming", "reason": "price"}


def test_a_file_is_shown_to_its_sender_whole(filled: Filled) -> None:
    shown = filled.sight("bureau").file(filled.shared)
    assert [row["id"] for row in shown["messages"]] == [f"{filled.shared}-1-1", f"{filled.shared}-1-2"]
    assert [row["id"] for row in shown["outputs"]] == [f"{filled.shared}-1-ack"]
    assert {row["partner"] for row in shown["deliveries"]} == {"bureau"}


def test_bytes_are_read_by_sender_party_and_receiver(filled: Filled) -> None:
    shared, own = filled.shared, filled.own
    of_a, of_b = f"{shared}-1-1", f"{shared}-1-2"
    document = f"{shared}-1-1-o1"
    wanted = {
        "bureau": {shared, of_a, of_b}, "firm-a": {own, of_a}, "firm-b": {of_b},
        "ciq": {of_a, of_b, document},
    }  # fmt: skip
    for partner, ids in wanted.items():
        sight = filled.sight(partner)
        asked = [("file", shared), ("file", own), ("message", of_a), ("message", of_b), ("output", document)]
        assert {id for kind, id in asked if sight.may_read(kind, id)} == ids, partner
        assert not sight.may_read("interchange", f"{shared}-1")


def test_numbers_find_ones_own_alone(filled: Filled) -> None:
    of_a, of_b = f"{filled.shared}-1-1", f"{filled.shared}-1-2"
    assert filled.sight("firm-a").find("BILL-1") == [of_a]
    assert filled.sight("firm-b").find("BILL-1") == [of_b]
    assert filled.sight("bureau").find("BILL-1", limit=1) == [of_a]
    assert filled.sight("stranger").find("BILL-1") == []
    assert filled.sight("firm-b").find("shared.edi") == []
    assert [each.id for each in filled.sight("firm-b").progress("BILL-1").stages] == [of_b]
    assert not filled.sight("stranger").progress("BILL-1").known


def test_entries_are_seen_by_maker_party_and_address(filled: Filled) -> None:
    wanted = {
        ("bureau",): ["T-a", "T-b"], ("firm-a",): ["T-a"], ("firm-b",): ["T-b"], ("port", "4702"): ["T-b"],
        ("port", "4703"): [], ("stranger",): [],
    }  # fmt: skip
    for viewer, keys in wanted.items():
        sight = filled.sight(*viewer)
        assert [each.entry.key for each in sight.entries("transfer")] == keys, viewer
        for key in ("T-a", "T-b"):
            assert _found(lambda key: sight.entry("transfer", key), key) is (key in keys)  # noqa: B023
            assert _found(lambda key: sight.entry_events("transfer", key), key) is (key in keys)  # noqa: B023


def test_the_secret_of_an_entry_is_masked_for_everyone(filled: Filled) -> None:
    for sight in (filled.sight(None), filled.sight("bureau")):
        assert sight.entry("transfer", "T-a").secret == MASK
        assert {each.entry.secret for each in sight.entries("transfer")} == {MASK}


def test_clauses_serve_queries_of_ones_own(filled: Filled) -> None:
    r = reference_table.c
    for partner, count in (("firm-a", 1), ("bureau", 2), (None, 2), ("stranger", 0)):
        sight = filled.sight(partner)
        query = select(r.message).where(r.value == "BILL-1", sight.clause(r.message))
        with filled.ledger.read() as connection:
            assert len(connection.execute(query).all()) == count
            seen = connection.execute(select(message_table.c.id).where(sight.seen("message"))).all()
            nothing = connection.execute(select(message_table.c.id).where(sight.seen("other"))).all()
        assert len(nothing) == (3 if partner is None else 0)
        assert {row.id for row in seen} == {row["id"] for row in sight.ls("message")}
