"""Certificates of origin and their legalisation: applied for, reviewed, rejected, amended, issued, asked about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import Story, sample
from tests.support.workspaces import deployment


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with deployment(tmp_path / "ws") as place:
        yield Story(place)
        assert place.ledger.books().balanced


def number(serial: int) -> str:
    return f"C26420500011{serial:04d}"


def application(serial: int, old: int | None = None, reason: str = "改错", **elements: str) -> bytes:
    """An application; with `old` an amendment of that one."""
    data = sample(
        "certificate.xml", CertNo=number(serial), CertStatus="0" if old is None else "1", **elements
    )
    if old is None:
        return data
    part = f"<ModCertificate><OldCertNo>{number(old)}</OldCertNo><ModReason>{reason}</ModReason></ModCertificate>"
    return data.replace(b"</CertificateList>", b"</CertificateList>" + part.encode())


def verdict(serial: int, kind: str, text: str = "", channel: str = "6") -> bytes:
    return (
        f"<Receipt><CertNo>{number(serial)}</CertNo><ReceiveTime>2026-03-14T11:00:00</ReceiveTime><Channel>{channel}</Channel>"
        f"<CusRespData><RepType>{kind}</RepType><RepCode>0000</RepCode><RepAddMsg>{text}</RepAddMsg></CusRespData></Receipt>"
    ).encode()


def asked(serial: int, query: str, **elements: str) -> bytes:
    return sample("verification-query.xml", QueryNo=query, CertNo=number(serial), MsgId=query, **elements)


def test_applied_for_rejected_amended_and_issued(story: Story) -> None:
    assert story.send("ENT-A", application(1)) == ["completed"], story.codes()
    assert story.state("certificate", number(1)) == "review"
    assert story.got("ENT-A", "<Receipt>", number(1), "<Channel>1</Channel>"), "received at once, at any hour"
    assert story.got("CCPIT-YC", "<Certificate>", number(1))
    story.send("CCPIT-YC", verdict(1, "2"), verdict(1, "3", "收货人地址不全"))
    assert story.state("certificate", number(1)) == "rejected"
    assert story.got("ENT-A", "<Receipt>", number(1), "收货人地址不全")
    assert story.send("ENT-A", application(2, 1)) == ["completed"], story.codes()
    story.send("CCPIT-YC", verdict(2, "5", "审核通过"))
    entry = story.place.ledger.register_entry("certificate", number(2))
    assert entry is not None
    assert entry.state == "issued"
    assert entry.value("First") == number(1), "linked to the first"
    assert entry.value("IssueNo") == "C264205000001"
    assert story.got("ENT-A", "<Receipt>", number(2), "No. C264205000001", "<RepType>5</RepType>")
    [electronic] = story.got("CCPIT-HQ", "CertificateOfOrigin", number(2))
    assert "APPROVED" in electronic
    assert number(1) in electronic
    assert "ACTIVE YEAST" in electronic
    assert story.state("certificate", number(1)) == "replaced"


def test_an_issued_certificate_is_amended_within_60_days(story: Story) -> None:
    story.send("ENT-A", application(3))
    story.send("CCPIT-YC", verdict(3, "5"))
    assert story.send("ENT-A", application(4, 3)) == ["completed"], story.codes()
    story.send("CCPIT-YC", verdict(4, "5"))
    assert [story.state("certificate", number(each)) for each in (3, 4)] == ["replaced", "issued"]
    assert story.send("ENT-A", application(5, 3)) == ["rejected"], "of two amendments only one can stand"
    assert story.codes() == ["R-CO-01.old"]


@pytest.mark.parametrize(
    ("serial", "old", "elements", "code"),
    [
        (6, 99, {}, "R-CO-01.old"),
        (1, None, {"InvNo": "OTHER"}, "duplicate-refused"),
        (7, None, {"Applicant": "420101198001010017"}, "R-CO-02.applicant"),
        (8, None, {"AplRegNo": "91370211MA00000013"}, "R-PRIV-01"),
        (9, None, {"CertType": "Q"}, "R-CO-01"),
    ],
)
def test_what_is_refused(
    story: Story, serial: int, old: int | None, elements: dict[str, str], code: str
) -> None:
    if not story.state("certificate", number(1)):
        story.send("ENT-A", application(1))
    story.send("ENT-A", application(serial, old, **elements))
    assert code in story.codes()


def test_only_the_issuing_body_decides(story: Story) -> None:
    story.send("ENT-A", application(10, CertType="G"))
    assert story.got("CIQ-YC", "<Certificate>", number(10)), "FORM A is issued by CIQ"
    assert story.send("CCPIT-YC", verdict(98, "5")) == ["rejected"]
    assert story.codes() == ["R-CO-02.unknown"]
    assert story.send("CIQ-YC", verdict(10, "5")) == ["completed"]
    assert story.state("certificate", number(10)) == "issued"
    story.send("ENT-A", application(11))
    story.send("CCPIT-YC", verdict(11, "", channel="2"))
    assert story.state("certificate", number(11)) == "failed"


def test_foreign_customs_ask(story: Story) -> None:
    story.send("ENT-A", application(12), application(13), application(15))
    story.send("CCPIT-YC", verdict(12, "5"), verdict(15, "5"))
    story.send("ENT-A", application(16, 15))
    story.send("CCPIT-YC", verdict(16, "5"))
    answers = {
        "Q-1": (asked(12, "Q-1", IssueDate="20260314"), "1"),
        "Q-2": (asked(12, "Q-2", IssueDate="20260301"), "2"),
        "Q-3": (asked(12, "Q-3", IssueDate="20260314", CertType="G"), "2"),
        "Q-4": (asked(97, "Q-4"), "3"),
        "Q-5": (asked(13, "Q-5"), "4"),
        "Q-6": (asked(15, "Q-6"), "2"),
    }
    for query, (document, result) in answers.items():
        assert story.send("CCPIT-HQ", document) == ["completed"], story.codes()
        [answer] = story.got("CCPIT-HQ", "<VerificationAnswer>", f"<QueryNo>{query}<")
        assert f"<Result>{result}</Result>" in answer, query
    assert story.got("CCPIT-HQ", "<QueryNo>Q-6<", f"Replaced by {number(16)}")


def case(id: str, step: str, function: str = "5", **elements: str) -> bytes:
    data = sample("legalisation-case.xml", CaseNo=id, MsgId=f"{id}-{step}-{function}", FunctionCode=function,
                  FirmCode="91420500MA00000079", **elements)  # fmt: skip
    start, end = data.index(b"<Step>"), data.rindex(b"</Step>") + 7
    steps = ["10", "20", "30", "40", "50", "60", "70", "80"]
    codes = steps[: steps.index(step) + 1] if step in steps else ["10", "20", step]
    rows = "".join(
        f"<Step><StepNo>{at}</StepNo><Code>{code}</Code><Time>20260314{at + 8:02d}0000</Time></Step>"
        for at, code in enumerate(codes, start=1)
    )
    return data[:start] + rows.encode() + data[end:]


def test_a_legalisation_goes_its_steps(story: Story) -> None:
    assert story.send("ENT-A", case("LC-1", "10", "9", Urgent="0")) == ["completed"], story.codes()
    assert story.got("CCPIT-YC", "<CaseNo>LC-1<")
    for partner, step in (("CCPIT-YC", "30"), ("CCPIT-HQ", "60"), ("CCPIT-YC", "80")):
        assert story.send(partner, case("LC-1", step)) == ["completed"], story.codes()
        assert len(story.got("ENT-A", "<CaseNo>LC-1<", f"<Code>{step}</Code>")) >= 1
    entry = story.place.ledger.register_entry("legalisation", "LC-1")
    assert entry is not None
    assert entry.state == "done"
    assert len(entry.lines) == 8
    assert story.send("CCPIT-YC", case("LC-1", "70")) == ["rejected"]
    assert story.codes() == ["R-CASE-02"]


def test_an_urgent_legalisation_and_one_that_is_refused(story: Story) -> None:
    story.send("ENT-A", case("LC-2", "10", "9", Urgent="1"), case("LC-3", "10", "9", Urgent="0"))
    assert story.state("legalisation", "LC-2") == "urgent"
    story.wait(days=1, seconds=1)
    assert len(story.got("SUPERVISOR", "legalisation LC-2: slow")) == 1
    assert not story.got("SUPERVISOR", "legalisation LC-3")
    story.send("CCPIT-HQ", case("LC-3", "90"))
    assert story.state("legalisation", "LC-3") == "refused"
    assert story.send("ENT-A", case("LC-3", "10", "9", Urgent="0", FirmName="OTHER")) == ["duplicate"]


def test_time_limits_of_review_and_amendment(story: Story) -> None:
    story.send("ENT-A", application(20), application(21))
    story.send("CCPIT-YC", verdict(20, "5"))
    story.wait(days=2, hours=7)  # from Saturday, which is no working day, to Monday 17:00
    assert not story.got("SUPERVISOR", "review-late")
    story.wait(hours=1)
    assert len(story.got("SUPERVISOR", f"{number(21)}: review-late")) == 1
    story.wait(days=61)
    assert story.send("ENT-A", application(22, 20)) == ["held"]
    assert "R-CO-05" in story.codes()
    assert story.release("the firm has a good reason") == "completed"
    assert story.state("certificate", number(22)) == "review"
