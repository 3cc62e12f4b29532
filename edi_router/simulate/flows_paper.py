"""Stories of papers: declarations to CIQ, one form for two, certificates, calls for help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker, filled
from edi_router.simulate.model import FAULTY, GOOD, Drop, Story, held, rejected


def declaration(make: Maker) -> Iterator[Drop]:
    """A declaration to CIQ: of a trusted firm, which gets its number at once, or of one that is looked at."""
    data = make.samples.read("good/eentdeclio.xml")
    start, end = data.index(b"<ITF_DCL_IO_DECL_CONT>"), data.index(b"</ITF_DCL_IO_DECL>")
    data = (data[:start] + data[end:]).replace(b"6f0c1c52", b"%08d" % make.serial)
    data = filled(data, BillNo=make.bill, ContractNo=make.contract)
    name = f"eciq-{make.serial}.xml"
    if make.happens(FAULTY):
        other = filled(data, DeclRegNo="4205000002")
        yield Drop("ENT-B", name, other, held("declaration"))
    else:
        yield Drop("ENT-A", name, data, GOOD)


def combined(make: Maker) -> Iterator[Drop]:
    """One form, two declarations, and both answers; sometimes one of the two refuses."""
    key = f"AG{make.date}{make.serial:06}"
    form = make.filled(
        "combined-declaration.xml", MsgId=f"form-{make.serial}", EntUuid=f"uuid-{make.serial}", FunctionCode="9",
        ClientSeqNo=key, CustomMaster="0202", OrgCode="120100", IEPort="0202",
        BillNo=make.bill, ContrNo=make.contract, CorrelationNo=make.issued("420500226"),
    )  # fmt: skip
    for old, new in (
        ("EXL0000017", make.digits(10, "EXL")),
        ("420500226000017", make.issued("420500226")),
        ("CSQU3054383", make.container()),
        ("EXMU1000025", make.container(1)),
        ("EX-2603", make.digits(12, "EX-26")),
    ):
        form = form.replace(old.encode(), new.encode())
    yield Drop("AGENT", f"form-{make.serial}.xml", form, GOOD)
    code = "9" if make.happens(FAULTY) else "0"
    customs = make.filled(
        "dec-import-response.xml", ClientSeqNo=key, ResponseCode=code, SeqNo=f"4202202600{make.serial:08}",
        ErrorMessage="accepted" if code == "0" else "refused",
    )  # fmt: skip
    yield Drop("CUS-TJ", f"response-{make.serial}.xml", customs, GOOD, wave=2)
    receipt = make.filled(
        "ciq-receipt.xml", RspNo=f"R{make.serial:05}", EntUuid=f"uuid-{make.serial}", RspCodes="0000",
        RspInfo="申报成功", DeclNo=make.issued("120100226"), DeclGetNo=make.issued("120100260"),
    )  # fmt: skip
    yield Drop("CIQ-TJ", f"receipt-{make.serial}.xml", receipt, GOOD, wave=3)


def certificate(make: Maker) -> Iterator[Drop]:
    """A certificate of origin applied for and issued; or an amendment of one that there is not."""
    number, invoice = make.digits(16, "C26420510"), make.digits(12, "EX-26")
    kind, issuer = make.pick((("C", "CCPIT-YC"), ("G", "CIQ-YC")))
    application = make.filled("certificate.xml", CertNo=number, CertStatus="0", CertType=kind, InvNo=invoice)
    name = f"certificate-{make.serial}.xml"
    if make.happens(FAULTY):
        old = make.digits(16, "C26420590")
        old = f"<ModCertificate><OldCertNo>{old}</OldCertNo><ModReason>-</ModReason></ModCertificate>"
        amended = filled(application, CertStatus="1").replace(
            b"</CertificateList>", b"</CertificateList>" + old.encode()
        )
        yield Drop("ENT-A", name, amended, rejected("R-CO-01"))
        return
    yield Drop("ENT-A", name, application, GOOD)
    verdict = (
        f"<Receipt><CertNo>{number}</CertNo><ReceiveTime>{make.day}T11:00:00</ReceiveTime><Channel>6</Channel>"
        "<CusRespData><RepType>5</RepType><RepCode>0000</RepCode><RepAddMsg></RepAddMsg></CusRespData></Receipt>"
    )
    yield Drop(issuer, f"verdict-{make.serial}.xml", verdict.encode(), GOOD, wave=2)
    if make.once("query"):
        query = make.filled(
            "verification-query.xml", QueryNo=f"AU-2026-{make.serial}", MsgId=f"query-{make.serial}", CertNo=number,
            CertType=kind, IssueDate=make.date,
        )  # fmt: skip
        yield Drop("CCPIT-HQ", f"query-{make.serial}.xml", query, GOOD, wave=3)


def help_case(make: Maker) -> Iterator[Drop]:
    """A call for help, taken up by the agency; or taken up though nobody has called."""
    id = f"HC-{make.serial}"
    district = make.pick(("420500", "370211", "370100"))
    called = not make.happens(FAULTY)
    transfer, declared = make.digits(16, "42050026"), make.issued("420500226")

    def case(state: str, function: str) -> bytes:
        data = make.filled(
            "help-case.xml",
            CaseNo=id,
            State=state,
            FunctionCode=function,
            District=district,
            MsgId=f"{id}-{state}",
        )
        data = data.replace(b"4205002604000017", transfer.encode())
        return data.replace(b"420500226000017", declared.encode())

    if called:
        yield Drop("ENT-B", f"case-{make.serial}.xml", case("1", "9"), GOOD)
    expected = GOOD if called else rejected("R-CASE")
    yield Drop("CIQ-QD", f"taken-{make.serial}.xml", case("2", "5"), expected, wave=2)
    if called:
        yield Drop("SUPERVISOR", f"answered-{make.serial}.xml", case("3", "5"), GOOD, wave=3)


STORIES: Sequence[tuple[Story, int]] = ((declaration, 3), (combined, 2), (certificate, 2), (help_case, 1))
