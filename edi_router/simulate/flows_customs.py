"""Stories of customs: entries that draw licences, clearance forms and their use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker
from edi_router.simulate.model import FAULTY, GOOD, Drop, Story, rejected

OFFICES = (("CUS-QD", "4218"), ("CUS-SH", "2225"), ("CUS-TJ", "0202"))
"""Customs that copy their entries to us, each with an office."""
BUREAUS = (
    ("CIQ-QD", "370211", "CUS-QD", "4218"),
    ("CIQ-TJ", "120100", "CUS-TJ", "0202"),
    ("CIQ-SH", "310010", "CUS-SH", "2225"),
    ("CIQ-JNG", "370800", "CUS-QD", "4202"),
    ("CIQ-YT", "370600", "CUS-QD", "4218"),
)
"""Bureaus that issue clearance forms, with their organisation and the customs that the goods go through."""
FIRM = "91370211MA00000013"
SAMPLE = "good/dec-message.xml"


def entry(make: Maker) -> Iterator[Drop]:
    """A licence, an entry of customs that draws it, and its release or deletion; or an entry that may not draw."""
    partner, office = OFFICES[make.serial % len(OFFICES)]
    licence = f"26-AA-{make.serial:06}"
    number = make.digits(18, f"{office}20261")
    yield Drop(
        "LIC", f"licence-{make.serial}.xml",
        make.filled("licence.xml", LicenceNo=licence, CustomsPort=office), GOOD,
    )  # fmt: skip
    quantity, named, expected = make.between(10, 100) * 100, licence, GOOD
    if make.happens(FAULTY):
        case = make.pick(("too much", "unknown", "too much"))
        if case == "unknown":
            named, expected = make.digits(13, "26-AX-"), rejected("R-LIC-01.unknown")
        else:
            quantity, expected = 15_001, rejected("R-LIC-02")
    yield Drop(
        partner, f"entry-{make.serial}.xml", _entry(make, number, office, named, quantity), expected, wave=2
    )
    if expected == GOOD:
        channel = "D" if make.happens(0.2) else "P"
        result = make.filled(
            "dec-result.xml", CUS_CIQ_NO=make.digits(18, "E2026"), ENTRY_ID=number, CHANNEL=channel,
            CUSTOM_MASTER=office,
        )  # fmt: skip
        yield Drop(partner, f"result-{make.serial}.xml", result, GOOD, wave=3)


def _entry(make: Maker, number: str, office: str, licence: str, quantity: int) -> bytes:
    """Customs' copy of an import entry of one line of the licence's goods."""
    text = make.samples.read(SAMPLE).decode()
    goods = text[text.index("<DecLists>") : text.index("</DecList>")]
    for old, new in (
        ("2102200000", "2903710000"),
        ("<OriginCountry>HKG<", "<OriginCountry>USA<"),
        ("<GQty>18000<", f"<GQty>{quantity}<"),
        ("<FirstQty>18000<", f"<FirstQty>{quantity}<"),
        ("<DeclTotal>36000<", f"<DeclTotal>{quantity * 2}<"),
    ):
        goods = goods.replace(old, new)
    named = f"<LicenseDocu><DocuCode>1</DocuCode><CertCode>{licence}</CertCode></LicenseDocu>"
    documents = f"</DecList></DecLists><DecLicenseDocus>{named}</DecLicenseDocus>"
    text = text[: text.index("<DecLists>")] + goods + documents + text[text.index("<DecRequestCerts>") :]
    for old, new in (
        ("<EntryType>", f"<EntryId>{number}</EntryId><EntryType>"),
        ("<IEFlag>E<", "<IEFlag>I<"),
        ("<CustomMaster>4218<", f"<CustomMaster>{office}<"),
        ("<IEPort>4218<", f"<IEPort>{office}<"),
        ("91420500MA00000079", FIRM),
        ("YC20260314000017", make.digits(18, "CU2603")),
        ("YC-2026-017", make.contract),
        ("EXBL0000017", make.bill),
        ("EXL0000017", make.digits(10, "EXL")),
        ("420500226000016", make.issued("420500226")),
        ("CSQU3054383", make.container()),
        ("EXMU1000025", make.container(1)),
    ):
        text = text.replace(old, new)
    return text.encode()


def form(make: Maker) -> Iterator[Drop]:
    """A clearance form to customs, which match it and use it; or a form, or a use of it, that is wrong."""
    bureau, org, customs, office = BUREAUS[make.serial % len(BUREAUS)]
    declaration = make.issued(f"{org}226")
    number = f"{declaration}000"
    faulty = make.happens(FAULTY)
    case = make.pick(("validity", "quantity", "again")) if faulty else ""
    issued = make.filled(
        "clearance-form.xml", FormNo=number, OrgCode=org, Customs=office, DeclNo=declaration,
        IssueDate=make.date, ValidTo=make.later(90 if case == "validity" else 60), ContractNo=make.contract,
        TransferNo=make.digits(16, "42050026"),
    )  # fmt: skip
    name = f"form-{make.serial}.xml"
    yield Drop(bureau, name, issued, rejected("R-FORM-EXP.general") if case == "validity" else GOOD)
    if case == "validity":
        return
    declared = make.digits(18, f"{office}20260")

    def use(state: str, **more: str) -> bytes:
        told = {"FormNo": number, "EntryId": declared, "State": state, "Time": make.time(30), "Match": "1"}
        return make.filled("clearance-use.xml", **{**told, **more})

    if case == "quantity":
        too_much = use("1", Qty="18001")
        yield Drop(customs, f"matched-{make.serial}.xml", too_much, rejected("R-FORM-USED.quantity"), wave=2)
        return
    if make.happens(0.1):
        yield Drop(customs, f"mismatch-{make.serial}.xml", use("2", Match="2"), GOOD, wave=2)
        return
    yield Drop(customs, f"matched-{make.serial}.xml", use("1"), GOOD, wave=2)
    yield Drop(customs, f"used-{make.serial}.xml", use("3"), GOOD, wave=3)
    if case == "again":
        other = make.digits(18, f"{office}20269")
        yield Drop(
            customs,
            f"again-{make.serial}.xml",
            use("1", EntryId=other),
            rejected("R-FORM-USED.again"),
            wave=4,
        )


STORIES: Sequence[tuple[Story, int]] = ((entry, 3), (form, 4))
