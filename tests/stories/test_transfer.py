"""The electronic transfer, from the bureau of origin to the clearance form of the port, and what goes wrong between."""

from __future__ import annotations

from itertools import count

import pytest

from edi_router.engine.refuse import refuse
from tests.support.story import Story, changed, sample
from tests.support.workspaces import Place

NO = "4205002604000110"
KEY = "4205002604000110"
_numbers = count(1)


@pytest.fixture
def story(place: Place) -> Story:
    return Story(place)


def order(more: str = "", **elements: str) -> bytes:
    """Yichang's yeast: 18000 kg to Qingdao, as transferred; `more` is what follows QuickRelease."""
    data = sample("transfer-order.xml", **{"MsgId": f"order-{next(_numbers)}"} | elements)
    return data.replace(b"</QuickRelease>", b"</QuickRelease>" + more.encode())


def slip(amend: str = "", **elements: str) -> bytes:
    """The firm's claim at the port: all of the yeast unless told; `amend` is what has changed."""
    own = {
        "MsgId": f"slip-{next(_numbers)}", "DeclNo": "420500226000110", "TransferNo": NO, "PortOrg": "370211",
    }  # fmt: skip
    text = sample("slip-request.xml", **own).decode()
    head, _, rest = text.partition("  <Amend>")
    amended = f"<Amend>{amend}</Amend>" if amend else ""
    text = head + amended + "\n  <Draw>" + rest.partition("<Draw>")[2]
    drawn = {"Qty": "18000", "Weight": "18000", "PackQty": "720", "Amount": "36000"}
    draw = "<Draw>" + text.partition("<Draw>")[2]
    draw = changed(
        draw.encode(), **{name: elements.get(name, value) for name, value in drawn.items()}
    ).decode()
    others = {name: value for name, value in elements.items() if name not in drawn}
    return changed((text.partition("<Draw>")[0] + draw).encode(), **others)


def feedback(state: str, **elements: str) -> bytes:
    """What the port found."""
    name = "transfer-feedback-mismatch.xml" if state == "32" else "transfer-feedback.xml"
    data = sample(name, **{"TransferNo": NO, "State": state} | elements)
    return data.replace(b"<ClearanceNo>370211226000123000</ClearanceNo>", b"")


def amended(**elements: str) -> str:
    """The goods line with new figures."""
    figures = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items())
    return f"<Goods><GoodsNo>1</GoodsNo>{figures}</Goods>"


def boxes(number: int) -> str:
    """So many containers of the transfer."""
    known = ["CSQU3054383", "EXMU1000051", "TRLU1234567"]
    return "".join(
        f"<Container><ContNo>{each}</ContNo><ContType>211</ContType></Container>" for each in known[:number]
    )


def left(story: Story) -> str:
    entry = story.place.ledger.register_entry("transfer", KEY)
    assert entry is not None
    return str(entry.left(entry.lines[0]))


def test_two_containers_fewer_are_accepted_and_the_balance_kept(story: Story) -> None:
    story.send("CIQ-YC", order("<PartUse>1</PartUse>"))
    assert story.got("CIQ-YC", "<State>11</State>")
    [copy] = story.got("CIQ-QD", "<TransferOrder>")
    [paper] = story.got("ENT-A", "<TransferOrder>")
    assert "Password" not in copy + paper
    fewer = boxes(1) + "<Reason>少装两箱</Reason>"
    assert story.send("ENT-A", slip(fewer, Qty="12000", Weight="12000", PackQty="480", Amount="24000")) == [
        "completed"
    ]
    assert (story.state("transfer", KEY), left(story)) == ("partly-used", "6000")
    [form] = story.got("ENT-A", "<ClearanceForm>")
    assert "<FormNo>370211226000001000</FormNo>" in form
    assert "<Qty>12000</Qty>" in form
    assert "<ValidTo>20260513</ValidTo>" in form
    assert "<CustomsCountry>HKG</CustomsCountry>" in form
    assert [form] == story.got("CUS-QD", "<ClearanceForm>") == story.got("CIQ-QD", "<ClearanceForm>")
    assert story.state("clearance-form", "370211226000001000") == "issued"
    [told] = story.got("CIQ-YC", "<State>41</State>")
    assert '<UsedQty Line="1">12000</UsedQty>' in told
    assert "370211226000001000" in told
    rest = {"Qty": "6000", "Weight": "6000", "PackQty": "240", "Amount": "12000"}
    assert story.send("ENT-A", slip(**rest | {"Qty": "6001"})) == ["rejected"]
    assert story.codes() == ["R-TRN-USED.quantity"]
    assert story.send("ENT-A", slip(**rest)) == ["completed"]
    assert (story.state("transfer", KEY), left(story)) == ("used", "0")
    assert story.got("CUS-QD", "<FormNo>370211226000002000</FormNo>")
    for partner in ("CIQ-QD", "CUS-QD", "ENT-A", "CIQ-YC"):
        assert not story.got(partner, "482913")
    assert story.place.ledger.books().balanced


def test_a_lot_number_that_is_not_in_the_transfer_goes_back_to_yichang_and_lowers_the_trust(
    story: Story,
) -> None:
    firms = "统一社会信用代码,企业名称,名单种类,企业分类,抽检比例,有效期起,有效期止,暂停,产地局\n"
    firms += "91420500MA00000079,示例食品有限公司,skip-inspection,2,12.5,20260101,20261231,1,420500\n"
    story.send("CIQ-YC", firms.encode("gb18030"), suffix="csv")
    story.send("CIQ-YC", order())
    assert story.send("ENT-A", slip(Purpose="2")) == ["completed"]
    assert story.state("transfer", KEY) == "checking"
    [asked] = story.got("CIQ-QD", "<SlipRequest>")
    assert "Password" not in asked
    assert story.got("CIQ-YC", "<State>21</State>")
    assert story.send("CIQ-SH", feedback("32")) == ["rejected"]
    assert story.codes() == ["R-PRIV-01"]
    assert story.send("CIQ-QD", feedback("32")) == ["completed"]
    [found] = story.got("CIQ-YC", "<State>32</State>")
    assert "<Declared>LOT 26031</Declared><Found>LOT 26034</Found>" in found.replace("\n", "").replace(
        "  ", ""
    )
    assert "<ConsignorScc>91420500MA00000079</ConsignorScc>" in found
    assert story.got("ENT-A", "<State>32</State>")
    assert (story.state("transfer", KEY), left(story)) == ("mismatch", "18000")
    assert story.state("trusted-firm", "91420500MA00000079") == "lowered"
    assert story.got("CIQ-YC", "<Notice>", "降级")
    assert story.send("ENT-A", slip()) == ["rejected"]
    assert story.codes() == ["R-TRN-MATCH.state"]
    assert not story.got("CUS-QD", "<ClearanceForm>")
    assert story.send("CIQ-YC", order(FunctionCode="1")) == ["completed"]
    assert story.state("transfer", KEY) == "cancelled"


def test_a_wrong_password_three_times_locks_and_the_origin_unlocks(story: Story) -> None:
    story.send("CIQ-YC", order())
    assert story.send("ENT-A", *[slip(Password="000000") for _ in range(3)]) == ["rejected"] * 3
    assert story.codes() == ["R-TRN-MATCH.password"] * 2 + ["R-TRN-LOCK.third"]
    assert story.state("transfer", KEY) == "locked"
    assert story.got("CIQ-YC", "<State>51</State>", "<Code>LOCK</Code>")
    assert story.send("ENT-A", slip()) == ["rejected"]
    assert story.codes() == ["R-TRN-LOCK"]
    assert story.send("CIQ-YC", order(FunctionCode="5", PortOrg="310010")) == ["rejected"]
    assert story.codes() == ["R-TRN-LOCK"]
    assert story.send("CIQ-YC", order(FunctionCode="5")) == ["completed"]
    assert story.state("transfer", KEY) == "received"
    assert story.send("ENT-A", slip(Password="000000"), slip()) == ["rejected", "completed"]
    assert story.state("transfer", KEY) == "used"


def test_a_second_use_is_refused(story: Story) -> None:
    story.send("CIQ-YC", order())
    one_bag_less = amended(Qty="17975", Weight="17975", PackQty="719", Amount="35950")
    assert story.send("ENT-A", slip(one_bag_less, Qty="17975", Amount="35950")) == ["completed"]
    assert (story.state("transfer", KEY), left(story)) == ("used", "25")
    assert story.send("ENT-A", slip(Qty="25", Amount="50")) == ["rejected"]
    assert story.codes() == ["R-TRN-USED"]
    assert story.got("CIQ-YC", "<State>51</State>", "<Code>USED</Code>")
    assert story.got("ENT-A", "<State>51</State>")
    assert len(story.got("CUS-QD", "<ClearanceForm>")) == 1


def test_an_expired_transfer_after_a_reminder_seven_days_before(story: Story) -> None:
    story.send("CIQ-YC", order(ValidTo="20260328"))
    story.wait(days=6)
    assert not story.got("ENT-A", "<Notice>")
    story.wait(days=1)
    assert len(story.got("ENT-A", "<Notice>", "20260328")) == 1
    story.wait(days=7)
    assert story.state("transfer", KEY) == "received"
    story.wait(days=1)
    assert story.state("transfer", KEY) == "expired"
    assert len(story.got("ENT-A", "<Notice>")) == 1
    assert story.got("CIQ-YC", "<State>61</State>")
    assert story.got("CIQ-QD", "<State>61</State>")
    assert story.send("ENT-A", slip()) == ["rejected"]
    assert story.codes() == ["R-TRN-EXP"]
    assert story.got("CIQ-YC", "<State>51</State>", "<Code>2</Code>")


def test_a_value_ten_per_cent_higher_passes_more_needs_the_consent_of_the_origin(story: Story) -> None:
    story.send("CIQ-YC", order("<PartUse>1</PartUse>"))
    assert story.send("ENT-A", slip(amended(Amount="39600"), Qty="9000", Amount="19800")) == ["completed"]
    assert story.send("ENT-A", slip(amended(Amount="39601"), Qty="9000", Amount="19800.5")) == ["held"]
    assert story.codes() == ["R-TRN-AMEND.value", "register-held"]
    assert story.state("transfer", KEY) == "asked"
    [question] = story.got("CIQ-YC", "<TransferConsent>")
    assert "<ConsentNo>370211-2603-00001</ConsentNo>" in question
    assert "<To>39601</To>" in question
    held = story.place.ledger.ls(state="held")[0]["id"]
    assert story.release("no answer yet") == "held"
    story.wait(hours=24)
    assert story.got("CIQ-YC", "<Notice>", "24 小时")
    assert story.got("CIQ-QD", "<Notice>", "24 小时")
    answer = {"TransferNo": NO, "DeclNo": "420500226000110", "ConsentNo": "370211-2603-00001"}
    assert story.send("CIQ-YC", sample("transfer-consent.xml", **answer | {"ConsentNo": "1"})) == ["rejected"]
    assert story.codes() == ["R-TRN-CONSENT"]
    assert story.send("CIQ-YC", sample("transfer-consent.xml", MsgId="answer-2", **answer)) == ["completed"]
    assert story.state("transfer", KEY) == "partly-used"
    assert story.got("CIQ-QD", "<TransferConsent>")
    assert story.got("ENT-A", "<TransferConsent>")
    story.place.ledger.release(held, "clerk", "the origin agrees")
    story.wait(seconds=1)
    assert story.place.ledger.show(held)["state"] == "completed"
    assert story.state("transfer", KEY) == "used"
    assert story.got("ENT-A", "<ClearanceForm>", "<Amount>19800.5</Amount>")


def numbered(number: int) -> dict[str, str]:
    """A transfer of its own."""
    return {"TransferNo": f"42050026040002{number:02}"}


OTHERWISE = [
    (amended(Qty="18001"), {}, "R-TRN-AMEND.quantity"),
    (amended(Weight="18100"), {}, "R-TRN-AMEND.weight"),
    (amended(PackQty="721"), {}, "R-TRN-AMEND.packages"),
    ("", {"Amount": "39601"}, "R-TRN-AMEND.price"),
    ("", {"Curr": "156"}, "R-TRN-AMEND.currency"),
    ("", {"ConsigneeName": "OTHER FOODS LTD"}, "R-TRN-AMEND.consignee"),
    ("<Other><Element>DestCountry</Element><To>392</To></Other>", {}, "R-TRN-AMEND.other"),
]
"""What the port may not change by itself: amendments, elements of the claim, and the rule that says so."""


def test_anything_else_asks_the_origin(story: Story) -> None:
    story.send("CIQ-YC", *[order(**numbered(number)) for number in range(len(OTHERWISE))])
    claims = [slip(amend, **numbered(number), **more) for number, (amend, more, _) in enumerate(OTHERWISE)]
    assert story.send("ENT-A", *claims) == ["held"] * len(claims)
    assert story.codes() == [code for _, _, rule in OTHERWISE for code in (rule, "register-held")]


def test_the_origin_does_not_agree(story: Story) -> None:
    story.send("CIQ-YC", order())
    assert story.send("ENT-A", slip(OTHERWISE[-1][0])) == ["held"]
    held = story.place.ledger.ls(state="held")[0]["id"]
    answer = {
        "TransferNo": NO,
        "DeclNo": "420500226000110",
        "ConsentNo": "370211-2603-00001",
        "Decision": "2",
    }
    assert story.send("CIQ-YC", sample("transfer-consent.xml", **answer)) == ["completed"]
    story.place.ledger.release(held, "clerk", "answered")
    story.wait(seconds=1)
    assert story.place.ledger.show(held)["state"] == "rejected"
    assert story.got("CIQ-YC", "<Code>CONS</Code>")
    assert story.send("ENT-A", slip()) == ["completed"]


def test_the_clerk_refuses_a_claim_that_waits_for_the_origin(story: Story) -> None:
    story.send("CIQ-YC", order())
    assert story.send("ENT-A", slip(OTHERWISE[-1][0])) == ["held"]
    place = story.place
    held = place.ledger.ls(state="held")[0]["id"]
    refuse(
        place.ledger,
        place.engine.archive,
        place.engine.configuration,
        place.engine.registers,
        held,
        "clerk",
        "no",
    )
    assert story.outcomes("transfer", KEY)[-1] == "given-up"
    assert (story.state("transfer", KEY), left(story)) == ("received", "18000")
    assert story.send("ENT-A", slip()) == ["completed"]


def test_what_may_change_at_the_port(story: Story) -> None:
    """Conveyance, voyage, ship date, containers, and less goods of a damaged packing."""
    story.send("CIQ-YC", order())
    amend = "<Conveyance>OTHER STAR</Conveyance><Voyage>030E</Voyage><ShipDate>20260321</ShipDate>" + boxes(2)
    amend += amended(Qty="17000", Weight="17000", PackQty="680", Amount="34000")
    assert story.send("ENT-A", slip(amend, Qty="17000", Amount="34000")) == ["completed"]
    [form] = story.got("CUS-QD", "<ClearanceForm>")
    assert "<Conveyance>OTHER STAR</Conveyance>" in form
    assert "<Containers>211+211</Containers>" in form


def test_a_claim_that_does_not_fit(story: Story) -> None:
    story.send("CIQ-YC", order())
    wrong = {
        "R-TRN-MATCH": {"DeclNo": "420500226000111"},
        "R-TRN-MATCH.port": {"PortOrg": "310010"},
        "R-TRN-USED.line": {"GoodsNo": "2"},
        "R-TRN-USED.unit": {"QtyUnit": "007"},
        "R-TRN-SLIP": {"FunctionCode": "1"},
    }
    assert story.send("ENT-A", *[slip(**elements) for elements in wrong.values()]) == ["rejected"] * len(
        wrong
    )
    assert story.codes() == list(wrong)
    assert story.send("ENT-A", slip(TransferNo="4205002604000999")) == ["rejected"]
    assert story.codes() == ["R-TRN-MATCH"]
    assert len(story.got("ENT-A", "<State>51</State>")) == len(wrong) + 1
    assert (story.state("transfer", KEY), left(story)) == ("received", "18000")


def test_the_form_comes_after_the_check_and_a_late_check_is_told(story: Story) -> None:
    story.send("CIQ-YC", order("<PartUse>1</PartUse>"))
    half = {"Qty": "9000", "Weight": "9000", "PackQty": "360", "Amount": "18000", "Purpose": "2"}
    story.send("ENT-A", slip("<Voyage>031E</Voyage>", **half))
    assert story.send("ENT-A", slip(**half)) == ["rejected"]
    assert not story.got("ENT-A", "<ClearanceForm>")
    story.wait(minutes=59)
    assert not story.got("CIQ-QD", "<Notice>")
    story.wait(minutes=1)
    assert len(story.got("CIQ-QD", "<Notice>", "核查货证")) == len(story.got("CIQ-YC", "<Notice>")) == 1
    assert story.send("CIQ-QD", feedback("41"), feedback("31")) == ["rejected", "completed"]
    [form] = story.got("ENT-A", "<ClearanceForm>")
    assert "<Qty>9000</Qty>" in form
    assert "<Voyage>031E</Voyage>" in form
    assert "<Customs>4218</Customs>" in form
    assert [form] == story.got("CUS-QD", "<ClearanceForm>")
    assert story.got("CIQ-YC", "<State>31</State>")
    assert story.got("CIQ-YC", "<State>41</State>")
    assert (story.state("transfer", KEY), left(story)) == ("partly-used", "9000")
    assert story.state("transfer-check", KEY) == "done"
    assert story.send("CIQ-QD", feedback("31", Time="20260315111500")) == ["rejected"]
    assert story.codes() == ["R-TRN-STATE.check"]


def test_goods_of_a_firm_that_anhui_vouches_for_are_not_checked(story: Story) -> None:
    firms = "统一社会信用代码,企业名称,名单种类,企业分类,抽检比例,有效期起,有效期止,暂停,产地局\n"
    firms += "91420500MA00000079,示例食品有限公司,skip-inspection,1,,20260101,20261231,0,340100\n"
    assert story.send("CIQ-AH", firms.encode("gb18030"), suffix="csv") == ["completed"]
    from_anhui = order(OriginOrg="340100", DeclNo="340100226000110")
    assert story.send("CIQ-AH", from_anhui) == ["completed"]
    assert story.send("ENT-A", slip(Purpose="2", DeclNo="340100226000110")) == ["completed"]
    assert story.state("transfer", KEY) == "used"
    assert story.got("CUS-QD", "<ClearanceForm>")
    assert story.got("CIQ-AH", "<State>41</State>")


def test_the_origin_sends_the_goods_to_another_port_or_cancels_before_they_are_extracted(
    story: Story,
) -> None:
    story.send("CIQ-YC", order())
    assert story.send("CIQ-JN", order(FunctionCode="5")) == ["rejected"]
    assert story.send("CIQ-YC", order(FunctionCode="5", Qty="20000")) == ["rejected"]
    assert story.codes() == ["R-TRN-AMEND"]
    assert story.send("CIQ-YC", order(FunctionCode="5", PortOrg="310010")) == ["completed"]
    assert story.got("CIQ-QD", "<State>71</State>", "改港")
    assert story.got("CIQ-SH", "<TransferOrder>", "<FunctionCode>5</FunctionCode>")
    assert story.send("ENT-A", slip()) == ["rejected"]
    assert story.send("ENT-A", slip(PortOrg="310010", Customs="2225")) == ["completed"]
    assert story.got("CUS-SH", "<FormNo>310010226000001000</FormNo>")
    assert story.send("CIQ-YC", order(FunctionCode="1", PortOrg="310010")) == ["rejected"]
    assert story.codes() == ["R-TRN-USED"]
    second = {"TransferNo": "4205002604000111", "CertNo": "420500226000111000"}
    story.send("CIQ-YC", order(**second), order(FunctionCode="1", **second))
    assert story.state("transfer", "4205002604000111") == "cancelled"
    assert story.got("CIQ-YC", "<State>71</State>", "4205002604000111")
    assert story.got("CIQ-QD", "<FunctionCode>1</FunctionCode>", "4205002604000111")
    assert story.send("CIQ-YC", order(**second)) == ["rejected"]
    assert story.codes() == ["R-TRN-DUP.ended"]


def test_the_port_returns_a_transfer(story: Story) -> None:
    story.send("CIQ-YC", order())
    assert story.send("CIQ-QD", feedback("71")) == ["completed"]
    assert story.state("transfer", KEY) == "returned"
    assert story.got("CIQ-YC", "<State>71</State>")
    assert story.send("ENT-A", slip()) == ["rejected"]


def test_a_number_used_again_is_refused_with_other_content_and_answered_with_the_same(story: Story) -> None:
    story.send("CIQ-YC", order())
    assert story.send("CIQ-YC", order(), order(Qty="18001")) == ["duplicate", "rejected"]
    assert story.codes() == ["R-TRN-DUP"]
    assert len(story.got("CIQ-QD", "<TransferOrder>")) == 1
    assert len(story.got("CIQ-YC", "<State>11</State>")) == 2
    story.send("ENT-A", slip())
    assert story.send("CIQ-YC", order()) == ["duplicate"]
    assert story.place.ledger.books().balanced


def test_what_is_not_transferred_gets_a_paper_certificate_that_the_port_keys_in(story: Story) -> None:
    """Pre-inspection, consolidation, inspection at the port, a port that is not known yet."""
    cases = [f"<SpecialCase>{number}</SpecialCase>" for number in range(1, 5)]
    assert story.send("CIQ-YC", *[order(case) for case in cases]) == ["rejected"] * 4
    assert story.codes() == [f"R-TRN-SCOPE.{number}" for number in range(1, 5)]
    assert len(story.got("CIQ-YC", "<State>51</State>", "纸质换证凭单")) == 4
    assert story.send("CIQ-SH", order(cases[2])) == ["rejected"]
    assert story.codes() == ["R-PRIV-01"]
    assert story.send("CIQ-QD", order(cases[2])) == ["completed"]
    assert story.send("ENT-A", slip()) == ["completed"]
    assert story.got("CIQ-QD", "<State>41</State>")
    assert story.got("CUS-QD", "<ClearanceForm>")


def test_an_inbound_transfer_is_inspected_at_its_destination(story: Story) -> None:
    number = "3702112604000001"
    inbound = {
        "Direction": "I", "TransferNo": number, "DeclNo": "370211126000110", "OriginOrg": "370211",
        "PortOrg": "420500", "PlannedPort": "420500",
    }  # fmt: skip
    assert story.send("CIQ-QD", order(**inbound)) == ["completed"]
    assert story.got("CIQ-YC", "<TransferOrder>", "<Direction>I</Direction>")
    claim = {"TransferNo": number, "DeclNo": "370211126000110", "PortOrg": "420500"}
    assert story.send("ENT-A", slip(**claim)) == ["rejected"]
    assert story.codes() == ["R-TRN-SLIP.inbound"]
    assert story.send("ENT-A", slip(Purpose="2", **claim)) == ["completed"]
    assert story.got("CIQ-YC", "<SlipRequest>")
    assert story.send("CIQ-YC", feedback("31", TransferNo=number, PortOrg="420500")) == ["completed"]
    assert story.state("transfer", number) == "used"
    assert story.got("CIQ-QD", "<State>31</State>")
    assert not story.got("ENT-A", "<ClearanceForm>")


def test_a_transfer_of_direct_release_is_a_fault(story: Story) -> None:
    assert story.send("CIQ-YC", order(DirectRelease="1")) == ["rejected"]
    assert story.codes() == ["R-TRUST-01"]
    assert story.state("transfer", KEY) == ""


def test_a_bureau_behind_the_hub(story: Story) -> None:
    assert story.send("AQSIQ-HUB", order(OriginOrg="410000", DeclNo="410000226000110")) == ["completed"]
    assert story.send("ENT-A", slip(DeclNo="410000226000110")) == ["completed"]
    assert story.got("AQSIQ-HUB", "<State>41</State>")
