"""The rejection of held messages: told to the sender in his dialect, in one transaction, and once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from edi_router.engine.refuse import refuse
from edi_router.ledger import Conflict, Ledger
from edi_router.ledger.errors import Refused
from tests.support.workspaces import Place, deployment

GOOD = shipped_directory() / "samples" / "good"
WORDS = "发送有误, sent in error"
ORDERS = (
    b"UNA:+.? 'UNB+UNOC:3+ENTA:ZZ+EDIROUTER:ZZ+260314:0930+HELD1'"
    b"UNH+1+ORDERS:D:96B:UN'BGM+220+PO1+9'DTM+137:20260314:102'UNS+S'UNT+5+1'"
    b"UNH+2+ORDERS:D:96B:UN'BGM+220+PO2+9'DTM+137:20260314:102'UNS+S'UNT+5+2'UNZ+2+HELD1'"
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with deployment(tmp_path / "ws") as opened:
        yield opened


def reject(place: Place, id: str, reason: str = WORDS) -> int:
    engine = place.engine
    return refuse(place.ledger, engine.archive, engine.configuration, engine.registers, id, "clerk", reason)


def held(place: Place, type: str) -> list[str]:
    return sorted(row["id"] for row in place.ledger.ls("message", state="held", type=type))


def test_contrl_rejects_the_one_message(place: Place) -> None:
    place.drop("ENT-A", "orders.edi", ORDERS)
    place.engine.until_idle()
    first, second = held(place, "ORDERS")  # no agreement
    before = set(place.inbox("ENT-A"))
    assert reject(place, second) == 1
    place.engine.until_idle()
    [name] = set(place.inbox("ENT-A")) - before
    contrl = place.inbox("ENT-A")[name]
    assert name == f"CONTRL_{second}-refusal.edi"
    assert b"UCI+HELD1+ENTA:ZZ+EDIROUTER:ZZ+7" in contrl.replace(b"\r\n", b"")
    assert b"UCM+2+ORDERS:D:96B:UN+4" in contrl
    assert b"UCM+1+" not in contrl
    with pytest.raises(Refused):
        reject(place, second)
    assert held(place, "ORDERS") == [first]
    row = next(row for row in place.ledger.ls("message") if row["id"] == second)
    assert (row["state"], row["reason"]) == ("rejected", WORDS)
    assert place.ledger.books().balanced


def test_the_receipt_of_the_agreement_has_the_words(place: Place) -> None:
    order = (GOOD / "transfer-order.xml").read_bytes().replace(b"<PortOrg>370211<", b"<PortOrg>990099<")
    place.drop("CIQ-JN", "order.xml", order)
    place.engine.until_idle()
    [id] = held(place, "TransferOrder")
    assert reject(place, id) == 1
    place.engine.until_idle()
    answer = place.inbox("CIQ-JN")[f"receipt_{id}-refusal.xml"]
    assert b"<State>51</State>" in answer
    assert WORDS.encode() in answer
    # What was refused may come again, under its number.
    place.drop("CIQ-JN", "again.xml", order)
    place.engine.until_idle()
    assert len(held(place, "TransferOrder")) == 1


def test_a_register_that_moved_meanwhile_is_asked_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = (
        (GOOD / "eentdeclio.xml").read_bytes().replace(b"<DeclRegNo>4205000001<", b"<DeclRegNo>4205000002<")
    )
    start, end = goods.index(b"<ITF_DCL_IO_DECL_CONT>"), goods.index(b"</ITF_DCL_IO_DECL>")
    place.drop("ENT-B", "goods.xml", goods[:start] + goods[end:])
    place.engine.until_idle()
    [id] = held(place, "EEntDeclIo")
    tried = []
    plain = Ledger.reject

    def moved_once(ledger: Ledger, *arguments: object) -> None:
        tried.append(arguments)
        if len(tried) == 1:
            raise Conflict("moved")
        plain(ledger, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "reject", moved_once)
    assert reject(place, id) == 2
    assert len(tried) == 2
    entry = place.ledger.register_entry("declaration", "6f0c1c52a8b84e0f9a1b6d8f1a2b3c4d")
    assert entry is not None
    assert entry.state == "refused"
    assert [each.move for each in place.ledger.register_events("declaration", entry.key)] == [
        "declare",
        "declare",
    ]


def test_nothing_is_written_when_the_transaction_fails(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    order = (GOOD / "transfer-order.xml").read_bytes().replace(b"<PortOrg>370211<", b"<PortOrg>990098<")
    place.drop("CIQ-JN", "third.xml", order.replace(b"4205002604000110", b"4205002604000111"))
    place.engine.until_idle()
    id = next(each for each in held(place, "TransferOrder"))
    outputs = len(place.ledger.ls("output", limit=1000))

    def broken(*arguments: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("edi_router.ledger.desk.decided", broken)
        with pytest.raises(RuntimeError):
            reject(place, id)
    assert id in held(place, "TransferOrder")
    assert len(place.ledger.ls("output", limit=1000)) == outputs
    assert reject(place, id) == 1
    assert place.ledger.books().balanced


def test_a_file_is_closed_without_an_answer(place: Place) -> None:
    place.drop("ENT-A", "broken.xml", b"<a><b></a>")
    place.engine.until_idle()
    [file] = place.ledger.ls("file", state="held")
    assert reject(place, file["id"]) == 0
    assert place.ledger.ls("file", state="held") == []
