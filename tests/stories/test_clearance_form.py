"""The clearance form: to customs by its office code, its use told back, nothing used twice."""

from __future__ import annotations

import pytest

from tests.support.story import Story, sample
from tests.support.workspaces import Place

FORM = "370211226000123000"
ENTRY = "421820260000000123"


@pytest.fixture
def story(place: Place) -> Story:
    return Story(place)


def form(**elements: str) -> bytes:
    return sample("clearance-form.xml", **{"IssueDate": "20260314", "ValidTo": "20260513"} | elements)


def use(state: str, **elements: str) -> bytes:
    """What customs tells of the form."""
    own = {"State": state, "EntryId": ENTRY, "Match": "2" if state == "2" else "1"}
    return sample("clearance-use.xml", **own | elements)


def left(story: Story) -> str:
    entry = story.place.ledger.register_entry("clearance-form", FORM)
    assert entry is not None
    return str(entry.left(entry.lines[0]))


def test_a_form_goes_to_customs_and_its_use_comes_back(story: Story) -> None:
    assert story.send("CIQ-QD", form()) == ["completed"]
    [sent] = story.got("CUS-QD", "<ClearanceForm>")
    assert FORM in sent
    assert story.send("CUS-QD", use("2")) == ["completed"]
    assert story.state("clearance-form", FORM) == "mismatch"
    assert story.send("CUS-QD", use("1")) == ["completed"]
    assert (story.state("clearance-form", FORM), left(story)) == ("matched", "0")
    assert story.send("CUS-QD", use("3")) == ["completed"]
    assert (story.state("clearance-form", FORM), left(story)) == ("used", "0")
    assert [len(story.got("CIQ-QD", f"<State>{state}</State>")) for state in "123"] == [1, 1, 1]
    other = "421820260000000124"
    assert story.send("CUS-QD", use("1", EntryId=other), use("4", EntryId=other)) == ["rejected", "rejected"]
    assert story.codes() == ["R-FORM-USED.again", "R-FORM-USED.cancel"]
    assert story.send("CUS-QD", use("4")) == ["completed"]
    assert (story.state("clearance-form", FORM), left(story)) == ("issued", "18000")
    assert story.send("CUS-QD", use("1", EntryId=other)) == ["completed"]
    books = story.place.ledger.books()
    assert books.balanced
    assert books.forms == {"CUS-QD": {"sent": 1, "matched": 2, "mismatch": 1, "used": 1, "free": 1}}


def test_a_line_is_matched_to_one_entry_within_its_quantity(story: Story) -> None:
    story.send("CIQ-QD", form())
    assert story.send("CUS-QD", use("1", Qty="18001"), use("1", LineNo="2")) == ["rejected", "rejected"]
    assert story.codes()[0] == "R-FORM-USED.quantity"
    assert "R-FORM-USED.line" in story.codes()
    assert story.send("CUS-QD", use("1", Qty="9000")) == ["completed"]
    assert story.send("CUS-QD", use("1", Qty="9000", EntryId="421820260000000124")) == ["rejected"]
    assert story.codes() == ["R-FORM-USED.twice"]
    assert story.send("CUS-SH", use("3")) == ["rejected"]
    assert story.codes() == ["R-PRIV-01"]
    assert story.send("CUS-QD", use("1", FormNo="370211226000999000")) == ["rejected"]
    assert story.codes() == ["R-FORM-USED"]


def test_how_long_a_form_is_valid_depends_on_the_goods(story: Story) -> None:
    """60 days in general, plants 21 (35 in winter), fresh goods 14."""
    wrong = [
        form(ValidTo="20260514"),
        form(ProdHsCode="1001110000", ValidTo="20260405"),
        form(ProdHsCode="0702000000", ValidTo="20260329"),
        form(OrgCode="310010", FormNo="310010226000123000"),
    ]
    assert story.send("CIQ-QD", *wrong) == ["rejected"] * 4
    assert story.codes() == ["R-FORM-EXP.general", "R-FORM-EXP.plants", "R-FORM-EXP.fresh", "R-PRIV-01"]
    assert story.send("CIQ-QD", form(ProdHsCode="0702000000", ValidTo="20260328")) == ["completed"]
    story.wait(days=14, hours=12)
    assert story.state("clearance-form", FORM) == "issued"
    story.wait(hours=12)
    assert story.state("clearance-form", FORM) == "expired"
    assert story.got("CIQ-QD", "<Notice>", "原因 1")
    assert story.send("CUS-QD", use("1")) == ["rejected"]
    assert story.codes() == ["R-FORM-EXP"]


def test_the_forms_of_winter_plants_are_valid_longer(story: Story) -> None:
    story.wait(days=-100)
    plants = {"ProdHsCode": "1001110000", "IssueDate": "20251204"}
    number = "370211225000123000"
    assert story.send("CIQ-QD", form(ValidTo="20260109", **plants)) == ["rejected"]
    assert story.codes() == ["R-FORM-EXP.plants-winter"]
    assert story.send("CIQ-QD", form(ValidTo="20260108", FormNo=number, **plants)) == ["completed"]


def test_a_declaration_is_compared_with_the_form_that_it_names(story: Story) -> None:
    """Customs' copy: the commodity code, the quantity and the country."""
    story.send("CIQ-SH", form(FormNo="310010226000123000", OrgCode="310010", Customs="2225").replace(
        b"<Item>", b"<CustomsCountry>HKG</CustomsCountry><Item>", 1))  # fmt: skip
    copy = sample("dec-message.xml").replace(b"420500226000017</CertCode>", b"310010226000123000</CertCode>")
    copies = [
        copy,
        copy.replace(b"<CodeTS>2102200000", b"<CodeTS>2102100000"),
        copy.replace(b"<GQty>18000", b"<GQty>18001").replace(b"<DeclTotal>36000", b"<DeclTotal>36002"),
        copy.replace(b">HKG<", b">JPN<"),
        copy.replace(b"310010226000123000", b"310010226000999000"),
    ]
    copies = [
        each.replace(b"<ClientSeqNo>", b"<ClientSeqNo>%d" % number) for number, each in enumerate(copies)
    ]
    assert story.send("CUS-SH", *copies) == ["completed"] * 5
    known = [code for code in story.codes() if code.startswith("R-FORM")]
    assert known == ["R-FORM-MATCH", "R-FORM-MATCH.quantity", "R-FORM-MATCH.country", "R-FORM-USED"]
    assert len(story.got("CIQ-SH", "<Notice>", "不符")) == 3
