"""Stories of what is published: notices, code tables, lists of trusted firms, volumes of a month."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from edi_router.simulate.making import Maker, checked
from edi_router.simulate.model import FAULTY, GOOD, Drop, Story, rejected

ISSUERS = ("CCPIT-HQ", "MOFCOM", "EPORT-TJ")
READERS = (
    ("SAFE", "SAFE"), ("TAX", "TAX"), ("MSA", "MSA"), ("BORDER", "BI"), ("AQSIQ-HUB", "000000"), ("CIQ-XS", "330109"),
    ("CIQ-AH", "340100"), ("CIQ-SH", "310010"), ("CIQ-YT", "370600"), ("LIC", "LIC"), ("BANK", "102452000011"),
)  # fmt: skip
"""Who tells that it has read a notice, with its code."""
ORIGINS = (("CIQ-YC", "420500"), ("CIQ-XS", "330109"), ("CIQ-AH", "340100"))
BUREAUS = (("CIQ-JN", "370100"), ("CIQ-JNG", "370800"), ("CIQ-QD", "370211"), ("CIQ-YT", "370600"))
FIRMS = ("ENT-A", "ENT-B", "AGENT")
COLUMNS = "统一社会信用代码,企业名称,名单种类,企业分类,抽检比例,有效期起,有效期止,暂停,产地局\n"


def notice(make: Maker) -> Iterator[Drop]:
    """A notice to all partners, some of which tell that they have read it; one of them reads another that is none."""
    number = f"EP-2026-{make.serial:06}"
    published = make.filled(
        "notice.xml", NoticeNo=number, MsgId=number, FunctionCode="9", PublishTime=make.time()
    )
    yield Drop(ISSUERS[make.turn("notice") % 3], f"notice-{make.serial}.xml", published, GOOD)
    first = make.turn("reader")
    for place in range(3):
        partner, code = READERS[(first * 3 + place) % len(READERS)]
        wrong = place == 2 and make.happens(FAULTY)
        read = make.filled(
            "notice-receipt.xml", NoticeNo=f"{number}-X" if wrong else number, Reader=code, Time=make.time(20)
        )
        expected = rejected("R-NOTICE-02") if wrong else GOOD
        yield Drop(partner, f"read-{make.serial}.xml", read, expected, wave=2)


def tables(make: Maker) -> Iterator[Drop]:
    """A version of a code table for the firms, which load it; sometimes one tells another version."""
    version = f"2026-{make.serial:06}"
    rows = ["代码表,版本,代码,名称,英文名称,有效期起,有效期止"]
    rows += [f"监控项目,{version},M{code:02},项目{code},item {code},{make.date}," for code in range(1, 4)]
    yield Drop("CIQ-QD", f"tables-{make.serial}.csv", "\n".join([*rows, ""]).encode("utf-8-sig"), GOOD)
    for firm in FIRMS:
        wrong = make.happens(FAULTY / 3)
        told = f"代码表,已装载版本,行数\n监控项目,{version}{'X' if wrong else ''},3\n"
        expected = rejected("R-CODE.unknown") if wrong else GOOD
        yield Drop(firm, f"loaded-{make.serial}.csv", told.encode("utf-8-sig"), expected, wave=2)


def trusted(make: Maker) -> Iterator[Drop]:
    """A firm that its bureau trusts, and goods of it released directly; or goods of a firm that nobody trusts."""
    partner, org = ORIGINS[make.turn("trusted") % len(ORIGINS)]
    firm = checked("uscc", f"91{org}MB{make.serial:07}", "0123456789ABCDEFGHJKLMNPQRTUWXY")
    known = not make.happens(FAULTY)
    if known:
        row = f"{firm},示例企业{make.serial},direct-release,1,5,{make.later(-60)},{make.later(300)},0,{org}\n"
        yield Drop(partner, f"firms-{make.serial}.csv", (COLUMNS + row).encode("gb18030"), GOOD)
    declaration = make.issued(f"{org}226")
    form = make.filled(
        "clearance-form-direct.xml", FormNo=f"{declaration}000", OrgCode=org, DeclNo=declaration,
        IssueDate=make.date, ValidTo=make.later(30), ConsignorScc=firm, ContractNo=make.contract,
    )  # fmt: skip
    expected = GOOD if known else rejected("R-TRUST-01")
    yield Drop(partner, f"direct-{make.serial}.xml", form, expected, wave=2)


def volumes(make: Maker) -> Iterator[Drop]:
    """What a bureau had in the month before, paper included; or a row in another bureau's name."""
    partner, org = BUREAUS[make.turn("volumes") % len(BUREAUS)]
    wrong = make.happens(FAULTY)
    bureau = "999999" if wrong else org
    month = make.day.replace(day=1) - datetime.timedelta(days=1)
    row = f"{bureau},{month:%Y-%m},declaration,{make.between(1000, 2000)},{make.between(50, 200)}\n"
    data = ("机构,月份,单证种类,总份数,总企业数\n" + row).encode()
    yield Drop(partner, f"volume-{make.serial}.csv", data, rejected("R-PRIV-01") if wrong else GOOD)


STORIES: Sequence[tuple[Story, int]] = ((notice, 1), (tables, 1), (trusted, 2), (volumes, 2))
