"""The electronic transfer, from the bureau of origin to the clearance form of the port."""

from __future__ import annotations

from edi_router.config import shipped_directory
from tests.support.workspaces import Place

GOOD = shipped_directory() / "samples" / "good"
ORDER = (GOOD / "transfer-order.xml").read_bytes()
SLIP = (
    (GOOD / "slip-request.xml")
    .read_bytes()
    .replace(b"4205002604000017", b"4205002604000110")
    .replace(b"420500226000017", b"420500226000110")
)


def slip(number: int, **changes: bytes) -> bytes:
    """A claim of its own, with elements replaced."""
    data = SLIP.replace(b"7d2b01", b"7d%04d" % number)
    for name, value in changes.items():
        tag = name.encode()
        start, end = data.index(b"<%s>" % tag) + len(tag) + 2, data.index(b"</%s>" % tag)
        data = data[:start] + value + data[end:]
    return data


def test_a_transfer_is_claimed_and_the_port_issues_the_form(place: Place) -> None:
    place.drop("CIQ-YC", "order.xml", ORDER)
    assert place.engine.until_idle().problems == []
    place.drop("ENT-A", "slip.xml", slip(1))
    assert place.engine.until_idle().problems == []
    entry = place.ledger.register_entry("transfer", "4205002604000110")
    assert entry is not None
    assert (entry.state, entry.version, str(entry.left(entry.lines[0]))) == ("partly-used", 2, "25")
    [form] = [data for name, data in place.inbox("ENT-A").items() if name.startswith("ClearanceForm")]
    assert b"<FormNo>370211226000001000</FormNo>" in form
    assert b"482913" not in form
    feedback = [data for name, data in place.inbox("CIQ-YC").items() if b"<State>41</State>" in data]
    assert len(feedback) == 1
    assert b"<ClearanceNo>370211226000001000</ClearanceNo>" in feedback[0]
    assert place.ledger.books().balanced


def test_three_wrong_passwords_lock_the_transfer(place: Place) -> None:
    place.drop("CIQ-YC", "order.xml", ORDER)
    for number in range(3):
        place.drop("ENT-A", f"slip{number}.xml", slip(number, Password=b"000000"))
    place.drop("ENT-A", "slip9.xml", slip(9))
    place.engine.until_idle()
    entry = place.ledger.register_entry("transfer", "4205002604000110")
    assert entry is not None
    assert (entry.state, entry.tries, entry.uses) == ("locked", 2, 0)
    moves = [(each.move, each.state) for each in place.ledger.register_events("transfer", entry.key)]
    assert moves == [("enter", "received"), *[("claim", "received")] * 2, *[("claim", "locked")] * 2]
    assert not [name for name in place.inbox("ENT-A") if name.startswith("ClearanceForm")]
    assert place.ledger.books().balanced


def test_a_transfer_expires_the_day_after_its_last_one(place: Place) -> None:
    place.drop("CIQ-YC", "order.xml", ORDER)
    place.engine.until_idle()
    place.clock.forward(days=190)
    place.engine.until_idle()
    entry = place.ledger.register_entry("transfer", "4205002604000110")
    assert entry is not None
    assert entry.state == "expired"
    assert [data for data in place.inbox("CIQ-YC").values() if b"<State>61</State>" in data]
    assert place.ledger.books().balanced
