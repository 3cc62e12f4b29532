"""The console under attack: secrets guessed, odd values, documents made to be too much, configurations that break."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from edi_router.console.keying import typed_from
from edi_router.console.site import Site
from edi_router.console.trial import PARTS
from edi_router.ledger import tables
from tests.console.test_desk import fields_of
from tests.support.counting import counted
from tests.support.pages import Browser
from tests.support.story import GOOD, sample
from tests.support.workspaces import Place

Browse = Callable[..., Browser]
Own = tuple[Place, Browse]
PASSWORD = "482913"
DAY = "/search?partner=CIQ-YC&since=2026-03-14&text="


def settle(place: Place) -> None:
    """Let the engine do all that is to do."""
    assert place.engine.until_idle().problems == []


def ordered(place: Place, password: str = PASSWORD) -> str:
    """A transfer is ordered; returns the message."""
    place.drop("CIQ-YC", "order.xml", sample("transfer-order.xml", Password=password))
    settle(place)
    return str(place.ledger.ls("message", type="TransferOrder")[0]["id"])


def posting(here: Browser) -> str:
    """The token that this session's forms post."""
    found = re.search(r'name="csrf" value="([^"]*)"', here.client.get("/account").text)
    assert found is not None
    return found[1]


# --- secrets ------------------------------------------------------------------------------------------------


def test_no_piece_of_a_secret_is_found(own: Own) -> None:
    place, browse = own
    ordered(place)
    here = browse("operator")
    for text in (PASSWORD, PASSWORD[:4], "<Password>4", "Password>48", "3</Password>"):
        here.go(DAY + text)
        assert not here.links("/show/"), text


def test_what_is_found_does_not_depend_on_the_secret(own: Own) -> None:
    """A text that stands in the open is found whether the secret has it too or not."""
    place, browse = own
    message = ordered(place, password="420500")
    here = browse("operator")
    here.go(DAY + "4205000001")
    assert f"/show/message/{message}" in here.links("/show/")
    here.go(DAY + "4205")
    assert f"/show/message/{message}" in here.links("/show/")


def test_what_a_mapping_writes_elsewhere_stays_secret(own: Own) -> None:
    """The payer's account goes into a payment order, whose own type calls no account secret."""
    place, browse = own
    choice = sample("payer-choice.xml")
    account = re.search(rb"<PayerAcct>(.*?)</PayerAcct>", choice)
    assert account is not None
    for partner, content in (
        ("BANK", sample("pay-agreement.xml")), ("CUS-TJ", sample("tax-bill.xml", LimitDate="20260329")), ("AGENT", choice),
    ):  # fmt: skip
        place.drop(partner, "1.xml", content)
        settle(place)
    orders = [each for each in place.ledger.ls("output") if account[1] in place.ledger.content(each["id"])]
    assert "tax-pain001" in {each["mapping"] for each in orders}
    for order in orders:
        for name in ("operator", "auditor"):
            here = browse(name)
            here.go(f"/show/output/{order['id']}")
            assert account[1].decode() not in here.response.text
            assert "As it was sent" in here.text
            here.go(f"/download/{order['id']}", 404)


def test_numbers_of_persons_are_not_offered_again(own: Own) -> None:
    """A secret in a group that stands several times, such as each of a crew, is not filled in a form either."""
    place, _ = own
    site = Site(place.workspace, place.ledger, place.workspace.open_archive(), place.clock)
    [kind] = [each for each in site.configuration.documents if each.id == "vessel-declaration"]
    data = (GOOD / "vessel-declaration.xml").read_bytes()
    typed = typed_from(site, kind, data)
    assert [name for name in typed if name.startswith("CrewList.Crew.1.")]
    assert not [name for name in typed if name.endswith("IdNo")]


# --- values that nobody types -------------------------------------------------------------------------------


def test_an_odd_search_breaks_nothing(browse: Browse) -> None:
    here = browse()
    for query in (
        "until=9999-12-31", "since=0001-01-01", "text=x&partner=CIQ-YC&since=9999-12-31", "after=9.%C2%B2",
        "kind=clock&after=1.%C2%B2", "partner=%00&state=%00&type=%00", "q=%00", "q=%ED%A0%80", "kind=%00",
    ):  # fmt: skip
        here.go(f"/search?{query}")


def test_what_xml_cannot_hold_is_told_at_its_field(own: Own) -> None:
    place, browse = own
    here = browse("origin")
    here.go("/desk/key/transfer-order")
    here.press("Check and hand over", 422, **{"f.DeclNo": "42\x0b", "f.CertNo": "1"})
    assert "U+000B" in here.text
    [field] = [each for each in here.page.iter("input") if each.get("name") == "f.DeclNo"]
    assert field.get("aria-invalid") == "true"
    assert place.ledger.ls("file") == []


def test_a_form_with_a_ticket_of_no_use_hands_nothing_over(own: Own) -> None:
    place, browse = own
    here = browse("origin")
    here.go("/desk/key/transfer-order")
    typed = fields_of(sample("transfer-order.xml"))
    for ticket in ("", "t" * 300):
        here.press("Check and hand over", ticket=ticket, **typed)
        assert place.ledger.ls("file") == []
    here.press("Check and hand over")
    assert len(place.ledger.ls("file")) == 1


def test_a_long_list_of_goods_can_be_keyed_in(own: Own) -> None:
    _, browse = own
    here = browse("origin")
    fields = fields_of(sample("transfer-order.xml"))
    goods = {name.removeprefix("f.Goods.1."): value for name, value in fields.items() if "Goods.1." in name}
    csrf = posting(here)

    def keyed(lines: int) -> tuple[str, int]:
        """The page that such a form is answered with, and the work that it was."""
        many = {
            f"f.Goods.{line}.{name}": value for line in range(1, lines + 1) for name, value in goods.items()
        }
        form = {"csrf": csrf, "ticket": "t" * 20, "do": "check"} | fields | many
        with counted() as work:
            answer = here.client.post("/desk/key/transfer-order", data=form)
        assert answer.status_code in (200, 422), answer.text[:500]
        assert len(many) == lines * len(goods)
        return answer.text, work.calls

    keyed(1)  # what is read and compiled once is not counted
    (_, little), (_, half), (text, whole) = keyed(2), keyed(50), keyed(98)
    assert 98 * len(goods) > 1000
    assert half - little > 48 * len(goods), "each field is looked at"
    assert whole - half <= 1.1 * (half - little), "twice the lines are twice the work"
    assert f'name="f.Goods.98.GoodsNo" value="{goods["GoodsNo"]}"' in text


def test_characters_that_are_none_break_no_page(browse: Browse) -> None:
    here = browse("integrator")
    body = "".join(
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("text", "\\ud800"), ("csrf", posting(here)))
    )
    kind = "multipart/form-data; boundary=B; charset=unicode_escape"
    answer = here.client.post("/try", content=body + "--B--\r\n", headers={"content-type": kind})
    assert answer.status_code == 200


def test_a_document_of_too_many_parts_is_not_tried(browse: Browse) -> None:
    here = browse("integrator")
    csrf, many = posting(here), PARTS + 1

    def tried(document: str) -> tuple[Any, int]:
        """The answer, and the work that it was."""
        with counted() as work:
            answer = here.client.post("/try", data={"csrf": csrf}, files={"file": ("x", document.encode())})
        return answer, work.calls

    tried(" ")  # what is read and compiled once is not counted
    empty, nothing = tried(" ")
    assert empty.status_code == 422
    for document in (
        "<a>" + "<b>x</b>" * many + "</a>", "<" * 1_900_000, "UNA:+.? ~" + "FTX+AAA~" * many, "FTX+AAA'" * many,
        "\n" * many, "x" * 2_000_001,
    ):  # fmt: skip
        answer, calls = tried(document)
        assert answer.status_code == 413, document[:20]
        assert "edi-router validate" in answer.text
        # It is counted, not read: what was sent comes in pieces, and no call is made for each part of it.
        assert calls - nothing < PARTS / 4, document[:20]


# --- a deployment that changes while it is looked at --------------------------------------------------------


def test_a_broken_configuration_takes_no_page_away(own: Own) -> None:
    place, browse = own
    ordered(place)
    here = browse("operator")
    output = place.ledger.ls("output")[0]["id"]
    folder = place.root / "schemas" / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "transfer-order.yaml").write_text("id: [", encoding="utf-8")
    here.client.app.state.site._looked = 0.0  # type: ignore[attr-defined]
    for path in (f"/show/output/{output}", DAY + "x", f"/show/{place.ledger.ls('message')[0]['id']}"):
        here.go(path)
        assert PASSWORD not in here.response.text


def test_outputs_that_retention_has_emptied_are_still_told_of(own: Own) -> None:
    place, browse = own
    ordered(place)
    output = place.ledger.ls("output")[0]["id"]
    with place.ledger.write() as tx:
        tx.connection.execute(tables.content.delete())
    here = browse("operator")
    here.go(f"/show/output/{output}")
    assert "removed by retention" in here.text
    here.go(f"/download/{output}", 404)
    browse("bureau").go("/desk")


def test_an_output_whose_sources_are_gone_is_not_shown(own: Own) -> None:
    """Its messages had secrets, and which these are cannot be known any more."""
    place, browse = own
    ordered(place)
    archive = place.workspace.open_archive()
    here, hidden = browse("operator"), 0
    made = [each for each in place.ledger.ls("output") if each["mapping"]]
    for file in place.ledger.ls("file"):
        archive.path(file["sha256"]).unlink()
    for output in made:
        shown = place.ledger.show(output["id"], "output")
        if any(each["type"] == "TransferOrder" for each in shown["messages"]):
            here.go(f"/show/output/{output['id']}")
            assert "cannot all be read any more" in here.text
            here.go(f"/download/{output['id']}", 404)
            hidden += 1
    assert hidden
