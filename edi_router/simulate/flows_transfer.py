"""Stories of inspection: declarations, transfers and their use at the port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker
from edi_router.simulate.model import FAULTY, GOOD, Drop, Expected, Story, rejected

ORIGINS = (
    ("CIQ-YC", "420500"),
    ("CIQ-JN", "370100"),
    ("CIQ-JNG", "370800"),
    ("CIQ-XS", "330109"),
    ("CIQ-AH", "340100"),
    ("AQSIQ-HUB", "410000"),
)
"""Who sends transfers, with the bureau of origin; one bureau stands behind the hub."""
PORTS = (("CIQ-QD", "370211"), ("CIQ-SH", "310010"), ("CIQ-TJ", "120100"), ("CIQ-YT", "370600"))
OFFICE = {"CIQ-QD": "4218", "CIQ-SH": "2225", "CIQ-TJ": "0202", "CIQ-YT": "4202"}
"""The customs office that goods of a port go through."""


def declaration(make: Maker) -> Iterator[Drop]:
    """A CUSDEC of a firm: right, with an unknown country, twice, or cut off."""
    name = f"cusdec-{make.serial}.edi"
    number, control = make.digits(16, "YC2603"), make.digits(13, "ENTA26")
    content = make.text(
        "day/ENT-A/0800-cusdec.edi",
        {
            "YC20260314000017": number,
            "ENTA00000001": control,
            "CSQU3054383": make.container(),
            "EXBL0000017": make.bill,
            "YC-2026-017": make.contract,
            "INV-2026-017": make.digits(16, "INV-2026-"),
            "PL-2026-017": make.digits(15, "PL-2026-"),
        },
    )
    if not make.happens(FAULTY):
        yield Drop("ENT-A", name, content, GOOD)
        return
    case = make.pick(("code", "count", "twice"))
    if case == "code":
        yield Drop("ENT-A", name, content.replace(b"LOC+36+HK", b"LOC+999+HK"), rejected("code-unknown"))
    elif case == "count":
        broken = content.replace(b"UNT+48+1", b"UNT+47+1")
        yield Drop("ENT-A", name, broken, rejected("message-count-wrong"))
    else:
        yield Drop("ENT-A", name, content, GOOD)
        yield Drop("ENT-A", f"again-{name}", content, Expected("duplicate", "repeats"), wave=2)


def transfer(make: Maker) -> Iterator[Drop]:
    """A transfer from its origin, claimed at the port by the firm; sometimes the port checks the goods first."""
    turn = make.turn("transfer")
    partner, org = ORIGINS[turn % len(ORIGINS)]
    port, port_org = PORTS[turn % len(PORTS)]
    checked = turn % 3 == 2
    number, declared = make.digits(16, f"{org}26"), make.issued(f"{org}226")
    password = f"{make.between(0, 999_999):06}"
    quantity = make.between(10, 900) * 20
    order = {
        "Head/MsgId": f"order-{make.serial}",
        "Head/SendTime": make.time(),
        "TransferNo": number,
        "Password": password,
        "DeclNo": declared,
        "OriginOrg": org,
        "PortOrg": port_org,
        "PlannedPort": port_org,
        "CertNo": declared + "000",
        "IssueDate": make.later(-1),
        "ValidTo": make.later(180),
        "Goods/Qty": str(quantity),
        "Goods/Weight": str(quantity),
        "Goods/PackQty": str(quantity // 20),
        "Goods/Amount": str(quantity * 2),
    }
    slip = {
        "Head/MsgId": f"slip-{make.serial}",
        "Head/SendTime": make.time(30),
        "DeclNo": declared,
        "TransferNo": number,
        "Password": password,
        "ContractNo": make.contract,
        "PortOrg": port_org,
        "Customs": OFFICE[port],
        "Purpose": "2" if checked else "1",
        "Amend": None,
        "Draw/Qty": str(quantity),
        "Draw/Weight": str(quantity),
        "Draw/PackQty": str(quantity // 20),
        "Draw/Amount": str(quantity * 2),
    }
    claimed = GOOD
    if make.happens(FAULTY):
        case = make.pick(("password", "number", "quantity"))
        if case == "password":
            slip["Password"] = f"{(int(password) + 1) % 1_000_000:06}"
            claimed = rejected("R-TRN-MATCH")
        elif case == "number":
            slip["TransferNo"] = make.digits(16, "999999")
            claimed = rejected("R-TRN-MATCH")
        else:
            slip["Draw/Qty"] = str(quantity + 1)
            claimed = rejected("R-TRN-USED")
    yield Drop(partner, f"transfer-{make.serial}.xml", make.xml("good/transfer-order.xml", order), GOOD)
    yield Drop("ENT-A", f"slip-{make.serial}.xml", make.xml("good/slip-request.xml", slip), claimed, wave=2)
    if checked and claimed == GOOD:
        found = make.turn("finding") % 2 == 1
        sample = "transfer-feedback-mismatch.xml" if found else "transfer-feedback.xml"
        finding = make.filled(
            sample, TransferNo=number, PortOrg=port_org, State="32" if found else "31", Time=make.time(40)
        ).replace(b"<ClearanceNo>370211226000123000</ClearanceNo>", b"")
        yield Drop(port, f"finding-{make.serial}.xml", finding, GOOD, wave=3)


STORIES: Sequence[tuple[Story, int]] = ((declaration, 4), (transfer, 5))
