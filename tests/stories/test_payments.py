"""Taxes and fees paid online: from the bill to the final debit, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import GOOD, Story, changed, sample
from tests.support.workspaces import deployment

ENTRY = "0202202600000004"
"""Entries of Tianjin customs, without their last two digits."""
RUN = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:%s">%s</Document>'


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path / "ws") as place:
        told = Story(place)
        assert told.send("BANK", sample("pay-agreement.xml")) == ["completed"]
        yield told
        assert place.ledger.books().balanced


def bill(number: int, amount: str = "12850.00", **elements: str) -> bytes:
    entry = f"{ENTRY}{number:02d}"
    return sample(
        "tax-bill.xml", TaxNo=f"{entry}A01", EntryId=entry, Amount=amount, GenDate="20260314", LimitDate="20260329",
        **elements,
    )  # fmt: skip


def choice(number: int, attempt: int = 1, **elements: str) -> bytes:
    entry = f"{ENTRY}{number:02d}"
    return sample(
        "payer-choice.xml",
        ChoiceNo=f"C{number:02d}-{attempt}",
        TaxNo=f"{entry}A01",
        EntryId=entry,
        **elements,
    )


def tax(number: int) -> str:
    return f"{ENTRY}{number:02d}A01"


def report(
    number: int, status: str, *, attempt: int = 1, reason: str = "", amount: str = "12850.00"
) -> bytes:
    """What the bank says of an order."""
    report.count = getattr(report, "count", 0) + 1  # type: ignore[attr-defined]
    id = f"ST-{report.count}"  # type: ignore[attr-defined]
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    return (RUN % ("pain.002.001.10", f"""<CstmrPmtStsRpt>
        <GrpHdr><MsgId>{id}</MsgId><CreDtTm>2026-03-14T10:02:00</CreDtTm></GrpHdr>
        <OrgnlGrpInfAndSts><OrgnlMsgId>C{number:02d}-{attempt}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>
        <OrgnlPmtInfAndSts><OrgnlPmtInfId>C{number:02d}-{attempt}</OrgnlPmtInfId><TxInfAndSts><OrgnlInstrId>TAX</OrgnlInstrId>
        <OrgnlEndToEndId>{tax(number)}</OrgnlEndToEndId><TxSts>{status}</TxSts>{why}<AcctSvcrRef>B{number}</AcctSvcrRef>
        <OrgnlTxRef><Amt><InstdAmt Ccy="CNY">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>
        </CstmrPmtStsRpt>""")).encode()  # fmt: skip


def booked(number: int, *, reversal: bool = False) -> bytes:
    """The bank's notification of a debit."""
    id = f"N{number}{'R' if reversal else ''}"
    back = "<RvslInd>true</RvslInd>" if reversal else ""
    return (RUN % ("camt.054.001.08", f"""<BkToCstmrDbtCdtNtfctn>
        <GrpHdr><MsgId>{id}</MsgId><CreDtTm>2026-03-14T10:30:00</CreDtTm></GrpHdr><Ntfctn><Id>{id}</Id>
        <Acct><Id><Othr><Id>1000200030004000</Id></Othr></Id></Acct><Ntry><Amt Ccy="CNY">12850.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
        {back}<Sts><Cd>BOOK</Cd></Sts><BkTxCd><Prtry><Cd>TAX</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs>
        <EndToEndId>{tax(number)}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry></Ntfctn>
        </BkToCstmrDbtCdtNtfctn>""")).encode()  # fmt: skip


def deleted(number: int, channel: str = "D") -> bytes:
    return sample(
        "dec-result.xml", CUS_CIQ_NO=f"E{number:017d}", ENTRY_ID=f"{ENTRY}{number:02d}", CHANNEL=channel,
        CUSTOM_MASTER="0202",
    )  # fmt: skip


def ordered(story: Story, number: int) -> None:
    """A bill whose payer is named."""
    assert story.send("CUS-TJ", bill(number)) == ["completed"]
    assert story.send("AGENT", choice(number)) == ["completed"]
    assert story.state("tax-bill", tax(number)) == "ordered"


def test_a_bill_is_paid_and_released_in_one_visit(story: Story) -> None:
    ordered(story, 1)
    assert story.got("AGENT", "<TaxBill>", tax(1))
    [order] = story.got("BANK", "<PmtInfId>C01-1</PmtInfId>")
    assert '<InstdAmt Ccy="CNY">12850.00</InstdAmt>' in order
    assert f"<EndToEndId>{tax(1)}</EndToEndId>" in order
    assert story.got("EPORT-TJ", "<PayNotice>", "<NoticeNo>C01-1</NoticeNo>")
    story.send("BANK", report(1, "RCVD"), report(1, "PDNG"))
    assert story.state("tax-bill", tax(1)) == "at-bank"
    assert not story.got("CUS-TJ", "<NoticeNo>C01-1</NoticeNo>"), "pending never releases"
    story.send("BANK", report(1, "ACSC"))
    assert story.state("tax-bill", tax(1)) == "deducted"
    for partner in ("CUS-TJ", "AGENT"):
        [receipt] = story.got(partner, "<PayReceipt>", "<NoticeNo>C01-1</NoticeNo>")
        assert "<ResultCode>00</ResultCode>" in receipt
    story.send("BANK", report(1, "ACSC"), booked(1))
    assert story.state("tax-bill", tax(1)) == "paid"
    assert len(story.got("CUS-TJ", "<PayReceipt>", "C01-1")) == 1, "told once"
    assert story.got("CUS-TJ", "<PayConfirm>", "C01-1", "<State>1</State>")
    story.wait(hours=1)
    assert not story.got("SUPERVISOR", tax(1))


@pytest.mark.parametrize(
    ("number", "reason", "code"), [(2, "AM04", "01"), (3, "AC06", "02"), (4, "MD01", "03"), (5, "NARR", "09")]
)
def test_the_bank_refuses_and_the_firm_chooses_again(
    story: Story, number: int, reason: str, code: str
) -> None:
    ordered(story, number)
    story.send("BANK", report(number, "RJCT", reason=reason))
    assert story.state("tax-bill", tax(number)) == "refused"
    [receipt] = story.got("CUS-TJ", "<PayReceipt>", f"<NoticeNo>C{number:02d}-1</NoticeNo>")
    assert f"<ResultCode>{code}</ResultCode>" in receipt
    story.send("AGENT", choice(number, 2))
    assert story.send("BANK", report(number, "ACSC", attempt=1)) == ["held"], "of the order before"
    assert story.codes() == ["R-PAY-02.order", "register-held"]
    story.send("BANK", report(number, "ACSC", attempt=2))
    assert story.state("tax-bill", tax(number)) == "deducted"


def test_a_bank_that_answers_late(story: Story) -> None:
    ordered(story, 6)
    story.wait(minutes=5, seconds=1)
    assert len(story.got("SUPERVISOR", tax(6), "order-late")) == 1
    story.wait(minutes=7)
    assert len(story.got("SUPERVISOR", tax(6), "run-warned")) == 1
    story.wait(minutes=3)
    assert story.state("tax-bill", tax(6)) == "overdue"
    assert len(story.got("SUPERVISOR", tax(6))) == 3
    story.send("BANK", report(6, "PDNG"))
    assert story.state("tax-bill", tax(6)) == "overdue"
    story.send("BANK", report(6, "ACSC"))
    assert story.state("tax-bill", tax(6)) == "deducted"
    assert story.outcomes("tax-bill", tax(6))[-1] == "deducted-late"
    assert story.got("CUS-TJ", "<PayReceipt>", "C06-1", "<ResultCode>00</ResultCode>")


def test_the_whole_run_counts_from_the_naming_of_the_payer(story: Story) -> None:
    ordered(story, 7)
    story.wait(minutes=4)
    story.send("BANK", report(7, "RCVD"))
    story.wait(minutes=10)
    assert story.state("tax-bill", tax(7)) == "at-bank"
    story.wait(minutes=1, seconds=1)
    assert story.outcomes("tax-bill", tax(7)) == ["billed", "ordered", "pending", "run-warned", "overdue"]


def test_an_amount_that_is_not_the_bills_goes_to_a_person(story: Story) -> None:
    ordered(story, 8)
    assert story.send("BANK", report(8, "ACSC", amount="12580.00")) == ["held"]
    assert story.codes() == ["R-PAY-01.amount", "register-held"]
    assert story.state("tax-bill", tax(8)) == "ordered"
    assert not story.got("CUS-TJ", "<PayReceipt>", "C08-1")
    assert story.release() == "held", "an amount is no matter of opinion"
    assert story.send("BANK", booked(8)) == ["held"], "debited before it was deducted"


def test_the_bill_has_the_sum_that_the_declaration_computed(story: Story) -> None:
    declared = (GOOD / "dec-message.xml").read_text()
    assert "<EntryId>" not in declared
    details = "".join(
        f"<SddTaxDetail><GNo>{line}</GNo><TaxType>A</TaxType><RealTax>{amount}</RealTax></SddTaxDetail>"
        for line, amount in ((1, "12000.00"), (2, "850.00"))
    )
    entry = re.sub("<EntryType>", f"<EntryId>{ENTRY}09</EntryId><EntryType>", declared, count=1)
    head = "<SddTaxHead><LegalLiability>-</LegalLiability><Sign>-</Sign><CertSeqNo>1</CertSeqNo></SddTaxHead>"
    tax_part = f"<SddTax>{head}{details}</SddTax>"
    entry = re.sub("</DecMessage>", f"{tax_part}</DecMessage>", entry, count=1)
    entry = re.sub("(?s)<DecLicenseDocus>.*</DecLicenseDocus>|<LicenseNo>[^<]*</LicenseNo>", "", entry)
    entry = entry.replace("<CustomMaster>4218", "<CustomMaster>0202").replace("<IEPort>4218", "<IEPort>0202")
    assert story.send("CUS-TJ", entry.encode()) == ["completed"], story.codes()
    assert story.send("CUS-TJ", changed(bill(9, "12000.00"), TaxNo=f"{ENTRY}09A02")) == ["held"]
    assert story.codes() == ["R-TAX-01", "register-held"]
    assert story.state("tax-bill", f"{ENTRY}09A02") == ""
    assert story.send("CUS-TJ", bill(9)) == ["completed"], story.codes()


@pytest.mark.parametrize(
    ("elements", "code"),
    [
        ({"EntryId": f"{ENTRY}99"}, "R-PAY-01.bill"),
        ({"PayerBank": "102452000099"}, "R-PAY-01.account"),
        ({"AgreementNo": "QD-2025-0001"}, "R-PAY-01.account"),
        ({"PayerCode": "91420500MA00000079"}, "R-PAY-01.agreement"),
    ],
)
def test_a_choice_that_is_refused(story: Story, elements: dict[str, str], code: str) -> None:
    number = 10
    if not story.state("tax-bill", tax(number)):
        story.send("CUS-TJ", bill(number))
    attempt = 10 + len(story.outcomes("tax-bill", tax(number)))
    assert story.send("AGENT", changed(choice(number, attempt), **elements)) == ["rejected"]
    assert story.codes() == [code]
    assert story.state("tax-bill", tax(number)) == "billed"
    assert not story.got("BANK", tax(number))


def test_a_blocked_account_pays_nothing(story: Story) -> None:
    story.send("CUS-TJ", bill(11))
    story.send("BANK", sample("pay-agreement.xml", State="2"))
    assert story.send("AGENT", choice(11)) == ["rejected"]
    assert story.codes() == ["R-PAY-01.agreement"]
    story.send("BANK", sample("pay-agreement.xml", Time="20260314103000"))
    assert story.send("AGENT", choice(11, 2), choice(11, 3)) == ["completed", "rejected"]
    assert story.codes() == ["R-PAY-01.state"]


@pytest.mark.parametrize("channel", ["D", "E"])
def test_a_deleted_or_refused_entry_takes_its_payment_back(story: Story, channel: str) -> None:
    number = {"D": 12, "E": 13}[channel]
    ordered(story, number)
    story.send("BANK", report(number, "ACSC"))
    assert story.send("CUS-TJ", deleted(number, "P")) == ["completed"], story.codes()
    assert story.state("tax-bill", tax(number)) == "deducted"
    story.send("CUS-TJ", deleted(number, channel))
    assert story.state("tax-bill", tax(number)) == "undoing"
    assert story.got("BANK", "<PayConfirm>", f"C{number}-1", "<State>2</State>")
    story.send("BANK", booked(number, reversal=True))
    assert story.state("tax-bill", tax(number)) == "reversed"
    assert story.got("CUS-TJ", "<PayConfirm>", f"C{number}-1", "<State>2</State>")


def test_an_entry_that_is_deleted_before_the_payment(story: Story) -> None:
    story.send("CUS-TJ", bill(14), deleted(14))
    assert story.state("tax-bill", tax(14)) == "cancelled"
    assert story.send("AGENT", choice(14)) == ["rejected"]
    ordered(story, 15)
    story.send("CUS-TJ", deleted(15))
    story.send("BANK", report(15, "ACSC"))
    assert story.state("tax-bill", tax(15)) == "undoing"
    assert not story.got("CUS-TJ", "<PayReceipt>", "C15-1"), "what is undone is not released"


def test_an_unpaid_bill_is_told_the_day_after_it_is_due(story: Story) -> None:
    story.send("CUS-TJ", bill(16))
    story.wait(days=16)
    assert len(story.got("SUPERVISOR", tax(16), "unpaid")) == 1


def fee(number: int, state: str = "0", **elements: str) -> bytes:
    data = sample("ciq-fee.xml", FeeNo=f"F{number}", PayState=state, **elements)
    return data.replace(b"<BankSerial>B20260320000778</BankSerial>", b"")


def fee_report(number: int, status: str, amount: str = "320.00") -> bytes:
    data = report(number, status, amount=amount, reason="AM04" if status == "RJCT" else "")
    return data.replace(b"<OrgnlInstrId>TAX<", b"<OrgnlInstrId>FEE<").replace(
        tax(number).encode(), f"F{number}".encode()
    )


@pytest.mark.parametrize(("number", "creditor"), [(21, "CIQ-QD"), (22, "TERM")])
def test_a_fee_of_ciq_or_of_the_port_is_paid_in_seconds(story: Story, number: int, creditor: str) -> None:
    assert story.send(creditor, fee(number)) == ["completed"], story.codes()
    [order] = story.got("BANK", "<InstrId>FEE</InstrId>", f"<EndToEndId>F{number}<")
    assert "QD-2026-0007" in order
    assert '<InstdAmt Ccy="CNY">320.00</InstdAmt>' in order
    story.send("BANK", fee_report(number, "ACTC"))
    assert story.state("ciq-fee", f"F{number}") == "ordered"
    story.send("BANK", fee_report(number, "ACSC"))
    assert story.state("ciq-fee", f"F{number}") == "paid"
    for partner in (creditor, "AGENT"):
        assert story.got(partner, "<CiqFee>", f"<FeeNo>F{number}<", "<PayState>1</PayState>")


def test_a_fee_that_the_bank_refuses_is_tried_again(story: Story) -> None:
    story.send("CIQ-QD", fee(23))
    story.send("BANK", fee_report(23, "RJCT"))
    assert story.state("ciq-fee", "F23") == "refused"
    assert story.got("CIQ-QD", "<FeeNo>F23<", "<PayState>0</PayState>")
    assert story.send("CIQ-QD", fee(23, GenTime="20260320150000")) == ["completed"]
    assert len(story.got("BANK", "<EndToEndId>F23<")) == 2
    assert story.send("BANK", fee_report(23, "ACSC", "32.00")) == ["held"]
    assert story.codes() == ["R-PAY-01.amount", "register-held"]


def test_fees_that_are_refused_void_or_late(story: Story) -> None:
    assert story.send("CIQ-QD", fee(24, Curr="840")) == ["rejected"]
    assert story.codes() == ["R-PAY-01.currency"]
    assert story.send("CIQ-QD", fee(25, PayerCode="91420500MA00000079")) == ["rejected"]
    assert story.codes() == ["R-PAY-01.agreement"]
    story.send("CIQ-QD", fee(26))
    assert story.send("CIQ-QD", fee(26, "2")) == ["held"], "the bank has the order"
    story.wait(minutes=15, seconds=1)
    assert [len(story.got("SUPERVISOR", "ciq-fee F26", word)) for word in ("order-late", "overdue")] == [1, 1]
    story.send("BANK", fee_report(26, "ACSC"))
    assert story.outcomes("ciq-fee", "F26")[-1] == "paid-late"
    story.send("CIQ-QD", fee(26, "2", GenTime="20260320160000"))
    assert story.state("ciq-fee", "F26") == "void"
