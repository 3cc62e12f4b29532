"""Empty containers: inspected at the yard, written off against the goods declaration (联网核销)."""

from __future__ import annotations

import pytest

from edi_router.config import shipped_directory
from edi_router.engine.refuse import refuse
from tests.support.workspaces import Place

GOOD = shipped_directory() / "samples" / "good"
RESULT = (GOOD / "container-result.xml").read_bytes()
DECLARED = (GOOD / "container-declaration.xml").read_bytes()
GOODS = (GOOD / "eentdeclio.xml").read_bytes()
NUMBER = b"420500226000017"
SECOND = b"EXMU1000072"
LIST = b"370211026000077"
"""Another declaration of containers than that of the result list, which has two."""


def linked(uuid: str, number: bytes = NUMBER, changes: dict[str, str] | None = None) -> bytes:
    """A container declaration that names the goods declaration of one container only; with texts replaced."""
    data = DECLARED.replace(b"8a6f4a6e-2a53-4a86-9d0b-6f4f3d1f2a10", uuid.encode()).replace(NUMBER, number)
    start, end = data.rindex(b"<ITF_DCL_CONT_DETAIL>"), data.index(b"</ITF_DCL_CONT>")
    data = data[:start] + data[end:]
    data = data.replace(b"<ContainerQty>2<", b"<ContainerQty>1<").replace(b"370211026000031", LIST)
    for old, new in (changes or {}).items():
        data = data.replace(old.encode(), new.encode())
    return data


def write_offs(place: Place, partner: str) -> list[str]:
    """The outcomes that lie in a partner's inbox."""
    found = [data for name, data in place.inbox(partner).items() if name.startswith("WriteOff")]
    return sorted(data.split(b"<Outcome>")[1][:2].decode() for data in found)


def state(place: Place, container: str) -> str:
    entry = place.ledger.register_entry("container-result", container)
    return entry.state if entry is not None else ""


def test_a_container_that_passed_is_written_off_once(place: Place) -> None:
    place.drop("YARD", "1-result.xml", RESULT)
    place.engine.until_idle()
    assert [name[:15] for name in place.inbox("CIQ-QD")] == ["ContainerResult"]
    place.drop("YARD", "2-linked.xml", linked("u1"))
    place.drop("YARD", "3-again.xml", linked("u2", number=b"420500226000099"))
    assert place.engine.until_idle().problems == []
    assert state(place, "CSQU3054383") == "written-off"
    assert state(place, SECOND.decode()) == "unsuitable"
    # The second declaration must not use it again: 04, for a clerk.
    for partner in ("YARD", "CIQ-QD", "AGENT"):
        assert write_offs(place, partner) == ["00", "04"], partner
    [held] = place.ledger.ls("message", state="held")
    assert held["reason"] == "container-result: used-before"
    place.ledger.release(held["id"], "clerk", "looked at")
    place.engine.until_idle()
    entry = place.ledger.register_entry("container-result", "CSQU3054383")
    assert entry is not None
    assert entry.value("TakenBy") == NUMBER.decode()
    assert place.ledger.books().balanced


@pytest.mark.parametrize(
    ("change", "code", "outcome"),
    [
        ({"CSQU3054383": "EXMU1000067"}, "01", "not-in-list"),
        ({"Containtype>211": "Containtype>221"}, "02", "other-type"),
        ({"CSQU3054383": "EXMU1000072"}, "05", "not-fit"),
        ({LIST.decode(): "370211026000031"}, "06", "other-count"),
    ],
)
def test_what_does_not_match_waits_for_a_clerk(
    place: Place, change: dict[str, str], code: str, outcome: str
) -> None:
    place.drop("YARD", "1-result.xml", RESULT)
    place.drop("YARD", "2-linked.xml", linked("u1", changes=change))
    place.engine.until_idle()
    [held] = place.ledger.ls("message", state="held")
    assert held["reason"] == f"container-result: {outcome}"
    assert write_offs(place, "YARD") == [code]
    assert state(place, "CSQU3054383") == "passed"


def test_a_result_is_good_to_its_last_day(place: Place) -> None:
    place.drop("YARD", "1-result.xml", RESULT)
    place.engine.until_idle()
    place.clock.forward(days=21)  # 4 April; the list was valid to 3 April
    place.drop("YARD", "2-linked.xml", linked("u1"))
    place.engine.until_idle()
    assert write_offs(place, "YARD") == ["03"]
    [held] = place.ledger.ls("message", state="held")
    # A clerk refuses it, and the yard is told in his words.
    told = refuse(
        place.ledger, place.engine.archive, place.engine.configuration, place.engine.registers,
        held["id"], "clerk", "重新检验后再报",
    )  # fmt: skip
    place.engine.until_idle()
    assert told == 2  # the receipt, and the answer of the register of declarations
    answers = [data for name, data in place.inbox("YARD").items() if "refusal" in name]
    assert len(answers) == 2
    assert all("重新检验后再报".encode() in data for data in answers)
    assert place.ledger.ls("message", state="rejected")[0]["id"] == held["id"]
    assert place.ledger.books().balanced


def test_the_goods_declaration_draws_its_containers(place: Place) -> None:
    place.drop("YARD", "1-result.xml", RESULT)
    place.engine.until_idle()
    place.drop("ENT-A", "2-goods.xml", GOODS)
    # The second box did not pass: its declaration waits, and gets no number.
    other = GOODS.replace(b"6f0c1c52", b"6f0c1c53").replace(b"CSQU3054383", SECOND)
    place.drop("ENT-A", "3-goods.xml", other)
    assert place.engine.until_idle().problems == []
    assert write_offs(place, "YARD") == ["00"] == write_offs(place, "ENT-A") == write_offs(place, "CIQ-QD")
    [off] = [data for name, data in place.inbox("YARD").items() if name.startswith("WriteOff")]
    assert b"<DeclNo>420500226000001</DeclNo>" in off
    [held] = place.ledger.ls("message", state="held")
    assert held["reason"] == "container-result: by-hand"
    place.ledger.release(held["id"], "clerk", "the box was cleaned")
    place.engine.until_idle()
    assert write_offs(place, "YARD") == ["00", "00"]
    assert place.ledger.books().balanced


def test_a_yard_speaks_for_itself_only(place: Place) -> None:
    place.drop("YARD", "1.xml", RESULT.replace(b"QD-CFS-0007", b"QD-CFS-0008"))
    place.engine.until_idle()
    assert [row["state"] for row in place.ledger.ls("message")] == ["rejected"]
    assert state(place, "CSQU3054383") == ""
