"""Stories of ships: their declaration to four agencies, their manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker
from edi_router.simulate.model import FAULTY, GOOD, Drop, Story, rejected

AGENCIES = (("CUS-QD", "CUSTOMS"), ("CIQ-QD", "CIQ"), ("MSA", "MSA"), ("BORDER", "BORDER"))
ANSWER = "urn:Declaration:datamodel:standard:CN:MT9999:1"


def ship(make: Maker) -> Iterator[Drop]:
    """A ship declared once to four agencies, which all answer; or by somebody who is not its agent."""
    id = f"VD-{make.serial}"
    data = make.filled("vessel-declaration.xml", MessageID=id, SendTime=make.time())
    start, end = data.index(b"<IllList>"), data.index(b"</IllList>") + len(b"</IllList>")
    data = (data[:start] + data[end:]).replace(b"<Question4>1", b"<Question4>0")
    if make.happens(FAULTY):
        wrong = data.replace(b"<OperatorCode>", b"<OperatorCode>X", 1)
        yield Drop("SHIPLINE", f"ship-{make.serial}.xml", wrong, rejected("R-PRIV-01"))
        return
    yield Drop("SHIPLINE", f"ship-{make.serial}.xml", data, GOOD)
    last = AGENCIES[-1]
    for partner, agency in AGENCIES:
        # The last to answer tells whether the ship may sail; the order of the others does not matter.
        decision = "2" if (partner, agency) == last and make.happens(0.2) else "1"
        reply = make.filled(
            "agency-reply.xml",
            DeclId=id,
            Agency=agency,
            Decision=decision,
            PermitNo=f"{agency}-{make.serial}",
        )
        yield Drop(
            partner,
            f"reply-{agency}-{make.serial}.xml",
            reply,
            GOOD,
            wave=3 if (partner, agency) == last else 2,
        )


def manifest(make: Maker) -> Iterator[Drop]:
    """A manifest of one bill, answered by customs; or the change of a bill that they have not accepted."""
    bill = make.bill
    changed = make.happens(FAULTY)
    data = make.filled(
        "manifest-mt1101.xml",
        MessageID=f"CN_MT1101_1p0_SHIPLINE_{make.date}{make.serial:09}",
        FunctionCode="5" if changed else "9",
        SendTime=f"{make.time()}000",
    ).decode()
    start = data.index("<TransportContractDocument>")
    data = data[:start] + data[start:].replace("EXBL0000020", bill).replace("EXBL0000017", bill)
    for old, new in (
        ("EXMU1000067", make.container()),
        ("CSQU3054383", make.container(1)),
        ("SN000017", make.digits(10, "SN0")),
        ("SN000018", make.digits(10, "SN1")),
    ):
        data = data.replace(old, new)
    name = f"manifest-{make.serial}.xml"
    yield Drop("SHIPLINE", name, data.encode(), rejected("R-MSGID-05") if changed else GOOD)
    if not changed:
        answer = f"""<Manifest xmlns="{ANSWER}"><Head><MessageID>CN_MT9999_1p0_EPORT_{make.date}{make.serial:09}</MessageID>
<FunctionCode>11</FunctionCode><MessageType>MT1101</MessageType><SenderID>EPORT</SenderID><ReceiverID>SHIPLINE</ReceiverID>
<SendTime>{make.time(20)}456</SendTime><Version>1.0</Version></Head><Response><Consignment><TransportContractDocument>
<ID>{bill}</ID></TransportContractDocument><ResponseType><Code>01</Code><Text>21301</Text></ResponseType>
</Consignment></Response></Manifest>"""
        yield Drop("CUS-QD", f"mt9999-{make.serial}.xml", answer.encode(), GOOD, wave=2)


STORIES: Sequence[tuple[Story, int]] = ((ship, 1), (manifest, 2))
