"""Stories of what is passed on and answered: applications, legalisations, bookings, lists of persons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker
from edi_router.simulate.model import FAULTY, GOOD, Drop, Story, rejected

FIRMS = {
    "ENT-A": "91420500MA00000079",
    "ENT-B": "91420500MA0000000K",
    "AGENT": "91370211MA00000013",
    "SHIPLINE": "EXLINE",
}
APPLICATIONS = (
    ("TAX", "ENT-A", "TAX", "TAX"),
    ("SAFE", "ENT-B", "SAFE", "SAFE"),
    ("CONTRACT", "ENT-A", "MOFCOM", "MOFCOM"),
    ("RAIL", "SHIPLINE", "EPORT", "EPORT-TJ"),
    ("STAFF", "SHIPLINE", "BI", "BORDER"),
    ("TEMP", "SHIPLINE", "MSA", "MSA"),
    ("LINKAGE", "AGENT", "QWT", "TERM"),
    ("TRANSIT", "AGENT", "0202", "CUS-TJ"),
    ("RELIEF", "ENT-A", "4218", "CUS-QD"),
    ("OFFICE", "ENT-B", "120100", "CIQ-TJ"),
    ("PLANT", "ENT-A", "370211", "CIQ-QD"),
)
"""Kinds of application: kind, firm, code of the agency, the agency."""


def application(make: Maker) -> Iterator[Drop]:
    """An application to an agency, which approves or refuses it; or one in another firm's name."""
    kind, firm, code, agency = APPLICATIONS[make.turn("application") % len(APPLICATIONS)]
    number = f"{kind}-{make.serial}"
    wrong = make.happens(FAULTY)
    filed = make.filled(
        "filing.xml", FilingNo=number, MsgId=f"{number}-9", Kind=kind, FunctionCode="9",
        FirmCode=FIRMS["SHIPLINE" if firm != "SHIPLINE" else "AGENT"] if wrong else FIRMS[firm],
        RefNo=make.contract,
    )  # fmt: skip
    named = b"<Receiver>0202</Receiver><Receiver>MOFCOM</Receiver>"
    filed = filed.replace(named, f"<Receiver>{code}</Receiver>".encode())
    name = f"filing-{make.serial}.xml"
    yield Drop(firm, name, filed, rejected("R-PRIV-01") if wrong else GOOD)
    answer = make.filled(
        "filing-answer.xml", FilingNo=number, Agency=code, Decision="3" if make.happens(0.1) else "2",
        Time=make.time(45), ApprovalNo=make.digits(12, "B0"),
    )  # fmt: skip
    yield Drop(agency, f"answer-{make.serial}.xml", answer, rejected("R-CASE-02") if wrong else GOOD, wave=2)


def legalisation(make: Maker) -> Iterator[Drop]:
    """A legalisation from its opening to its collection; or a step of a case that there is not."""
    number = f"LC-2026-{make.serial:06}"
    known = not make.happens(FAULTY)

    def case(function: str, *steps: int, urgent: str = "0") -> bytes:
        data = make.filled(
            "legalisation-case.xml", CaseNo=number, MsgId=f"{number}-{function}-{len(steps)}",
            FunctionCode=function, Urgent=urgent,
        )  # fmt: skip
        data = data.replace(b"C264205000110001", make.digits(16, "C26420510").encode())
        data = data.replace(b"EX-2603", make.digits(12, "EX-26").encode())
        start, end = data.index(b"<Step>"), data.rindex(b"</Step>") + len(b"</Step>")
        told = "".join(
            f"<Step><StepNo>{place}</StepNo><Code>{code}</Code><Time>{make.time(place)}</Time></Step>"
            for place, code in enumerate(steps, 1)
        )
        return data[:start] + told.encode() + data[end:]

    if known:
        opened = case("9", 10, urgent="1" if make.happens(0.3) else "0")
        yield Drop("ENT-B", f"legalisation-{make.serial}.xml", opened, GOOD)
    expected = GOOD if known else rejected("R-CASE-02")
    yield Drop("CCPIT-YC", f"step-{make.serial}.xml", case("5", 10, 20, 30), expected, wave=2)
    if known:
        yield Drop("CCPIT-HQ", f"done-{make.serial}.xml", case("5", 10, 20, 30, 40, 80), GOOD, wave=3)


def booking(make: Maker) -> Iterator[Drop]:
    """A booking to the carrier and its confirmation; or a booking whose trailer miscounts."""
    number = f"B{make.serial:06}"
    wrong = make.happens(FAULTY)
    segments = [f"BGM+335+{number}+9", "TDT+20+026E+1", "NAD+CA+EXLN", "GID+1+720:BG"]
    data = _interchange(make, "AGENT", "IFTMBF", segments)
    if wrong:
        data = data.replace(b"UNT+6+", b"UNT+7+")
    yield Drop(
        "AGENT", f"booking-{make.serial}.edi", data, rejected("message-count-wrong") if wrong else GOOD
    )
    if not wrong:
        segments = [f"BGM+770+{number}+9", "TDT+20+026E+1", f"NAD+FW+{FIRMS['AGENT']}"]
        confirmed = _interchange(make, "SHIPLINE", "IFTMBC", segments)
        yield Drop("SHIPLINE", f"confirmed-{make.serial}.edi", confirmed, GOOD, wave=2)


def _interchange(make: Maker, sender: str, message: str, segments: Sequence[str]) -> bytes:
    body = "".join(f"{segment}'" for segment in segments)
    control = make.digits(14, message)
    return (
        f"UNB+UNOC:3+{sender}:ZZ+EDIROUTER:ZZ+{make.day:%y%m%d}:0930+{control}'UNH+1+{message}:D:96B:UN'{body}"
        f"UNT+{len(segments) + 2}+1'UNZ+1+{control}'"
    ).encode()


STORIES: Sequence[tuple[Story, int]] = ((application, 4), (legalisation, 1), (booking, 1))
