"""Declarations to CIQ: accepted at once, or looked at by a clerk, whose decision is a message too."""

from __future__ import annotations

from typing import Any

from lxml import etree

from edi_router.config import shipped_directory
from edi_router.engine.refuse import refuse
from edi_router.formats.xml import Schema
from edi_router.registers import desks
from tests.support.cli import edi_router
from tests.support.workspaces import Place

GOOD = shipped_directory() / "samples" / "good"
TRANSPORT = Schema.load(
    lambda part: (shipped_directory() / "schemas" / part).read_bytes(), "xml/ciq-transport.xsd"
)
CONTAINERS = (
    (GOOD / "container-declaration.xml")
    .read_bytes()
    .replace(b"<ContDeclNo>370211026000031</ContDeclNo>", b"")
)
SAMPLE = (GOOD / "eentdeclio.xml").read_bytes()
START, END = SAMPLE.index(b"<ITF_DCL_IO_DECL_CONT>"), SAMPLE.index(b"</ITF_DCL_IO_DECL>")
GOODS = SAMPLE[:START] + SAMPLE[END:]
"""Goods without containers."""


def declaration(number: int, **changes: str) -> bytes:
    """A declaration of its own, with elements replaced."""
    data = GOODS.replace(b"6f0c1c52", b"%08d" % number)
    for name, value in changes.items():
        tag = name.encode()
        start, end = data.index(b"<%s>" % tag) + len(tag) + 2, data.index(b"</%s>" % tag)
        data = data[:start] + value.encode() + data[end:]
    return data


def receipts(place: Place, partner: str) -> list[bytes]:
    return [data for name, data in place.inbox(partner).items() if name.startswith("ITF_DCL_RECEIPTS")]


def declared(data: bytes) -> bytes:
    """A declaration in canonical form, without its empty elements."""
    root = etree.fromstring(data)
    for each in list(root.iter("*")):
        parent = each.getparent()
        if parent is not None and not len(each) and not each.text:
            parent.remove(each)
    return etree.tostring(root, method="c14n2", strip_text=True)


def carried(data: bytes) -> bytes:
    """The declaration in a transport header of ECIQ, which must be valid."""
    assert TRANSPORT.check(data) == []
    [inner] = etree.fromstring(data).findall("data/*")
    return declared(etree.tostring(inner))


def test_a_direct_firm_gets_its_number_at_once(place: Place) -> None:
    for number in (1, 2):
        place.drop("ENT-A", f"{number}.xml", declaration(number))
    place.drop("ENT-A", "3.xml", declaration(3, CiqIEFlag="I"))
    assert place.engine.until_idle().problems == []
    numbers = sorted(data.split(b"<DeclNo>")[1][:15] for data in receipts(place, "ENT-A"))
    assert numbers == [b"420500126000001", b"420500226000001", b"420500226000002"]
    # The technical receipt comes besides; the bureau has the declaration and its number.
    assert sum(b"<PROC_RESULT>1<" in data for data in place.inbox("ENT-A").values()) == 3
    given = [data for name, data in place.inbox("CIQ-YC").items() if name.startswith("EEntDeclIo")]
    assert len(given) == 3
    assert sorted(map(carried, given)) == sorted(
        map(declared, (declaration(1), declaration(2), declaration(3, CiqIEFlag="I")))
    )
    for data in given:
        told = {each.get("name"): each.text for each in etree.fromstring(data).iter("argument")}
        assert len(told) == 9
        assert (told["source-id"], told["destination-id"]) == ("ENT-A", "420500")
        assert (told["message-type"], told["action-type"]) == ("11", "IU")
    assert len({data.split(b'"message-id">')[1][:32] for data in given}) == 3
    assert len(receipts(place, "CIQ-YC")) == 3
    # The same again is answered as the first, and takes no number.
    place.drop("ENT-A", "1-again.xml", declaration(1))
    place.engine.until_idle()
    assert len(receipts(place, "ENT-A")) == 3
    assert place.ledger.last_number("declaration/export/420500-2-26") == 2
    assert place.ledger.books().balanced


def test_each_desk_has_its_queue(place: Place) -> None:
    own = {"DeclRegNo": "4205000002", "InspOrgCode": "420500"}
    waiting = (
        declaration(1, **own),
        declaration(2, DeclRegNo="4205000002"),  # inspected in another province: inland
        declaration(3, **own),
        declaration(4, SpecPassFlag="110", **own),  # diplomatic
        declaration(5, OrgCode="370100", DeclRegNo="4205000002"),
    )
    for number, data in enumerate(waiting, 1):
        place.drop("ENT-B", f"{number}.xml", data)
        place.engine.until_idle()
        place.clock.forward(minutes=10)
    yichang, jinan = desks_shown(place)
    assert [
        (each["number"], each["key"][:8], each["priority"], each["minutes"]) for each in yichang["queue"]
    ] == [
        ("004", "00000004", "green-channel", 20),
        ("002", "00000002", "inland", 40),
        ("001", "00000001", "", 50),
        ("003", "00000003", "", 30),
    ]
    assert (yichang["desk"], yichang["waiting"], yichang["longest_minutes"]) == ("420500", 4, 50)
    assert (jinan["desk"], [each["number"] for each in jinan["queue"]]) == ("370100", ["001"])
    held = {row["reference"][:8]: row["id"] for row in place.ledger.ls("message", state="held")}
    place.ledger.release(held["00000004"], "clerk", "seen")
    assert place.engine.until_idle().problems == []
    place.clock.forward(days=1)
    place.drop("ENT-B", "6.xml", declaration(6, **own))
    place.engine.until_idle()
    [yichang] = desks_shown(place, "420500")
    assert [each["number"] for each in yichang["queue"]] == ["002", "001", "003", "001"], (
        "the numbers of a new day"
    )


def desks_shown(place: Place, *desk: str) -> list[dict[str, Any]]:
    """What `edi-router register queue` shows, as of the place's clock."""
    register = place.engine.configuration.registers["declaration"]
    assert register.definition.queue is not None
    now = place.clock.now
    shown = [
        {
            "desk": each.id, "waiting": len(each.queue),
            "longest_minutes": (now - each.longest).total_seconds() // 60,
            "queue": [
                {"number": one.number, "key": one.key, "priority": one.priority,
                 "minutes": (now - one.since).total_seconds() // 60}
                for one in each.queue
            ],
        }
        for each in desks(
            register.definition.queue,
            (each.entry for each in place.ledger.register_entries("declaration", "review")),
        )
        if not desk or each.id in desk
    ]  # fmt: skip
    told = edi_router("--workspace", place.root, "register", "queue", "declaration", "--json")
    assert told.code == 0, told.err
    by_cli = {each["desk"]: [one["number"] for one in each["queue"]] for each in told.lines}
    assert all(by_cli[each["desk"]] == [one["number"] for one in each["queue"]] for each in shown)
    return sorted(shown, key=lambda each: str(each["desk"]), reverse=True)


def test_a_clerk_releases_one_and_refuses_another(place: Place) -> None:
    for number in (1, 2):
        place.drop("ENT-B", f"{number}.xml", declaration(number, DeclRegNo="4205000002"))
    place.engine.until_idle()
    held = {row["reference"][:8]: row["id"] for row in place.ledger.ls("message", state="held")}
    assert len(held) == 2
    entry = place.ledger.register_entry("declaration", "00000001a8b84e0f9a1b6d8f1a2b3c4d")
    assert entry is not None
    assert (entry.state, entry.value("Priority")) == ("review", "inland")
    place.clock.forward(hours=3)
    place.engine.until_idle()
    events = place.ledger.register_events("declaration", entry.key)
    assert [(each.move, each.state) for each in events] == [("declare", "review"), ("late", "review")]
    place.ledger.release(held["00000001"], "clerk", "in order")
    told = refuse(
        place.ledger, place.engine.archive, place.engine.configuration, place.engine.registers,
        held["00000002"], "clerk", "合同号有误",
    )  # fmt: skip
    assert told == 2
    assert place.engine.until_idle().problems == []
    accepted, refused = sorted(receipts(place, "ENT-B"), key=lambda data: b"0000<" not in data)
    assert b"<DeclNo>420500226000001</DeclNo>" in accepted
    assert "<RspInfo>合同号有误</RspInfo>".encode() in refused
    assert b"<DeclNo>" not in refused
    [technical] = [data for data in place.inbox("ENT-B").values() if b"<PROC_RESULT>0<" in data]
    assert "合同号有误".encode() in technical
    states = {key: place.ledger.register_entry("declaration", key) for key in _keys(1, 2)}
    assert [each.state for each in states.values() if each is not None] == ["accepted", "refused"]
    # The refused one may come again, mended.
    place.drop("ENT-B", "2-mended.xml", declaration(2, DeclRegNo="4205000002", ContractNo="YC-2026-018"))
    place.engine.until_idle()
    assert place.ledger.ls("message", state="held")
    assert place.ledger.books().balanced


def _keys(*numbers: int) -> list[str]:
    return [f"{number:08d}a8b84e0f9a1b6d8f1a2b3c4d" for number in numbers]


def test_a_firm_that_its_bureau_trusts_needs_no_clerk(place: Place) -> None:
    place.drop("CIQ-YC", "1.csv", (GOOD / "trusted-firms.csv").read_bytes())
    place.engine.until_idle()
    for number, code in (
        (1, "91420500MA0000000K"),
        (2, "91420500MA00000079"),
    ):  # the second is not listed for it
        data = declaration(number, DeclRegNo="4205000002")
        consignor = f"</ContCancelFlag><ConsignorCode>{code}</ConsignorCode>".encode()
        place.drop("ENT-B", f"{number}.xml", data.replace(b"</ContCancelFlag>", consignor))
    place.engine.until_idle()
    entries = [place.ledger.register_entry("declaration", key) for key in _keys(1, 2)]
    assert [each.state for each in entries if each is not None] == ["accepted", "review"]


def test_goods_outside_the_statutory_list_need_no_clerk(place: Place) -> None:
    free = declaration(7, DeclRegNo="3702110002", ProdHsCode="9403609990", CiqCode="9403609990999")
    place.drop("AGENT", "7.xml", free)
    place.drop("AGENT", "8.xml", declaration(8, DeclRegNo="3702110002", SpecPassFlag="010"))
    place.engine.until_idle()
    assert len(receipts(place, "AGENT")) == 1
    entries = [place.ledger.register_entry("declaration", key) for key in _keys(7, 8)]
    found = [(each.state, each.value("Priority")) for each in entries if each is not None]
    assert found == [("accepted", "inland"), ("review", "green-channel")]


def test_a_faulty_declaration_is_told_all_its_faults_at_once(place: Place) -> None:
    place.drop("ENT-A", "1.xml", declaration(1, ProdHsCode="7702200000", Qty="0"))
    place.engine.until_idle()
    [receipt] = place.inbox("ENT-A").values()
    assert b"<PROC_RESULT>0<" in receipt
    assert all(word.encode() in receipt for word in ("商品编码", "检验检疫编码", "数量"))
    assert place.ledger.register_entry("declaration", _keys(1)[0]) is None


def test_empty_containers_get_a_number_of_their_own(place: Place) -> None:
    place.drop("YARD", "1.xml", CONTAINERS.replace(b"<DeclNo>420500226000017</DeclNo>", b""))
    place.engine.until_idle()
    [receipt] = receipts(place, "YARD")
    assert b"<DeclNo>370211026000001</DeclNo>" in receipt
    assert [name for name in place.inbox("CIQ-QD") if name.startswith("ITF_DCL_CONT")]


def test_an_application_by_edifact_goes_to_the_body_that_accepts_it(place: Place) -> None:
    data = (shipped_directory() / "mappings/sancrt-eciq/cases/full/in.edi").read_bytes()
    data = data.replace(b"+EDIROUTER+RECIPIENT+", b"+ENTA:ZZ+EDIROUTER:ZZ+", 1)
    place.drop("ENT-A", "1.edi", data)
    assert place.engine.until_idle().problems == []
    [declaration] = [text for name, text in place.inbox("CIQ-YC").items() if name.startswith("EEntDeclIo")]
    assert b"6f0c1c52a8b84e0f9a1b6d8f1a2b3c42" in declaration
    [name] = place.inbox("ENT-A")
    assert name.startswith("CONTRL")
