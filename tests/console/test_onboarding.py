"""Onboarding a partner by its sample message."""

from collections.abc import Callable

from edi_router.config import read_model
from edi_router.partners import Partner
from tests.support.pages import Browser
from tests.support.story import GOOD

Browse = Callable[..., Browser]


def test_a_sample_becomes_a_partner_file(browse: Browse) -> None:
    here = browse("integrator")
    here.go("/onboarding")
    here.send("/onboarding", text=(GOOD / "cusdec-import.edi").read_text(encoding="utf-8"))
    assert "no fault" in here.text
    here.send(
        "/onboarding",
        id="ent-z",
        name_en='Example "Z": traders',
        name_zh="示例",
        to="CIQ-QD",
        channel="sftp",
        mapping="cusdec-eciq",
    )
    assert "host_key" in here.text
    here.send("/onboarding", host="sftp.example", user="z", host_key="SHA256:" + "A" * 43)
    [text] = [each.text_content() for each in here.page.findall(".//section/pre")]
    partner, _, faults = read_model(Partner, text, "partners/ENT-Z.yaml")
    assert faults == []
    assert partner is not None
    assert (partner.id, partner.name.en, str(partner.status)) == ("ENT-Z", 'Example "Z": traders', "draft")
    assert partner.agreements[0].deliver[0].mapping == "cusdec-eciq"
    assert partner.identifications[0].id
    here.send("/onboarding", id="no good", status=422)
    assert "An id is of" in here.text


def test_who_may_not_configure_has_no_onboarding(browse: Browse) -> None:
    here = browse("enterprise")
    here.go("/onboarding", 403)
    assert here.page.find(".//nav//a[@href='/onboarding']") is None
    assert here.page.find(".//nav//a[@href='/progress']") is not None
