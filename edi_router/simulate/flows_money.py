"""Stories of money: duties and fees paid online."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker
from edi_router.simulate.model import FAULTY, GOOD, Drop, Story, held, rejected

CREDITORS = (("CIQ-QD", "370211"), ("TERM", "370211"), ("CIQ-TJ", "120100"))
"""Who asks for fees, with the bureau whose declaration each is for."""
REPORT = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"


def agreement(make: Maker) -> Iterator[Drop]:
    """What the payer has agreed with the bank, told once a day."""
    if make.once("pay-agreement"):
        yield Drop("BANK", "pay-agreement.xml", make.samples.read("good/pay-agreement.xml"), GOOD)


def duty(make: Maker) -> Iterator[Drop]:
    """A tax bill whose payer is named, and which the bank pays; or a payer for a bill that there is not."""
    yield from agreement(make)
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
        report = _report(make, choice_no, tax, "TAX", "12850.00")
        yield Drop("BANK", f"status-{make.serial}.xml", report, GOOD, wave=4)


def fee(make: Maker) -> Iterator[Drop]:
    """A fee that the bank pays by the payer's agreement; in another currency, of another payer, or paid in part."""
    yield from agreement(make)
    creditor, org = CREDITORS[make.turn("fee") % 3]
    number = f"F{make.serial:06}"
    case = make.pick(("currency", "payer", "amount")) if make.happens(FAULTY) else ""
    declared = make.issued(f"{org}126")
    changes = {"DeclNo": declared, "FeeNo": number, "PayState": "0", "GenTime": make.time()}
    expected = GOOD
    if case == "currency":
        changes["Curr"], expected = "840", rejected("R-PAY-01.currency")
    elif case == "payer":
        changes["PayerCode"], expected = "91420500MA00000079", rejected("R-PAY-01.agreement")
    bill = make.filled("ciq-fee.xml", **changes).replace(b"<BankSerial>B20260320000778</BankSerial>", b"")
    yield Drop(creditor, f"fee-{make.serial}.xml", bill, expected, wave=2)
    if expected == GOOD:
        amount, expected = ("32.00", held("R-PAY-01.amount")) if case == "amount" else ("320.00", GOOD)
        report = _report(make, f"FO{make.serial}", number, "FEE", amount)
        yield Drop("BANK", f"fee-status-{make.serial}.xml", report, expected, wave=3)


def _report(make: Maker, order: str, about: str, kind: str, amount: str) -> bytes:
    """What the bank tells of an order that it has executed."""
    return f"""<Document xmlns="{REPORT}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>ST-{make.serial}</MsgId><CreDtTm>{make.day}T10:02:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{order}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{order}</OrgnlPmtInfId><TxInfAndSts><OrgnlInstrId>{kind}</OrgnlInstrId>
<OrgnlEndToEndId>{about}</OrgnlEndToEndId><TxSts>ACSC</TxSts><AcctSvcrRef>B{make.serial}</AcctSvcrRef>
<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>""".encode()


STORIES: Sequence[tuple[Story, int]] = ((duty, 2), (fee, 2))
