"""Stories of money: duties paid online, and licences drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker
from edi_router.simulate.model import FAULTY, GOOD, Drop, Story, rejected

REPORT = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"


def duty(make: Maker) -> Iterator[Drop]:
    """A tax bill whose payer is named, and which the bank pays; or a payer for a bill that there is not."""
    if make.once("pay-agreement"):
        yield Drop("BANK", "pay-agreement.xml", make.samples.read("good/pay-agreement.xml"), GOOD)
    entry = f"02022026{make.serial:010}"
    tax, choice_no = f"{entry}A01", f"CH{make.serial}"
    bill = make.filled(
        "tax-bill.xml",
        TaxNo=tax,
        EntryId=entry,
        Amount="12850.00",
        GenDate=make.date,
        LimitDate=make.later(15),
    )
    known = not make.happens(FAULTY)
    if known:
        yield Drop("CUS-TJ", f"bill-{make.serial}.xml", bill, GOOD, wave=2)
    choice = make.filled("payer-choice.xml", ChoiceNo=choice_no, TaxNo=tax, EntryId=entry)
    yield Drop("AGENT", f"payer-{make.serial}.xml", choice, GOOD if known else rejected("R-"), wave=3)
    if known:
        report = f"""<Document xmlns="{REPORT}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>ST-{make.serial}</MsgId><CreDtTm>{make.day}T10:02:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{choice_no}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{choice_no}</OrgnlPmtInfId><TxInfAndSts><OrgnlInstrId>TAX</OrgnlInstrId>
<OrgnlEndToEndId>{tax}</OrgnlEndToEndId><TxSts>ACSC</TxSts><AcctSvcrRef>B{make.serial}</AcctSvcrRef>
<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">12850.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>"""
        yield Drop("BANK", f"status-{make.serial}.xml", report.encode(), GOOD, wave=4)


STORIES: Sequence[tuple[Story, int]] = ((duty, 2),)
